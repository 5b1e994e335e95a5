"""One customer's story: the segments over time, the reasons, and the figures behind them."""

from typing import Any

import duckdb

from orchestration.database import opened
from orchestration.errors import InputError
from orchestration.home import Home

# Shown for every customer; the segment columns are told apart by scheme.
_FIGURES = [
    "recency_days",
    "frequency",
    "monetary",
    "average_order_value",
    "first_order_date",
    "last_order_date",
    "rfm_code",
    "spend_365d",
    "margin_365d",
    "discount_share",
    "return_share",
    "tenure_days",
    "p_alive",
    "churn_probability",
    "prediction_source",
    "expected_orders_90d",
    "expected_spend_365d",
    "value_prediction_source",
]
# What is said of a segment as such; a file of an older version holds fewer of these.
_OF_SEGMENT = [
    "segment_name",
    "segment_name_zh",
    "description",
    "description_zh",
    "rule_text",
    "rule_text_zh",
    "short_rule",
    "short_rule_zh",
    "rule_precision",
    "rule_recall",
    "typical_customer",
    "typical_customer_zh",
]


def customer_story(home: Home, customer_id: str) -> dict[str, Any]:
    """Return what the published tables say of one customer.

    Returns
    -------
    dict
        `figures` by column of `customer_360`; `segments`, one per scheme of tonight with its names,
        its rule, its means against everybody's (100 = the same) and the names of the next segment;
        `stays`, oldest first within a scheme.

    Raises
    ------
    InputError
        If nothing is published, or the tables hold no such customer.
    """
    path = home.serving / "strata.duckdb"
    if not path.exists():
        raise InputError("Nothing is published yet: run `strata run` first.")
    with opened(path, home, read_only=True) as connection:
        figures = _rows(
            connection, "select * from marts.customer_360 where customer_id = ?", customer_id
        )
        if not figures:
            raise InputError(
                f"The published tables hold no customer {customer_id!r}. Ids are text, with case "
                "and leading zeros; customers who refuse profiling are in no table."
            )
        segments = _rows(
            connection,
            "select * from marts.fct_customer_segments where customer_id = ? order by scheme",
            customer_id,
        )
        stays = _rows(
            connection,
            "select * from marts.fct_segment_history where customer_id = ? "
            "order by scheme, valid_from",
            customer_id,
        )
        known = {
            row["segment_id"]: row for row in _rows(connection, "select * from marts.dim_segments")
        }
        index = _rows(
            connection,
            "select segment_id, feature, index_vs_base from marts.fct_segment_feature_index "
            "where index_vs_base is not null order by segment_id, feature",
        )
    return {
        "customer_id": customer_id,
        "as_of_date": figures[0]["as_of_date"],
        "figures": {name: figures[0][name] for name in _FIGURES},
        "segments": [
            row
            | _told(known, row["segment_id"], _OF_SEGMENT)
            | _told(known, row["next_segment_id"], ["segment_name", "segment_name_zh"], "next_")
            | {
                "index_vs_base": {
                    each["feature"]: each["index_vs_base"]
                    for each in index
                    if each["segment_id"] == row["segment_id"]
                }
            }
            for row in segments
        ],
        "stays": [
            row | _told(known, row["segment_id"], ["segment_name", "segment_name_zh"])
            for row in stays
        ],
    }


def _told(
    known: dict[str, dict[str, Any]], segment_id: str | None, columns: list[str], prefix: str = ""
) -> dict[str, Any]:
    """Return what `dim_segments` says of a segment, null where it says nothing."""
    row = known.get(segment_id or "", {})
    return {f"{prefix}{column}": row.get(column) for column in columns}


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: str) -> list[dict[str, Any]]:
    result = connection.execute(sql, list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
