"""Which landed rows do not stand: sent twice, or superseded."""

from collections.abc import Sequence

import duckdb

from bench.bare.loading import LandedFile
from bench.bare.sql import sql

# What makes two rows of a table the same: its key, the column that decides before load order does,
# or without a key the columns that name the event.
KEYS = {
    "customers": ("customer_id",),
    "transactions": ("order_id", "line_id"),
    "products": ("product_id",),
    "engagement_events": ("event_id",),
    "campaigns": ("campaign_id",),
    "campaign_assignments": ("campaign_id", "customer_id"),
    "stores": ("store_id",),
    "control_totals": ("month",),
    "contracts": ("contract_id",),
    "holdings": ("customer_id", "product_id", "held_on"),
    "identities": ("customer_id", "identifier_type", "identifier_value"),
    "referrals": ("referrer_customer_id", "referred_customer_id"),
    "erasure_requests": ("customer_id",),
}
VERSIONS = {"customers": "updated_at nulls first,"}
IDENTITIES = {
    "transactions": (
        *("order_id", "customer_id", "ordered_at", "product_id"),
        *("amount", "quantity", "transaction_type"),
    ),
    "engagement_events": ("customer_id", "event_type", "occurred_at", "channel", "product_id"),
    "survey_responses": ("customer_id", "survey", "score", "responded_at", "question"),
    "credit_events": ("customer_id", "event_type", "occurred_at", "days_past_due", "amount"),
}


def find_lost(
    connection: duckdb.DuckDBPyConnection, files: Sequence[LandedFile], *, is_first: bool
) -> None:
    """Find duplicates and superseded rows; on a next night among the keys that it brings."""
    connection.execute("create temp table lost_before as from raw.lost")
    for table in dict.fromkeys(file.table for file in files):
        columns = _columns_of(connection, table)
        key, identity = KEYS.get(table, ()), IDENTITIES.get(table, ())
        has_key = f"({' and '.join(f'{column} is not null' for column in key) or 'false'})"
        for kind, hashed, rows in (
            ("keyed", key, has_key),
            ("keyless", identity, f"not {has_key}"),
        ):
            if not hashed:
                continue
            hashes = f"hash({', '.join(hashed)})"
            several = "count(*) > 1" if kind == "keyed" else "min(file_seq) <> max(file_seq)"
            is_new = f"{rows} and file_seq >= getvariable('first_new')"
            brought = f"select {hashes} from raw.{table} where {is_new}"
            among = "true" if is_first else f"{hashes} in ({brought})"
            repeated = (
                f"select {hashes} from raw.{table} where {rows} and {among} "
                f"group by all having {several}"
            )
            if not is_first:
                connection.execute(
                    f"delete from raw.lost where source_table = '{table}' and "
                    f"(file_seq, row_number) in (select (file_seq, row_number) from raw.{table} "
                    f"where {rows} and {hashes} in ({repeated}))"
                )
            connection.execute(
                sql(
                    f"lost_{kind}",
                    table=table,
                    keys=", ".join(key),
                    identity=", ".join(identity),
                    columns=", ".join(columns),
                    version=VERSIONS.get(table, ""),
                    repeated=repeated,
                    has_key=has_key,
                    has_no_key=f"not {has_key}",
                )
            )
    connection.execute(
        "create temp table new_lost as from raw.lost anti join lost_before "
        "using (source_table, file_seq, row_number)"
    )


def _columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the landed columns of a raw table, without the two that say where a row is from."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ? "
        "order by column_index offset 2",
        [table],
    ).fetchall()
    return [name for (name,) in rows]
