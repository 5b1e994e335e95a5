"""Checks, rejected rows, reasons and verdicts are told in plain words, in both languages."""

import html
import re
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.reporting import overview
from orchestration.reporting.charts import times
from orchestration.reporting.figures import Group, Segment
from orchestration.reporting.overview import most_money
from orchestration.reporting.page import render_report
from orchestration.reporting.quality import kind_of, reason_in_words
from orchestration.reporting.reasons import REASONS, unavailable_because
from orchestration.reporting.wording import wording

EN, ZH = wording("en", "USD"), wording("zh", "CNY")
WRITTEN = {
    "columns": "Nobody could be given a segment: it takes survey_responses.score of nps or "
    "customers.city in the landing files.",
    "switched_off": "Switched off by the setting rf_matrix.enabled, which is false unless set.",
    "own": "No customer meets any rule of the scheme.",
    "not_built": "This version of Strata does not compute this scheme.",
    "contracts": "Accounts with contracts have their lifecycle by contract status: it takes a "
    "contract or a balance by the night.",
    "contract_value": "Accounts with contracts: expected orders and spend are those of customers.",
    "gaps": "12 completed gaps between order days; at least 100 needed",
    "rhythm": "the likelihood of the gaps has no maximum inside the searched range",
    "customers": "1 customer; at least 50 needed to group them",
    "history": "90 days of history; at least 180 needed",
    "no_past": "no past night whose next 90 days are over",
    "no_proof": "no night to hold out: needs a past night whose next 90 days are over, and more",
    "not_better": "churn_90d: brier_skill 0.1 (a) against 0.2 (b) on 2017-10-02; the 95 % interval "
    "of the difference, -0.1 to 0.1, does not lie wholly above 0",
    "nobody_ordered": "nobody ordered in the 92 days to 2017-10-02; no ratio to learn",
    "alike": "no MBG/NBD: 3 customers with a second order day; at least 50 needed",
    "unstable": "no number of clusters from 2 to 12 is valid: every one has one that is small",
    "nobody": "No customer could be given a segment on this night.",
}


def section(page: str, name: str) -> str:
    return page[page.index(f'<section id="{name}"') :].split("</section>")[0]


def page_of(serving_file: Path, folder: Path, language: str) -> str:
    path = render_report(serving_file, folder / "page.html", language, currency="USD")
    return path.read_text(encoding="utf-8")


def test_every_declared_reason_has_its_text_in_both_languages() -> None:
    assert WRITTEN.keys() == REASONS.keys()
    for name, written in WRITTEN.items():
        assert unavailable_because(written, EN)
        told = unavailable_because(written, ZH)
        assert ZH.is_written_in(told), name
        assert told != ZH("unavailable.other"), name


def test_a_reason_keeps_its_figures_and_columns() -> None:
    assert "12" in unavailable_because(WRITTEN["gaps"], ZH)
    assert unavailable_because(WRITTEN["columns"], ZH) == (
        "无法为任何客户分层：落地文件中需要有 survey_responses.score，问卷 nps 或 customers.city。"
    )
    assert unavailable_because(WRITTEN["columns"], EN) == WRITTEN["columns"]


def test_an_unknown_reason_stands_as_written_in_english_only() -> None:
    assert unavailable_because("The moon was full.", EN) == "The moon was full."
    assert unavailable_because("The moon was full.", ZH) == ZH("unavailable.other")
    assert unavailable_because(None, ZH) == "–"


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("unique_customer_360_customer_id", "unique"),
        ("not_null_run_info_run_id", "complete"),
        ("assert_landing_rows_balance", "complete"),
        ("accepted_values_dim_segments_status", "allowed"),
        ("relationships_fct_segment_history_segment_id", "matching"),
        ("customer_360_is_sound", "sound"),
        ("assert_recency_is_the_right_way_up", "rule"),
    ],
)
def test_checks_are_told_by_kind(check: str, kind: str) -> None:
    assert kind_of(check) == kind
    assert EN(f"check.kind.{kind}") != ZH(f"check.kind.{kind}")


def test_a_warning_says_what_it_means_and_others_whom_to_ask(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_night()
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            "insert into marts.fct_data_quality by name select * replace (false as passed, "
            "'no_row_was_rejected' as check_name) from marts.fct_data_quality limit 1"
        )
    quality = section(page_of(path, tmp_path, "en"), "quality")
    assert "Some rows of the files were rejected; they count nowhere." in quality
    assert "A check did not pass: rules of the business hold." in quality
    assert "2 of 5 checks did not pass." in quality
    assert "1,471,776 rows were landed, 1,471,770 of them count, 6 were rejected." in quality
    assert "<td>amount cannot be read</td>" in quality


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("missing_order_id", "缺少 order_id"),
        ("bad_amount", "amount 无法识别"),
        ("other_currency", "货币与账户货币不同"),
        ("new_reason", "new_reason"),
    ],
)
def test_a_rejection_is_told_in_words(reason: str, told: str) -> None:
    assert reason_in_words(reason, ZH) == told


@pytest.mark.parametrize(
    ("verdict", "name", "use"),
    [
        ("natural", "Natural groups", "Build campaigns and offers on them"),
        ("reproducible", "Reproducible groups", "A handy and stable division"),
        (None, "Not judged yet.", "not as a discovery"),
    ],
)
def test_a_verdict_says_what_it_means_for_use(
    make_night: Callable[..., Path], tmp_path: Path, verdict: str | None, name: str, use: str
) -> None:
    path = make_night()
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("update marts.fct_model_runs set verdict = ?", [verdict])
    models = section(page_of(path, tmp_path, "en"), "models")
    assert name in models
    assert use in models


def test_predictions_say_whether_they_beat_the_plain_rule(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    predictions = section(page_of(make_night(is_predicted=True), tmp_path, "en"), "predictions")
    churn, value = re.findall(r"<h3>(.*?)</h3>\s*<p>(.*?)</p>", predictions, re.DOTALL)[:2]
    assert churn[0] == "Who is leaving"
    assert "The model beats the plain rule." in churn[1]
    assert "do not read it as foresight" in value[1]


@pytest.mark.parametrize(
    ("predictor", "rule"),
    [
        ("recency", "how likely it is: days since the last order."),
        ("tenure_and_decline", "how likely it is: tenure, and whether the balance halved."),
    ],
)
def test_the_plain_rule_of_who_leaves_is_named(
    make_night: Callable[..., Path], tmp_path: Path, predictor: str, rule: str
) -> None:
    path = make_night(is_predicted=True)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("update marts.customer_360 set prediction_source = 'baseline'")
        connection.execute(
            "update marts.fct_model_backtests set predictor = ? where predictor = 'recency'",
            [predictor],
        )
    predictions = section(page_of(path, tmp_path, "en"), "predictions")
    churn, value = re.findall(r"<h3>(.*?)</h3>\s*<p>(.*?)</p>", predictions, re.DOTALL)[:2]
    assert rule in churn[1]
    assert "carried forward" not in churn[1]
    assert "last period&#39;s figures are carried forward" in value[1]


def test_moves_that_are_not_listed_are_told_as_ways_not_as_customers(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    changes = section(page_of(make_night(), tmp_path, "en"), "changes")
    assert re.search(r"Ways from one segment to another that are not listed: \d", changes)


def test_no_other_segment_is_said_to_bring_most_where_that_one_is_hidden() -> None:
    def segment(name: str, share: float, *, is_hidden: bool) -> Segment:
        return Segment(name, Group(50, Decimal(1), is_hidden), 0.5, share, {"segment_name": name})

    hidden = segment("Most", 0.6, is_hidden=True)
    segments = [hidden, segment("Next", 0.4, is_hidden=False)]
    assert most_money(segments) is hidden
    assert "Next" not in overview._most_money(segments, EN)


@pytest.mark.parametrize(
    ("index", "told"),
    [
        (1234.0, "×12"),
        (100.0, "×1.0"),
        (4.4, "×0.04"),
        (0.3, "<×0.01"),
        (0.0, "×0"),
        (-50.0, "×−0.5"),
        (-0.3, ">×−0.01"),
    ],
)
def test_a_mean_against_everybodys_is_told_as_what_it_is(index: float, told: str) -> None:
    assert times(index) == told


def test_the_chinese_page_has_no_english_sentence(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    """Ids, column names and the names of methods are the only Latin words."""
    path = make_night(is_predicted=True)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            "update marts.dim_segments set contact_limit = null, allowed_use = null, "
            "short_rule = short_rule_zh, rule_text = rule_text_zh"
        )
    page = page_of(path, tmp_path, "zh")
    body = re.sub(r"<code[^>]*>.*?</code>", "", page[page.index("<body") :], flags=re.DOTALL)
    attributes = re.findall(r'(?:aria-label|data-label|title|content)="([^"]*)"', body)
    texts = [html.unescape(text) for text in [*re.split(r"<[^>]*>", body), *attributes]]
    sentences = {
        found for text in texts for found in re.findall(r"[A-Za-z']+(?:[ ,]+[A-Za-z']+){2,}", text)
    }
    assert sentences == set()
