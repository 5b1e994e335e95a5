"""What ends a stay: other rules, leaving; and what does not: a night without the scheme."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.stays_state import begin_stays, end_stays
from tests.definitions.lines import line

FIRST, WITHOUT, BACK, NEW_RULES = (
    date(2026, 3, 1),
    date(2026, 3, 2),
    date(2026, 3, 3),
    date(2026, 3, 4),
)
CORE = "path:models/staging path:models/core "
SEGMENTS = (
    "path:models/features path:seeds path:models/segments fct_customer_segments "
    "fct_segment_history fct_segment_changes fct_segment_transitions fct_segment_scorecard"
)
NO_GAP = "assert_stays_neither_leave_a_gap_nor_overlap"
AS_TONIGHT = "assert_the_stays_of_tonight_are_tonights_segments"
HISTORY = (
    "select * exclude (run_id) from marts.fct_segment_history "
    "order by customer_id, scheme, valid_from"
)


def consent(customer: str, day: date, *, is_given: bool) -> list[dict[str, Any]]:
    at = datetime.combine(day, time(8))
    return [{"customer_id": customer, "updated_at": at, "profiling_consent": is_given}]


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Iterator[Any]:
    """Four nights: on the second lifecycle is not available and `wanders` refuses profiling."""
    made = new_world()
    made.land(
        "transactions",
        [
            line("a", "stays", date(2026, 2, 20)),
            line("b", "wanders", date(2026, 2, 20)),
            # 20 days of silence: at risk as long as 14 days are the least limit, active with 25.
            line("c", "quiet", date(2026, 2, 12)),
            line("d", "quiet", date(2026, 2, 11)),
        ],
    )
    for night in (FIRST, BACK, NEW_RULES):
        made.fit(night, 1.0, 1.0)
    made.run(FIRST, CORE + SEGMENTS)
    made.land("customers", consent("wanders", WITHOUT, is_given=False))
    made.run(WITHOUT, CORE + SEGMENTS)
    made.refused = made.query(HISTORY)
    made.land("customers", consent("wanders", BACK, is_given=True))
    made.run(BACK, CORE + SEGMENTS)
    made.settings = made.settings.model_validate(
        {"currency": "EUR", "lifecycle": {"min_days": [25, 28, 56]}}
    )
    made.run(NEW_RULES, SEGMENTS)
    return made


@pytest.fixture
def stays(world: Any) -> Callable[[str, str], list[tuple[Any, ...]]]:
    def told(customer: str, scheme: str) -> list[tuple[Any, ...]]:
        history = world.query(HISTORY)
        mine = history[(history["customer_id"] == customer) & (history["scheme"] == scheme)]
        return [
            (
                row.segment_id.split(".")[1],
                row.valid_from.date(),
                None if pd.isna(row.valid_to) else row.valid_to.date(),
                None if pd.isna(row.exit_reason) else row.exit_reason,
            )
            for row in mine.itertuples(index=False)
        ]

    return told


def test_whoever_leaves_and_comes_back_has_two_stays(stays: Callable[..., Any]) -> None:
    found = stays("wanders", "value_tier")
    assert [stay[1:] for stay in found] == [(FIRST, WITHOUT, "left"), (BACK, None, None)]


def test_whoever_refuses_has_no_history_as_long_as_that_holds(world: Any) -> None:
    assert set(world.refused["customer_id"]) == {"stays", "quiet"}


def test_a_night_without_the_scheme_ends_no_stay(stays: Callable[..., Any]) -> None:
    assert stays("stays", "lifecycle")[0] == ("new", FIRST, NEW_RULES, "scheme changed")


def test_new_rules_end_every_stay_of_their_scheme_and_no_other(
    world: Any, stays: Callable[..., Any]
) -> None:
    assert stays("stays", "lifecycle")[1] == ("new", NEW_RULES, None, None)
    assert stays("stays", "rfm")[0][1:] == (FIRST, None, None)
    history = world.query(HISTORY)
    is_new = (history["scheme"] == "lifecycle") & (history["valid_from"].dt.date == NEW_RULES)
    lifecycle = history[is_new]
    assert len(lifecycle) == 3
    assert lifecycle["entry_reason"].str.startswith("The rules of the scheme changed. ").all()
    assert len(set(lifecycle["scheme_version"])) == 1


def test_only_those_whom_new_rules_put_elsewhere_are_published_as_changed(world: Any) -> None:
    changes = world.query("select * from marts.fct_segment_changes where scheme = 'lifecycle'")
    assert list(changes["customer_id"]) == ["quiet"]
    [change] = changes.to_dict("records")
    assert (change["from_segment_id"], change["to_segment_id"]) == (
        "lifecycle.at_risk",
        "lifecycle.active",
    )


def test_a_night_of_new_rules_has_no_turnover(world: Any) -> None:
    turnover = world.query(
        "select scheme, as_of_date, turnover_share from marts.fct_segment_scorecard "
        "where turnover_share is null"
    )
    found = set(zip(turnover["scheme"], turnover["as_of_date"].dt.date, strict=True))
    assert ("lifecycle", NEW_RULES) in found
    assert ("rfm", NEW_RULES) not in found
    marked = world.query(
        "select distinct scheme, as_of_date from marts.fct_segment_transitions where has_new_rules "
        "order by scheme"
    )
    # Who lapsed on the journey is told by the limits of lifecycle.
    assert marked.to_dict("records") == [
        {"scheme": scheme, "as_of_date": pd.Timestamp(NEW_RULES)}
        for scheme in ("journey_stage", "lifecycle")
    ]


def test_a_scheme_that_came_and_went_on_one_night_leaves_no_trace(
    world: Any, new_world: Callable[..., Any]
) -> None:
    """The second night is run again with a rhythm, and again without: a late correction, undone."""
    other = new_world(lifecycle={"min_days": [25, 28, 56]})
    world.copy_to(other)
    other.run(WITHOUT, SEGMENTS)
    expected = other.query(HISTORY)
    other.fit(WITHOUT, 1.0, 1.0)
    other.run(WITHOUT, SEGMENTS)
    assert (other.query(HISTORY)["valid_from"].dt.date == WITHOUT).sum() > (
        expected["valid_from"].dt.date == WITHOUT
    ).sum()
    other.execute("delete from ml.cadence_parameters where as_of_date = ?", [WITHOUT])
    other.run(WITHOUT, SEGMENTS)
    pd.testing.assert_frame_equal(other.query(HISTORY), expected)


def test_another_language_ends_no_stay_and_leaves_what_was_told(
    world: Any, new_world: Callable[..., Any]
) -> None:
    """By 10 March `quiet` has been silent for 26 days, one more than the least limit."""
    in_chinese = date(2026, 3, 10)
    other = new_world(lifecycle={"min_days": [25, 28, 56]}, language="zh")
    world.copy_to(other)
    other.fit(in_chinese, 1.0, 1.0)

    other.run(in_chinese, SEGMENTS)

    before, after = world.query(HISTORY), other.query(HISTORY)
    told = ["customer_id", "scheme", "valid_from", "segment_id", "scheme_version", "entry_reason"]
    kept = before[told].merge(after[told], how="left", indicator=True)
    assert set(kept["_merge"]) == {"both"}
    moved = after[after["valid_from"].dt.date == in_chinese]
    assert ("quiet", "lifecycle") in set(zip(moved["customer_id"], moved["scheme"], strict=True))
    assert set(after.loc[after["valid_to"].dt.date == in_chinese, "exit_reason"]) == {"moved"}
    assert moved["entry_reason"].str.contains("（此前：").all()
    tonight = other.query("select * from marts.fct_customer_segments")
    assert not tonight["reason_1"].str.isascii().any()
    earlier = other.query(
        "select reason_1 from segments.customer_segments where as_of_date < date '2026-03-10'"
    )
    assert earlier["reason_1"].str.isascii().all()


@pytest.mark.long
def test_a_night_that_broke_off_between_changes_and_stays_is_made_good(
    world: Any, new_world: Callable[..., Any]
) -> None:
    """Without it the newcomer, who moved on the night that broke off, would have no stay at all."""
    broken_off, next_night = date(2026, 3, 5), date(2026, 3, 6)
    found = {}
    for select in (SEGMENTS, "+segment_changes"):
        other = new_world(lifecycle={"min_days": [25, 28, 56]})
        world.copy_to(other)
        other.land("transactions", [line("e", "newcomer", broken_off)])
        for night in (broken_off, next_night):
            other.fit(night, 1.0, 1.0)
        with closing(duckdb.connect(str(other.home.warehouse))) as connection:
            end_stays(connection, "the night before")
            held = "select count(*) > 0 from segments.segment_stays"
            for is_whole in (True, False):
                begin_stays(connection, is_whole=is_whole)
                assert connection.execute(held).fetchone() == (True,)
        other.run(broken_off, CORE + select)
        with closing(duckdb.connect(str(other.home.warehouse))) as connection:
            begin_stays(connection, is_whole=True)
        other.run(next_night, SEGMENTS)
        found[select] = other.query(HISTORY)
    assert "newcomer" in set(found[SEGMENTS]["customer_id"])
    pd.testing.assert_frame_equal(found["+segment_changes"], found[SEGMENTS])


@pytest.mark.parametrize(
    ("damage", "failing"),
    [
        ("select 1", []),
        ("update {} set valid_to = valid_to - 1 where exit_reason = 'scheme changed'", [NO_GAP]),
        ("update {} set valid_to = valid_to + 1 where exit_reason = 'scheme changed'", [NO_GAP]),
        ("update {} set valid_to = null where exit_reason = 'left'", [NO_GAP]),
        ("delete from {} where valid_to is null and customer_id = 'wanders'", [AS_TONIGHT]),
        ("update {} set segment_id = 'rfm.x' where scheme = 'rfm'", [AS_TONIGHT]),
        # As many stays as customers in each segment, and not of the same ones.
        ("update {} set customer_id = 'someone' where customer_id = 'stays'", [AS_TONIGHT]),
        ("insert into {} from main.whole where valid_to is null limit 1", [AS_TONIGHT]),
        ("update {} set scheme_version = 'x' where valid_to is null", [AS_TONIGHT]),
    ],
)
def test_the_checks_find_a_history_that_was_spoilt(
    world: Any, damage: str, failing: list[str]
) -> None:
    table = "segments.segment_stays"
    world.execute(f"create or replace table main.whole as from {table}")
    # Only who moved tonight is looked at for gaps; here everybody is.
    world.execute("insert into segments.moved_customers select customer_id, scheme from main.whole")
    world.execute(damage.format(table))
    try:
        found = world.failing(NO_GAP, AS_TONIGHT)
    finally:
        world.execute(f"delete from {table}")
        world.execute(f"insert into {table} from main.whole")
    assert set(failing) <= set(found)
    assert bool(found) == bool(failing)
