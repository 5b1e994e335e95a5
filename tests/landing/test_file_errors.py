"""What is wrong with a file as a whole stops the run in words, and leaves raw as it was."""

import gzip
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import LandingError

HEADER = "order_id,ordered_at,amount\n"
PERSONAL = "ann@example.com"


def parquet_bytes(**columns: list[Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


GOOD = parquet_bytes(order_id=["1"], ordered_at=["2024-01-01"], amount=[1.0])
DAMAGED = GOOD[:40] + b"\0" * 40 + GOOD[80:]

CASES: dict[str, tuple[str, bytes, str]] = {
    "text as Parquet": (
        "a.parquet", HEADER.encode(), "not what its suffix says: `.parquet` was expected",
    ),
    "Parquet as text": ("a.csv", GOOD[:-1] + b" ", "but it is Parquet. Export it as .csv"),
    "Excel as text": ("a.csv", b"PK\x03\x04xxxx", "it is a zip archive or an Excel workbook"),
    "gzip without its suffix": (
        "a.csv", gzip.compress(HEADER.encode()), "it is compressed with gzip",
    ),
    "text as gzip": ("a.csv.gz", HEADER.encode(), "`.csv.gz` was expected"),
    "cut gzip": (
        "a.csv.gz", gzip.compress(HEADER.encode() * 9)[:-12], "not copied to its end",
    ),
    "cut Parquet": ("a.parquet", GOOD[:-9], "not copied to its end"),
    "damaged Parquet": ("a.parquet", DAMAGED, "Land it again"),
    "UTF-16": ("a.csv", HEADER.encode("utf-16"), "it is text in UTF-16"),
    "Latin-1": (
        "a.csv", HEADER.encode() + b"1,2024-01-01,1\n\xfc,2024-01-01,1\n",
        "a.csv, line 3: the text is not valid UTF-8. Export the file as UTF-8",
    ),
    "nothing at all": ("a.csv", b"", "the file is empty (0 bytes), without even a header"),
    "no header": ("a.csv", b"\n \n", "its first line must hold the column names"),
    "no bytes of JSON": ("a.jsonl", b"", "the file is empty (0 bytes)"),
    "too few fields": (
        "a.csv", HEADER.encode() + b"1,2024-01-01,1\n\n2,2024-01-01\n",
        "a.csv, line 4: the line has 2 fields, the header 3, separated by ','",
    ),
    "too many fields": (
        "a.csv", HEADER.encode() + b'"1\n2",2024-01-01,1\n2,2024-01-01,1,5\n',
        "a.csv, line 4: the line has 4 fields",
    ),
    "quote never closed": (
        "a.csv", HEADER.encode() + b'"1,2024-01-01,1\n2,2024-01-01,1\n', "line 2",
    ),
    "quote never closed in the last field": (
        "a.csv", HEADER.encode() + b'1,2024-01-01,"1\n2,2024-01-01,1\n',
        "line 2: a double quote is misplaced or never closed",
    ),
    "line ends of two kinds": (
        "a.csv", HEADER.encode() + b"1,2024-01-01,1\r\n2,2024-01-01,1\n",
        "lines end in different ways",
    ),
    "broken JSON": (
        "a.jsonl", b'{"order_id": 1}\n\n{"order_id": \n', "a.jsonl, line 3: not a JSON object",
    ),
    "JSON array": ("a.jsonl", b"[1]\n", "a.jsonl, line 1: not a JSON object"),
    "JSON over lines": ("a.jsonl", b'{\n"order_id": 1\n}\n', "line 1: not a JSON object"),
    "two objects in a line": ("a.jsonl", b'{"a": 1} {"a": 2}\n', "line 1: not a JSON object"),
    "JSON not UTF-8": ("a.jsonl", b'{"a": 1}\n{"a": "\xff"}\n', "line 2: not a JSON object"),
    "a JSON name twice": (
        "a.jsonl", b'{"order_id": 1}\n{"order_id": 1, "order_id": 2}\n',
        "line 2: the object has one name twice",
    ),
    "a JSON name in two spellings": (
        "a.jsonl", b'{"amount": 1}\n{"Amount": 1}\n', "`amount`. Rename or drop all but one",
    ),
    "a column twice": (
        "a.csv", b"order_id,ordered_at,amount,Amount \n",
        "a column name stands more than once (capitals and outer spaces do not count): `amount`",
    ),
    "an unknown column twice": (
        "a.csv", b"order_id,x,ordered_at,amount,X\n", "that of columns 2 and 5. Rename or drop",
    ),
    "a Parquet column twice": (
        "a.parquet",
        parquet_bytes(order_id=["1"], ordered_at=["2024-01-01"], amount=[1.0], AMOUNT=[1.0]),
        "`amount`. Rename or drop all but one",
    ),
    "a required column missing": (
        "a.csv", b"order_id,order_at,amount\n",
        "the required column `ordered_at` is missing. Did you mean it by `order_at`?",
    ),
    "two required columns missing": (
        "a.csv", b"order_id,x\n", "the required column `amount` is missing.",
    ),
    "dates of another form": (
        "a.csv", HEADER.encode() + b"1,31.05.2024,1\n2,30.05.2024,1\n",
        "none of the 2 values of column `ordered_at` can be read. Expected: 2024-05-31, 2024-05-31",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_read_whole_stops_the_run(landing: Any, case: str) -> None:
    name, content, words = CASES[case]
    landing.put("transactions", "0-good.parquet", GOOD)
    landing.put("transactions", name, content)

    with pytest.raises(LandingError) as error:
        landing.ingest()

    assert words in str(error.value)
    assert f"transactions/{name}" in str(error.value)
    tables = landing.query("select table_name from duckdb_tables() where schema_name = 'raw'")
    assert tables == []


def test_the_columns_found_are_listed(landing: Any) -> None:
    landing.put("transactions", "a.csv", "order_id,when,Total\n")
    with pytest.raises(LandingError) as error:
        landing.ingest()
    assert "transactions/a.csv: its columns are `order_id`, `when`, `Total`." in str(error.value)


def test_a_first_line_that_may_be_a_row_is_not_repeated(landing: Any) -> None:
    landing.put("transactions", "a.csv", f"7,{PERSONAL},2024-01-01\n")
    with pytest.raises(LandingError, match="begin with a line of column names") as error:
        landing.ingest()
    assert PERSONAL not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f'order_id,ordered_at,amount\n"{PERSONAL}"x,2024-01-01,1\n'),
        ("a.csv", f"order_id,ordered_at,amount\n{PERSONAL}\n"),
        ("a.jsonl", f'{{"order_id": "{PERSONAL}"\n'),
        ("a.csv", f"order_id,ordered_at,amount\n1,{PERSONAL},1\n2,{PERSONAL},1\n"),
        ("a.csv", f"{HEADER[:-1]},currency\n1,2024-01-01,1,{PERSONAL}\n2,2024-01-01,1,EUR\n"),
    ],
)  # fmt: skip
def test_no_message_repeats_a_value(landing: Any, name: str, content: str) -> None:
    landing.put("transactions", name, content)
    with pytest.raises(LandingError) as error:
        landing.ingest()
    # Dagster shows causes too, to whoever can open its UI.
    told: BaseException | None = error.value
    while told is not None:
        assert PERSONAL.upper() not in str(told).upper()
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)


def test_all_bad_files_are_named_at_once(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,1")
    landing.put("transactions", "b.parquet", DAMAGED)
    landing.put("products", "c.csv", "id\n")
    landing.put("stores", "d.jsonl", "{")
    with pytest.raises(LandingError) as error:
        landing.ingest()
    for label in ("transactions/b.parquet", "products/c.csv", "stores/d.jsonl"):
        assert label in str(error.value)


def test_one_readable_date_makes_the_others_bad_rows(landing: Any) -> None:
    landing.put_lines("1,31.05.2024,1", "2,30.05.2024,1", "3,2024-05-31,1")
    landing.ingest()
    assert landing.reasons() == ["bad_ordered_at", "bad_ordered_at"]


def test_an_optional_date_column_of_another_form_stops_the_run_too(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,1")
    landing.put("customers", "a.csv", "customer_id,birth_date\n1,31.5.1990\n2,1.5.1990\n3,\n")
    with pytest.raises(LandingError, match=r"none of the 2 values of column `birth_date`"):
        landing.ingest()


@pytest.mark.parametrize("folder", [None, "transactions", "products"])
def test_without_transactions_nothing_is_written(landing: Any, folder: str | None) -> None:
    if folder == "products":
        landing.put("products", "a.csv", "product_id\n1\n")
    elif folder:
        (landing.home.landing / folder).mkdir(parents=True)
    with pytest.raises(LandingError, match=r"There are no transactions in .*strata sample"):
        landing.ingest()
    assert landing.query("select * from duckdb_tables()") == []


def test_a_misspelled_folder_is_named_when_nothing_is_found(landing: Any) -> None:
    landing.put("transaction", "a.csv", HEADER)
    with pytest.raises(
        LandingError, match=r"transaction is no table .*did you mean `transactions`"
    ):
        landing.ingest()


def test_a_bad_file_on_a_later_night_leaves_raw_as_it_was(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,1")
    landing.ingest()
    landing.put_lines("2,2024-01-01,1", name="b.csv")
    bad = landing.put_lines("3,2024-01-01", name="c.csv")
    with pytest.raises(LandingError, match=r"c\.csv, line 2"):
        landing.ingest()
    assert landing.query("select order_id from raw.transactions") == [("1",)]
    assert landing.query("select count(*) from raw.files") == [(1,)]
    bad.unlink()
    assert landing.ingest().files[0].file_seq == 2
