"""Own rules are read before the night: a mistake is named with rule, line and what may stand."""

from pathlib import Path

import pytest

from orchestration.customer_base import (
    allowed_use_of,
    customer_base_codes,
    customer_base_columns,
)
from orchestration.errors import SettingsError
from orchestration.landing_schema import LANDING
from orchestration.rule_predicates import PredicateError, read_predicate
from orchestration.scheme_registry import registered_schemes
from orchestration.settings import Settings, load_settings

RULES = """\
own_rules:
  - scheme: vip_care
    segments:
      - name: Big spenders in the south
        when: "monetary > 5000 and region = 'South'"
      - name: 近期客户
        id: recent
        when: {second}
    otherwise: Everybody else
"""


def settings_with(folder: Path, text: str) -> Settings:
    path = folder / "strata.yml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings_with(folder, text)
    return str(caught.value)


def test_rules_become_segments_in_order_of_priority(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, RULES.format(second="recency_days <= 30"))

    [scheme] = settings.own_rules
    rows = list(scheme.rows())
    assert [(row["place"], row["segment_id"]) for row in rows] == [
        (1, "vip_care.big_spenders_in_the_south"),
        (2, "vip_care.recent"),
        (3, "vip_care.everybody_else"),
    ]
    assert rows[0]["rule_text"] == "monetary > 5000 and region = 'South'"
    assert rows[0]["looks_at"] == "monetary,region"
    assert rows[1]["segment_name_zh"] == "近期客户"
    assert rows[2]["predicate"] is None


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("monetery > 5", ["`monetery`, which is no column", "Did you mean `monetary`"]),
        ('region = "South"', ["`South`, which is no column", "single quotes"]),
        ("own_segments is null", ["`own_segments`, which is no column"]),
        ("customer_360.monetary > 5", ["`customer_360.monetary`: write `monetary` alone"]),
        ("monetary > 5; drop table x", ["holds another statement"]),
        ("true; select 2", ["holds 2 statements"]),
        ("monetary", ["is decimal(18,2), not true or false"]),
        ("monetary > 5, frequency > 2", ["more than one condition"]),
        ("monetary > 5 as big", ["more than one condition"]),
        ("true from customer_360", ["more than one condition"]),
        ("true union select false", ["more than one condition"]),
        ("true) or (true", ["is no condition"]),
        ("monetary > (select 5)", ["a query within the condition"]),
        ("exists (select 1)", ["a query within the condition"]),
        ("rank() over () = 1", ["a window over other customers"]),
        ("sum(monetary) > 5", ["calls `sum`, which no rule may", "Allowed: abs, "]),
        ("last_order_date < current_date", ["`current_date`"]),
        ("random() < 0.5", ["calls `random`"]),
        ("read_text('/etc/passwd') = ''", ["calls `read_text`"]),
        ("getenv('HOME') = ''", ["calls `getenv`"]),
        ("main.abs(monetary) > 5", ["calls `abs`"]),
        ("cast(region as integer) = 5", ["turns a column into another type"]),
        ("region = 5", ["cannot be evaluated", "region", "single quotes"]),
        ("monetary > 'much'", ["cannot be evaluated", "much"]),
        ("recency_days < 5 or region in (1, 2)", ["cannot be evaluated"]),
        ("last_order_date > 'soon'", ["cannot be evaluated"]),
        ("rfm_segment = 'rfm.champion'", ["which it never is", "Did you mean 'rfm.champions'"]),
        ("rfm_segment in ('rfm.loyal', 'loyal')", ["`rfm_segment` with 'loyal'"]),
        ("monetary > '5'", ["compares a number with a text: (monetary > '5')", "numbers in none"]),
        ("frequency between 1 and '5'", ["compares a number with a text"]),
        ("frequency in ('5', '6')", ["compares a number with a text"]),
        ("monetary > 0 or '5' < frequency", ["compares a number with a text: ('5' < frequency)"]),
        ("monetary > 1e400", ["a number that is too large", "308 digits"]),
        ("monetary > 0 and spend_365d < -1e400", ["a number that is too large"]),
        ("frequency * 9223372036854775807 > 1", ["too much arithmetic", "(frequency * 9223"]),
        ("", ["is no condition"]),
        ("*", ["`*`"]),
        ("$1", ["a parameter"]),
    ],
)  # fmt: skip
def test_what_is_no_condition_over_one_customer_is_refused(
    condition: str, words: list[str]
) -> None:
    with pytest.raises(PredicateError) as caught:
        read_predicate(condition, customer_base_columns(), customer_base_codes())
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "condition",
    [
        "Monetary > 5000 AND region = 'South' -- the best",
        "recency_days between 1 and 30 or last_order_date >= date '2024-01-01'",
        "rfm_segment in ('rfm.loyal', 'rfm.champions') and not is_low_confidence",
        "coalesce(churn_probability, 0) > 0.5 and lower(city) like 'new%'",
        "as_of_date - last_order_date > 5 and spend_365d / nullif(frequency, 0) > 20",
        "case when gender = 'f' then monetary > 5 else monetary > 6 end",
        "last_order_date < as_of_date - interval 90 days",
        "marketing_consent",
        "monetary * frequency * recency_days > 1e6 and monetary * monetary > 5",
        "1e0 * frequency * 9223372036854775807 > 1",
        "last_order_date >= '2024-01-01'",
        "region = '5' and city in ('1', '2')",
        "customer_id ilike 'x\"; --%'",
    ],
)
def test_conditions_over_one_customer_are_read_and_written_as_the_parser_does(
    condition: str,
) -> None:
    found = read_predicate(condition, customer_base_columns(), customer_base_codes())

    again = read_predicate(found.sql, customer_base_columns(), customer_base_codes())
    assert again.sql == found.sql
    assert set(found.columns) <= set(customer_base_columns())
    assert found.columns


def test_a_mistake_names_the_rule_its_line_and_near_columns(tmp_path: Path) -> None:
    said = refusal(tmp_path, RULES.format(second="recencydays <= 30"))

    assert "line 8: `own_rules.vip_care.segments.近期客户.when`: looks at `recencydays`" in said
    assert "Did you mean `recency_days`" in said


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("own_rules:\n- scheme: rfm\n  segments: [{name: A, when: 'true'}]\n", 2,
         ["`own_rules.rfm.scheme`", "is a scheme of Strata's own", "lifecycle"]),
        ("own_rules:\n- scheme: a\n  segment: []\n  segments: [{name: A, when: 'true'}]\n", 3,
         ["is no setting", "Did you mean `segments`", "otherwise"]),
        ("own_rules:\n- scheme: a\n  segments:\n  - {name: A, wenn: 'true'}\n", 4,
         ["`own_rules.a.segments.A.wenn` is no setting", "Did you mean `when`"]),
        ("own_rules:\n- scheme: a\n  segments:\n  - {name: A, when: 'true'}\n"
         "  - {name: a, when: 'true'}\n", 2, ["have the same id `a`"]),
        ("own_rules:\n- scheme: a\n  segments: [{name: 新, when: 'true'}]\n", 2, ["`id:`"]),
        ("own_rules:\n- scheme: a\n  segments: [{name: A, when: 'true'}]\n"
         "- scheme: a\n  segments: [{name: B, when: 'true'}]\n", 1, ["two schemes named a"]),
        ("own_rules:\n- scheme: a\n  segments: []\n", 3, ["at least 1"]),
        ("own_rules:\n- scheme: A B\n  segments: [{name: A, when: 'true'}]\n", 2, ["pattern"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_scheme_is_named(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    said = refusal(tmp_path, text)

    assert f"strata.yml, line {line}: " in said
    for word in words:
        assert word in said


def test_an_unknown_scheme_in_the_settings_is_named_with_those_there_are(tmp_path: Path) -> None:
    said = refusal(tmp_path, "currency: EUR\nrfmm:\n  window_days: 90\n")

    assert "line 2: `rfmm` is no setting. Did you mean `rfm`? Allowed here: " in said


def test_a_rule_over_personal_traits_or_a_schemes_segments_is_held_to_their_uses() -> None:
    uses = {scheme.scheme: scheme.allowed_use for scheme in registered_schemes()}

    assert allowed_use_of(frozenset({"monetary", "rfm_segment"})) == uses["rfm"]
    assert allowed_use_of(frozenset({"gender"})) == uses["demographic"]
    assert allowed_use_of(frozenset({"monetary", "credit_risk_segment"})) == uses["credit_risk"]


def test_every_entry_that_enables_a_scheme_is_a_landing_column() -> None:
    columns = {f"{table.name}.{name}" for table in LANDING.values() for name in table.by_name}
    found = [
        each.split(" of ")
        for scheme in registered_schemes()
        for alternatives in scheme.alternatives
        for each in alternatives
    ]
    assert {column for column, *_ in found} <= columns
    surveys = {survey for _, *of_survey in found for survey in of_survey}
    assert surveys == {"nps", "csat", "needs", "psychographic", "risk_profile"}
