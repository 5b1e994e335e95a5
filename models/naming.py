"""Names of segments, from what their customers are like."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from models.name_rules import KEEP_Z, NAME_RULES, NAME_Z, NameRule
from models.vocabulary import words_for

FEATURES_IN_RULE = 4
"""Features spelt out in a rule text; more nobody reads."""


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
class _Title:
    name: str
    name_zh: str

    def with_feature(self, more: str, more_zh: str) -> "_Title":
        joint, joint_zh = (", ", "，") if ": " in self.name else (": ", "：")
        return _Title(f"{self.name}{joint}{more}", f"{self.name_zh}{joint_zh}{more_zh}")


def name_segments(
    profiles: pd.DataFrame, *, previous: Mapping[str, SegmentName] | None = None
) -> dict[str, SegmentName]:
    """Name every segment by the first predicate that its profile meets.

    A segment that had a name keeps it as long as that name's predicate holds with slightly eased
    limits. Where two would be called the same, the feature that tells them apart best is added
    to the name of each that has none yet.

    Parameters
    ----------
    profiles : DataFrame
        As `profile_segments` returns it, of all segments of one model.
    previous : names of those segments that the previous model had too, by segment id.

    Returns
    -------
    dict
        By segment id, sorted; names are distinct in both languages.
    """
    z = profiles.pivot(index="segment_id", columns="feature", values="z").dropna(axis="columns")
    z_by_segment = {str(segment): row.to_dict() for segment, row in z.iterrows()}
    z_by_segment |= {str(name): {} for name in profiles["segment_id"].unique() if name not in z.index}
    kept = {
        segment: name
        for segment, name in (previous or {}).items()
        if segment in z_by_segment and _still_holds(name, z_by_segment[segment])
    }
    titles: dict[str, _Title] = {}
    by_rule: dict[str, list[str]] = {}
    rules = {segment: _first_rule(profile) for segment, profile in z_by_segment.items()}
    for segment in sorted(z_by_segment):
        if segment in kept:
            titles[segment] = _Title(kept[segment].segment_name, kept[segment].segment_name_zh)
            rules[segment] = _rule_of(kept[segment]) or rules[segment]
        by_rule.setdefault(rules[segment].name, []).append(segment)
