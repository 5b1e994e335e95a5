"""The choice between a model in use, the same model moved a little, and another grouping."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import silhouette_score

from models.behaviour_model import BehaviourModel
from models.candidates import Clustering
from models.challenger import CLEARLY_BETTER, changed_features, compare, means_of, nearest, settle
from models.rounding import rounded_number
from models.selection import (
    MAX_SILHOUETTE_ROWS,
    MIN_CLUSTER_CUSTOMERS,
    MIN_CLUSTER_SHARE,
    MIN_STABILITY,
)
from models.stability import cluster_stability
from models.transforms import Scaler, apply_scaler

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Refit:
    """A grouping of the training customers with its figures, as `Candidate` has them."""

    clustering: Clustering
    silhouette: float
    stability: float


@dataclass(frozen=True)
class Judgement:
    """The refit that was taken, why that one, and why it may not replace the model, if so."""

    refit: Refit
    reason: str
    rejection: str | None


def judge_refit(
    regrouped: Refit,
    previous: BehaviourModel,
    *,
    scaler: Scaler,
    training: pd.DataFrame,
    held_out: pd.DataFrame,
    random_state: int,
) -> Judgement:
    """Choose the gentlest refit that the customers allow, and say whether it may be used.

    First choice is the previous model with its centres moved by one step (`settle`), which hardly
    moves a customer. It is taken unless that is no valid grouping any more, or the one that was
    selected afresh parts the held-out customers better by 0.02: then the groups themselves have
    changed. Whichever is taken replaces the previous model if it parts the held-out customers no
    worse, a difference within the noise of their number left to chance.

    Parameters
    ----------
    regrouped : what `select_clustering` chose, in the space of `scaler`.
    training, held_out : features in natural units, as `checked_features` returns them.
    """
    coordinates = apply_scaler(scaler, training).to_numpy()
    if changed_features(previous.scaler, training) is not None and not _can_score(
        previous, training
    ):
        return Judgement(regrouped, "learned afresh on other features", None)
    judges = apply_scaler(scaler, held_out).to_numpy()
    before = _centres_in(scaler, previous, training, coordinates)
    settled = settle(coordinates, before)
    afresh = compare(judges, settled.centres, regrouped.clustering.centres)
    problem = _problem_of(settled.labels, len(before))
    stability = None
    if problem is None and afresh.gain <= CLEARLY_BETTER:
        stability = _stability(coordinates, settled.labels, random_state=random_state)
        if stability < MIN_STABILITY:
            problem = f"its least stable segment keeps {stability:.2f} of itself in resamples"
    if problem is None and stability is not None:
        silhouette = _silhouette(coordinates, settled.labels, random_state=random_state)
        taken, how = Refit(settled, silhouette, stability), "the segments in use, moved on a step"
    else:
        taken = regrouped
        how = (
            f"grouped afresh, since of the segments in use {problem}"
            if problem
            else (f"grouped afresh, which parts held-out customers better by {afresh.gain:.3f}")
        )
    verdict = compare(judges, before, taken.clustering.centres)
    rejection = f"worse than the model in use: {verdict.text()}" if verdict.is_worse else None
    return Judgement(taken, f"{how}; {verdict.text()}", rejection)


def _can_score(previous: BehaviourModel, training: pd.DataFrame) -> bool:
    return set(previous.scaler.names) <= {str(name) for name in training.columns}


def _centres_in(
    scaler: Scaler, previous: BehaviourModel, training: pd.DataFrame, coordinates: Array
) -> Array:
    """Return the previous model's centres in a space: its own, or the means of its customers."""
    if scaler == previous.scaler:
        return previous.centres
    old = apply_scaler(previous.scaler, training).to_numpy()
    means = means_of(coordinates, nearest(old, previous.centres), previous.n_clusters)
    return np.nan_to_num(means)


def _problem_of(labels: Labels, n_clusters: int) -> str | None:
    smallest = int(np.bincount(labels, minlength=n_clusters).min())
    needed = max(MIN_CLUSTER_CUSTOMERS, math.ceil(MIN_CLUSTER_SHARE * len(labels)))
    if smallest >= needed:
        return None
    return f"the smallest holds {smallest} customers; {needed} needed"


def _stability(coordinates: Array, labels: Labels, *, random_state: int) -> float:
    worst = cluster_stability(coordinates, labels, random_state=random_state).min()
    return rounded_number(float(worst))


def _silhouette(coordinates: Array, labels: Labels, *, random_state: int) -> float:
    """Return the mean silhouette, of all customers or of 5,000 drawn."""
    rows = np.arange(len(labels))
    if len(rows) > MAX_SILHOUETTE_ROWS:
        random = np.random.default_rng(random_state)
        rows = np.sort(random.choice(rows, MAX_SILHOUETTE_ROWS, replace=False))
    return rounded_number(silhouette_score(coordinates[rows], labels[rows]))
