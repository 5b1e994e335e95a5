"""What is published of a prediction: the model's value, its baseline's or none, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.backtest import beats_baseline, deciding_row
from models.customer_histories import HORIZON_DAYS, weeks_of
from models.purchase_process import PurchaseProcess, p_alive

Source = Literal["model", "baseline", "none"]
MIN_HISTORY_DAYS = 180
"""Below, customers have had no time to be active, silent and back again."""

HELD_OUT = "held_out_date"
"""Column of a backtest's night: what was measured is what came in the days after it."""
NO_PAST_NIGHT = "no past night whose next 90 days are over"
"""What is missing in a young account."""
NO_HELD_OUT_NIGHT = (
    "no night to hold out: needs a past night whose next 90 days are over, and an earlier one "
    "whose next 90 days were over on it"
)
"""What is missing where there is no past to prove a model on."""

Array = npt.NDArray[np.float64]


class Dated(Protocol):
    """Something that is told of one night."""

    @property
    def cutoff(self) -> date: ...


N = TypeVar("N", bound=Dated)


@dataclass(frozen=True)
class Night:
    """A night with its histories (outcomes too, if it is past) and the MBG/NBD fitted on it."""

    cutoff: date
    histories: pd.DataFrame
    process: PurchaseProcess

    def p_alive(self) -> Array | None:
        """Return P(alive) of its customers, or None if the process is not available."""
        if self.process.status != "available":
            return None
        return p_alive(self.process, *weeks_of(self.histories))


def known_by(nights: Sequence[N], day: date, *, horizon_days: int = HORIZON_DAYS) -> list[N]:
    """Return the nights whose outcome window was over by this day, oldest first."""
    window = timedelta(days=horizon_days)
    return [night for night in nights if night.cutoff + window <= day]


def held_out(
    nights: Sequence[N], day: date, *, horizon_days: int = HORIZON_DAYS
) -> tuple[N | None, list[N]]:
    """Return the latest night known by this day, and the nights that were known on that night."""
    known = known_by(nights, day, horizon_days=horizon_days)
    if not known:
        return None, []
    return known[-1], known_by(nights, known[-1].cutoff, horizon_days=horizon_days)


def shortage(tonight: Night) -> str | None:
    """Return what tonight's data lack for any model, in words, or None."""
    days = history_days(tonight.histories)
    if days < MIN_HISTORY_DAYS:
        return f"{days} days of history; at least {MIN_HISTORY_DAYS} needed"
    if tonight.process.status != "available":
        return f"no MBG/NBD: {tonight.process.status_reason}"
    return None


def history_days(histories: pd.DataFrame) -> int:
    """Return the days from the first order day of all customers to the night; 0 without any."""
    return int(histories["observed_days"].max()) if len(histories) else 0


def verdict(table: pd.DataFrame, *, metric: str, night: date) -> tuple[bool, str]:
    """Return whether the model won on the held-out night, and the sentence that says so."""
    rows = table[table["metric"] == metric].set_index("predictor")["estimate"]
    model, baseline = rows.index[:2]
    row = deciding_row(table, metric=metric)
    won = beats_baseline(table, metric=metric)
    return won, (
        f"{row['target']}: {metric} {rows[model]:.3f} ({model}) against {rows[baseline]:.3f} "
        f"({baseline}) on {night}; the 95 % interval of the difference, {row['low']:.3f} to "
        f"{row['high']:.3f}, {'lies' if won else 'does not lie'} wholly above 0"
    )
