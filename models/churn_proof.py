"""Tonight's chances of leaving: the model's if it beat a plain rule on a held-out night."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from models.backtest import COLUMNS, backtest
from models.churn import ROW_COLUMNS, churn_rows, fit_churn, telling_features
from models.churn_model import ChurnModel
from models.prediction_baselines import PlainRule
from models.prediction_metrics import PROBABILITY_METRICS
from models.publication import (
    HELD_OUT,
    NO_HELD_OUT_NIGHT,
    NO_PAST_NIGHT,
    Source,
    held_out,
    known_by,
    verdict,
)

DECIDING = "brier_skill"
"""A proper score: it rewards ranking and calibration, and churn_risk cuts at probabilities."""


@dataclass(frozen=True)
class Evidence:
    """The customers of one night of whom churn is asked, indexed by `customer_id`.

    Attributes
    ----------
    cutoff : the night.
    features : what the model may know, all of it known on the cutoff.
    plain : the one figure that the plain rule knows.
    churned : 1 who left in the 90 days after.
    """

    cutoff: date
    features: pd.DataFrame
    plain: pd.Series
    churned: pd.Series


@dataclass(frozen=True)
class ChurnQuestion:
    """Whom churn is asked of, what leaving means, and what a model has to beat.

    Attributes
    ----------
    target : its name in the backtest.
    label : what counts as leaving, in words.
    fit_plain : learns the plain rule from one past night's figure and outcome; both occur.
    """

    target: str
    label: str
    fit_plain: Callable[[pd.Series, pd.Series], PlainRule]


@dataclass(frozen=True)
class ChurnOutlook:
    """Who speaks of churn tonight, and why.

    `model` is null with too little data, `plain` without a past night to learn it from.
    """

    source: Source
    reason: str
    model: ChurnModel | None
    plain: PlainRule | None
    backtest: pd.DataFrame


def prove_churn(
    question: ChurnQuestion,
    nights: Sequence[Evidence],
    *,
    as_of_date: date,
    lack: str | None,
    resamples: int,
    random_state: int,
) -> ChurnOutlook:
    """Prove the model on the latest night with known labels, then fit it to all.

    What is measured on the held-out night is fitted only on nights whose 90 days were over by
    then; the plain rule on the latest of these. Tonight's model and rule are fitted the same way
    on all nights known by tonight, with the same features: what is published is what was proven.

    Parameters
    ----------
    nights : past nights, oldest first, with outcomes, all with the features known tonight.
    as_of_date : D.
    lack : what tonight's data lack for any model, in words, or None.
    """
    no_table = pd.DataFrame(columns=[*COLUMNS, HELD_OUT])
    known = known_by(nights, as_of_date)
    plain = _plain_rule(question, known[-1]) if known else NO_PAST_NIGHT
    if isinstance(plain, str):
        return ChurnOutlook("none", plain, None, None, no_table)
    if lack:
        return ChurnOutlook("baseline", lack, None, plain, no_table)
    target, earlier = held_out(nights, as_of_date)
    if target is None or not earlier:
        final = fit_churn(_rows(known), trained_on=as_of_date)
        model = None if isinstance(final, str) else final
        return ChurnOutlook("baseline", NO_HELD_OUT_NIGHT, model, plain, no_table)
    final_rows, proof_rows = _rows(known), _rows(earlier)
    # Of both fits, or the model that is published would not be the one that was proven.
    of_proof = set(telling_features(proof_rows))
    features = [name for name in telling_features(final_rows) if name in of_proof]
    table, won, reason = _proof(
        question,
        target,
        earlier[-1],
        fit_churn(proof_rows, trained_on=target.cutoff, features=features),
        resamples=resamples,
        random_state=random_state,
    )
    final = fit_churn(final_rows, trained_on=as_of_date, features=features)
    left_out = [n for n in final_rows.columns if n not in (*ROW_COLUMNS, *features)]
    if left_out:
        reason += f"; left out, unknown or the same for everybody: {', '.join(left_out)}"
    if isinstance(final, str):
        words = reason if not won else final
        return ChurnOutlook("baseline", words, None, plain, table)
    if not won:
        return ChurnOutlook("baseline", reason, final, plain, table)
    return ChurnOutlook("model", reason, final, plain, table)


def _proof(
    question: ChurnQuestion,
    target: Evidence,
    before: Evidence,
    model: ChurnModel | str,
    *,
    resamples: int,
    random_state: int,
) -> tuple[pd.DataFrame, bool, str]:
    """Return the backtest on the held-out night, whether the model won, and the reason."""
    nothing = pd.DataFrame(columns=[*COLUMNS, HELD_OUT])
    plain = _plain_rule(question, before)
    if isinstance(model, str) or isinstance(plain, str):
        lack = model if isinstance(model, str) else str(plain)
        return nothing, False, f"not proven on the held-out night {target.cutoff}: {lack}"
    if target.churned.nunique() < 2:
        return nothing, False, f"only one outcome occurs on the held-out night {target.cutoff}"
    table = backtest(
        target.churned,
        model.predict(target.features).rename("churn_model"),
        plain.predict(target.plain),
        target=question.target,
        metrics=PROBABILITY_METRICS,
        resamples=resamples,
        random_state=random_state,
    )
    won, reason = verdict(table, metric=DECIDING, night=target.cutoff)
    own = table[(table["metric"] == DECIDING) & (table["predictor"] == "churn_model")]
    if won and not own["low"].iloc[0] > 0:
        # A rule that learned noise is beaten by one that learned nothing.
        won, reason = False, f"{reason}; but the model is not shown to beat the base rate either"
    return table.assign(**{HELD_OUT: target.cutoff}), won, reason


def _rows(nights: Sequence[Evidence]) -> pd.DataFrame:
    """Return the training rows of these nights, one under the other."""
    return pd.concat(
        [churn_rows(night.features, night.churned, cutoff=night.cutoff) for night in nights]
    )


def _plain_rule(question: ChurnQuestion, night: Evidence) -> PlainRule | str:
    """Return the plain rule learned on one past night, or what is missing."""
    churned = night.churned
    if churned.nunique() < 2:
        return (
            f"{int(churned.sum())} of {len(churned)} customers of {night.cutoff} left in the next "
            f"90 days ({question.label}); both outcomes are needed"
        )
    return question.fit_plain(night.plain, churned)
