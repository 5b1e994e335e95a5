"""What the models are good for, in plain words: the learned groups, and who predicts what."""

from typing import Any

from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.proof import role_of
from orchestration.reporting.wording import Wording

JUDGED_BY = {"churn": "prediction_source", "orders": "value_prediction_source"}
"""Columns that say who speaks, by what is predicted; orders and spend are published together."""


def group_verdict(night: NightFigures, words: Wording) -> dict[str, Any] | None:
    """Say of the learned groups what they are, what that means for use, and by which figures."""
    runs = [run for run in night.model_runs if run["kind"] == "behaviour"]
    if not runs:
        return None
    run = runs[-1]
    is_used = run["decision"] != "rejected"
    verdict = run["verdict"] or "unjudged"
    told = verdict if is_used else "rejected"
    return {
        "name": words(f"verdict.{told}.name"),
        "means": words(f"verdict.{told}.means"),
        "model": _model(run, words),
        "figures": words(
            "models.clusters",
            n=run["n_clusters"],
            silhouette=words.decimal(run["silhouette"]),
            stability=words.decimal(run["stability"]),
        )
        if run["n_clusters"]
        else None,
    }


def _model(run: Row, words: Wording) -> str | None:
    if not run["trained_on"]:
        return None
    return words(
        f"models.{run['decision']}", model=run["model_id"], trained=words.date(run["trained_on"])
    )


def prediction_verdicts(night: NightFigures, words: Wording) -> list[dict[str, str]]:
    """Say of each prediction whether the model beats its plain rule, and what that means."""
    verdicts = []
    for target, column in JUDGED_BY.items():
        source = night.totals[column]
        means = f"verdict.{source}.means"
        verdicts.append(
            {
                "title": words(f"verdict.{target}"),
                "name": words(f"verdict.{source}.name"),
                # What a customer ordered and spent goes on as it was; that he left never was.
                "means": words(f"{means}.churn", rule=_plain_rule(night, words))
                if (target, source) == ("churn", "baseline")
                else words(means),
            }
        )
    return verdicts


def _plain_rule(night: NightFigures, words: Wording) -> str:
    """Return the measure that the model of who leaves was held against."""
    rules = (
        row["predictor"]
        for row in night.backtests
        if row["target"].startswith("churn") and role_of(row["predictor"]) == "baseline"
    )
    rule = next(rules, "recency")
    return words.known(f"predictor.{rule}", rule)
