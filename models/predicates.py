"""Predicates over the profile of a segment, each with the name that it earns."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.vocabulary import words_for


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

    def text(self) -> str:
        """Say the condition in words and figures."""
        labels = " and ".join(words_for(name).label for name in self.features)
        side = "above all customers (z ≥" if self.z > 0 else "below all customers (z ≤"
        return f"{labels} {side} {self.z:g})"


@dataclass(frozen=True)
class NameRule:
    """A name, what it means and what to do about it, for profiles that meet all conditions."""

    name: str
    name_zh: str
    description: str
    recommended_action: str
    conditions: tuple[Condition, ...]

    def holds(self, z_by_feature: Mapping[str, float], *, relief: float = 0.0) -> bool:
        """Return whether the profile meets every condition, each eased by `relief`."""
        return all(condition.holds(z_by_feature, relief=relief) for condition in self.conditions)
