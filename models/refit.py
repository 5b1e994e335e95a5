"""What a refit may become: the segments in use with small changes, or others altogether."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from models.behaviour_model import BehaviourModel
from models.candidates import Clustering
from models.challenger import compare, mean_silhouette, means_of, nearest, settle
from models.regrouping import change_where_needed, without_vanished
from models.rounding import rounded_number
from models.scoring import nearest_with_distances
from models.selection import (
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
    moves a customer, without the segments that hardly anybody is in any more, and with the merger,
    split or birth that the customers call for, if any (`change_where_needed`). It gives way to the
    grouping that was selected afresh, which renews every boundary, only if that parts the held-out
    customers better by 0.05, or not even two segments are left. Whichever is taken may replace
    the previous model if it is valid and parts the held-out customers no worse, a difference
    within the noise of their number left to chance.

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
    centres, vanished = without_vanished(coordinates, settle(coordinates, before).centres)
    how = "the segments in use, moved on a step"
    if vanished:
        how = f"{how}; {vanished} without customers retired"
    gentle, problem = _measured(coordinates, centres, random_state=random_state)
    change = change_where_needed(
        coordinates, centres, is_far=distances > far, random_state=random_state
    )
    if change is not None:
        changed, unfit = _measured(coordinates, change.centres, random_state=random_state)
        if unfit is None:
            gentle, problem, how = changed, None, f"{how}; {change.what}"
    lead = compare(judges, gentle.clustering.centres, regrouped.clustering.centres)
    if lead.gain > REGROUPING_GAIN:
        gentle, problem = regrouped, None
        how = f"grouped afresh, which parts held-out customers better by {lead.gain:.3f}"
    elif _smallest(gentle.clustering) < _needed(coordinates):
        gentle, problem = regrouped, None
        how = "grouped afresh, since the segments in use have emptied"
    verdict = compare(judges, before, gentle.clustering.centres)
    if problem is None and verdict.is_worse:
        problem = "worse than the model in use"
    return Judgement(gentle, f"{how}; {verdict.text()}", problem)


def _smallest(clustering: Clustering) -> int:
    return int(np.bincount(clustering.labels, minlength=len(clustering.centres)).min())


def _needed(coordinates: Array) -> int:
    return max(MIN_CLUSTER_CUSTOMERS, math.ceil(MIN_CLUSTER_SHARE * len(coordinates)))


def _measured(coordinates: Array, centres: Array, *, random_state: int) -> tuple[Refit, str | None]:
    """Return a grouping with its figures, and what makes it invalid, if anything."""
    labels = nearest(coordinates, centres)
    clustering = Clustering(labels, centres)
    smallest, needed = _smallest(clustering), _needed(coordinates)
    if smallest < needed:
        problem = f"its smallest segment holds {smallest} customers; {needed} needed"
        return Refit(clustering, 0.0, 0.0), problem
    with threadpool_limits(limits=1):
        worst = float(cluster_stability(coordinates, labels, random_state=random_state).min())
        silhouette = mean_silhouette(coordinates, labels, random_state=random_state)
    stability = rounded_number(worst)
    refit = Refit(clustering, silhouette, stability)
    if stability >= MIN_STABILITY:
        return refit, None
    return refit, (
        f"its least stable segment keeps {stability:.2f} of itself in resamples; "
        f"{MIN_STABILITY} needed"
    )


def _can_score(previous: BehaviourModel, training: pd.DataFrame) -> bool:
    return set(previous.scaler.names) <= {str(name) for name in training.columns}


def _centres_in(
    scaler: Scaler, previous: BehaviourModel, coordinates: Array, old: Positions
) -> Array:
    """Return the previous model's centres in a space: its own, or the means of its customers."""
    if scaler == previous.scaler:
        return previous.centres
    return np.nan_to_num(means_of(coordinates, old.astype(np.int64), previous.n_clusters))
