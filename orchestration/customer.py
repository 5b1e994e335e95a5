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


def customer_story(home: Home, customer_id: str) -> dict[str, Any]:
    """Return what the published tables say of one customer.

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
    return {
        "customer_id": customer_id,
        "as_of_date": figures[0]["as_of_date"],
        "figures": {name: figures[0][name] for name in _FIGURES},
        "segments": segments,
        "stays": stays,
    }


def story_text(story: dict[str, Any]) -> str:
    """Return the story as plain lines."""
    lines = [f"Customer {story['customer_id']}, as of {story['as_of_date']}", ""]
    lines += [
        f"  {name.replace('_', ' '):<22} {value}"
        for name, value in story["figures"].items()
        if value is not None
    ]
    for segment in story["segments"]:
        border = " (on the border)" if segment["is_borderline"] else ""
        lines += ["", f"{segment['scheme']}: {segment['segment_name']}{border}"]
        lines += [
            f"  because {segment[reason]}"
            for reason in ("reason_1", "reason_2", "reason_3")
            if segment[reason]
        ]
        if segment["next_segment_id"]:
            margin = "" if segment["margin"] is None else f", {segment['margin']:.3g} away"
            lines.append(f"  next segment: {segment['next_segment_id']}{margin}")
        lines += [
            f"  {stay['valid_from']} – {stay['valid_to'] or 'now'}: {stay['segment_id']}"
            for stay in story["stays"]
            if stay["scheme"] == segment["scheme"]
        ]
    return "\n".join(lines)


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, customer_id: str
) -> list[dict[str, Any]]:
    result = connection.execute(sql, [customer_id])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
