"""The scores of a profile, and when a prediction is worth telling anew."""

CONSENTS = ("marketing_consent", "email_consent", "sms_consent", "ads_consent")

SCORES: dict[str, int | None] = {
    "rfm_code": None,
    "r_score": None,
    "f_score": None,
    "m_score": None,
    "is_low_confidence": None,
    "frequency": None,
    "monetary": None,
    "average_order_value": None,
    "spend_365d": None,
    "first_order_date": None,
    "last_order_date": None,
    "p_alive": 2,
    "churn_probability": 2,
    "prediction_source": None,
    "expected_orders_90d": 1,
    "expected_spend_365d": 0,
    "value_prediction_source": None,
    "is_extrapolated": None,
}
"""Columns of `customer_360` that go out, with the digits that they are rounded to.

The days since the last order are left to the tool, which has the order's date: they would change
every profile every night.
"""

STEPS: dict[str, tuple[float, float]] = {
    "p_alive": (0.1, 0.0),
    "churn_probability": (0.1, 0.0),
    "expected_orders_90d": (0.1, 0.1),
    "expected_spend_365d": (1.0, 0.1),
}
"""By how much a prediction has to move before it goes out anew: in its own unit, and as a share.

Predictions drift a little every night, of nearly every customer. Up to the larger of the two the
profile keeps the figure that went out before; a slow drift adds up until it is told.
"""


def score(column: str, digits: int | None) -> str:
    """Return a column of tonight, rounded as it goes out."""
    value = f"customers.{column}"
    return f"{value} as {column}" if digits is None else f"round({value}, {digits}) as {column}"


def told_score(column: str, *, is_first: bool) -> str:
    """Return a score, or what went out before of a prediction that has hardly moved since."""
    fresh = f"people.{column}"
    if is_first or column not in STEPS:
        return fresh
    unit, share = STEPS[column]
    told = f"before.{column}"
    return (
        f"case when round(abs({fresh} - {told}), 6) <= greatest({unit}, {share} * abs({told})) "
        f"then {told} else {fresh} end as {column}"
    )
