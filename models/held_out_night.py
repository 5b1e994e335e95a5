"""Whether a refit tells apart what customers of a night that it was not learned from did next."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from models.challenger import Comparison
from models.fitting import nearest_labels
from models.separation import MIN_PAST_CUSTOMERS, PastCoordinates, separation_gain

MATERIAL_LOSS = 0.01
"""Of separation: half to two thirds of its own standard error with some 2,500 customers."""

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class NightComparison(Comparison):
    """How well two models separate the next 90 days' spend of the same customers of one night.

    `before` and `after` are epsilon squared (`separations`), at most 1, higher is better; `error`
    is the standard error of their difference.
    """

    material_loss: ClassVar[float] = MATERIAL_LOSS

    def text(self) -> str:
        """Say both figures in words."""
        return (
            f"separation of the next 90 days' spend of {self.customers} customers of a night held "
            f"out {self.after:.3f}, by the model in use {self.before:.3f}"
        )


@dataclass(frozen=True)
class HeldOutNight:
    """A past night, in tonight's scaled units, that judges a refit.

    Attributes
    ----------
    past : its customers, and what they spent next.
    before : (n_customers,), their segments by the model in use, 0 to `n_before` - 1.
    is_judge : (n_customers,), who has no share in any refit nor in the selection.
    """

    past: PastCoordinates
    before: Labels
    n_before: int
    is_judge: Mask

    def compare(
        self, centres: Array, *, was_selected_by_it: bool, random_state: int
    ) -> NightComparison | None:
        """Return how centres do there against the model in use; None with too few customers.

        A refit from the centres in use has seen nothing of that night: all customers judge it.
        A grouping that was selected by that night is judged by those alone who were left out then.
        """
        judges = self.is_judge if was_selected_by_it else np.ones(len(self.before), dtype=np.bool_)
        part = self.past.part(judges)
        if len(part.next_spend) < MIN_PAST_CUSTOMERS:
            return None
        before, after, error = separation_gain(
            (self.before[judges], self.n_before),
            (nearest_labels(part.coordinates, centres), len(centres)),
            part.next_spend,
            random_state=random_state,
        )
        return NightComparison(before, after, error, len(part.next_spend))
