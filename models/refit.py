"""What a refit may become: the segments in use with small changes, or others altogether."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from models.behaviour_model import BehaviourModel
from models.candidates import Clustering, Selection
from models.challenger import compare, means_of, settle, settled_in_the_end
from models.fitting import Method, nearest_labels
from models.held_out_night import HeldOutNight
from models.regrouping import change_where_needed, without_vanished
from models.scoring import nearest_with_distances
from models.selection import (
    MIN_CLUSTER_CUSTOMERS,
    MIN_CLUSTER_SHARE,
    MIN_STABILITY,
)
from models.silhouettes import sampled_silhouette
from models.stability import cluster_stability
from models.transforms import Scaler, apply_scaler
from models.verdict import Verdict

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Positions = npt.NDArray[np.intp]

TRUSTED_STABILITY = 0.6
"""Worst segment's, under which it is not to be trusted at all (Hennig 2007; the help of his `fpc`):
the cut goes through what is one group."""
REGROUPING_GAIN = 0.05
"""Silhouette that grouping everybody afresh must gain over the segments in use."""


@dataclass(frozen=True)
class Refit:
    """A grouping of the training customers with its figures, as `Candidate` has them."""

    clustering: Clustering
    silhouette: float
    stability: float
    method: Method


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
    night: HeldOutNight | None,
    random_state: int,
) -> Judgement:
    """Choose the gentlest refit that the customers allow, and say whether it may be used.

    First choice is the previous model with its centres moved by one step (`settle`), which hardly
    moves a customer, without the segments that hardly anybody is in any more, and with the merger,
    split or birth that the customers call for (`change_where_needed`), unless it loses what tells
    apart what comes next. The silhouette likes fewer segments of any continuum; where a past night
    tells what segments are good for, two are merged only if one is not to be found again in
    resamples. It gives way to the
    grouping that was selected afresh, which renews every boundary, only if not even two segments
    are left, or if that parts the held-out customers better by 0.05 than the segments in use will
    where their steps lead in the end, and tells no less of what comes next. Whichever is taken may
    replace the previous model if it is valid, parts the held-out customers of tonight no worse, and
    on a past night held out separates no worse what customers spent next. Worse is what is beyond
    chance and large enough to matter.

    Parameters
    ----------
    regrouped : what `select_clustering` chose, in the space of `scaler`.
    training, held_out : features in natural units, as `checked_features` returns them.
    night : a young account has none.
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
    method = previous.method
    gentle, problem = _measured(coordinates, centres, method, random_state=random_state)
    change = change_where_needed(
        coordinates,
        centres,
        is_far=distances > far,
        may_merge=night is None or gentle.stability < TRUSTED_STABILITY,
        random_state=random_state,
    )
    if change is not None:
        changed, unfit = _measured(coordinates, change.centres, method, random_state=random_state)
        tells_less = _tells_less(night, changed, was_selected=False, random_state=random_state)
        if unfit is None and not tells_less:
            gentle, problem, how = changed, None, f"{how}; {change.what}"
    reached = settled_in_the_end(coordinates, gentle.clustering.centres)
    lead = compare(judges, reached, regrouped.clustering.centres)
    if lead.gain > REGROUPING_GAIN and not _tells_less(
        night, regrouped, was_selected=True, random_state=random_state
    ):
        gentle, problem = regrouped, None
        how = f"grouped afresh, which parts held-out customers better by {lead.gain:.3f}"
    elif _smallest(gentle.clustering) < _needed(coordinates):
        gentle, problem = regrouped, None
        how = "grouped afresh, since the segments in use have emptied"
    verdict = compare(judges, before, gentle.clustering.centres)
    if problem is None and verdict.is_worse:
        problem = "worse than the model in use"
    said = f"{how}; {verdict.text()}"
    if night is not None:
        past = night.compare(
            gentle.clustering.centres,
            was_selected_by_it=gentle is regrouped,
            random_state=random_state,
        )
        if past is not None:
            said = f"{said}; {past.text()}"
            if problem is None and past.is_worse:
                problem = "worse than the model in use on a night held out"
    return Judgement(gentle, said, problem)


def _tells_less(
    night: HeldOutNight | None, refit: Refit, *, was_selected: bool, random_state: int
) -> bool:
    """Return whether a refit is worse than the model in use on a night held out."""
    if night is None:
        return False
    found = night.compare(
        refit.clustering.centres, was_selected_by_it=was_selected, random_state=random_state
    )
    return found is not None and found.is_worse


def verdict_on(refit: Refit, selection: Selection) -> tuple[Verdict, str]:
    """Return what can be claimed of a refit, and by which figures.

    Of what was selected, what the selection found. The segments in use, moved on, are natural only
    if as many were selected by the same method and they pass the same tests with their own figures;
    no other number was held against data without clusters.
    """
    chosen = selection.chosen
    assert chosen is not None
    if refit.clustering is chosen.clustering:
        return selection.verdict, selection.verdict_reason
    is_same_cut = (refit.method, len(refit.clustering.centres)) == (
        chosen.method,
        chosen.n_clusters,
    )
    by_silhouette, by_stability = chosen.silhouette_test, chosen.stability_test
    if is_same_cut and by_silhouette is not None and by_stability is not None:
        is_parted = by_silhouette.is_passed and refit.silhouette > by_silhouette.limit
        if is_parted and replace(by_stability, stability=refit.stability).is_passed:
            return "natural", (
                f"natural clusters, moved on: silhouette {refit.silhouette:.3f} against "
                f"{by_silhouette.limit:.3f} and stability {refit.stability:.3f} against "
                f"{by_stability.limit:.3f} of data sets without clusters"
            )
    return "reproducible", (
        f"a stable cut (stability {refit.stability:.3f}) that was not shown to be more than that"
    )


def _smallest(clustering: Clustering) -> int:
    return int(np.bincount(clustering.labels, minlength=len(clustering.centres)).min())


def _needed(coordinates: Array) -> int:
    return max(MIN_CLUSTER_CUSTOMERS, math.ceil(MIN_CLUSTER_SHARE * len(coordinates)))


def _measured(
    coordinates: Array, centres: Array, method: Method, *, random_state: int
) -> tuple[Refit, str | None]:
    """Return a grouping with its figures, and what makes it invalid, if anything."""
    labels = nearest_labels(coordinates, centres)
    clustering = Clustering(labels, centres)
    smallest, needed = _smallest(clustering), _needed(coordinates)
    if smallest < needed:
        problem = f"its smallest segment holds {smallest} customers; {needed} needed"
        return Refit(clustering, 0.0, 0.0, method), problem
    with threadpool_limits(limits=1):
        stability = cluster_stability(
            coordinates, {method: labels}, n_clusters=len(centres), random_state=random_state
        )[method].worst_jaccard
        silhouette = sampled_silhouette(coordinates, labels, random_state=random_state)
    refit = Refit(clustering, silhouette, stability, method)
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
