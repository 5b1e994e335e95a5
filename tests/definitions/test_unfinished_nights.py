"""A night that broke off counts as none: the others are told as if it had never been begun."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.unfinished_nights import begin_segments, end_segments, unfinished_nights
from tests.definitions.lines import line

NIGHTS = [
    date(2026, 3, 1),
    date(2026, 3, 20),
    date(2026, 4, 10),
    date(2026, 6, 29),
    date(2026, 6, 30),
]
WHOLE = (
    "path:models/features path:seeds path:models/segments fct_customer_segments "
    "fct_segment_history "
    "fct_segment_transitions fct_segment_profiles fct_segment_scorecard"
)
# What a run that broke off did not come to.
BREAKS = {
    "customer_segments": "segment_nights+",
    "segment_nights": "segment_changes+",
    "segment_changes": "segment_transitions+ segment_stays+ segment_outcomes+",
    "segment_stays": "segment_transitions+ segment_outcomes+",
}
BEFORE_AND_AFTER_THE_CHANGES = ["segment_nights", "segment_changes"]
TABLES = {
    "fct_segment_history": "customer_id, scheme, valid_from",
    "fct_segment_transitions": "as_of_date, scheme, from_segment_id, to_segment_id",
    "fct_segment_profiles": "as_of_date, scheme, segment_id",
    "fct_segment_scorecard": "as_of_date, scheme, segment_id",
}
CHECKS = [
    "assert_stays_neither_leave_a_gap_nor_overlap",
    "assert_the_stays_of_tonight_are_tonights_segments",
]


LINES = [
    line("a1", "always", date(2026, 1, 5), 10.0),
    line("a2", "always", date(2026, 2, 27), 10.0),
    line("a3", "always", date(2026, 3, 19), 10.0),
    line("a4", "always", date(2026, 4, 9), 10.0),
    line("a5", "always", date(2026, 6, 29), 10.0),
    line("b1", "once", date(2026, 2, 20), 500.0),
    line("c1", "late", date(2026, 4, 1), 70.0),
    line("d1", "later", date(2026, 6, 29), 70.0),
    line("e1", "on the broken night", date(2026, 3, 15), 40.0),
]
SCORE = """
    insert into ml.behaviour_scores by name
    select ?::date as as_of_date, ? as run_id, 'always' as customer_id, 'm' as model_id,
        ? as segment_id, 1.0 as score, 0.1 as margin, false as is_borderline,
        'Recency low: 3' as reason_1
"""
SINCE = [line("f1", "landed since", date(2026, 3, 10), 900.0)]


@pytest.fixture(scope="module")
def after(new_world: Callable[..., Any]) -> Callable[..., Any]:
    """Make a world after some nights that came through; what is the same at first is run once."""
    known: dict[tuple[int, ...], Any] = {}

    def lived(full_nights: int, *places: int) -> Any:
        key = (full_nights, *places)
        if key not in known:
            world = new_world(history={"full_nights": full_nights})
            if places:
                lived(full_nights, *places[:-1]).copy_to(world)
                run(world, places[-1])
            elif known:
                next(iter(known.values())).copy_to(world)
            else:
                world.land("transactions", LINES)
                for night in NIGHTS:
                    world.fit(night, 1.0, 30.0)
                world.run(NIGHTS[0], "path:models/staging path:models/core")
            known[key] = world
        return known[key]

    def copied(*places: int, full_nights: int = 60) -> Any:
        world = new_world(history={"full_nights": full_nights})
        lived(full_nights, *places).copy_to(world)
        return world

    return copied


def run(world: Any, place: int, *, without: str | None = None, core: str = "") -> None:
    """Run a night, or what a run builds of it that breaks off before the models `without`."""
    night = NIGHTS[place]
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        begin_segments(connection, night, f"run-{night}", is_whole=True)
    world.run(night, core + WHOLE + (f" --exclude {without}" if without else ""))
    if without is None:
        with closing(duckdb.connect(str(world.home.warehouse))) as connection:
            end_segments(connection, f"run-{night}")


def told(world: Any) -> dict[str, pd.DataFrame]:
    tables = {
        table: world.query(f"select * exclude (run_id) from marts.{table} order by {keys}")
        for table, keys in TABLES.items()
    }
    # The former measure is told while the rows of the night before are kept, no longer.
    tables["fct_segment_history"] = tables["fct_segment_history"].drop(columns="entry_reason")
    return tables


def refuse_other_rows(world: Any, expected: dict[str, pd.DataFrame]) -> None:
    for table, rows in told(world).items():
        pd.testing.assert_frame_equal(rows, expected[table], obj=table)
    assert world.failing(*CHECKS) == []


@pytest.mark.parametrize(
    "built",
    [
        pytest.param(built, marks=[] if built == "segment_nights" else pytest.mark.long)
        for built in BREAKS
    ],
)
def test_the_next_night_is_compared_with_the_last_one_that_came_through(
    after: Callable[..., Any], built: str
) -> None:
    broken = after(0)
    run(broken, 1, without=BREAKS[built])
    with closing(duckdb.connect(str(broken.home.warehouse), read_only=True)) as connection:
        assert unfinished_nights(connection) == [NIGHTS[1]]

    run(broken, 2)

    refuse_other_rows(broken, told(after(0, 2)))


@pytest.mark.long
@pytest.mark.parametrize("built", BEFORE_AND_AFTER_THE_CHANGES)
def test_a_night_before_others_that_broke_off_leaves_no_trace_in_them(
    after: Callable[..., Any], built: str
) -> None:
    broken = after(0, 2, 3, full_nights=1)
    run(broken, 1, without=BREAKS[built])

    run(broken, 4)

    refuse_other_rows(broken, told(after(0, 2, 3, 4, full_nights=1)))


@pytest.mark.long
@pytest.mark.parametrize("built", BEFORE_AND_AFTER_THE_CHANGES)
def test_a_night_that_broke_off_when_it_was_run_again_counts_as_none(
    after: Callable[..., Any], built: str
) -> None:
    """Its old rows are gone in part, and what landed since is in the new ones."""
    core = "path:models/staging path:models/core "
    never, broken = after(0, 2, 3, full_nights=1), after(0, 1, 2, 3, full_nights=1)
    for world in (never, broken):
        world.land("transactions", SINCE)
    run(broken, 1, without=BREAKS[built], core=core)

    run(broken, 4)
    run(never, 4, core=core)

    refuse_other_rows(broken, told(never))


@pytest.mark.long
@pytest.mark.parametrize("built", BEFORE_AND_AFTER_THE_CHANGES)
def test_the_night_that_broke_off_comes_through_when_it_is_run_again(
    after: Callable[..., Any], built: str
) -> None:
    broken = after(0, 2, 3)
    run(broken, 1, without=BREAKS[built])

    run(broken, 1)

    refuse_other_rows(broken, told(after(0, 2, 3, 1)))


@pytest.mark.long
def test_nights_that_broke_off_one_after_the_other_are_made_good_together(
    after: Callable[..., Any],
) -> None:
    broken = after(0)
    run(broken, 1, without=BREAKS["segment_nights"])
    run(broken, 2, without=BREAKS["customer_segments"])
    run(broken, 3, without=BREAKS["segment_changes"])

    run(broken, 4)

    refuse_other_rows(broken, told(after(0, 4)))


@pytest.mark.long
def test_a_run_of_a_part_makes_no_night_whole_and_takes_none_back(
    after: Callable[..., Any],
) -> None:
    world = after(0)
    run(world, 1, without=BREAKS["segment_changes"])
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        assert begin_segments(connection, NIGHTS[2], "a part", is_whole=False) == []
        assert unfinished_nights(connection) == [NIGHTS[1]]
        nights = connection.execute("select distinct as_of_date from segments.segment_nights")
        assert len(nights.fetchall()) == 2


@pytest.mark.long
def test_rows_told_anew_by_a_run_that_broke_off_reach_the_segments_by_the_next(
    after: Callable[..., Any],
) -> None:
    """A run of the night of 20 March told later nights anew, and died before its segments."""
    at_once, broken = after(), after()
    for world, told_before in ((at_once, "behaviour.b02"), (broken, "behaviour.b01")):
        for place in (2, 3, 4):
            segment = "behaviour.b02" if place == 4 else told_before
            world.execute(SCORE, [NIGHTS[place], f"run-{NIGHTS[place]}", segment])
        for place in (2, 3):
            run(world, place)
    for night in NIGHTS[2:4]:
        broken.execute(
            "update ml.behaviour_scores set segment_id = 'behaviour.b02', run_id = 'died' "
            "where as_of_date = ?",
            [night],
        )
        broken.execute("insert into ml.told_anew values (?, 'died')", [night])

    for world in (at_once, broken):
        run(world, 4)

    # Profiles of a night stay as its own run told them, but for how many customers there are.
    for table in ("fct_segment_history", "fct_segment_transitions"):
        pd.testing.assert_frame_equal(told(broken)[table], told(at_once)[table], obj=table)
    assert broken.failing(*CHECKS) == []
    stays = broken.query(
        "select segment_id, valid_from from marts.fct_segment_history where scheme = 'behaviour'"
    )
    assert list(stays["segment_id"]) == ["behaviour.b02"]
    assert broken.query("select * from ml.told_anew").empty
