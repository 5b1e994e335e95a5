"""What churn by contract knows of a customer on a night, column by column, and its checks."""

from datetime import date

import numpy as np
import pandas as pd

from models.customer_histories import (
    one_row_per_customer,
    refuse_early_labels,
    refuse_future_labels,
)

CONTRACT_COLUMNS = {
    "tenure_days": "whole days from the first contract's start or first balance to the cutoff",
    "latest_contract_days": "whole days since the latest active contract started; null without one",
    "active_contracts": "contracts started by the cutoff and not ended by it",
    "ended_contracts_365d": "contracts ended in (cutoff - 365, cutoff]",
    "balance": "of all products, the last told by the cutoff; null without any; account currency",
    "balance_30d_ago": "the same as of cutoff - 30",
    "balance_90d_ago": "the same as of cutoff - 90",
    "order_days_92d": "days with a counted order in (cutoff - 92, cutoff]; 0 without any",
    "order_days_365d": "days with a counted order in (cutoff - 365, cutoff]; 0 without any",
}
"""Known on the cutoff, one row per customer with an active contract or a positive balance."""
ORDER_COUNTS = ("order_days_92d", "order_days_365d")
"""From the same customers' purchase histories; all other columns are of contracts and holdings."""
HAS_LEFT = "has_left"
"""1 whose contracts had all ended, or whose balance was down by 80 % or more, 90 days later."""
NULLABLE = ("latest_contract_days", "balance", "balance_30d_ago", "balance_90d_ago")


def checked_contracts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of one night as doubles, sorted by customer, or raise on what cannot be.

    Parameters
    ----------
    frame : DataFrame of one night, indexed by `customer_id`, with `CONTRACT_COLUMNS`.

    Raises
    ------
    ValueError
        If a column is missing, a customer comes twice, or values are null or contradict.
    """
    values = one_row_per_customer(frame, [*CONTRACT_COLUMNS], what="Contract histories")
    counts = values.drop(columns=[*NULLABLE])
    possible = np.isfinite(counts.to_numpy()).all(axis=1) & (counts >= 0).all(axis=1)
    possible &= ~np.isinf(values[[*NULLABLE]].to_numpy()).any(axis=1)
    wrong = ~possible | ~((values["active_contracts"] > 0) | (values["balance"] > 0))
    wrong |= values["latest_contract_days"].notna() != (values["active_contracts"] > 0)
    if bool(wrong.any()):
        raise ValueError(
            f"{int(wrong.sum())} of {len(values)} contract histories are impossible (first: "
            f"{values.index[wrong][0]}): an active contract or a positive balance, days and counts "
            "at least 0, latest_contract_days exactly with an active contract."
        )
    return values


def checked_past_contracts(past: pd.DataFrame, *, as_of_date: date) -> dict[date, pd.DataFrame]:
    """Return the past nights by cutoff, oldest first, each checked; labels must be known by D.

    Parameters
    ----------
    past : DataFrame
        Several nights stacked: `cutoff_date`, `customer_id`, `label_known_on` (the last day that
        the label was read from), `CONTRACT_COLUMNS`, `has_left` (0 or 1).
    as_of_date : D, the night that predicts.

    Raises
    ------
    ValueError
        If any label became known after D, or earlier than its 90 days were over.
    """
    refuse_future_labels(past, trained_on=as_of_date)
    refuse_early_labels(past)
    days = pd.to_datetime(past["cutoff_date"])
    wrong = ~past[HAS_LEFT].isin([0, 1])
    if bool(wrong.any()):
        raise ValueError(
            f"Past contract histories: {HAS_LEFT} has to be 0 or 1, and is not in "
            f"{int(wrong.sum())} of {len(past)} rows."
        )
    nights = {}
    for cutoff, rows in past.groupby(days.dt.date, sort=True):
        night = rows.set_index("customer_id")
        nights[cutoff] = checked_contracts(night).join(night[HAS_LEFT].astype("float64"))
    return nights
