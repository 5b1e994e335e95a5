"""Order days and spend that a fitted purchase process expects of customers' histories."""

import pandas as pd

from models.customer_histories import DAYS_PER_WEEK, weeks_of
from models.gamma_gamma import GammaGamma, expected_average_spend
from models.purchase_process import PurchaseProcess, expected_purchases


def expected_orders(process: PurchaseProcess, histories: pd.DataFrame, days: int) -> pd.Series:
    """Return the order days to be expected in so many days."""
    weeks = days / DAYS_PER_WEEK
    values = expected_purchases(process, *weeks_of(histories), weeks=weeks)
    return pd.Series(values, index=histories.index)


def expected_spend(
    process: PurchaseProcess, spend_model: GammaGamma, histories: pd.DataFrame, days: int
) -> pd.Series:
    """Return the net spend to be expected in so many days, undiscounted, account currency."""
    repeats, mean = histories["order_days"] - 1, histories["mean_repeat_spend"]
    average = expected_average_spend(spend_model, repeats.to_numpy(), mean.to_numpy())
    return (expected_orders(process, histories, days) * average).round(9)
