"""Tonight's churn probabilities: the model's if it beat recency alone on a held-out night."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from models.backtest import COLUMNS, backtest
from models.churn import ChurnModel, churn_features, churn_rows, fit_churn
from models.customer_histories import is_active
from models.prediction_baselines import RecencyBaseline, fit_recency_baseline
from models.prediction_metrics import PROBABILITY_METRICS
from models.publication import (
    HELD_OUT,
    NO_HELD_OUT_NIGHT,
    Night,
    Source,
    held_out,
    known_by,
    shortage,
    verdict,
)

DECIDING = "brier_skill"
"""A proper score: it rewards ranking and calibration, and churn_risk cuts at probabilities."""


@dataclass(frozen=True)
class ChurnOutlook:
    """Churn probabilities of active customers (others are left out), and where they come from."""

    probability: pd.Series
    source: Source
    reason: str
    model: ChurnModel | None
    backtest: pd.DataFrame


def churn_outlook(
    tonight: Night, nights: list[Night], *, resamples: int, random_state: int
) -> ChurnOutlook:
    """Prove the model on the latest night with known labels, then fit it to all and predict.

    What is measured on the held-out night is fitted only on nights whose 90 days were over by
    then; the recency baseline on the latest of these. Tonight's model and baseline are fitted the
    same way on all nights known by tonight.

    Parameters
    ----------
    nights : past nights, oldest first, with outcomes.
    """
    day = tonight.cutoff
    active = tonight.histories[is_active(tonight.histories)]
    nothing = pd.Series(dtype="float64", index=active.index[:0], name="churn_probability")
    no_table = pd.DataFrame(columns=[*COLUMNS, HELD_OUT])
    known = known_by(nights, day)
    baseline = _baseline(known[-1]) if known else "no past night whose next 90 days are over"
    if isinstance(baseline, str):
        return ChurnOutlook(nothing, "none", baseline, None, no_table)
    fallback = baseline.predict(active["recency_days"]).rename("churn_probability")
    lack = shortage(tonight)
    if lack:
        return ChurnOutlook(fallback, "baseline", lack, None, no_table)
    table, won, reason = _proof(nights, day, resamples=resamples, random_state=random_state)
    final = _fit(known, tonight, trained_on=day)
    if not won:
        rejected = None if isinstance(final, str) else final
        return ChurnOutlook(fallback, "baseline", reason, rejected, table)
    if isinstance(final, str):
        return ChurnOutlook(fallback, "baseline", final, None, table)
    return ChurnOutlook(_predict(final, tonight), "model", reason, final, table)


def _proof(
    nights: list[Night], day: date, *, resamples: int, random_state: int
) -> tuple[pd.DataFrame, bool, str]:
    """Return the backtest on the held-out night, whether the model won, and the reason."""
    nothing = pd.DataFrame(columns=[*COLUMNS, HELD_OUT])
    target, earlier = held_out(nights, day)
    if target is None or not earlier:
        return nothing, False, NO_HELD_OUT_NIGHT
    model = _fit(earlier, target, trained_on=target.cutoff)
    baseline = _baseline(earlier[-1])
    if isinstance(model, str) or isinstance(baseline, str):
        lack = model if isinstance(model, str) else str(baseline)
        return nothing, False, f"not proven on the held-out night {target.cutoff}: {lack}"
    active = target.histories[is_active(target.histories)]
    churned = (active["order_days_next_90d"] == 0).astype("float64")
    if churned.nunique() < 2:
        return nothing, False, f"only one outcome occurs on the held-out night {target.cutoff}"
    table = backtest(
        churned,
        _predict(model, target).rename("churn_model"),
        baseline.predict(active["recency_days"]),
        target="churn_90d",
        metrics=PROBABILITY_METRICS,
        resamples=resamples,
        random_state=random_state,
    )
    won, reason = verdict(table, metric=DECIDING, night=target.cutoff)
    return table.assign(**{HELD_OUT: target.cutoff}), won, reason


def _fit(nights: list[Night], scored: Night, *, trained_on: date) -> ChurnModel | str:
    """Fit on these nights; with P(alive) only if the scored night and all of them have it."""
    alive = {night.cutoff: night.p_alive() for night in nights}
    with_alive = scored.process.status == "available" and all(
        values is not None for values in alive.values()
    )
    rows = [
        churn_rows(
            night.histories,
            churn_features(night.histories, alive[night.cutoff] if with_alive else None),
            cutoff=night.cutoff,
        )
        for night in nights
    ]
    return fit_churn(pd.concat(rows), trained_on=trained_on)


def _predict(model: ChurnModel, night: Night) -> pd.Series:
    features = churn_features(night.histories, night.p_alive())
    return model.predict(features[is_active(night.histories)])


def _baseline(night: Night) -> RecencyBaseline | str:
    """Return recency's baseline learned on one past night, or what is missing."""
    active = night.histories[is_active(night.histories)]
    churned = (active["order_days_next_90d"] == 0).astype("float64")
    if churned.nunique() < 2:
        return (
            f"{int(churned.sum())} of {len(churned)} active customers of {night.cutoff} did not "
            "order in the next 90 days; both outcomes are needed"
        )
    return fit_recency_baseline(active["recency_days"], churned)
