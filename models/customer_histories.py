"""What predictions know of a customer on a night, column by column, and its checks."""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

HORIZON_DAYS = 90
"""Of churn and of expected orders."""
ACTIVE_DAYS = 180
"""Churn is asked of customers with a counted order in so many days."""
YEAR_DAYS = 365
"""Horizon of expected spend."""
DAYS_PER_WEEK = 7.0
"""The purchase process counts weeks."""
HISTORY_COLUMNS = {
    "order_days": "days with a counted order, all history up to the cutoff; at least 1",
    "recency_days": "whole days from the last counted order's day to the cutoff; at least 0",
    "observed_days": "whole days from the first counted order's day to the cutoff",
    "order_days_92d": "days with a counted order in (cutoff - 92, cutoff]",
    "order_days_365d": "days with a counted order in (cutoff - 365, cutoff]",
    "mean_repeat_spend": "net amount of all days after the first order day, up to the cutoff, "
    "divided by order_days - 1; null with one order day; may be below 0",
    "spend_90d": "net amount of (cutoff - 90, cutoff], returns on their own day",
    "spend_365d": "net amount of (cutoff - 365, cutoff]",
}
"""Known on the cutoff, one row per customer with a counted order by then; money in the account
currency. A customer whose orders were all returned by the cutoff has no row."""
OUTCOME_COLUMNS = {
    "order_days_next_90d": "days with a counted order in (cutoff, cutoff + 90]; days, not orders: "
    "the purchase process counts days, and two orders on one day are one decision to buy",
    "spend_next_90d": "net amount of (cutoff, cutoff + 90]",
    "spend_next_365d": "net amount of (cutoff, cutoff + 365]; null while that year is not over",
}
"""Of past nights only. An order of the 90 days counts as it stood when they were over."""

Array = npt.NDArray[np.float64]


def one_row_per_customer(frame: pd.DataFrame, columns: list[str], *, what: str) -> pd.DataFrame:
    """Return some columns of one night as doubles, sorted by customer.

    Raises
    ------
    ValueError
        If a column is missing or a customer comes twice; `what` names the table in the message.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"{what} lack {missing}; needed are {columns}.")
    if not frame.index.is_unique:
        twice = int(frame.index.duplicated().sum())
        raise ValueError(f"{what} hold {twice} customers more than once.")
    return frame[columns].astype("float64").sort_index()


def checked_histories(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the history columns as doubles, sorted by customer, or raise on what cannot be.

    Parameters
    ----------
    frame : DataFrame of one night, indexed by `customer_id`, with `HISTORY_COLUMNS`.

    Raises
    ------
    ValueError
        If a column is missing, a customer comes twice, or values are null or contradict.
    """
    values = one_row_per_customer(frame, [*HISTORY_COLUMNS], what="Customer histories")
    repeats = values["order_days"] > 1
    always = values.drop(columns="mean_repeat_spend")
    wrong = (values["order_days"] < 1) | ~pd.Series(
        np.isfinite(always.to_numpy()).all(axis=1), index=values.index
    )
    wrong |= (values["recency_days"] < 0) | (values["recency_days"] > values["observed_days"])
    wrong |= (values["recency_days"] < values["observed_days"]) != repeats
    wrong |= repeats & ~np.isfinite(values["mean_repeat_spend"])
    if bool(wrong.any()):
        raise ValueError(
            f"{int(wrong.sum())} of {len(values)} customer histories are impossible (first: "
            f"{values.index[wrong][0]}): order_days at least 1, recency_days in [0, observed_days] "
            "and equal to it exactly with one order day, no nulls but mean_repeat_spend then."
        )
    return values


def checked_past(past: pd.DataFrame, *, as_of_date: date) -> dict[date, pd.DataFrame]:
    """Return the past nights by cutoff, oldest first, each checked; labels must be known by D.

    Parameters
    ----------
    past : DataFrame
        Several nights stacked: `cutoff_date`, `customer_id`, `label_known_on` (the last day that
        the label was read from), `HISTORY_COLUMNS`, `OUTCOME_COLUMNS`.
    as_of_date : D, the night that predicts.

    Raises
    ------
    ValueError
        If any label became known after D, or earlier than its 90 days were over.
    """
    needed = ["cutoff_date", "customer_id", "label_known_on", *OUTCOME_COLUMNS]
    missing = [name for name in needed if name not in past.columns]
    if missing:
        raise ValueError(f"Past nights lack {missing}.")
    refuse_future_labels(past, trained_on=as_of_date)
    refuse_early_labels(past)
    days = pd.to_datetime(past["cutoff_date"])
    nights = {}
    for cutoff, rows in past.groupby(days.dt.date, sort=True):
        night = rows.set_index("customer_id")
        outcomes = night[[*OUTCOME_COLUMNS]].astype("float64")
        if bool(outcomes[["order_days_next_90d", "spend_next_90d"]].isna().any(axis=None)):
            raise ValueError(f"Past night {cutoff} lacks outcomes of its next 90 days.")
        nights[cutoff] = checked_histories(night).join(outcomes)
    return nights


def refuse_early_labels(past: pd.DataFrame) -> None:
    """Raise if any row of a past night has a label from before its 90 days were over.

    Raises
    ------
    ValueError
        With the number of such rows.
    """
    days = pd.to_datetime(past["cutoff_date"])
    early = pd.to_datetime(past["label_known_on"]) < days + pd.Timedelta(days=HORIZON_DAYS)
    if bool(early.any()):
        raise ValueError(
            f"{int(early.sum())} past rows have a label_known_on before their "
            f"{HORIZON_DAYS} days are over."
        )


def refuse_future_labels(rows: pd.DataFrame, *, trained_on: date) -> None:
    """Raise if any row's label became known only after the night that trains on it.

    Raises
    ------
    ValueError
        With the number of such rows and the latest day.
    """
    known = pd.to_datetime(rows["label_known_on"])
    later = known > pd.Timestamp(trained_on)
    if bool(later.any()) or bool(known.isna().any()):
        raise ValueError(
            f"{int((later | known.isna()).sum())} of {len(rows)} training rows have a label not "
            f"known by {trained_on} (latest: {known.max():%Y-%m-%d}); train on past nights only."
        )


def weeks_of(histories: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return x, t_x and T of the purchase process: repeat order days, weeks, weeks."""
    observed = histories["observed_days"].to_numpy() / DAYS_PER_WEEK
    last = (histories["observed_days"] - histories["recency_days"]).to_numpy() / DAYS_PER_WEEK
    return histories["order_days"].to_numpy() - 1.0, last, observed


def is_active(histories: pd.DataFrame) -> pd.Series:
    """Return whether churn is asked of a customer: a counted order in (D - 180, D]."""
    return histories["recency_days"] < ACTIVE_DAYS
