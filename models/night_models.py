"""The models of one night's predictions together, and what they say of its customers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn import churn_features
from models.churn_model import ChurnModel
from models.customer_histories import HORIZON_DAYS, YEAR_DAYS, is_active, weeks_of
from models.expectations import expected_orders, expected_spend
from models.gamma_gamma import GammaGamma
from models.plain_rules import PlainRules
from models.publication import Array, Source, history_days
from models.purchase_process import PurchaseProcess, p_alive


@dataclass(frozen=True)
class NightModels:
    """All that the predictions of one night follow from, beside the customers' histories.

    Read back from their artifacts, they say of the same histories what was published.

    Attributes
    ----------
    process, spend_model : MBG/NBD and Gamma-Gamma, available or not.
    churn_model : null with too little data.
    rules : the plain rules that stand in where a model did not win.
    churn_source, value_source : which of them is published.
    """

    process: PurchaseProcess
    spend_model: GammaGamma
    churn_model: ChurnModel | None
    rules: PlainRules
    churn_source: Source
    value_source: Source

    def customers(self, histories: pd.DataFrame) -> pd.DataFrame:
        """Return the predictions of checked histories, column by column as `Outlook` says."""
        alive: Array | None = None
        if self.process.status == "available":
            alive = p_alive(self.process, *weeks_of(histories))
        customers = pd.DataFrame(index=histories.index)
        customers["p_alive"] = np.nan if alive is None else alive
        active = is_active(histories).to_numpy()
        churn = np.full(len(histories), np.nan)
        churn[active] = self._churn(
            histories[active], None if alive is None else alive[active]
        ).to_numpy()
        customers["churn_probability"] = churn
        orders, spend = self._value(histories)
        customers["expected_orders_90d"] = orders
        customers["expected_spend_365d"] = spend
        beyond_half = history_days(histories) < 2 * YEAR_DAYS
        has_value = self.value_source != "none"
        customers["is_extrapolated"] = pd.array(
            [beyond_half if has_value else None] * len(histories), dtype="boolean"
        )
        has_churn = active & (self.churn_source != "none")
        customers["prediction_source"] = _choose(has_churn, self.churn_source)
        customers["value_prediction_source"] = _choose(
            np.full(len(histories), has_value), self.value_source
        )
        return customers

    def _churn(self, active: pd.DataFrame, alive: Array | None) -> pd.Series:
        """Return the churn probability of active customers, null where there is none."""
        if self.churn_source == "model":
            assert self.churn_model is not None
            with_alive = "alive_odds" in self.churn_model.features
            return self.churn_model.predict(churn_features(active, alive if with_alive else None))
        if self.churn_source == "baseline":
            assert self.rules.churn is not None
            return self.rules.churn.predict(active["recency_days"])
        return pd.Series(np.nan, index=active.index)

    def _value(self, histories: pd.DataFrame) -> tuple[Array, Array]:
        """Return expected orders of 90 days and spend of 365, null where there are none."""
        if self.value_source == "model":
            orders = expected_orders(self.process, histories, HORIZON_DAYS)
            spend = expected_spend(self.process, self.spend_model, histories, YEAR_DAYS)
            return orders.to_numpy(), spend.to_numpy()
        if self.value_source == "baseline":
            rules, days = self.rules, self.rules.spend_days
            assert rules.orders is not None
            assert rules.spend is not None
            assert days is not None
            last_period = rules.spend.predict(histories[f"spend_{days}d"]).to_numpy()
            orders = rules.orders.predict(histories["order_days_92d"])
            return orders.to_numpy(), (YEAR_DAYS / days * last_period).round(9)
        nothing = np.full(len(histories), np.nan)
        return nothing, nothing


def _choose(has_value: npt.NDArray[np.bool_], source: Source) -> "pd.Categorical[str]":
    """Return the source where there is a value and `none` elsewhere, each text held once."""
    names = ["none"] if source == "none" else ["none", source]
    codes: npt.NDArray[np.int8] = has_value.astype(np.int8)
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))
