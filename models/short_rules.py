"""Short rules and typical customers of learned segments, in words of their features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.feature_words import words_for
from models.rounding import rounded_number
from models.transforms import Scaler
from models.vocabulary import Language, in_language

MAX_DEPTH = 3
"""Conditions in a rule; more nobody keeps in mind."""
MIN_LEAF_SHARE = 0.01
"""Of customers; a rule that fits fewer describes persons."""
SIGNIFICANT_DIGITS = 2
"""Of a threshold in a rule: it is to be told, and its fidelity is that of what is told."""
FEATURES_OF_TYPICAL = 4
"""Features told of a typical customer, those on which segments differ most."""

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Condition:
    """That a feature lies above `lower` and not above `upper`, in natural units."""

    feature: str
    lower: float
    upper: float

    def text(self, language: Language) -> str:
        """Return the condition in words, with the figures as they are told."""
        words = words_for(self.feature, language)
        limits = []
        if not np.isinf(self.lower):
            above = words.figure(self.lower)
            limits.append(in_language(language, en=f" above {above}", zh=f"高于{above}"))
        if not np.isinf(self.upper):
            at_most = words.figure(self.upper)
            limits.append(in_language(language, en=f" at most {at_most}", zh=f"不超过{at_most}"))
        return words.label + in_language(language, en=",", zh="且").join(limits)


@dataclass(frozen=True)
class ShortRule:
    """A few conditions that nearly say who is in a segment.

    `precision` is the share in [0, 1] of customers meeting them who are in the segment, `recall`
    the share of the segment that meets them; both are the rule's fidelity to the model, which goes
    by the nearest centre. A segment that no few conditions single out has none.
    """

    conditions: tuple[Condition, ...]
    precision: float
    recall: float

    def told(self, language: Language) -> str | None:
        """Return the conditions in words; null if there are none."""
        told = [condition.text(language) for condition in self.conditions]
        return in_language(language, en="; ", zh="；").join(told) or None

    def text(self, language: Language) -> str:
        """Return the rule as a sentence with its fidelity."""
        told = self.told(language)
        if told is None:
            return in_language(
                language,
                en="In short: no few conditions single it out.",
                zh="简而言之：没有少数几个条件能把它单独划出来。",
            )
        return in_language(
            language,
            en=f"In short: {told} ({self.precision:.0%} of these are in the segment, "
            f"{self.recall:.0%} of the segment are these).",
            zh=f"简而言之：{told}（符合者中{self.precision:.0%}属于该分层，"
            f"该分层中{self.recall:.0%}符合）。",
        )


@dataclass(frozen=True)
class TypicalCustomer:
    """What the customer nearest to a segment's centre is like, in natural units by feature."""

    values: tuple[tuple[str, float], ...]

    def told(self, language: Language) -> str:
        """Return the values in words."""
        separator = in_language(language, en="; ", zh="；")
        return separator.join(
            words.label + in_language(language, en=" ", zh="") + words.figure(value)
            for feature, value in self.values
            for words in [words_for(feature, language)]
        )

    def text(self, language: Language) -> str:
        """Return the values as a sentence."""
        told = self.told(language)
        return in_language(language, en=f"A typical customer: {told}.", zh=f"典型客户：{told}。")


def short_rules(
    features: pd.DataFrame, segment_ids: pd.Series, *, scaler: Scaler
) -> dict[str, ShortRule]:
    """Return a rule for each segment: the leaf of one shallow tree that fits it best.

    One classification tree (Breiman et al. 1984) for all segments, so that rules do not overlap
    but for the rounding of their thresholds. Of a segment's leaves, the one with the greatest
    harmonic mean of precision and recall is told.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features), natural units, NaN where unknown.
    segment_ids : (n_customers,), of the same customers.
    """
    from sklearn.tree import DecisionTreeClassifier

    filled = _filled(features, scaler)
    labels = segment_ids.to_numpy(dtype=object)
    tree = DecisionTreeClassifier(
        max_depth=MAX_DEPTH, min_samples_leaf=MIN_LEAF_SHARE, random_state=0
    ).fit(filled.to_numpy(), labels)
    paths = [_told(conditions) for conditions in _paths(tree, list(filled.columns))]
    met = [_meets(filled, conditions) for conditions in paths]
    return {
        segment: _best(paths, met, labels == segment)
        for segment in sorted({str(label) for label in labels})
    }


def typical_customers(
    features: pd.DataFrame, segment_ids: pd.Series, distances: Array, *, scaler: Scaler
) -> dict[str, TypicalCustomer]:
    """Return what the customer nearest to each segment's centre is like, without saying who it is.

    Parameters
    ----------
    distances : (n_customers,), to the own centre; of equal ones the first customer counts.
    """
    filled = _filled(features, scaler)
    nearest = pd.Series(distances, index=features.index).groupby(segment_ids.to_numpy()).idxmin()
    spread = filled.loc[nearest].std(ddof=0) / filled.std(ddof=0).replace(0.0, np.nan)
    leads = spread.fillna(0.0).to_dict()
    order = sorted(filled.columns, key=lambda name: (-leads[name], name))
    told = filled.loc[nearest, order[:FEATURES_OF_TYPICAL]].to_numpy(dtype=np.float64)
    return {
        str(segment): TypicalCustomer(tuple(zip(order, values.tolist(), strict=False)))
        for segment, values in zip(nearest.index, told, strict=True)
    }


def _filled(features: pd.DataFrame, scaler: Scaler) -> pd.DataFrame:
    """Return the features in use with nulls as the model takes them."""
    return features[scaler.names].fillna({each.name: each.fill for each in scaler.features})


def _paths(tree: Any, names: list[str]) -> list[tuple[Condition, ...]]:
    """Return the conditions of every leaf, one per feature, in the order of the tree."""
    found: list[tuple[Condition, ...]] = []
    nodes = tree.tree_

    def walk(node: int, bounds: dict[str, tuple[float, float]]) -> None:
        if nodes.children_left[node] == nodes.children_right[node]:
            found.append(tuple(Condition(name, *limits) for name, limits in bounds.items()))
            return
        name, threshold = names[nodes.feature[node]], float(nodes.threshold[node])
        lower, upper = bounds.get(name, (-np.inf, np.inf))
        walk(nodes.children_left[node], bounds | {name: (lower, min(upper, threshold))})
        walk(nodes.children_right[node], bounds | {name: (max(lower, threshold), upper)})

    walk(0, {})
    return found


def _told(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return conditions with thresholds of as many digits as are told."""
    return tuple(
        Condition(each.feature, _short(each.lower), _short(each.upper)) for each in conditions
    )


def _short(value: float) -> float:
    if value == 0 or np.isinf(value):
        return value
    digits = SIGNIFICANT_DIGITS - 1 - int(np.floor(np.log10(abs(value))))
    return round(value, digits)


def _meets(filled: pd.DataFrame, conditions: tuple[Condition, ...]) -> Mask:
    met = np.ones(len(filled), dtype=np.bool_)
    for each in conditions:
        values = filled[each.feature].to_numpy()
        met &= (values > each.lower) & (values <= each.upper)
    return met


def _best(paths: list[tuple[Condition, ...]], met: list[Mask], members: Mask) -> ShortRule:
    """Return the leaf with the greatest F1 (van Rijsbergen 1979), none if it is under one half."""
    best, best_f1 = ShortRule((), 0.0, 0.0), 0.5
    for conditions, mask in zip(paths, met, strict=True):
        both = int((mask & members).sum())
        if both == 0:
            continue
        precision, recall = both / int(mask.sum()), both / int(members.sum())
        f1 = 2 * precision * recall / (precision + recall)
        if conditions and f1 > best_f1:
            best = ShortRule(conditions, rounded_number(precision), rounded_number(recall))
            best_f1 = f1
    return best
