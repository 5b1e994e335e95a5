"""Tonight's prediction models as rows: which there are, what was decided, their parameters."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import pandas as pd

from models.churn_model import ChurnModel
from models.content_ids import content_id
from models.gamma_gamma import GammaGamma
from models.plain_rules import PlainRules
from models.publication import Source
from models.purchase_process import PurchaseProcess

PredictionModel = PurchaseProcess | GammaGamma | ChurnModel | PlainRules
RUN_COLUMNS = [
    "model_id",
    "kind",
    "trained_on",
    "label",
    "population",
    "base_rate",
    "decision",
    "decision_reason",
]
"""As in `fct_model_runs`."""
PARAMETER_COLUMNS = ["model_id", "kind", "parameter", "estimate", "standard_error"]
"""As in `fct_model_parameters`."""
KINDS = ("mbg_nbd", "bg_nbd", "gamma_gamma", "churn", "plain_rules")
"""Of prediction models."""


def kind_of(model: PredictionModel) -> str:
    """Return which of `KINDS` a model is."""
    match model:
        case PurchaseProcess():
            return model.kind
        case GammaGamma():
            return "gamma_gamma"
        case ChurnModel():
            return "churn"
        case PlainRules():
            return "plain_rules"


def id_of(model: PredictionModel) -> str:
    """Return the kind and 12 hex digits of the content's sha256: same content, same id."""
    if isinstance(model, (ChurnModel, PlainRules)):
        return model.model_id
    return content_id(kind_of(model), asdict(model))


def parameter_table(models: Sequence[PredictionModel]) -> pd.DataFrame:
    """Return one row per model and parameter, with standard error where there is one."""
    rows = [
        {"model_id": id_of(model), "kind": kind_of(model)} | row
        for model in models
        for row in model.to_rows()
    ]
    return pd.DataFrame(rows, columns=PARAMETER_COLUMNS)


def run_table(
    models: Sequence[PredictionModel],
    *,
    as_of_date: date,
    label: str,
    churn: tuple[Source, str],
    value: tuple[Source, str],
) -> pd.DataFrame:
    """Return one row per fitted model; `promoted` if its values are published, else `rejected`.

    The MBG/NBD is `scored` at least, its p_alive being published; the BG/NBD stands beside it.

    Parameters
    ----------
    label : what churn means, in words.
    churn, value : who speaks of churn, and of expected orders and spend, and why.
    """
    rows: list[dict[str, Any]] = []
    for model in models:
        row: dict[str, Any] = {"model_id": id_of(model), "kind": kind_of(model)}
        match model:
            case ChurnModel():
                source, reason = churn
                row |= {
                    "label": label,
                    "population": model.population,
                    "base_rate": model.base_rate,
                    "decision": "promoted" if source == "model" else "rejected",
                    "decision_reason": reason,
                }
            case PlainRules():
                row |= _of_rules(model, churn[0], value[0])
            case _:
                row |= _of_fit(model, *value)
        rows.append(row)
    return pd.DataFrame(rows, columns=RUN_COLUMNS).assign(trained_on=as_of_date)


def _of_fit(fit: PurchaseProcess | GammaGamma, source: Source, reason: str) -> dict[str, Any]:
    """Return what was decided of a purchase process or spend model."""
    decision = "promoted" if source == "model" else "rejected"
    if fit.status != "available":
        decision, reason = "rejected", str(fit.status_reason)
    elif kind_of(fit) == "bg_nbd":
        decision, reason = "scored", "fitted beside the MBG/NBD for comparison; not published"
    elif kind_of(fit) == "mbg_nbd" and source != "model":
        decision, reason = "scored", f"p_alive only; expected values are not: {reason}"
    return {"population": fit.customers, "decision": decision, "decision_reason": reason}


def _of_rules(rules: PlainRules, churn: Source, value: Source) -> dict[str, Any]:
    """Return what the plain rules stand in for."""
    spoken = {"churn_probability": churn, "expected orders and spend": value}
    published = [name for name, source in spoken.items() if source == "baseline"]
    if published:
        return {"decision": "promoted", "decision_reason": f"published: {', '.join(published)}"}
    known = rules.churn is not None or rules.orders is not None
    words = "models are measured against them" if known else "no past night to learn them from"
    return {"decision": "scored" if known else "rejected", "decision_reason": words}
