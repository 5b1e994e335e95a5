"""How many rows each dbt model of a night has, for the Dagster UI."""

from collections.abc import Sequence
from typing import Any

import duckdb
from dbt.artifacts.schemas.run import RunResult

# The views of single schemes are read once, into this table, which holds several nights.
ALL_SCHEMES = "segments.customer_segments"
TONIGHT = "as_of_date = (select as_of_date from ops.night)"
# Counting a view runs it: at 50 million order lines that is 12 seconds of processor a night, for
# figures that hardly anybody asks for. So a view has a count only where a table has as many rows; a
# test over a whole night holds it against the view. By view: what is counted, which of its rows.
COUNTED_ELSEWHERE = {
    "features.past_customer_behaviour": (
        "features.past_purchase_histories",
        "orders_365d > 0 and cutoff_date = (select as_of_date - 90 from ops.night)",
    ),
    "marts.fct_customer_segments": (ALL_SCHEMES, TONIGHT),
    "segments.customer_base": ("features.night_customers", "true"),
    "segments.own_segments": (
        ALL_SCHEMES,
        f"{TONIGHT} and scheme in (select scheme from ops.own_rules)",
    ),
}
_SUCCESS = "success"


def count_rows(
    connection: duckdb.DuckDBPyConnection, results: Sequence[RunResult]
) -> dict[str, int]:
    """Return the rows of the tables that were built, and of such views, by their dbt ids."""
    nodes = [
        result.node
        for result in results
        if str(result.status) == _SUCCESS and str(result.node.resource_type) in ("model", "seed")
    ]
    relations = {node.unique_id: f"{node.schema}.{node.name}" for node in nodes}
    are_built = set(relations.values())
    schemes = (
        dict(
            connection.execute(
                f"select scheme, count(*) from {ALL_SCHEMES} where {TONIGHT} group by scheme"
            ).fetchall()
        )
        if ALL_SCHEMES in are_built
        else None
    )
    counts: dict[str, int] = {}
    for node in nodes:
        relation = relations[node.unique_id]
        if schemes is not None and node.fqn[-2:-1] == ["schemes"]:
            counts[node.unique_id] = schemes.get(node.name, 0)
            continue
        table, condition = COUNTED_ELSEWHERE.get(relation, (relation, "true"))
        if table == relation and _is_view(node):
            continue
        row = connection.execute(f"select count(*) from {table} where {condition}").fetchone()
        assert row is not None
        counts[node.unique_id] = int(row[0])
    return counts


def _is_view(node: Any) -> bool:
    return bool(node.config.materialized == "view")
