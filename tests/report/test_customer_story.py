"""What `strata explain` says of a customer, in both languages."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.customer_text import WIDTH, distance_text
from orchestration.reporting.wording import wording

Explain = Callable[..., str]


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Run the command on a published night with one customer in three schemes."""
    monkeypatch.setenv("STRATA_HOME", str(tmp_path))
    (tmp_path / "strata.yml").write_text("currency: EUR\n")
    (tmp_path / "serving").mkdir()
    with duckdb.connect(str(tmp_path / "serving" / "strata.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.customer_360 as select date '2026-03-02' as as_of_date, "
            "'C1' as customer_id, 12 as recency_days, 3 as frequency, 1234.5 as monetary, "
            "411.5 as average_order_value, date '2025-01-01' as first_order_date, "
            "date '2026-02-18' as last_order_date, '433' as rfm_code, 1234.5 as spend_365d, "
            "null as margin_365d, 0.25 as discount_share, 0.0 as return_share, "
            "425 as tenure_days, 0.9876 as p_alive, 0.305 as churn_probability, "
            "'model' as prediction_source, 2.25 as expected_orders_90d, "
            "null as expected_spend_365d, 'none' as value_prediction_source"
        )
        connection.execute(
            "create table marts.fct_customer_segments as select 'C1' as customer_id, * from "
            "(values ('behaviour', 'behaviour.b01', 'Regulars', 1.5, -0.25, true, "
            "'behaviour.b02', 'Orders about every 12 days', 'Second', null), "
            "('churn_risk', 'churn_risk.medium', 'Medium risk', 0.305, 0.005, true, "
            "'churn_risk.low', 'Chance of no order', null, null), "
            "('value_tier', 'value_tier.none', 'None', 0.0, null, false, null, 'Nothing', null, "
            "null)) as rows(scheme, segment_id, segment_name, score, margin, is_borderline, "
            "next_segment_id, reason_1, reason_2, reason_3)"
        )
        connection.execute(
            "create table marts.dim_segments as select * from (values "
            "('behaviour.b01', 'Regulars', '常购客户', 'Nearer to this. In short: much (94% of "
            "these are in the segment, 81% of the segment are these).', '更接近。简而言之：多。'), "
            "('behaviour.b02', 'Mainstream', '主流客户', 'Nearer to that.', null), "
            "('churn_risk.medium', 'Medium risk', '中流失风险', 'Between.', '介于两者之间。'), "
            "('churn_risk.low', 'Low risk', '低流失风险', 'Below.', '低于。'), "
            "('value_tier.none', 'None', '无消费', 'No sale line.', '没有销售行。')"
            ") as rows(segment_id, segment_name, segment_name_zh, rule_text, rule_text_zh)"
        )
        connection.execute(
            "create table marts.fct_segment_feature_index as select * from (values "
            "('behaviour.b01', 'orders_365d', 186.0), ('behaviour.b01', 'frequency', 186.0), "
            "('behaviour.b01', 'recency_days', 20.0), ('behaviour.b01', 'return_share', null), "
            "('behaviour.b02', 'orders_365d', 60.0)) as rows(segment_id, feature, index_vs_base)"
        )
        connection.execute(
            "create table marts.fct_segment_history as select 'C1' as customer_id, * from (values "
            "('behaviour', 'behaviour.b02', date '2026-02-01', date '2026-03-01', 'First night'), "
            "('behaviour', 'behaviour.b01', date '2026-03-01', null, 'Moved because'), "
            "('lifecycle', 'lifecycle.active', date '2026-02-01', null, 'Was active')"
            ") as rows(scheme, segment_id, valid_from, valid_to, entry_reason)"
        )

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["explain", "C1", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_each_scheme_says_rule_distance_reasons_and_stays(explain: Explain) -> None:
    text = explain()
    assert "Customer C1, as of 2 March 2026" in text
    assert "Money in the window       1,234.50 EUR" in text
    assert "No order in 90 days       30.5%" in text
    behaviour = text[text.index("Behaviour groups") : text.index("Churn risk:")]
    # A line that goes on is indented further.
    assert behaviour.rstrip().replace("\n    ", " ").splitlines() == [
        "Behaviour groups: Regulars (behaviour.b01)",
        "  rule: Nearer to this. In short: much (94% of these are in the segment, 81% of the "
        "segment are these).",
        "  its mean against everybody's: Days since last order ×0.2; Orders in 365 days ×1.9",
        "  next segment: 0.25 scaled units (1 is the usual spread of a feature) across the border "
        "to Mainstream (behaviour.b02) already, and held back until that is further or lasts; on "
        "the border",
        "  because: Orders about every 12 days",
        "  because: Second",
        "  2026-02-01 – 2026-03-01: Mainstream (behaviour.b02). First night",
        "  2026-03-01 – now: Regulars (behaviour.b01). Moved because",
    ]
    assert (
        "next segment: 0.5 percentage points of churn probability from Low risk (churn_risk.low); "
        "on the"
    ) in text
    assert "next segment: none; not on the border" in text
    assert "Lifecycle: not in the scheme on this night" in text


def test_it_explains_in_the_language_asked_for_with_reasons_as_stored(explain: Explain) -> None:
    text = explain("--language", "zh")
    assert "客户 C1，截至 2026年3月2日" in text
    assert "行为群组：常购客户（behaviour.b01）" in text
    assert "规则：更接近。简而言之：多。" in text
    assert "其均值与全体相比：距上次订单天数 ×0.2；365 天订单数 ×1.9" in text
    assert "下一分层：已越过与主流客户（behaviour.b02）的边界 0.25 个标准化单位" in text
    assert "因为：Orders about every 12 days" in text
    assert "理由按当夜写入时的语言显示" in text
    assert "2026-03-01 至 今：常购客户（behaviour.b01）。Moved because" in text


def test_the_accounts_language_is_the_default(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "strata.yml").write_text("currency: EUR\nlanguage: zh\n")
    text = explain()
    assert "规则：介于两者之间。" in text
    assert "理由按当夜写入时的语言显示" not in text
    assert "Reasons are shown as the nights wrote them" in explain("--language", "en")


def test_an_undeclared_language_is_refused(explain: Explain) -> None:
    assert explain()
    result = CliRunner().invoke(main, ["explain", "C1", "--language", "fr"])
    assert result.exit_code == 2
    assert "'en', 'zh'" in result.output


def test_json_holds_rules_names_and_the_distance_in_words(explain: Explain) -> None:
    story = json.loads(explain("--json", "--language", "zh"))
    [behaviour] = [row for row in story["segments"] if row["scheme"] == "behaviour"]
    assert behaviour["next_segment_name"] == "Mainstream"
    assert behaviour["rule_text_zh"] == "更接近。简而言之：多。"
    assert behaviour["distance"].startswith("已越过与主流客户")
    # A file of before rules stood apart has none of these.
    assert behaviour["short_rule"] is None
    assert [stay["segment_name"] for stay in story["stays"][:2]] == ["Mainstream", "Regulars"]


def test_no_line_is_wider_than_it_may_be(explain: Explain) -> None:
    assert max(len(line) for line in explain().splitlines()) <= WIDTH


@pytest.mark.parametrize(
    ("scheme", "margin", "told"),
    [
        ("rfm", 0.25, "0.25 score points from Next (x.next)"),
        ("value_tier", 1234.5, "1,234.50 EUR of value from Next (x.next)"),
        ("clv_tier", 3.0, "3.00 EUR of expected spend from Next (x.next)"),
        (
            "lifecycle",
            0.75,
            "0.75 × the first limit (of silence, or before a contract's end) from Next (x.next)",
        ),
        ("churn_risk", 0.123, "12.3 percentage points of churn probability from Next (x.next)"),
        ("asset_tier", 1234.5, "1,234.50 EUR of balance from Next (x.next)"),
        ("credit_risk", 3.0, "3 days past due from Next (x.next)"),
        ("risk_appetite", 0.05, "5.0 percentage points of the questionnaire from Next (x.next)"),
        ("own_rule", 2.0, "2 units of the score from Next (x.next)"),
        ("rfm", None, None),
    ],
)
def test_a_distance_is_told_in_the_unit_of_the_score(
    scheme: str, margin: float | None, told: str | None
) -> None:
    segment = {
        "scheme": scheme,
        "margin": margin,
        "next_segment_id": "x.next",
        "next_segment_name": "Next",
    }
    assert distance_text(segment, wording("en", "EUR")) == told
