"""Every kind of value: what is read, what is missing, what is bad."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

at = datetime.fromisoformat

BAD = "bad"


def typed(landing: Any, column: str, values: list[Any], name: str, table: str) -> list[Any]:
    """Land values of one optional column; a value that was refused comes back as BAD."""
    required = {
        "transactions": {"order_id": "o", "ordered_at": "2024-01-01", "amount": "1"},
        "customers": {"customer_id": "c"},
        "products": {"product_id": "p"},
        "campaigns": {"campaign_id": "c"},
    }
    landing.put_rows("transactions", "base.csv", [required["transactions"]])
    rows = [{**required[table], column: value} for value in values]
    landing.put_rows(table, name, rows)
    report = landing.ingest()
    assert report.rejected == {}
    file = next(f for f in report.files if f.file.name == name)
    found = [
        value
        for (value,) in landing.query(
            f"select {column} from raw.{table} where file_seq = {file.file_seq} order by row_number"
        )
    ]
    nulled = file.nulled.get(column, 0)
    return [*found, f"{nulled} {BAD}"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["007", " a\t", "\u00a0b\u3000", "17850.0", "1.50", "", "  ", "NaN"],
         ["007", "a", "b", "17850", "1.50", None, None, None]),
        (["007.0", "-5.0", "A.0", "0.0"], ["007.0", "-5", "A.0", "0"]),
    ],
)  # fmt: skip
def test_ids_from_text(landing: Any, values: list[str], expected: list[Any]) -> None:
    assert typed(landing, "customer_id", values, "a.csv", "transactions") == [*expected, "0 bad"]


def test_ids_from_doubles(landing: Any) -> None:
    values = [17850.0, 1.5, float("nan"), None, 31198437603.0, 1e17, float("inf")]
    assert typed(landing, "customer_id", values, "a.parquet", "transactions") == [
        "17850", "1.5", None, None, "31198437603", "100000000000000000", None, "1 bad",
    ]  # fmt: skip


def test_ids_from_decimals(landing: Any) -> None:
    values = [Decimal("17850.00"), Decimal("100.00"), Decimal("1.50")]
    assert typed(landing, "customer_id", values, "a.parquet", "transactions") == [
        "17850", "100", "1.50", "0 bad",
    ]  # fmt: skip


MONEY = {
    "12.34": "12.3400",
    "1.00005": "1.0001",
    "+5": "5.0000",
    ".5": "0.5000",
    "1e3": "1000.0000",
    "8.881784e-16": "0.0000",
    "": None,
    "NaN": None,
    "inf": BAD,
    "1_000": BAD,
    "1,000.00": BAD,
    "$5": BAD,
    "99999999999999999": BAD,
}


def test_money_from_text(landing: Any) -> None:
    found = typed(landing, "discount_amount", list(MONEY), "a.csv", "transactions")
    expected = [v if v in (None, BAD) else Decimal(v) for v in MONEY.values()]
    assert found == [*(None if v == BAD else v for v in expected), "5 bad"]


def test_money_is_the_same_from_text_double_and_json(landing: Any) -> None:
    texts = ["0.1", "2.675", "1.00005", "10.00015", "-3.00025", "8.881784e-16", "123456789.12345"]
    text = typed(landing, "discount_amount", texts, "a.csv", "transactions")
    double = typed(
        landing, "discount_amount", [float(t) for t in texts], "b.parquet", "transactions"
    )
    from_json = typed(
        landing, "discount_amount", [float(t) for t in texts], "c.jsonl", "transactions"
    )
    assert text == double == from_json
    assert double[2] == Decimal("1.0001")


def test_money_from_doubles_that_are_no_number(landing: Any) -> None:
    values = [float("nan"), float("inf"), 1.5, 1e300]
    assert typed(landing, "discount_amount", values, "a.parquet", "transactions") == [
        None, None, Decimal("1.5"), None, "2 bad",
    ]  # fmt: skip


def test_whole_numbers(landing: Any) -> None:
    values = ["3", "3.0", "-1", "3.5", "5+", "0x1F", "1_0", "9223372036854775807"]
    assert typed(landing, "household_size", values, "a.csv", "customers") == [
        3, 3, -1, None, None, None, None, 9223372036854775807, "4 bad",
    ]  # fmt: skip


def test_numbers(landing: Any) -> None:
    values = ["1.5", "1e400", "inf", "nan", "", "x"]
    assert typed(landing, "latitude", values, "a.csv", "customers") == [
        1.5, None, None, None, None, None, "3 bad",
    ]  # fmt: skip


def test_booleans_in_their_usual_spellings(landing: Any) -> None:
    values = ["true", "FALSE", "Yes", "n", "1", "0.0", "是", "", "maybe"]
    assert typed(landing, "ads_consent", values, "a.csv", "customers") == [
        True, False, True, False, True, False, True, None, None, "1 bad",
    ]  # fmt: skip
    assert typed(landing, "ads_consent", [True, None, False], "b.parquet", "customers") == [
        True, None, False, "0 bad",
    ]  # fmt: skip
    assert typed(landing, "ads_consent", [1.0, 0.0, 2.0], "c.parquet", "customers") == [
        True, False, None, "1 bad",
    ]  # fmt: skip


def test_a_name_is_a_name(landing: Any) -> None:
    assert typed(landing, "first_name", [" Nan ", "NaN"], "a.csv", "customers") == [
        "Nan", "NaN", "0 bad",
    ]  # fmt: skip


TIMES = {
    "2024-05-31": at("2024-05-31 00:00:00"),
    "2024-05-31 13:45": at("2024-05-31 13:45:00"),
    "2024-05-31T13:45:00.123456789": at("2024-05-31 13:45:00.123456"),
    "2024-05-31 13:45:00,5": at("2024-05-31 13:45:00.500000"),
    "2024-05-31T13:45:00Z": at("2024-05-31 13:45:00"),
    "2024-05-31t13:45z": at("2024-05-31 13:45:00"),
    "2024-05-31 13:45:00+02": at("2024-05-31 11:45:00"),
    "2024-05-31 13:45:00.25 +0530": at("2024-05-31 08:15:00.250000"),
    "2024-05-31T13:45-05:00": at("2024-05-31 18:45:00"),
    "31.05.2024": None,
    "05/31/2024": None,
    "2024/05/31": None,
    "2024-5-31": None,
    "2024-02-30": None,
    "2024-05-31 25:00": None,
    "2024-05-31 13:45 CET": None,
    "infinity": None,
    "epoch": None,
    "20240531": None,
    "1717113600": None,
}


def test_instants_in_iso_formats_only(landing: Any) -> None:
    assert typed(landing, "updated_at", list(TIMES), "a.csv", "customers") == [
        *TIMES.values(), "11 bad",
    ]  # fmt: skip


# A skipped hour moves forward, an ambiguous one is the second of the two.
DAYLIGHT = [
    ("America/New_York", "2024-03-10 01:59:59", at("2024-03-10 06:59:59")),
    ("America/New_York", "2024-03-10 02:30:00", at("2024-03-10 07:30:00")),
    ("America/New_York", "2024-11-03 00:59:00", at("2024-11-03 04:59:00")),
    ("America/New_York", "2024-11-03 01:30:00", at("2024-11-03 06:30:00")),
    ("America/New_York", "2024-11-03 01:30:00-04:00", at("2024-11-03 05:30:00")),
    ("Europe/London", "2024-03-31 01:30:00", at("2024-03-31 01:30:00")),
    ("Europe/London", "2024-10-27 01:30:00", at("2024-10-27 01:30:00")),
    ("Europe/London", "2024-10-27 01:30:00+01:00", at("2024-10-27 00:30:00")),
]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl"])
@pytest.mark.parametrize(("zone", "text", "expected"), DAYLIGHT)
def test_clocks_that_change(
    landing: Any, name: str, zone: str, text: str, expected: datetime
) -> None:
    landing.set(time_zone=zone)
    value = datetime.fromisoformat(text) if name == "a.parquet" else text
    assert typed(landing, "updated_at", [value], name, "customers") == [expected, "0 bad"]


def test_the_business_day_is_the_accounts(landing: Any) -> None:
    landing.set(time_zone="America/New_York")
    landing.put_lines("1,2024-01-01T04:30:00Z,1", "2,2024-01-01T05:30:00Z,1", "3,2024-01-01,1")
    landing.ingest()
    assert landing.query("select ordered_date from raw.transactions order by order_id") == [
        (date(2023, 12, 31),), (date(2024, 1, 1),), (date(2024, 1, 1),),
    ]  # fmt: skip


def test_a_day_that_a_zone_skipped_moves_forward(landing: Any) -> None:
    landing.set(time_zone="Pacific/Apia")
    landing.put_lines("1,2011-12-30 10:00,1")
    landing.ingest()
    assert landing.query("select ordered_date from raw.transactions") == [(date(2011, 12, 31),)]


def test_calendar_days(landing: Any) -> None:
    landing.set(time_zone="America/New_York")
    values = ["2024-05-31", "2024-05-31 23:59:00", "2024-05-31T02:00:00Z", "31.5.2024"]
    assert typed(landing, "starts_on", values, "a.csv", "campaigns") == [
        date(2024, 5, 31), date(2024, 5, 31), date(2024, 5, 30), None, "1 bad",
    ]  # fmt: skip


def test_months(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,1")
    months = ["2024-01", "2024-02-01", "2024-03-02", "2024-13", "May"]
    landing.put("control_totals", "a.csv", "month,revenue\n" + "".join(f"{m},1\n" for m in months))
    landing.ingest()
    assert landing.query("select month from raw.control_totals order by all") == [
        ("2024-01",), ("2024-02",),
    ]  # fmt: skip
    assert landing.reasons() == ["bad_month"] * 3


def test_codes_in_any_case(landing: Any) -> None:
    values = ["Sale", " RETURN ", "", "gift"]
    assert typed(landing, "transaction_type", values, "a.csv", "transactions") == [
        "sale", "return", "sale", "sale", "1 bad",
    ]  # fmt: skip


def test_a_required_code_that_is_unknown_rejects_the_row(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,1")
    landing.put(
        "survey_responses",
        "a.csv",
        "customer_id,survey,score,responded_at\n1,NPS,9,2024-01-01\n1,mood,9,2024-01-01\n",
    )
    landing.ingest()
    assert landing.query("select survey from raw.survey_responses") == [("nps",)]
    assert landing.reasons() == ["bad_survey"]


def test_a_row_is_rejected_for_its_first_failing_required_column(landing: Any) -> None:
    landing.put_lines(
        ",2024-01-01,1", "1,,x", "1,soon,", "1,2024-01-01,", "1,2024-01-01,x", "1,2024-01-01,1"
    )
    report = landing.ingest()
    assert report.rows_in == 6
    assert landing.query(
        "select row_number, reason, row_json from raw.rejected_rows order by row_number"
    ) == [
        (1, "missing_order_id", '{"order_id":null,"ordered_at":"2024-01-01","amount":"1"}'),
        (2, "missing_ordered_at", '{"order_id":"1","ordered_at":null,"amount":"x"}'),
        (3, "bad_ordered_at", '{"order_id":"1","ordered_at":"soon","amount":null}'),
        (4, "missing_amount", '{"order_id":"1","ordered_at":"2024-01-01","amount":null}'),
        (5, "bad_amount", '{"order_id":"1","ordered_at":"2024-01-01","amount":"x"}'),
    ]  # fmt: skip
    assert landing.query("select row_number from raw.transactions") == [(6,)]


def test_a_rejected_json_line_is_kept_as_it_came(landing: Any) -> None:
    line = {"order_id": 1, "ordered_at": "2024-01-01", "amount": [1, {"a": None}]}
    landing.put_rows("transactions", "a.jsonl", [line])
    landing.ingest()
    ((kept,),) = landing.query("select row_json from raw.rejected_rows")
    assert json.loads(kept) == line


def test_unreadable_optional_values_are_counted_where_the_row_stands(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,1,x", "2,2024-01-01,1,2", "3,2024-01-01,,x", more=",quantity")
    landing.ingest()
    assert landing.query(
        "select file_seq, source_table, column_name, nulled from raw.nulled_values"
    ) == [
        (1, "transactions", "quantity", 1)
    ]  # fmt: skip


def test_a_coordinate_may_lie_on_the_edge_of_the_map_and_not_beyond(landing: Any) -> None:
    values = ["90", "-90", "90.001", "-90.001", "", "north"]
    assert typed(landing, "latitude", values, "a.csv", "customers") == [
        90.0, -90.0, None, None, None, None, "3 bad",
    ]  # fmt: skip


def test_ranges_hold_for_typed_files_too(landing: Any) -> None:
    assert typed(landing, "longitude", [180.0, 181.0, None], "a.parquet", "customers") == [
        180.0, None, None, "1 bad",
    ]  # fmt: skip


def test_nobody_is_older_than_120_years_or_born_tomorrow(landing: Any) -> None:
    today = datetime.now(UTC).date()
    of_121, of_120 = (date(today.year - age, today.month, min(today.day, 28)) for age in (121, 120))
    values = [str(today), str(today + timedelta(days=1)), str(of_121), str(of_120), "n/a"]
    assert typed(landing, "birth_date", values, "a.csv", "customers") == [
        today, None, None, of_120, None, "3 bad",
    ]  # fmt: skip


def test_birth_dates_that_are_all_one_default_are_counted_and_stop_nothing(landing: Any) -> None:
    assert typed(landing, "birth_date", ["1800-01-01"] * 3, "a.csv", "customers") == [
        None, None, None, "3 bad",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "reasons", "kept"),
    [
        (["nps,5,5", "nps,9,10", "nps,0,", "NPS,10,"], ["other_scale"], [9, 0, 10]),
        (["nps,10.5,10", "nps,-1,", "nps,11,"], ["bad_score"] * 3, []),
        (["risk_profile,6,5", "risk_profile,5,5", "risk_profile,9,"], ["bad_score"], [5, 9]),
        (["nps,good,5"], ["bad_score"], []),
    ],
)
def test_an_answer_outside_its_scale_is_rejected(
    landing: Any, answers: list[str], reasons: list[str], kept: list[float]
) -> None:
    landing.put_rows("transactions", "base.csv", [{"order_id": "o", "ordered_at": "2024-01-01",
                                                   "amount": "1"}])  # fmt: skip
    lines = [f"c,{answer},2024-01-01" for answer in answers]
    header = "customer_id,survey,score,scale_max,responded_at"
    landing.put("survey_responses", "a.csv", "\n".join([header, *lines]) + "\n")

    landing.ingest()

    assert landing.reasons() == reasons
    scores = landing.query("select score from raw.survey_responses order by row_number")
    assert [score for (score,) in scores] == kept
