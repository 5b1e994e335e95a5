"""Names of segments, from what their customers are like."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from models.name_rules import first_rule, rule_kept
from models.predicates import NameRule
from models.vocabulary import words_for

FEATURES_IN_RULE = 4
"""Features spelt out in a rule text; more nobody reads."""
ADDITION = ": "
"""Stands between the name of a rule and what was added to tell two segments apart."""


@dataclass(frozen=True)
class SegmentName:
    """What a segment is called and how it is explained."""

    segment_name: str
    segment_name_zh: str
    description: str
    rule_text: str
    recommended_action: str

    def to_dict(self) -> dict[str, str]:
        """Return the texts by column name."""
        return asdict(self)


@dataclass(frozen=True)
class _Mean:
    z: float
    mean: float
    base_mean: float


_Profile = dict[str, _Mean]


def name_segments(
    profiles: pd.DataFrame, *, previous: Mapping[str, SegmentName] | None = None
) -> dict[str, SegmentName]:
    """Name every segment by the first predicate that its profile meets.

    A segment that had a name keeps it while that is still true of it (`rule_kept`); description
    and rule text follow the new profile. Where several would be called the same, the features
    that tell them apart best are added to each name that is not an old one.

    Parameters
    ----------
    profiles : DataFrame
        As `profile_segments` returns it, of all segments of one model.
    previous : names of those segments that the previous model had too, by segment id.

    Returns
    -------
    dict
        By segment id, sorted; names are distinct in both languages.

    Raises
    ------
    ValueError
        If two segments have the same profile in everything: they are one segment.
    """
    profile_of = _profiles_by_segment(profiles)
    rules: dict[str, NameRule] = {}
    titles: dict[str, tuple[str, str]] = {}
    for segment, profile in profile_of.items():
        z = {name: mean.z for name, mean in profile.items()}
        old = (previous or {}).get(segment)
        kept = rule_kept(old.segment_name.split(ADDITION)[0], z) if old else None
        rules[segment] = kept or first_rule(z)
        if old and kept:
            titles[segment] = (old.segment_name, old.segment_name_zh)
    for segment, rule in rules.items():
        if segment not in titles:
            rivals = [other for other in rules if rules[other] is rule and other != segment]
            titles[segment] = _distinct_title(segment, rule, rivals, profile_of, titles)
    return {
        segment: SegmentName(
            *titles[segment],
            rule.description,
            _rule_text(rule, profile_of[segment]),
            rule.recommended_action,
        )
        for segment, rule in rules.items()
    }


def _profiles_by_segment(profiles: pd.DataFrame) -> dict[str, _Profile]:
    """Return the means of each segment by feature, without features that the model leaves out."""
    profile_of: dict[str, _Profile] = {str(name): {} for name in sorted(profiles["segment_id"])}
    rows = profiles[["segment_id", "feature", "z", "mean", "base_mean"]].dropna(subset=["z"])
    for segment, feature, z, mean, base_mean in rows.itertuples(index=False, name=None):
        profile_of[str(segment)][str(feature)] = _Mean(float(z), float(mean), float(base_mean))
    return profile_of


def _distinct_title(
    segment: str,
    rule: NameRule,
    rivals: list[str],
    profile_of: Mapping[str, _Profile],
    titles: Mapping[str, tuple[str, str]],
) -> tuple[str, str]:
    """Return the rule's name with as many features added as make it unlike all names given."""
    if not rivals:
        return rule.name, rule.name_zh
    own = profile_of[segment]
    lead = {
        name: mean.z - sum(profile_of[rival][name].z for rival in rivals) / len(rivals)
        for name, mean in own.items()
    }
    order = sorted(lead, key=lambda name: (-abs(lead[name]), name))
    taken = {title for title, _ in titles.values()}
    words = [(words_for(name), lead[name] > 0) for name in order if lead[name]]
    added = [(word.more if more else word.less) for word, more in words]
    added_zh = [(word.more_zh if more else word.less_zh) for word, more in words]
    figures = [f"{words_for(name).label} {own[name].mean:.9g}" for name in order]
    figures_zh = [f"{words_for(name).label_zh} {own[name].mean:.9g}" for name in order]
    # Comparatives first; if every one of them is shared, the figures themselves.
    more, more_zh = [*added, *figures], [*added_zh, *figures_zh]
    for count in range(1, len(more) + 1):
        title = rule.name + ADDITION + ", ".join(more[:count])
        if title not in taken:
            return title, rule.name_zh + "：" + "，".join(more_zh[:count])
    raise ValueError(f"Segment {segment} has the same profile as {rivals}: they are one segment.")


def _rule_text(rule: NameRule, profile: _Profile) -> str:
    """Say which customers belong to the segment and what earned it its name."""
    order = sorted(profile, key=lambda name: (-abs(profile[name].z), name))
    typical = "; ".join(
        f"{words.label} {words.figure(profile[name].mean)} "
        f"(all customers {words.figure(profile[name].base_mean)})"
        for name in order[:FEATURES_IN_RULE]
        for words in [words_for(name)]
    )
    named_for = "; ".join(condition.text() for condition in rule.conditions)
    because = named_for or "no feature far from all customers"
    return f"Nearer to this profile than to any other: {typical}. Named for: {because}."
