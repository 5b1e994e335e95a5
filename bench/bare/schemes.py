"""The rule schemes of the bare script, and what is written of each."""

SCHEMES = (
    "rfm",
    "value_tier",
    "lifecycle",
    "loyalty",
    "channel",
    "price_sensitivity",
    "needs",
    "demographic",
    "geographic",
    "attitude",
    "psychographic",
    "engagement",
    "journey_stage",
    "influence",
    "asset_tier",
    "risk_appetite",
    "credit_risk",
)


def scheme_parts() -> dict[str, str]:
    """Return what is written of every scheme: its rows, and its column of `customer_360`."""
    return {
        "customer_segments": " union all ".join(
            "select customer_id, scheme, segment_id, score, reason_1, reason_2, reason_3 "
            f"from segments.{scheme}"
            for scheme in SCHEMES
        ),
        "segment_columns": ", ".join(
            f"{scheme}_rows.segment_id as {scheme}_segment" for scheme in SCHEMES
        ),
        "segment_joins": " ".join(
            f"left join segments.{scheme} as {scheme}_rows using (customer_id)"
            for scheme in SCHEMES
        ),
    }
