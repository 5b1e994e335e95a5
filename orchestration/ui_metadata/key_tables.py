"""Which dbt assets show a small table or picture, drawn when their stage has been built."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
import duckdb

from orchestration.ui_metadata import customer_tables, data_tables

Entries = dict[str, Any]
Connection = duckdb.DuckDBPyConnection

KEY_TABLES: Mapping[str, Callable[[Connection], Entries]] = {
    "core/landing_balance": data_tables.landing_balance,
    "features/rfm_edges": data_tables.rfm_edges,
    "marts/customer_360": customer_tables.customer_360,
    "marts/dim_segments": customer_tables.unavailable,
    "marts/fct_cohort_retention": customer_tables.cohort_retention,
    "marts/fct_customer_segments": customer_tables.customer_segments,
    "marts/fct_daily_revenue": customer_tables.daily_revenue,
    "marts/fct_data_quality": data_tables.data_quality,
    "marts/fct_feature_drift": data_tables.feature_drift,
    "marts/fct_landing_balance": data_tables.landing_balance,
    "marts/fct_rejected_rows": data_tables.rejected_rows,
    "marts/fct_scheme_scorecard": customer_tables.scheme_scorecard,
    "marts/fct_segment_changes": customer_tables.segment_changes,
}


def about_key_table(connection: Connection, key: dg.AssetKey) -> Entries:
    """Return the entries of an asset, none for most; a drawing that fails stops no night."""
    draw = KEY_TABLES.get(key.to_user_string())
    if draw is None:
        return {}
    try:
        return draw(connection)
    except duckdb.Error as error:
        return {"not_drawn": f"The table could not be read: {type(error).__name__}."}
