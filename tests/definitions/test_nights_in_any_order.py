"""Stays, changes and transitions are the same whatever order the nights were run in.

Only the latest night and month ends keep their full rows here, so most nights are compared with
ones of which the changes alone are left.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.definitions.lines import line

NIGHTS = [
    date(2026, 3, 1),
    date(2026, 3, 20),
    date(2026, 4, 10),
    date(2026, 6, 29),
    date(2026, 6, 30),
]
OLDEST_FIRST = [0, 1, 2, 3, 4]
# Older nights after newer ones, nights between two others, and one again whose next was thinned.
ANY_ORDER = [4, 0, 3, 2, 1, 2]
KEPT = {NIGHTS[1], NIGHTS[2], NIGHTS[4]}
# The night before the one that ran last: whoever moved was told from its rows.
BESIDE_THE_LAST_RUN = {NIGHTS[3]}


LINES = [
    line("a1", "always", date(2026, 1, 5), 10.0),
    line("a2", "always", date(2026, 2, 27), 10.0),
    line("a3", "always", date(2026, 4, 9), 10.0),
    line("a4", "always", date(2026, 6, 29), 10.0),
    line("b1", "once", date(2026, 2, 20), 500.0),
    line("c1", "late", date(2026, 4, 1), 70.0),
    line("c2", "late", date(2026, 6, 30), 70.0),
    line("d1", "returner", date(2026, 2, 1), 40.0),
    {**line("d2", "returner", date(2026, 5, 1), -40.0), "original_order_id": "d1"},
]

TABLES = {
    "fct_segment_history": "customer_id, scheme, valid_from",
    "fct_segment_transitions": "as_of_date, scheme, from_segment_id, to_segment_id",
    "fct_segment_profiles": "as_of_date, scheme, segment_id",
    "fct_segment_scorecard": "as_of_date, scheme, segment_id",
    "fct_daily_revenue": "revenue_date",
}


@pytest.fixture(scope="module")
def run_nights(new_world: Callable[..., Any]) -> Callable[[list[int]], dict[str, pd.DataFrame]]:
    """Run nights in an order, on one and the same core, and read the tables that hold them all."""
    landed = new_world(history={"full_nights": 1})
    landed.land("transactions", LINES)
    for night in NIGHTS:
        landed.fit(night, 1.0, 30.0)
    landed.run(NIGHTS[0], "path:models/staging path:models/core")

    def run(order: list[int]) -> dict[str, pd.DataFrame]:
        world = new_world(history={"full_nights": 1})
        landed.copy_to(world)
        for place in order:
            world.run(
                NIGHTS[place],
                "path:models/features path:seeds path:models/segments " + " ".join(TABLES),
            )
        tables = {
            table: world.query(f"select * exclude (run_id) from marts.{table} order by {keys}")
            for table, keys in TABLES.items()
        }
        tables["kept"] = world.query(
            "select distinct as_of_date from segments.customer_segments order by as_of_date"
        )
        return tables

    return run


@pytest.fixture(scope="module")
def in_order(
    run_nights: Callable[[list[int]], dict[str, pd.DataFrame]],
) -> dict[str, pd.DataFrame]:
    return run_nights(OLDEST_FIRST)


@pytest.fixture(scope="module")
def in_any_order(
    run_nights: Callable[[list[int]], dict[str, pd.DataFrame]],
) -> dict[str, pd.DataFrame]:
    return run_nights(ANY_ORDER)


@pytest.mark.parametrize("table", TABLES)
def test_the_rows_are_the_same_in_any_order(
    in_order: dict[str, pd.DataFrame], in_any_order: dict[str, pd.DataFrame], table: str
) -> None:
    other, expected = in_any_order[table], in_order[table]
    if table == "fct_segment_history":
        # The former measure is told while the rows of the night before are kept, no longer.
        other, expected = other.drop(columns="entry_reason"), expected.drop(columns="entry_reason")
    pd.testing.assert_frame_equal(other, expected)


def test_only_the_latest_night_and_month_ends_keep_their_rows(
    in_order: dict[str, pd.DataFrame], in_any_order: dict[str, pd.DataFrame]
) -> None:
    assert set(in_any_order["kept"]["as_of_date"].dt.date) == KEPT
    assert set(in_order["kept"]["as_of_date"].dt.date) == KEPT | BESIDE_THE_LAST_RUN


@pytest.mark.parametrize("order", [[3, 4], pytest.param([3, 4, 0], marks=pytest.mark.long)])
def test_a_night_that_is_run_again_gives_the_same_reasons(
    run_nights: Callable[[list[int]], dict[str, pd.DataFrame]], order: list[int]
) -> None:
    """Once with the rows of the night before, once with what was said while they were kept."""
    once, twice = run_nights(order), run_nights([*order, 4])
    history = once["fct_segment_history"]
    moved = history[history["valid_from"].dt.date == NIGHTS[4]]
    assert moved["entry_reason"].str.contains("before: ").any()
    for table in TABLES:
        pd.testing.assert_frame_equal(twice[table], once[table])


def test_every_stay_has_a_reason_that_names_a_measure(
    in_any_order: dict[str, pd.DataFrame],
) -> None:
    reasons = in_any_order["fct_segment_history"]["entry_reason"]
    assert reasons.str.contains("score|tier|Stage|Loyalty|Recency none", regex=True).all()


def test_stays_follow_one_another(in_order: dict[str, pd.DataFrame]) -> None:
    history = in_order["fct_segment_history"]
    stays = history[(history["customer_id"] == "returner") & (history["scheme"] == "lifecycle")]
    found = [
        (row.segment_id, row.valid_from.date(), row.valid_to)
        for row in stays.itertuples(index=False)
    ]
    assert [entry[:2] for entry in found] == [
        ("lifecycle.new", NIGHTS[0]),
        ("lifecycle.prospect", NIGHTS[3]),
    ]
    assert found[0][2].date() == NIGHTS[3]
    assert pd.isna(found[1][2])


def test_who_appears_later_is_new_on_that_night(
    in_order: dict[str, pd.DataFrame],
) -> None:
    history = in_order["fct_segment_history"]
    late = history[(history["customer_id"] == "late") & (history["scheme"] == "rfm")]
    assert late.iloc[0]["valid_from"].date() == NIGHTS[2]
    assert pd.isna(late.iloc[0]["previous_segment_id"])


def test_stayers_are_counted_among_the_transitions(
    in_order: dict[str, pd.DataFrame],
) -> None:
    moves = in_order["fct_segment_transitions"]
    value = moves[(moves["scheme"] == "value_tier") & (moves["as_of_date"] == "2026-06-30")]
    assert int(value["customers"].sum()) == 4
    assert set(value["previous_as_of_date"].dt.date) == {NIGHTS[3]}


def test_the_next_90_days_are_told_once_a_night_that_far_has_run(
    in_order: dict[str, pd.DataFrame],
) -> None:
    """From 1 March to 30 May: 10 + 70 - 40 are spent, by customers of the night 10 - 40."""
    scorecard = in_order["fct_segment_scorecard"]
    value = scorecard[scorecard["scheme"] == "value_tier"]
    by_night = value.groupby(value["as_of_date"].dt.date)["next_90d_spend"].agg(["sum", "count"])
    assert float(by_night.loc[NIGHTS[0], "sum"]) == -30.0
    assert int(by_night.loc[NIGHTS[2], "count"]) == 0
    assert int(by_night.loc[NIGHTS[4], "count"]) == 0


def test_the_first_night_has_no_turnover(in_order: dict[str, pd.DataFrame]) -> None:
    scorecard = in_order["fct_segment_scorecard"]
    is_first = scorecard["as_of_date"].dt.date == NIGHTS[0]
    assert scorecard.loc[is_first, "turnover_share"].isna().all()
    assert scorecard.loc[~is_first, "turnover_share"].notna().all()
