"""What a refit may become: the segments in use with small changes, or others altogether."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from models.behaviour_model import BehaviourModel
from models.candidates import Clustering
from models.challenger import compare, means_of, nearest, settle
from models.regrouping import change_where_needed
from models.rounding import rounded_number
from models.scoring import nearest_with_distances
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
Positions = npt.NDArray[np.intp]

REGROUPING_GAIN = 0.05
"""Silhouette that grouping everybody afresh must gain over the segments in use."""


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
    moves a customer, and with those segments merged, split or born that the customers call for
    (`change_where_needed`). It gives way to the grouping that was selected afresh, which renews
    every boundary, only if that parts the held-out customers better by 0.05. Whichever is taken
    may replace the previous model if it is valid and parts the held-out customers no worse, a
    difference within the noise of their number left to chance.

    Parameters
    ----------
    regrouped : what `select_clustering` chose, in the space of `scaler`.
    training, held_out : features in natural units, as `checked_features` returns them.
    """
    if not _can_score(previous, training):
        return Judgement(regrouped, "grouped afresh on other features", None)
    coordinates = apply_scaler(scaler, training).to_numpy()
    judges = apply_scaler(scaler, held_out).to_numpy()
    old, distances = nearest_with_distances(previous, training)
    before = _centres_in(scaler, previous, coordinates, old)
    far = previous.reference.far_distance if previous.reference else np.inf
    centres = settle(coordinates, before).centres
    change = change_where_needed(
        coordinates, centres, is_far=distances > far, random_state=random_state
    )
    how = "the segments in use, moved on a step"
    if change is not None:
        centres, how = change.centres, f"{how}; {change.what}"
    gentle, problem = _measured(coordinates, centres, random_state=random_state)
    lead = compare(judges, centres, regrouped.clustering.centres)
    if lead.gain > REGROUPING_GAIN:
        gentle, problem = regrouped, None
        how = f"grouped afresh, which parts held-out customers better by {lead.gain:.3f}"
    verdict = compare(judges, before, gentle.clustering.centres)
    if problem is None and verdict.is_worse:
        problem = "worse than the model in use"
    return Judgement(gentle, f"{how}; {verdict.text()}", problem)


def _measured(coordinates: Array, centres: Array, *, random_state: int) -> tuple[Refit, str | None]:
    """Return a grouping with its figures, and what makes it invalid, if anything."""
    labels = nearest(coordinates, centres)
    clustering = Clustering(labels, centres)
    problem: str | None = None
    smallest = int(np.bincount(labels, minlength=len(centres)).min())
    needed = max(MIN_CLUSTER_CUSTOMERS, math.ceil(MIN_CLUSTER_SHARE * len(labels)))
    if smallest < needed:
        problem = f"its smallest segment holds {smallest} customers; {needed} needed"
        return Refit(clustering, 0.0, 0.0), problem
    with threadpool_limits(limits=1):
        worst = float(cluster_stability(coordinates, labels, random_state=random_state).min())
        silhouette = _silhouette(coordinates, labels, random_state=random_state)
    stability = rounded_number(worst)
    if stability < MIN_STABILITY:
        problem = (
            f"its least stable segment keeps {stability:.2f} of itself in resamples; "
            f"{MIN_STABILITY} needed"
        )
    return Refit(clustering, silhouette, stability), problem


def _can_score(previous: BehaviourModel, training: pd.DataFrame) -> bool:
    return set(previous.scaler.names) <= {str(name) for name in training.columns}


def _centres_in(
    scaler: Scaler, previous: BehaviourModel, coordinates: Array, old: Positions
) -> Array:
    """Return the previous model's centres in a space: its own, or the means of its customers."""
    if scaler == previous.scaler:
        return previous.centres
    return np.nan_to_num(means_of(coordinates, old.astype(np.int64), previous.n_clusters))


def _silhouette(coordinates: Array, labels: Labels, *, random_state: int) -> float:
    """Return the mean silhouette, of all customers or of 5,000 drawn."""
    rows = np.arange(len(labels))
    if len(rows) > MAX_SILHOUETTE_ROWS:
        random = np.random.default_rng(random_state)
        rows = np.sort(random.choice(rows, MAX_SILHOUETTE_ROWS, replace=False))
    return rounded_number(silhouette_score(coordinates[rows], labels[rows]))
