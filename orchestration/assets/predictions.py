"""The asset that predicts: who is leaving, and what is expected of whom."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from orchestration.predictions import PredictionNight, run_predictions
from orchestration.resources import NightHome, as_of_date

PREDICTION_TABLES = {
    "customer_predictions": "One row per customer with a counted order: chance of being alive, of "
    "no order in 90 days, expected orders and spend. Tonight's alone.",
    "model_parameters": "One row per purchase or spend model of tonight and parameter, with "
    "standard error.",
    "model_backtests": "One row per night, target, predictor and metric: predictions of a past "
    "night held against what came, models beside plain baselines.",
    "prediction_sources": "One row per night and predicted scheme: whether the model, its baseline "
    "or nothing is published, and why.",
}
EVERYONE_PREDICTED = "every_customer_with_an_order_has_one_row"
PROBABILITIES = "every_probability_lies_between_0_and_1"


def build_predictions(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Return the asset of churn, expected orders and expected spend."""

    @dg.multi_asset(
        name="predictions",
        specs=[
            dg.AssetSpec(
                key=["ml", name],
                deps=[
                    ["features", "purchase_histories"],
                    ["features", "past_purchase_histories"],
                    ["ops", "night"],
                    # It writes its runs into the table that this asset owns.
                    ["ml", "model_runs"],
                ],
                group_name="models",
                kinds={"python", "scipy", "scikitlearn"},
                owners=["team:data-science"],
                partitions_def=partitions,
                description=description,
            )
            for name, description in PREDICTION_TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                EVERYONE_PREDICTED,
                asset=["ml", "customer_predictions"],
                blocking=True,
                description="Each customer with a counted order has one row, also where nothing "
                "can be predicted.",
            ),
            dg.AssetCheckSpec(
                PROBABILITIES,
                asset=["ml", "customer_predictions"],
                blocking=True,
                description="Chances lie in [0, 1]; expected orders are not negative.",
            ),
        ],
    )
    def predictions(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        with night.connect() as connection:
            outcome = run_predictions(
                connection, night.settings, as_of_date(context), context.run.run_id
            )
        yield from _events(outcome)

    return predictions


def _events(
    outcome: PredictionNight,
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Tell Dagster what the night came to."""
    about: dict[str, Any] = {}
    impossible = 0
    if outcome.outlook is not None:
        outlook = outcome.outlook
        about = {
            "churn": f"{outlook.prediction_source}: {outlook.prediction_reason}",
            "value": f"{outlook.value_prediction_source}: {outlook.value_prediction_reason}",
            "backtest": dg.MetadataValue.md(_as_markdown(outlook.backtest)),
        }
        customers = outlook.customers
        chances = customers[["p_alive", "churn_probability"]]
        impossible = int(((chances < 0) | (chances > 1)).any(axis=1).sum())
        impossible += int((customers["expected_orders_90d"] < 0).sum())
    for name in PREDICTION_TABLES:
        yield dg.MaterializeResult(
            asset_key=["ml", name], metadata=about if name == "prediction_sources" else None
        )
    for name, measured in ((EVERYONE_PREDICTED, outcome.missing), (PROBABILITIES, impossible)):
        yield dg.AssetCheckResult(
            asset_key=["ml", "customer_predictions"],
            check_name=name,
            passed=measured == 0,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"measured": float(measured), "threshold": 0.0},
        )


def _as_markdown(backtest: pd.DataFrame) -> str:
    """Return the backtest as a table that Dagster's page shows."""
    rows = [
        f"| {row.target} | {row.metric} | {row.predictor} | {row.estimate:.3f} "
        f"| {row.low:.3f} to {row.high:.3f} |"
        for row in backtest.itertuples()
    ]
    head = ["| target | metric | predictor | estimate | 95 % |", "|---|---|---|---:|---:|"]
    return "\n".join([*head, *rows])
