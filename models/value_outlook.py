"""Who speaks of expected orders and spend: the models if both beat the last period's."""

from dataclasses import dataclass

import pandas as pd

from models.backtest import COLUMNS, backtest
from models.customer_histories import HORIZON_DAYS, YEAR_DAYS
from models.expectations import expected_orders, expected_spend
from models.gamma_gamma import GammaGamma, fit_gamma_gamma
from models.prediction_baselines import RatioBaseline, fit_ratio_baseline
from models.prediction_metrics import AMOUNT_METRICS
from models.publication import (
    HELD_OUT,
    NO_HELD_OUT_NIGHT,
    NO_PAST_NIGHT,
    Night,
    Source,
    held_out,
    known_by,
    shortage,
    verdict,
)

ORDERS_DECIDING = "spearman"
"""Expected orders are used to rank customers; their level is the baseline's to scale."""
SPEND_DECIDING = "normalised_gini"
"""Expected spend is used to find where the money will be: ranks, weighted with money."""
MIN_YEAR_SPENDERS = 100
"""Customers who spent in the year before a night of the year's proof; as many as models need."""


@dataclass(frozen=True)
class ValueOutlook:
    """Who speaks of expected orders and spend tonight, and why; rules are null without a past."""

    source: Source
    reason: str
    spend_model: GammaGamma
    orders: RatioBaseline | None
    spend: RatioBaseline | None
    spend_days: int | None
    backtest: pd.DataFrame


def value_outlook(
    tonight: Night, nights: list[Night], *, resamples: int, random_state: int
) -> ValueOutlook:
    """Prove expected orders and spend on held-out nights.

    The process and the spend model of a night are fitted on its histories, which need no labels;
    the baselines' ratios on the latest night whose outcome was known by then. Spend is proven
    over 365 days where two such years are over, else over 90 days; the reason says which.
    """
    day = tonight.cutoff
    spend_model = fit_spend(tonight.histories)
    no_table = pd.DataFrame(columns=[*COLUMNS, HELD_OUT])
    known = known_by(nights, day)
    if not known:
        return ValueOutlook("none", NO_PAST_NIGHT, spend_model, None, None, None, no_table)
    horizon = _spend_horizon(nights, tonight)
    orders, spend = _orders_baseline(known[-1]), _spend_baseline(nights, tonight, horizon)
    if isinstance(orders, str) or isinstance(spend, str):
        reason = orders if isinstance(orders, str) else str(spend)
        return ValueOutlook("none", reason, spend_model, None, None, None, no_table)
    lack = shortage(tonight) or _no_spend_model(spend_model)
    if lack:
        return ValueOutlook("baseline", lack, spend_model, orders, spend, horizon, no_table)
    table, won, reason = _proof(
        nights, tonight, horizon, resamples=resamples, random_state=random_state
    )
    source: Source = "model" if won else "baseline"
    return ValueOutlook(source, reason, spend_model, orders, spend, horizon, table)


def fit_spend(histories: pd.DataFrame) -> GammaGamma:
    """Fit the Gamma-Gamma model to customers with a repeat order day and something spent."""
    repeat = histories[(histories["order_days"] > 1) & (histories["mean_repeat_spend"] > 0)]
    return fit_gamma_gamma(
        pd.DataFrame(
            {
                "repeats": repeat["order_days"] - 1,
                "mean_spend": repeat["mean_repeat_spend"],
                "customers": 1,
            }
        )
    )


def _proof(
    nights: list[Night], tonight: Night, horizon: int, *, resamples: int, random_state: int
) -> tuple[pd.DataFrame, bool, str]:
    """Return both backtests, whether the model won both, and the reasons."""
    nothing = pd.DataFrame(columns=[*COLUMNS, HELD_OUT])
    target, earlier = held_out(nights, tonight.cutoff)
    spend_target, spend_earlier = held_out(nights, tonight.cutoff, horizon_days=horizon)
    if target is None or spend_target is None or not earlier or not spend_earlier:
        return nothing, False, NO_HELD_OUT_NIGHT
    orders, spend = _orders_baseline(earlier[-1]), _learned(spend_earlier[-1], horizon)
    spend_model = fit_spend(spend_target.histories)
    unfit = [night.process.status_reason for night in (target, spend_target)]
    lack = _no_spend_model(spend_model) or next((words for words in unfit if words), None)
    if isinstance(orders, str) or isinstance(spend, str) or lack:
        lack = next(words for words in (orders, spend, lack) if isinstance(words, str))
        return nothing, False, f"not proven on the held-out night {target.cutoff}: {lack}"
    seen, spenders = target.histories, spend_target.histories
    tables = [
        backtest(
            seen["order_days_next_90d"],
            expected_orders(target.process, seen, HORIZON_DAYS).rename("mbg_nbd"),
            orders.predict(seen["order_days_92d"]),
            target="orders_90d",
            metrics=AMOUNT_METRICS,
            resamples=resamples,
            random_state=random_state,
        ),
        backtest(
            spenders[f"spend_next_{horizon}d"],
            expected_spend(spend_target.process, spend_model, spenders, horizon).rename(
                "mbg_nbd_gamma_gamma"
            ),
            spend.predict(spenders[f"spend_{horizon}d"]),
            target=f"spend_{horizon}d",
            metrics=AMOUNT_METRICS,
            resamples=resamples,
            random_state=random_state + 1,
        ),
    ]
    won_orders, of_orders = verdict(tables[0], metric=ORDERS_DECIDING, night=target.cutoff)
    won_spend, of_spend = verdict(tables[1], metric=SPEND_DECIDING, night=spend_target.cutoff)
    scaled = "" if horizon == YEAR_DAYS else " (no two years to hold out: proven over 90 days)"
    reason = f"{of_orders}. {of_spend}{scaled}"
    nights_told = (target.cutoff, spend_target.cutoff)
    told = [table.assign(**{HELD_OUT: day}) for table, day in zip(tables, nights_told, strict=True)]
    return pd.concat(told, ignore_index=True), won_orders and won_spend, reason


def _spend_horizon(nights: list[Night], tonight: Night) -> int:
    """Return 365 if a year can be held out with a ratio learned a year before, else 90.

    Both nights need customers enough to fit and to learn from: one who was there two years ago
    must not commit the proof to years.
    """
    target, earlier = held_out(nights, tonight.cutoff, horizon_days=YEAR_DAYS)
    if target is None or not earlier:
        return HORIZON_DAYS
    for night in (target, earlier[-1]):
        is_known = night.histories["spend_next_365d"].notna().all()
        spenders = int((night.histories["spend_365d"] > 0).sum())
        if not is_known or spenders < MIN_YEAR_SPENDERS:
            return HORIZON_DAYS
    return YEAR_DAYS if target.process.status == "available" else HORIZON_DAYS


def _orders_baseline(night: Night) -> RatioBaseline | str:
    past, following = (night.histories[n] for n in ("order_days_92d", "order_days_next_90d"))
    if not past.sum() > 0:
        return f"nobody ordered in the 92 days to {night.cutoff}; no ratio to learn"
    return fit_ratio_baseline(past, following, name="order_days_92d")


def _spend_baseline(nights: list[Night], tonight: Night, horizon: int) -> RatioBaseline | str:
    return _learned(known_by(nights, tonight.cutoff, horizon_days=horizon)[-1], horizon)


def _learned(night: Night, horizon: int) -> RatioBaseline | str:
    past = night.histories[f"spend_{horizon}d"]
    if not past.clip(lower=0).sum() > 0:
        return f"nothing was spent in the {horizon} days to {night.cutoff}; no ratio to learn"
    following = night.histories[f"spend_next_{horizon}d"]
    return fit_ratio_baseline(past, following, name=f"spend_{horizon}d")


def _no_spend_model(model: GammaGamma) -> str | None:
    return None if model.status == "available" else f"no Gamma-Gamma: {model.status_reason}"
