"""Whether Strata and the bare script came to the same figures."""

import argparse
import json
from pathlib import Path

import duckdb

# Each query is put to both databases, with columns of the same name and type; rows that only one of
# them has are differences.
STRATA, BARE = "warehouse", "by_hand"

QUESTIONS = {
    "rows per file": (
        "select source_table, file_name, rows_in, accepted, duplicates, superseded, rejected "
        "from core.landing_balance",
        "select source_table, file_name, rows_in, accepted, duplicates, superseded, rejected "
        "from core.landing_balance",
    ),
    "customer-days": (
        "select customer_id, day, revenue, sale_amount, return_amount, discount_amount, "
        "coupon_amount, known_cost, known_cost_revenue, pieces, lines, sale_lines, "
        "orders_opened from core.customer_days",
        "select customer_id, day, revenue, sale_amount, return_amount, discount_amount, "
        "coupon_amount, known_cost, known_cost_revenue, pieces, lines, sale_lines, "
        "orders_opened from core.customer_days",
    ),
    "features": (
        "select customer_id, recency_days, frequency, monetary, tenure_days, "
        "average_order_value, discount_share, return_share, gaps, gap_days, first_order_date, "
        "last_order_date from features.customer_rfm",
        "select customer_id, recency_days, frequency, monetary, tenure_days, "
        "average_order_value, discount_share, return_share, gaps, gap_days, first_order_date, "
        "last_order_date from features.customer_rfm",
    ),
    "behaviour features": (
        "select customer_id, recency_days, lines_per_order_365d, active_months_365d, "
        "discount_share_365d, return_share_365d, department_breadth_365d "
        "from features.customer_behaviour",
        "select customer_id, recency_days, lines_per_order_365d, active_months_365d, "
        "discount_share_365d, return_share_365d, department_breadth_365d "
        "from features.customer_behaviour",
    ),
    "value": (
        "select customer_id, value_basis, value_365d from features.customer_value",
        "select customer_id, value_basis, value_365d from features.customer_value",
    ),
    "rfm scores": (
        "select customer_id, r_score, f_score, m_score from features.rfm_scores",
        "select customer_id, r as r_score, f as f_score, m as m_score from segments.rfm",
    ),
    **{
        scheme: (
            f"select customer_id, segment_id from segments.{scheme}",
            f"select customer_id, segment_id from segments.{scheme}",
        )
        for scheme in ("rfm", "value_tier", "lifecycle")
    },
}


def differences(warehouse: Path, bare: Path) -> dict[str, dict[str, int]]:
    """Return for each question the rows of either side, and those that one side alone has.

    Numbers are compared as doubles rounded to six digits: the two sides may have typed them
    differently, and neither is told how the other did.
    """
    with duckdb.connect() as connection:
        # dbt names the database in its views, so that it has to be attached by its own name.
        connection.execute(f"attach '{warehouse}' as {STRATA} (read_only)")
        connection.execute(f"attach '{bare}' as {BARE} (read_only)")
        return {
            name: _compared(connection, strata, by_hand)
            for name, (strata, by_hand) in QUESTIONS.items()
        }


def _compared(connection: duckdb.DuckDBPyConnection, strata: str, by_hand: str) -> dict[str, int]:
    sides = {}
    for side, database, query in (("strata", STRATA, strata), ("bare", BARE, by_hand)):
        connection.execute(f"use {database}")
        columns = connection.execute(f"describe {query}").fetchall()
        compared = ", ".join(
            name if kind in ("VARCHAR", "DATE") else f"round({name}::double, 6) as {name}"
            for name, kind, *_ in columns
        )
        sides[side] = f"{side}_rows"
        connection.execute(
            f"create or replace temp table {side}_rows as select {compared} from ({query})"
        )
    return {
        "rows": _count(connection, "select count(*) from strata_rows"),
        "only_strata": _count(
            connection, "select count(*) from (from strata_rows except all from bare_rows)"
        ),
        "only_bare": _count(
            connection, "select count(*) from (from bare_rows except all from strata_rows)"
        ),
    }


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    """Compare two databases; prints the differences as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("bare", type=Path)
    options = parser.parse_args()
    print(json.dumps(differences(options.warehouse, options.bare)))


if __name__ == "__main__":
    main()
