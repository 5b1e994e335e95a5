"""Predicates over the profile of a segment, each with the name that it earns."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.feature_words import words_for
from models.vocabulary import Language, in_language


@dataclass(frozen=True)
class Condition:
    """That the mean z of some features lies at least `z` above (or, below 0, under) the base.

    Features that the model does not have take no part; without any of them it does not hold.
    """

    features: tuple[str, ...]
    z: float

    def holds(self, z_by_feature: Mapping[str, float], *, relief: float = 0.0) -> bool:
        """Return whether the profile fulfils this, with the limit eased by `relief`.

        A negative relief makes it stricter.
        """
        present = [z_by_feature[name] for name in self.features if name in z_by_feature]
        if not present:
            return False
        mean = sum(present) / len(present)
        return mean >= self.z - relief if self.z > 0 else mean <= self.z + relief

    def text(self, language: Language) -> str:
        """Say the condition in words and figures."""
        labels = [words_for(name, language).label for name in self.features]
        is_above = self.z > 0
        return in_language(
            language,
            en=f"{' and '.join(labels)} {'above' if is_above else 'below'} all customers "
            f"(z {'≥' if is_above else '≤'} {self.z:g})",
            zh=f"{'和'.join(labels)}{'高于' if is_above else '低于'}全部客户"
            f"（z {'≥' if is_above else '≤'} {self.z:g}）",
        )


@dataclass(frozen=True)
class NameRule:
    """A name, what it means and what to do about it, for profiles that meet all conditions."""

    name: str
    name_zh: str
    description: str
    description_zh: str
    recommended_action: str
    recommended_action_zh: str
    conditions: tuple[Condition, ...]

    def holds(self, z_by_feature: Mapping[str, float], *, relief: float = 0.0) -> bool:
        """Return whether the profile meets every condition, each eased by `relief`."""
        return all(condition.holds(z_by_feature, relief=relief) for condition in self.conditions)
