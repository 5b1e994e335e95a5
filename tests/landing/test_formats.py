"""The same rows land the same from every format."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

at = datetime.fromisoformat

ROWS = [
    {
        "order_id": "0017",
        "customer_id": 17850.0,
        "ordered_at": "2024-05-01T10:00:00+02:00",
        "amount": 12.345,
        "quantity": 2,
        "note": 'a, "b"\nc',
    },
    {
        "order_id": "0018",
        "customer_id": None,
        "ordered_at": "2024-05-01",
        "amount": -3.0,
        "quantity": -1,
        "note": None,
    },
    {
        "order_id": " B-1 ",
        "customer_id": 9.0,
        "ordered_at": "2024-12-31 23:30:00",
        "amount": 0.0,
        "quantity": -1,
        "note": "ü",
    },
]
FORMATS = ("a.csv", "a.csv.gz", "a.jsonl", "a.parquet")
TYPED = (
    "select order_id, customer_id, ordered_at, ordered_date, cast(amount as varchar), "
    "cast(quantity as varchar), transaction_type, extra_columns, file_seq, row_number "
    "from raw.transactions order by row_number"
)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_land_the_same_from_every_format(landing: Any, name: str) -> None:
    landing.set(time_zone="Europe/London")
    landing.put_rows("transactions", name, ROWS)

    report = landing.ingest()

    assert report.rows_in == report.rows_loaded == 3
    assert report.files[0].unknown_columns == ("note",)
    rows = landing.query(TYPED)
    days = [date(2024, 5, 1), date(2024, 5, 1), date(2024, 12, 31)]
    assert [row[:7] for row in rows] == [
        ("0017", "17850", at("2024-05-01 08:00"), days[0], "12.3450", "2.0000", "sale"),
        ("0018", None, at("2024-04-30 23:00"), days[1], "-3.0000", "-1.0000", "return"),
        ("B-1", "9", at("2024-12-31 23:30"), days[2], "0.0000", "-1.0000", "return"),
    ]
    assert rows[0][7] == '{"note":"a, \\"b\\"\\nc"}'
    assert [row[8:] for row in rows] == [(1, 1), (1, 2), (1, 3)]


@pytest.mark.parametrize("name", FORMATS)
def test_columns_in_another_order_and_case_and_none_optional(landing: Any, name: str) -> None:
    landing.put_rows(
        "transactions", name, [{" Amount": 1, "ORDER_ID": 7, "Ordered_At ": "2024-05-01 10:00"}]
    )
    landing.ingest()
    assert landing.query(
        "select order_id, ordered_at, cast(amount as varchar), customer_id from raw.transactions"
    ) == [("7", at("2024-05-01 10:00:00"), "1.0000", None)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("naive", at("2024-07-01 04:00:00")),
        ("instant", at("2024-07-01 00:00:00")),
        ("day", at("2024-07-01 04:00:00")),
        ("text", at("2024-07-01 04:00:00")),
    ],
)
def test_parquet_times_of_every_type(landing: Any, kind: str, expected: datetime) -> None:
    moment = datetime(2024, 7, 1, tzinfo=UTC)
    value = {
        "naive": moment.replace(tzinfo=None),
        "instant": moment,
        "day": moment.date(),
        "text": "2024-07-01T00:00:00",
    }[kind]
    landing.set(time_zone="America/New_York")
    landing.put_rows(
        "transactions", "a.parquet", [{"order_id": 1, "ordered_at": value, "amount": 1}]
    )
    landing.ingest()
    assert landing.query("select ordered_at from raw.transactions") == [(expected,)]


@pytest.mark.parametrize(
    "content",
    [
        "order_id;ordered_at;amount\n1;2024-05-01;9.5\n",
        "order_id\tordered_at\tamount\n1\t2024-05-01\t9.5\n",
        "order_id|ordered_at|amount\n1|2024-05-01|9.5\n",
        "\ufefforder_id,ordered_at,amount\n1,2024-05-01,9.5\n",
        "order_id,ordered_at,amount\r\n1,2024-05-01,9.5\r\n\r\n",
        "\norder_id,ordered_at,amount\n\n1,2024-05-01,9.5",
        '"order_id","ordered_at","amount","x, y; z"\n"1","2024-05-01","9.5",\n',
        ",order_id,ordered_at,amount\n0,1,2024-05-01,9.5\n",
    ],
    ids=["semicolon", "tab", "bar", "mark", "windows", "blank lines", "quoted", "unnamed"],
)
def test_csv_as_programs_write_it(landing: Any, content: str) -> None:
    landing.put("transactions", "a.csv", content)
    assert landing.ingest().rows_loaded == 1
    assert landing.query("select order_id, cast(amount as varchar) from raw.transactions") == [
        ("1", "9.5000")
    ]


@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n"])
def test_json_lines_with_keys_that_come_and_go(landing: Any, start: str) -> None:
    landing.put(
        "transactions",
        "a.jsonl",
        start + '{"order_id": 17850.0, "ordered_at": "2024-05-01", "amount": 1}\r\n\n'
        '{"amount": "2.50", "ordered_at": "2024-05-01", "order_id": "017", "a/b~c\\"d": {"e": 1}}',
    )
    assert landing.ingest().rows_in == 2
    assert landing.query(
        "select order_id, cast(amount as varchar), extra_columns from raw.transactions order by all"
    ) == [
        ("017", "2.5000", '{"a/b~c\\"d":"{\\"e\\":1}"}'),
        ("17850", "1.0000", '{"a/b~c\\"d":null}'),
    ]


def test_file_names_that_look_like_patterns_mean_that_file_only(landing: Any) -> None:
    landing.put_lines("1,2024-05-01,1", name="a.csv")
    landing.put_lines("2,2024-05-01,1", name="*.csv")
    landing.put_lines("3,2024-05-01,1", name="[a]?{b}' \" é.csv")
    landing.ingest()
    assert landing.query(
        "select order_id, file_name from raw.transactions inner join raw.files using (file_seq) "
        "order by file_seq"
    ) == [("2", "*.csv"), ("3", "[a]?{b}' \" é.csv"), ("1", "a.csv")]


def test_a_header_without_rows_is_fine(landing: Any) -> None:
    landing.put_lines()
    landing.put("customers", "a.csv", "customer_id")
    assert [each.rows_in for each in landing.ingest().files] == [0, 0]
