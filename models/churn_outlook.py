"""The churn of customers without contracts: active ones who place no order in 90 days."""

from models.churn import churn_features
from models.churn_proof import ChurnOutlook, ChurnQuestion, Evidence, prove_churn
from models.customer_histories import is_active
from models.prediction_baselines import fit_recency_baseline
from models.publication import Night, known_by, shortage

SILENCE = ChurnQuestion(
    target="churn_90d",
    label="no counted order day in the 90 days after the night, of those active in 180 before",
    fit_plain=fit_recency_baseline,
)


def churn_outlook(
    tonight: Night, nights: list[Night], *, resamples: int, random_state: int
) -> ChurnOutlook:
    """Prove the churn of active customers; of others nothing is said.

    Parameters
    ----------
    nights : past nights, oldest first, with outcomes.
    """
    known = known_by(nights, tonight.cutoff)
    # On all nights or on none: a proof with another set of features would prove another model.
    with_alive = all(night.process.status == "available" for night in [tonight, *known])
    return prove_churn(
        SILENCE,
        [silence_evidence(night, with_alive=with_alive) for night in known],
        as_of_date=tonight.cutoff,
        lack=shortage(tonight),
        resamples=resamples,
        random_state=random_state,
    )


def silence_evidence(night: Night, *, with_alive: bool) -> Evidence:
    """Return what is known of a past night's active customers, and which of them fell silent."""
    active = is_active(night.histories)
    features = churn_features(night.histories, night.p_alive() if with_alive else None)
    histories = night.histories[active]
    churned = (histories["order_days_next_90d"] == 0).astype("float64")
    return Evidence(night.cutoff, features[active], histories["recency_days"], churned)
