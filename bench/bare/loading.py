"""Landing files into the bare script's typed tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

# In load order, as Strata numbers files.
TABLES = (
    "customers",
    "transactions",
    "products",
    "engagement_events",
    "campaigns",
    "campaign_assignments",
    "survey_responses",
    "stores",
    "control_totals",
    "contracts",
    "holdings",
    "credit_events",
    "identities",
    "referrals",
    "erasure_requests",
)
SUFFIXES = (".parquet", ".csv", ".csv.gz", ".jsonl")

_TYPE = (
    "coalesce(lower(transaction_type), case when {amount} < 0 or ({amount} = 0 and {quantity} < 0) "
    "then 'return' else 'sale' end)"
)
_ROW_NUMBER = "strata_row"


@dataclass(frozen=True)
class LandedFile:
    """One file to load, with the place in the load order that its rows carry."""

    file_seq: int
    table: str
    path: Path


def new_files(connection: duckdb.DuckDBPyConnection, landings: Sequence[Path]) -> list[LandedFile]:
    """Return the files that are not loaded yet, in load order."""
    known = set(connection.execute("select source_table, file_name from raw.files").fetchall())
    paths = [
        (table, path)
        for table in TABLES
        for path in sorted(
            (path for landing in landings for path in (landing / table).glob("*")),
            key=lambda path: path.name.encode(),
        )
        if path.name.endswith(SUFFIXES) and (table, path.name) not in known
    ]
    return [
        LandedFile(len(known) + place, table, path)
        for place, (table, path) in enumerate(paths, start=1)
    ]


def load(connection: duckdb.DuckDBPyConnection, file: LandedFile, currency: str) -> None:
    """Type the rows of one file into `raw`, the ones without a required value set aside."""
    source = _source(file.path)
    present = {
        name: kind
        for name, kind, *_ in connection.execute(f"describe select * from {source}").fetchall()
    }
    columns = connection.execute(
        "select column_name, data_type, not is_nullable from duckdb_columns() "
        "where schema_name = 'raw' and table_name = ? order by column_index offset 2",
        [file.table],
    ).fetchall()
    values = {
        name: _typed(name, present[name], kind) for name, kind, _ in columns if name in present
    }
    required = [name for name, _, is_required in columns if is_required]
    usable = [f"{values.get(name, 'null')} is not null" for name in required]
    if "currency" in values:
        usable.append(f"coalesce(upper({values['currency']}), '{currency}') = '{currency}'")
    if file.table == "transactions":
        quantity = values.get("quantity", "cast(null as decimal(18, 4))")
        kind = _TYPE.format(amount=values["amount"], quantity=quantity)
        values["transaction_type"] = (
            kind if "transaction_type" in present else kind.replace("lower(transaction_type), ", "")
        )
    names = ", ".join(values)
    condition = " and ".join(usable)
    loaded = _count(
        connection.execute(
            f"insert into raw.{file.table} (file_seq, row_number, {names}) "
            f"select {file.file_seq}, {_ROW_NUMBER}, {', '.join(values.values())} "
            f"from {source} where {condition}"
        )
    )
    rows_in = _count(connection.execute(f"select count(*) from {source}"))
    if rows_in != loaded:
        connection.execute(
            f"insert into raw.rejected_rows select {file.file_seq}, {_ROW_NUMBER}, "
            f"'{file.table}', to_json(landed) from {source} as landed where not ({condition})"
        )
    connection.execute(
        "insert into raw.files values (?, ?, ?, ?, ?)",
        [file.file_seq, file.table, file.path.name, rows_in, rows_in - loaded],
    )


def _source(path: Path) -> str:
    """Return the relation of a file's rows, numbered from 1."""
    name = str(path).replace("'", "''")
    if path.name.endswith(".parquet"):
        numbered = f"* exclude (file_row_number), file_row_number + 1 as {_ROW_NUMBER}"
        return f"(select {numbered} from read_parquet('{name}', file_row_number = true))"
    reader = (
        f"read_json('{name}', format = 'newline_delimited')"
        if path.name.endswith(".jsonl")
        else f"read_csv('{name}', all_varchar = true, header = true)"
    )
    return f"(select *, row_number() over () as {_ROW_NUMBER} from {reader})"


def _typed(name: str, landed: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"nullif(trim({name}), '')" if landed == kind else f"{name}::varchar"
    value = name if landed == kind else f"try_cast({name} as {kind})"
    # No calendar holds what some systems write for "not yet".
    return f"if({value} < '9998-12-31', {value}, null)" if kind == "TIMESTAMP" else value


def _count(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    assert row is not None
    return int(row[0])
