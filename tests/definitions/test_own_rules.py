"""Own rules on built nights: priority, nulls, history, and what becomes of a rule taken out."""

from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.definitions.lines import line

FIRST, SAME, OTHER_RULES, WITHOUT = (date(2026, 3, day) for day in (1, 2, 3, 4))
BUILT = (
    "path:models/features path:seeds path:models/segments customer_360 dim_segments "
    "fct_customer_segments fct_segment_history fct_segment_changes fct_segment_transitions "
    "fct_segment_profiles fct_segment_scorecard fct_segment_categories"
)
TWICE = ("rfm", "care")
# Not of a customer of yesterday, nor of one of long ago; of those between it cannot be computed.
TOO_MANY_DIGITS = "(recency_days - 1) * (100000 - recency_days) * 9223372036854775 > 5"
JANUARY = datetime.combine(date(2026, 1, 1), time(8))
HISTORY = (
    "select scheme, customer_id, segment_id, valid_from, exit_reason "
    "from marts.fct_segment_history order by all"
)
CORE = "path:models/staging path:models/core "
SOUND = [
    "customer_360_is_sound",
    "fct_customer_segments_is_sound",
    "assert_a_customer_has_one_segment_per_scheme",
    "fct_segment_history_is_sound",
    "dim_segments_is_sound",
    "assert_the_stays_of_tonight_are_tonights_segments",
]


def rules(big: str = "monetary > 50", rest: str | None = "Others") -> dict[str, Any]:
    care: dict[str, Any] = {
        "scheme": "care",
        "description": "Who gets which care.",
        "segments": [
            {"name": "It's big", "name_zh": "大客户", "when": big, "recommended_action": "Call."},
            {"name": "South", "when": "region = 'South'"},
            {"name": "Nobody", "when": "rfm_segment = 'rfm.cannot_lose'"},
        ],
    }
    if rest:
        care["otherwise"] = rest
    bare = {"scheme": "bare", "segments": [{"name": "Silent", "when": "recency_days > 20"}]}
    never = {"name": "Never", "when": "false"}
    overflow = {"name": "Too many digits", "when": TOO_MANY_DIGITS}
    empty = {"scheme": "empty", "segments": [never, overflow]}
    return {"own_rules": [care, bare, empty]}


def failing_with_second_row(world: Any, scheme: str) -> list[str]:
    """Put a customer into a scheme twice, return the check if it sees that, take the row back."""
    columns = "segments.customer_segments select * replace ('twice' as run_id)"
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        connection.execute(
            f"insert into {columns} from segments.customer_segments "
            "where customer_id = 'both' and scheme = ?",
            [scheme],
        )
    failed = world.failing("assert_a_customer_has_one_segment_per_scheme")
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        connection.execute("delete from segments.customer_segments where run_id = 'twice'")
    return failed


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Any:
    """Four nights: twice the same rules, then others, then none.

    `both` is big and southern, `south` only southern, `small` neither, `silent` has not ordered for
    long; of `new` nothing is known, neither region nor recency.
    """
    made = new_world(**rules())
    made.land(
        "transactions",
        [
            line("1", "both", date(2026, 2, 20), 90.0),
            line("2", "south", date(2026, 2, 20), 20.0),
            line("3", "small", date(2026, 2, 20), 10.0),
            line("4", "silent", date(2026, 1, 1), 30.0),
        ],
    )
    made.land(
        "customers",
        [
            {"customer_id": name, "region": region, "created_at": JANUARY}
            for name, region in (
                ("both", "South"), ("south", "South"), ("small", "North"), ("new", None),
            )
        ],
    )  # fmt: skip
    made.run(FIRST, CORE + BUILT)
    made.first = made.query("select * from marts.fct_customer_segments")
    made.customers = made.query("select * from marts.customer_360").set_index("customer_id")
    made.segments = made.query("select * from marts.dim_segments").set_index("segment_id")
    made.categories = made.query("select * from marts.fct_segment_categories")
    made.failed_first = made.failing(*SOUND)
    made.failed_with_second_rows = [failing_with_second_row(made, scheme) for scheme in TWICE]
    made.run(SAME, BUILT)
    made.changes_of_same = made.query("select * from marts.fct_segment_changes")
    made.settings = made.settings.model_validate(
        {"currency": "EUR", "language": "zh", **rules("monetary > 15", None)}
    )
    made.run(OTHER_RULES, BUILT)
    made.chinese = made.query("select * from marts.fct_customer_segments")
    made.changes = made.query("select * from marts.fct_segment_changes")
    made.failed_then = made.failing(*SOUND)
    # The last night is run under further rules, and then again without any.
    made.settings = made.settings.model_validate({"currency": "EUR", **rules("monetary > 25")})
    made.run(WITHOUT, BUILT)
    made.history_of_further_rules = made.query(HISTORY)
    made.settings = made.settings.model_validate({"currency": "EUR"})
    made.run(WITHOUT, BUILT)
    made.failed_last = made.failing(*SOUND)
    return made


def given(rows: Any, scheme: str) -> dict[str, str]:
    mine = rows[rows["scheme"] == scheme]
    return dict(zip(mine["customer_id"], mine["segment_id"], strict=True))


def test_the_first_rule_that_holds_wins_and_what_is_unknown_does_not_hold(world: Any) -> None:
    assert given(world.first, "care") == {
        "both": "care.it_s_big",
        "south": "care.south",
        "small": "care.others",
        "silent": "care.others",
        "new": "care.others",
    }
    assert given(world.first, "bare") == {"silent": "bare.silent"}


def test_reasons_say_the_rule_the_figures_and_which_other_rule_holds(world: Any) -> None:
    rows = world.first.set_index(["scheme", "customer_id"])
    both = rows.loc[("care", "both")]
    assert both["segment_name"] == "It's big"
    assert both["reason_1"] == "Meets the rule of It's big: monetary > 50"
    assert both["reason_2"] == "What the rule looks at: monetary 90.00"
    assert both["reason_3"] == "Also meets a rule further down: South"
    assert pd.isna(rows.loc[("care", "south")]["reason_3"])
    assert rows.loc[("care", "new")]["reason_1"] == "Meets none of the rules of the scheme"


def test_reasons_are_in_the_language_of_the_night(world: Any) -> None:
    row = world.chinese.set_index(["scheme", "customer_id"]).loc[("care", "both")]
    assert row["reason_1"] == "符合“大客户”的规则：monetary > 15"
    assert row["reason_3"] == "同时符合其后的规则：South"


def test_own_segments_of_a_customer_stand_in_one_column(world: Any) -> None:
    assert world.customers.loc["both", "own_segments"] == "care.it_s_big"
    assert world.customers.loc["silent", "own_segments"] == "bare.silent,care.others"
    assert world.customers.loc["both", "rfm_segment"].startswith("rfm.")


def test_own_segments_are_described_with_their_rule(world: Any) -> None:
    big = world.segments.loc["care.it_s_big"]
    assert (big["segment_name_zh"], big["rule_text"], big["recommended_action"]) == (
        "大客户", "monetary > 50", "Call.",
    )  # fmt: skip
    assert big["description"] == "Who gets which care."
    assert big["allowed_use"].startswith("Reporting")
    # Nobody is in it, but the scheme is there.
    assert world.segments.loc["care.nobody", "status"] == "active"
    never = world.segments.loc["empty.not_available"]
    assert never["status_reason"] == "No customer meets any rule of the scheme."


def test_own_segments_have_profiles_categories_and_transitions(world: Any) -> None:
    profiles = world.query(
        "select segment_id, customers from marts.fct_segment_profiles "
        f"where scheme = 'care' and as_of_date = date '{FIRST}' order by segment_id"
    )
    assert profiles.to_numpy().tolist() == [
        ["care.it_s_big", 1], ["care.others", 3], ["care.south", 1],
    ]  # fmt: skip
    categories = world.categories[world.categories["channel"] == "all"]
    assert (
        dict(zip(categories["segment_id"], categories["buyers"], strict=True))["care.others"] == 2
    )
    moves = world.query(
        "select from_segment_id, to_segment_id, customers from marts.fct_segment_transitions "
        f"where scheme = 'care' and as_of_date = date '{OTHER_RULES}' order by all"
    )
    assert ["care.south", "care.it_s_big", 1] in moves.to_numpy().tolist()


def test_the_same_rules_move_nobody(world: Any) -> None:
    own = world.changes_of_same["scheme"].isin(["care", "bare", "empty"])
    assert not own.any()


def test_other_rules_end_every_stay_of_their_scheme_alone(world: Any) -> None:
    history = world.query(HISTORY)
    both = history[(history["customer_id"] == "both") & (history["scheme"] == "care")]
    assert [day.date() for day in both["valid_from"]] == [FIRST, OTHER_RULES]
    assert both["exit_reason"].tolist()[0] == "scheme changed"
    silent = history[(history["customer_id"] == "silent") & (history["scheme"] == "bare")]
    assert len(silent) == 1
    moved = world.changes[world.changes["scheme"] == "care"].set_index("customer_id")
    assert moved.loc["south", "entry_reason"].startswith("该方案的规则有变更。")
    # Without a rest, whoever meets no rule is in no segment any more.
    assert pd.isna(moved.loc["new", "to_segment_id"])


def test_a_scheme_that_is_taken_out_leaves_its_past(world: Any) -> None:
    tonight = world.query("select distinct scheme from marts.fct_customer_segments")
    assert not set(tonight["scheme"]) & {"care", "bare", "empty"}
    segments = world.query("select * from marts.dim_segments").set_index("segment_id")
    gone = segments.loc["care.south"]
    assert (gone["status"], gone["status_reason"]) == (
        "retired", "The rule is no longer in strata.yml.",
    )  # fmt: skip
    assert not set(segments.index) & {"empty.not_available"}
    columns = world.query("select own_segments from marts.customer_360")
    assert columns["own_segments"].isna().all()


def test_a_night_that_is_run_again_without_a_scheme_tells_nothing_of_it(world: Any) -> None:
    def stays_of_care_since(history: Any) -> int:
        is_new = (history["scheme"] == "care") & (history["valid_from"].dt.date == WITHOUT)
        return int(is_new.sum())

    assert stays_of_care_since(world.history_of_further_rules) == 5
    assert stays_of_care_since(world.query(HISTORY)) == 0
    moves = world.query(
        "select count(*) as moves from marts.fct_segment_transitions "
        f"where scheme = 'care' and as_of_date = date '{WITHOUT}'"
    )
    assert moves["moves"].tolist() == [0]


def test_a_night_that_is_run_again_gives_the_same_rows(world: Any) -> None:
    rows = "select * exclude (run_id) from segments.customer_segments order by all"
    before = world.query(rows)
    world.run(WITHOUT, "own_segments")
    assert world.query(rows).equals(before)


def test_a_customer_who_is_in_a_scheme_twice_is_found(world: Any) -> None:
    found = ["assert_a_customer_has_one_segment_per_scheme"]
    assert world.failed_with_second_rows == [found, found]


def test_every_check_passes_on_every_night(world: Any) -> None:
    assert world.failed_first == world.failed_then == world.failed_last == []
