"""Names of segments, from what their customers are like."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from models.feature_words import words_for
from models.name_rules import first_rule, rule_kept
from models.predicates import NameRule
from models.short_rules import ShortRule, TypicalCustomer
from models.vocabulary import LANGUAGES, Language, in_language

FEATURES_IN_RULE = 4
"""Features spelt out in a rule text; more nobody reads."""
ADDITION = ": "
"""Stands between the name of a rule and what was added to tell two segments apart."""


@dataclass(frozen=True)
class SegmentName:
    """What a segment is called and how it is explained.

    `rule_text` says all of it; the short rule, its fidelity (shares in [0, 1]) and the typical
    customer also stand apart. What has a default is null in models of before it was told, and the
    short rule where no few conditions single the segment out.
    """

    segment_name: str
    segment_name_zh: str
    description: str
    rule_text: str
    recommended_action: str
    description_zh: str | None = None
    rule_text_zh: str | None = None
    recommended_action_zh: str | None = None
    short_rule: str | None = None
    short_rule_zh: str | None = None
    rule_precision: float | None = None
    rule_recall: float | None = None
    typical_customer: str | None = None
    typical_customer_zh: str | None = None

    def to_dict(self) -> dict[str, str | float | None]:
        """Return texts and figures by column name."""
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
            _rule_text(rule, profile_of[segment], "en"),
            rule.recommended_action,
            rule.description_zh,
            _rule_text(rule, profile_of[segment], "zh"),
            rule.recommended_action_zh,
        )
        for segment, rule in rules.items()
    }


def with_rules(
    names: Mapping[str, SegmentName],
    rules: Mapping[str, ShortRule],
    typical: Mapping[str, TypicalCustomer],
) -> dict[str, SegmentName]:
    """Return the names with the short rule and the typical customer of each segment."""
    told = {}
    for segment, name in names.items():
        rule, customer = rules[segment], typical[segment]
        told[segment] = replace(
            name,
            rule_text=f"{name.rule_text} {rule.text('en')} {customer.text('en')}",
            rule_text_zh=f"{name.rule_text_zh}{rule.text('zh')}{customer.text('zh')}",
            short_rule=rule.told("en"),
            short_rule_zh=rule.told("zh"),
            rule_precision=rule.precision if rule.conditions else None,
            rule_recall=rule.recall if rule.conditions else None,
            typical_customer=customer.told("en"),
            typical_customer_zh=customer.told("zh"),
        )
    return told


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
    more, more_zh = (_additions(order, lead, own, language) for language in LANGUAGES)
    for count in range(1, len(more) + 1):
        title = rule.name + ADDITION + ", ".join(more[:count])
        if title not in taken:
            return title, rule.name_zh + "：" + "，".join(more_zh[:count])
    raise ValueError(f"Segment {segment} has the same profile as {rivals}: they are one segment.")


def _additions(
    order: Sequence[str], lead: Mapping[str, float], own: _Profile, language: Language
) -> list[str]:
    """Return what may be added: comparatives; if each of them is shared, the figures themselves."""
    words = {name: words_for(name, language) for name in order}
    added = [
        words[name].more if lead[name] > 0 else words[name].less for name in order if lead[name]
    ]
    return [*added, *(f"{words[name].label} {own[name].mean:.9g}" for name in order)]


def _rule_text(rule: NameRule, profile: _Profile, language: Language) -> str:
    """Say which customers belong to the segment and what earned it its name."""
    order = sorted(profile, key=lambda name: (-abs(profile[name].z), name))
    separator = in_language(language, en="; ", zh="；")
    figures = []
    for name in order[:FEATURES_IN_RULE]:
        words = words_for(name, language)
        mean, base = words.figure(profile[name].mean), words.figure(profile[name].base_mean)
        figures.append(
            in_language(
                language,
                en=f"{words.label} {mean} (all customers {base})",
                zh=f"{words.label}{mean}（全部客户{base}）",
            )
        )
    typical = separator.join(figures)
    because = separator.join(condition.text(language) for condition in rule.conditions)
    because = because or in_language(
        language, en="no feature far from all customers", zh="没有远离全部客户的特征"
    )
    return in_language(
        language,
        en=f"Nearer to this profile than to any other: {typical}. Named for: {because}.",
        zh=f"比其他任何分层都更接近这一画像：{typical}。命名依据：{because}。",
    )
