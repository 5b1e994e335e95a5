"""The plain rules of one night, which stand in where a model was not shown to be better."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from models.content_ids import content_id
from models.prediction_baselines import CellBaseline, PlainRule, RatioBaseline, RecencyBaseline

FORMAT = 1
"""Of the stored content; raised when its meaning changes."""


@dataclass(frozen=True)
class PlainRules:
    """What the last period, or recency, says; null where there is no past night to learn from.

    Attributes
    ----------
    churn : of the chance of leaving.
    orders : next 90 days' order days by those of the last 92 days.
    spend, spend_days : next spend by that of the last `spend_days` days, over as many days.
    """

    churn: PlainRule | None
    orders: RatioBaseline | None
    spend: RatioBaseline | None
    spend_days: int | None

    @cached_property
    def model_id(self) -> str:
        """`plain_rules-` and 12 hex digits of the content's sha256."""
        return content_id("plain_rules", self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and texts for JSON."""
        content: dict[str, Any] = asdict(self) | {"format": FORMAT}
        if isinstance(self.churn, CellBaseline):
            content["churn"]["shares"] = sorted(self.churn.shares.items())
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "PlainRules":
        """Return the rules that `to_dict` wrote.

        Raises
        ------
        ValueError
            If the content has another format.
        """
        if content.get("format") != FORMAT:
            raise ValueError(f"The plain rules have format {content.get('format')}, not {FORMAT}.")
        churn, orders, spend = (content[name] for name in ("churn", "orders", "spend"))
        rule: PlainRule | None = None
        if churn is not None and "shares" in churn:
            rule = CellBaseline(**churn | {"shares": {int(k): v for k, v in churn["shares"]}})
        elif churn is not None:
            rule = RecencyBaseline(**churn)
        return cls(
            rule,
            None if orders is None else RatioBaseline(**orders),
            None if spend is None else RatioBaseline(**spend),
            content["spend_days"],
        )

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows of `parameter`, `estimate`, `standard_error` (null: they are plain)."""
        values: dict[str, float] = {}
        if isinstance(self.churn, RecencyBaseline):
            values |= {
                "recency_intercept": self.churn.intercept,
                "recency_slope": self.churn.slope,
            }
        elif isinstance(self.churn, CellBaseline):
            values |= {f"cell_{cell}": share for cell, share in sorted(self.churn.shares.items())}
            values["base_rate"] = self.churn.base_rate
        if self.orders is not None:
            values["orders_ratio"] = self.orders.ratio
        if self.spend is not None and self.spend_days is not None:
            values |= {"spend_ratio": self.spend.ratio, "spend_days": float(self.spend_days)}
        return [
            {"parameter": name, "estimate": value, "standard_error": None}
            for name, value in values.items()
        ]
