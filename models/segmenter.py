"""Learning behaviour segments: from features to a model whose ids and names last."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.behaviour_model import BehaviourModel, Segment
from models.candidates import Clustering
from models.challenger import is_held_out, means_of, problem_of_space
from models.drift import learn_reference
from models.features import checked_features
from models.fitting import nearest_labels
from models.held_out_night import HeldOutNight
from models.matching import Match, match_to_nothing, match_to_previous
from models.naming import SegmentName, name_segments, with_rules
from models.past_sample import PastSample, past_sample
from models.profiles import profile_segments
from models.refit import Refit, judge_refit, verdict_on
from models.rounding import rounded, rounded_number
from models.scoring import nearest_segments, nearest_with_distances, squared_distances
from models.selection import MIN_TRAINING_CUSTOMERS, select_clustering
from models.separation import PastCoordinates, PastNight, separations
from models.short_rules import short_rules, typical_customers
from models.training_sample import training_sample
from models.transforms import Scaler, apply_scaler, fit_scaler

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FittedBehaviour:
    """A model, with the account of how it came about.

    `candidates` is `Selection.candidates_frame`; `profiles` is of the training population;
    `reason` says why this clustering and which features were left out, `verdict_reason` by which
    figures the model has its verdict.
    `rejection` says why the model may not take the place of the previous one, if so.
    """

    model: BehaviourModel
    candidates: pd.DataFrame
    profiles: pd.DataFrame
    reason: str
    verdict_reason: str
    rejection: str | None = None


@dataclass(frozen=True)
class NoBehaviourModel:
    """That these customers have no segments to be learned, and why; an empty table would lie.

    The verdict is `none`: a refit is rejected and the champion stays.
    """

    reason: str
    candidates: pd.DataFrame


def fit_behaviour_model(
    features: pd.DataFrame,
    *,
    trained_on: date,
    random_state: int,
    previous: BehaviourModel | None,
    registry: pd.DataFrame,
    past: PastNight | None = None,
    namesake: BehaviourModel | None = None,
) -> FittedBehaviour | NoBehaviourModel:
    """Learn scaler, centres and names from one night's customers.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        Natural units, indexed by `customer_id`, in any order; null where unknown.
    previous : the model whose ids and names are to be kept where groups stay the same.
    registry : DataFrame
        Every segment ever (column `segment_id`): their numbers are not given again.
    past : a night at least 90 days ago with what customers spent after it, by which the
        clustering is chosen; a young account has none.
    namesake : a model of a later night, where there is no previous one: it gives its ids and names
        to the groups that are the same, and has no share in what is learned.

    Raises
    ------
    ValueError
        If features are infinite, enormous, not numeric, or not one row per customer.
    """
    checked = checked_features(features)
    problem = problem_of_space(previous.scaler, checked) if previous else None
    scaler = previous.scaler if previous and problem is None else fit_scaler(checked)
    held_out = is_held_out(checked.index) if previous else np.zeros(len(checked), dtype=np.bool_)
    sample = training_sample(checked[~held_out], random_state=random_state)
    coordinates = apply_scaler(scaler, sample)
    sampled = past_sample(past, scaler, random_state=random_state)
    past_coordinates = sampled.coordinates if sampled else None
    night = _held_out_night(sampled, previous)
    selection = select_clustering(
        coordinates,
        random_state=random_state,
        previous=(previous.method, previous.n_clusters) if previous else None,
        # Who judges refits has no share in the selection either.
        past=night.past.part(~night.is_judge) if night else past_coordinates,
    )
    candidates = selection.candidates_frame()
    chosen = selection.chosen
    # Of hardly any customers everything is the same: only among enough of them it says something.
    left_out = scaler.left_out_text() if len(sample) >= MIN_TRAINING_CUSTOMERS else ""
    if chosen is None or chosen.clustering is None:
        return NoBehaviourModel(f"{selection.reason}{left_out}", candidates)
    refit = Refit(
        chosen.clustering, chosen.silhouette or 0.0, chosen.stability or 0.0, chosen.method
    )
    reason, rejection = selection.reason, None
    if previous is not None:
        judged = judge_refit(
            refit,
            previous,
            scaler=scaler,
            training=sample,
            held_out=checked[held_out],
            night=night,
            random_state=random_state,
        )
        refit, reason, rejection = judged.refit, judged.reason, judged.rejection
        reason = reason if problem is None else f"{reason}; new scales, since {problem}"
    verdict, verdict_reason = verdict_on(refit, selection)
    coordinates_of_all = apply_scaler(scaler, checked).to_numpy()
    labels = nearest_labels(coordinates_of_all, refit.clustering.centres)
    older = previous or namesake
    match = _match(checked, labels, refit.clustering, older, registry, scaler=scaler)
    segment_ids = pd.Series(
        np.array(match.segment_ids, dtype=object)[labels], index=checked.index, dtype="str"
    )
    profiles = profile_segments(checked, segment_ids, scaler=scaler)
    distances = rounded(
        np.linalg.norm(coordinates_of_all - refit.clustering.centres[labels], axis=1)
    )
    names = with_rules(
        name_segments(profiles, previous=_names_of(older)),
        short_rules(checked, segment_ids, scaler=scaler),
        typical_customers(checked, segment_ids, distances, scaler=scaler),
    )
    model = BehaviourModel(
        trained_on=trained_on,
        population=len(checked),
        random_state=random_state,
        scaler=scaler,
        segments=_segments(refit.clustering, labels, match, names),
        silhouette=refit.silhouette,
        stability=refit.stability,
        separation=_separation(refit.clustering, past_coordinates, random_state=random_state),
        agreement_with_previous=match.agreement if previous else None,
        previous_model_id=previous.model_id if previous else None,
        verdict=verdict,
        method=refit.method,
        reference=learn_reference(checked, scaler.names, distances),
        # A segment that a later model has and this one lacks did not end: it had yet to begin.
        descents=tuple(item for item in match.descents if previous or item.is_current),
    )
    told = f"{reason}{left_out}"
    return FittedBehaviour(model, candidates, profiles, told, verdict_reason, rejection)


def _held_out_night(
    sampled: PastSample | None, previous: BehaviourModel | None
) -> HeldOutNight | None:
    """Return the past night as judge of a refit; None without one, or without what to compare."""
    if sampled is None or previous is None:
        return None
    if not set(previous.scaler.names) <= set(sampled.features.columns):
        return None
    return HeldOutNight(
        sampled.coordinates,
        nearest_segments(previous, sampled.features).astype(np.int64),
        previous.n_clusters,
        is_held_out(sampled.features.index),
    )


def _separation(
    clustering: Clustering, past: PastCoordinates | None, *, random_state: int
) -> float | None:
    """Return how well a rule separates what customers of a past night spent next."""
    if past is None:
        return None
    centres = clustering.centres
    groupings = [(nearest_labels(past.coordinates, centres), len(centres))]
    return separations(groupings, past.next_spend, random_state=random_state)[0].value


def _match(
    checked: pd.DataFrame,
    labels: Labels,
    clustering: Clustering,
    previous: BehaviourModel | None,
    registry: pd.DataFrame,
    *,
    scaler: Scaler,
) -> Match:
    """Give ids to the clusters by what the previous model says of the same customers."""
    ids_ever = [str(segment_id) for segment_id in registry["segment_id"]]
    if previous is None:
        return match_to_nothing(len(clustering.centres), ids_ever=ids_ever)
    # A column that has gone since is unknown for all: the previous model's fill stands in for it.
    columns = list(dict.fromkeys([*checked.columns, *previous.scaler.names]))
    complete = checked.reindex(columns=columns)
    old, distances = nearest_with_distances(previous, complete)
    centres = clustering.centres
    if scaler != previous.scaler:
        in_old_space = apply_scaler(previous.scaler, complete).to_numpy()
        centres = np.nan_to_num(means_of(in_old_space, labels, len(centres)))
    known = {str(name) for name in checked.columns if checked[name].notna().any()}
    is_whole = set(previous.scaler.names) <= known
    # Distances from a fill value say nothing of who is far.
    far = previous.reference.far_distance if previous.reference and is_whole else np.inf
    return match_to_previous(
        labels,
        old.astype(np.int64),
        distances=rounded(np.sqrt(squared_distances(centres, previous.centres))),
        is_familiar=distances <= far,
        previous_ids=previous.segment_ids,
        ids_ever=ids_ever,
    )


def _names_of(model: BehaviourModel | None) -> dict[str, SegmentName]:
    return {segment.segment_id: segment.name for segment in model.segments} if model else {}


def _segments(
    clustering: Clustering, labels: Labels, match: Match, names: dict[str, SegmentName]
) -> tuple[Segment, ...]:
    """Put centre, id and name together, sorted by id."""
    shares = np.bincount(labels, minlength=len(clustering.centres)) / len(labels)
    unsorted = [
        Segment(
            segment_id=segment_id,
            centre=tuple(float(value) for value in centre),
            customer_share=rounded_number(share),
            successor_of=successor_of,
            name=names[segment_id],
        )
        for segment_id, centre, share, successor_of in zip(
            match.segment_ids, clustering.centres, shares, match.successor_of, strict=True
        )
    ]
    return tuple(sorted(unsorted, key=lambda segment: segment.segment_id))
