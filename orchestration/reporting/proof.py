"""What the page says of predictions: what is published, and how it did on a past night."""

from typing import Any

from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.wording import Wording

DIFFERENCE = "difference"
SHOWN = {
    "churn": ("brier_skill", "auc", "calibration_slope"),
    "orders": ("spearman", "normalised_gini", "bias_ratio"),
    "spend": ("spearman", "normalised_gini", "bias_ratio"),
}
"""Of each kind of target, the metrics that a reader can act on; all stand in the table."""
DIGITS = 3
"""After the point: what decides may be a hundredth."""
AROUND_ONE = ("calibration_slope", "bias_ratio")
"""Best at 1, so that a difference of two of them says nothing."""


def prediction_proofs(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return, per target, who predicts, and model and baseline side by side on a past night."""
    proofs = []
    for target in dict.fromkeys(row["target"] for row in night.backtests):
        kind = target.split("_")[0]
        rows = [row for row in night.backtests if row["target"] == target]
        by_metric = {
            metric: [row for row in rows if row["metric"] == metric]
            for metric in SHOWN.get(kind, ())
        }
        source = "prediction_source" if kind == "churn" else "value_prediction_source"
        proofs.append(
            {
                "title": words.known(f"target.{target}", target),
                "published": words(f"predictions.{night.totals[source]}"),
                "lead": words(
                    "predictions.held_out",
                    date=words.date(rows[0]["held_out_date"]),
                    customers=words.number(rows[0]["customers"]),
                ),
                "rows": [
                    _compared(metric, found, words) for metric, found in by_metric.items() if found
                ],
            }
        )
    return proofs


def _compared(metric: str, rows: list[Row], words: Wording) -> dict[str, str]:
    """Return one metric of model, baseline and their difference, with 95 % intervals."""
    of = {role_of(row["predictor"]): row for row in rows}
    compared = {
        role: _with_interval(of[role], words)
        for role in ("model", "baseline", DIFFERENCE)
        if role in of and not (role == DIFFERENCE and metric in AROUND_ONE)
    }
    return {
        "metric": words.known(f"metric.{metric}", metric),
        "baseline_name": words.known(
            f"predictor.{of['baseline']['predictor']}", of["baseline"]["predictor"]
        ),
        **{role: compared.get(role, "–") for role in ("model", "baseline", DIFFERENCE)},
    }


def role_of(predictor: str) -> str:
    """Return which of the three a predictor is; models are called by their name."""
    if predictor == DIFFERENCE:
        return DIFFERENCE
    return "model" if predictor.startswith(("churn_model", "mbg_nbd")) else "baseline"


def _with_interval(row: Row, words: Wording) -> str:
    if row["estimate"] is None:
        return "–"
    names = ("estimate", "estimate_low", "estimate_high")
    estimate, low, high = (words.decimal(row[name], DIGITS) for name in names)
    return f"{estimate} ({low} … {high})"
