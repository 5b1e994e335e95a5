"""The asset that predicts: who is leaving, and what is expected of whom."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from models.leaks import DIFFERS, TOO_GOOD
from orchestration.predictions import PredictionNight, run_predictions
from orchestration.resources import NightHome, as_of_date
from orchestration.ui_metadata.step_lineage import about_table, of_predictions
from orchestration.ui_metadata.steps import backtests, calibration, proof

PREDICTION_TABLES = {
    "customer_predictions": "One row per customer with a counted order (with contracts: with one "
    "that is active, or a balance): chance of being alive, of leaving in 90 days, expected orders "
    "and spend. Tonight's alone.",
    "model_parameters": "One row per prediction model of tonight and parameter, with standard "
    "error.",
    "model_backtests": "One row per night, target, predictor and metric: predictions of a past "
    "night held against what came, models beside plain baselines.",
    "prediction_sources": "One row per night and predicted scheme: whether the model, its baseline "
    "or nothing is published, and why.",
}
EVERYONE_PREDICTED = "every_customer_with_an_order_has_one_row"
PROBABILITIES = "every_probability_lies_between_0_and_1"
NO_FUTURE = "no_past_night_knows_its_future"
NOT_TOO_GOOD = "no_feature_alone_tells_the_outcome"


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
                    ["features", "contract_histories"],
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
            dg.AssetCheckSpec(
                NO_FUTURE,
                asset=["ml", "customer_predictions"],
                blocking=True,
                description="Features of past nights, which predictions are learned from and "
                "proven on, equal what is reckoned from rows that end on those nights, for 2,000 "
                "customers. Counts features and nights that differ.",
            ),
            dg.AssetCheckSpec(
                NOT_TOO_GOOD,
                asset=["ml", "customer_predictions"],
                description="No feature of a past night alone tells the outcome with an area "
                "under the curve above 0.98: hardly anything honest can. Counts features and "
                "nights that do.",
            ),
        ],
    )
    def predictions(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        with night.connect() as connection:
            outcome = run_predictions(
                connection,
                night.settings,
                night.home.models,
                as_of_date(context),
                context.run.run_id,
            )
            relationship = night.settings.relationship
            tables = {
                name: about_table(connection, name, of_predictions(name, relationship))
                for name in PREDICTION_TABLES
            }
        yield from _events(outcome, tables)

    return predictions


def _events(
    outcome: PredictionNight, tables: Mapping[str, dict[str, Any]]
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Tell Dagster what the night came to."""
    outlook, leaks = outcome.outlook, outcome.leaks
    about: dict[str, Any] = {
        "churn": f"{outlook.prediction_source}: {outlook.prediction_reason}",
        "value": f"{outlook.value_prediction_source}: {outlook.value_prediction_reason}",
        **calibration(outlook.backtest),
        **proof(outlook.backtest),
    }
    pictures = {"prediction_sources": about, "model_backtests": backtests(outlook.backtest)}
    customers = outlook.customers
    chances = customers[["p_alive", "churn_probability"]]
    impossible = int(((chances < 0) | (chances > 1)).any(axis=1).sum())
    impossible += int((customers["expected_orders_90d"] < 0).sum())
    for name in PREDICTION_TABLES:
        yield dg.MaterializeResult(
            asset_key=["ml", name],
            metadata={**pictures.get(name, {}), **tables[name]},
        )
    error, warn = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    by_check = (
        (EVERYONE_PREDICTED, error, outcome.missing),
        (PROBABILITIES, error, impossible),
        (NO_FUTURE, error, int((leaks["finding"] == DIFFERS).sum())),
        (NOT_TOO_GOOD, warn, int((leaks["finding"] == TOO_GOOD).sum())),
    )
    found = [f"{row.feature} on {row.cutoff_date}: {row.finding}" for row in leaks.itertuples()]
    for name, severity, measured in by_check:
        metadata: dict[str, Any] = {"measured": float(measured), "threshold": 0.0}
        if found and name in (NO_FUTURE, NOT_TOO_GOOD):
            metadata["found"] = "; ".join(found)
        yield dg.AssetCheckResult(
            asset_key=["ml", "customer_predictions"],
            check_name=name,
            passed=measured == 0,
            severity=severity,
            metadata=metadata,
        )
