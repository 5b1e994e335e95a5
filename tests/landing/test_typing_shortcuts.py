"""What the ingest leaves out to be quick: it must not be seen in what lands."""

import io
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import LandingError
from orchestration.landing.cells import Cell
from orchestration.landing.scratch import STAGED_NAME
from orchestration.landing.typing_sql import can_fail, value_sql
from orchestration.landing_table import Column

# By DuckDB type, the values furthest out.
EXTREMES = {
    "TINYINT": ("-128", "127"),
    "UTINYINT": ("0", "255"),
    "SMALLINT": ("-32768", "32767"),
    "USMALLINT": ("0", "65535"),
    "INTEGER": ("-2147483648", "2147483647"),
    "UINTEGER": ("0", "4294967295"),
    "BIGINT": ("-9223372036854775808", "9223372036854775807"),
    "UBIGINT": ("0", "18446744073709551615"),
    "HUGEINT": ("170141183460469231731687303715884105727",),
    "FLOAT": ("'inf'", "'-inf'", "3e38"),
    "DOUBLE": ("'inf'", "'-inf'", "1e308"),
    "DECIMAL(12,2)": ("9999999999.99", "-9999999999.99"),
    "DECIMAL(14,0)": ("99999999999999",),
    "DECIMAL(15,0)": ("999999999999999",),
    "DECIMAL(18,4)": ("99999999999999.9999",),
    "DECIMAL(19,5)": ("99999999999999.99999",),
    "DECIMAL(18,5)": ("9999999999999.99999",),
    "DECIMAL(38,20)": ("999999999999999999.99999999999999999999",),
    "BOOLEAN": ("true", "false"),
    "DATE": ("'infinity'", "'0001-01-01'"),
    "TIMESTAMP": ("'infinity'", "'9999-01-01'"),
    "VARCHAR": ("'x'", "'9e99'", "'2024-02-30'"),
}
KINDS = ("id", "text", "money", "quantity", "number", "integer", "boolean", "at", "date", "month")


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_fail_never_does_and_what_can_has_an_example(kind: Any) -> None:
    """A column judged safe by mistake would land nulls that nobody counts."""
    column = Column("value", kind)
    safe, failing = set(), set()
    with duckdb.connect() as connection:
        for duckdb_type, values in EXTREMES.items():
            typed = value_sql(column, Cell("x", duckdb_type), "UTC")
            rows = ", ".join(f"(cast({value} as {duckdb_type}))" for value in values)
            row = connection.execute(
                f"select count({typed}) = count(*) from (values {rows}) as cells (x)"
            ).fetchone()
            if not can_fail(column, Cell("x", duckdb_type)):
                safe.add(duckdb_type)
            if row != (True,):
                failing.add(duckdb_type)

    assert safe & failing == set()
    assert bool(safe) == (kind not in ("at", "date", "month"))


@pytest.mark.parametrize("kind", ["money", "number", "integer", "boolean"])
def test_native_columns_of_the_usual_types_need_no_judging(kind: Any) -> None:
    usual = {"money": "DECIMAL(12,2)", "boolean": "BOOLEAN"}.get(kind, "BIGINT")

    assert not can_fail(Column("value", kind), Cell("x", usual))


def test_a_parquet_column_may_be_called_as_duckdb_calls_row_numbers(landing: Any) -> None:
    rows = [
        {"order_id": str(i), "ordered_at": "2024-01-01", "amount": 1.0, "File_Row_Number": 7}
        for i in range(5000)
    ]
    rows[2]["amount"] = None
    landing.put_rows("transactions", "a.parquet", rows)

    landing.ingest()

    wrong = "select count(*) from raw.transactions where cast(order_id as int) + 1 <> row_number"
    assert landing.query(wrong) == [(0,)]
    assert landing.query("select row_number, reason from raw.rejected_rows") == [
        (3, "missing_amount")
    ]


def test_damage_that_only_the_move_meets_is_told_too(landing: Any) -> None:
    """Columns that cannot be wrong are not read when the rows are judged."""
    rows = 2000
    table = pa.table(
        {
            "order_id": [str(i) for i in range(rows)],
            "ordered_at": ["2024-01-01"] * rows,
            "amount": [1.5] * rows,
            "store_id": [f"a shop with a long name {i}" for i in range(rows)],
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, use_dictionary=False)
    content = bytearray(buffer.getvalue())
    chunk = pq.read_metadata(io.BytesIO(content)).row_group(0).column(3)
    begin = chunk.data_page_offset
    content[begin : begin + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    landing.put("transactions", "a.parquet", bytes(content))

    with pytest.raises(LandingError, match=r"transactions/a.parquet: .*Land it again"):
        landing.ingest()


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_no_rows_stay_behind_in_the_temporary_folder(landing: Any, name: str) -> None:
    """They may be personal, and erasure does not look there."""
    landing.put_rows(
        "transactions", name, [{"order_id": "1", "ordered_at": "2024-01-01", "amount": 1}]
    )
    left = landing.home.temporary / STAGED_NAME
    left.parent.mkdir(parents=True)
    left.write_bytes(b"what a run that was killed left")

    landing.ingest()

    assert files_in(landing.home.temporary) == []


def test_no_rows_stay_behind_after_a_run_that_failed(landing: Any) -> None:
    landing.put_lines("7,2024-01-01,5,EUR", "8,2024-01-01,5,USD", more=",currency")

    with pytest.raises(LandingError, match="2 currencies"):
        landing.ingest()

    assert files_in(landing.home.temporary) == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_json_line_with_one_name_twice_is_named_by_its_line(landing: Any) -> None:
    good = '{"order_id": "1", "ordered_at": "2024-01-01", "amount": 1, "of": {"a": 1}}'
    nested = '{"order_id": "1", "ordered_at": "2024-01-01", "amount": 1, "of": {"a": 1, "a": 2}}'
    twice = '{"order_id": "1", "ordered_at": "2024-01-01", "amount": 1, "amount": 2}'
    landing.put("transactions", "a.jsonl", "\n".join([good, "", nested, twice]) + "\n")

    with pytest.raises(LandingError, match="line 4: the object has one name twice"):
        landing.ingest()
