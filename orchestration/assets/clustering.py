"""The assets that run the Python models: the population's cadence, the behaviour segments."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from models.cadence import fit_cadence
from models.selection import MIN_CLUSTER_SHARE
from orchestration.behaviour import BehaviourNight, read_features, run_behaviour
from orchestration.kept_nights import drop_other_nights
from orchestration.ml_tables import read_profiles, replace_night
from orchestration.resources import NightHome, as_of_date
from orchestration.ui_metadata.step_lineage import about_table, of_behaviour, of_cadence
from orchestration.ui_metadata.steps import (
    cadence_curve,
    cluster_candidates,
    cluster_profiles,
    segment_sizes,
)
from orchestration.unfinished_nights import begin_scores, told_of

GROUP = "models"
OWNERS = ["team:data-science"]
KINDS = {"python", "scikitlearn"}
BEHAVIOUR_TABLES = {
    "behaviour_scores": "One row per night and customer: the behaviour segment, the distance to "
    "its centre, the margin to the next one, three reasons.",
    "rechained_nights": "One row per night whose border customers a run of an earlier night told "
    "anew, with the last such run.",
    "told_anew": "One row per night and run of an earlier night that told rows of it anew, until "
    "the segments have taken them over.",
    "behaviour_segments": "One row per behaviour segment that ever was: name, rule, first and last "
    "seen. Ids are never given twice.",
    "model_runs": "One row per night and model: which model scored, what was learned, and why.",
    "cluster_candidates": "One row per night of learning, method and number of clusters that was "
    "tried.",
    "cluster_profiles": "One row per night, segment and feature: its mean against everybody's.",
    "feature_drift": "One row per night, model and feature: how far tonight's customers have moved "
    "from those that the model learned from.",
    "segment_descents": "One row per night of learning and segment: kept, split, merged, born or "
    "retired, and from or into which.",
}
MIN_SHARE_CHECK = "every_cluster_holds_its_minimum_share"
EVERYONE_SCORED = "every_customer_with_features_has_one_segment"


def build_clustering(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """Return the cadence fit and the behaviour segments."""

    @dg.asset(
        key=["ml", "cadence_parameters"],
        deps=[["features", "cadence_groups"]],
        group_name=GROUP,
        kinds={"python", "scipy"},
        owners=OWNERS,
        partitions_def=partitions,
        description="One row per night: the gamma distribution of the customers' order rates, from "
        "which every customer's own limits of silence follow.",
    )
    def cadence_parameters(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> dg.MaterializeResult[Any]:
        day = as_of_date(context)
        with night.connect() as connection:
            groups = connection.execute(
                "select gaps, gap_days, customers from features.cadence_groups"
            ).df()
            fit = fit_cadence(groups)
            frame = pd.DataFrame(
                [{"as_of_date": day, "run_id": context.run.run_id, **fit.to_row()}]
            )
            replace_night(connection, "cadence_parameters", day, frame)
            table = about_table(connection, "cadence_parameters", of_cadence())
        return dg.MaterializeResult(
            metadata={
                "status": fit.status,
                "reason": fit.status_reason or "",
                "gaps": fit.gaps,
                "customers": fit.customers,
                **({} if fit.r is None else {"r": fit.r, "alpha": fit.alpha}),
                **cadence_curve(fit),
                **table,
            }
        )

    @dg.multi_asset(
        name="behaviour",
        specs=[
            dg.AssetSpec(
                key=["ml", name],
                deps=[
                    ["features", "customer_behaviour"],
                    ["features", "past_customer_behaviour"],
                    ["ops", "night"],
                ],
                group_name=GROUP,
                kinds=KINDS,
                owners=OWNERS,
                partitions_def=partitions,
                description=description,
            )
            for name, description in BEHAVIOUR_TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                MIN_SHARE_CHECK,
                asset=["ml", "behaviour_scores"],
                description=f"On a night of learning, no segment holds under "
                f"{MIN_CLUSTER_SHARE:.0%} of the customers.",
            ),
            dg.AssetCheckSpec(
                EVERYONE_SCORED,
                asset=["ml", "behaviour_scores"],
                blocking=True,
                description="If there is a model, each customer with features has one row.",
            ),
        ],
    )
    def behaviour(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        day = as_of_date(context)
        with night.connect() as connection:
            for other in begin_scores(connection, day, context.run.run_id):
                context.log.warning(told_of(other))
            features = read_features(connection)
            outcome = run_behaviour(
                connection,
                night.home.models,
                features,
                day,
                context.run.run_id,
                language=night.settings.language,
            )
            drop_other_nights(connection, "ml.behaviour_scores")
            names = [str(feature) for feature in features.columns]
            tables = {
                name: about_table(connection, name, of_behaviour(name, names))
                for name in BEHAVIOUR_TABLES
            }
            profiles = read_profiles(connection, day)
        yield from _events(outcome, len(features), tables, profiles)

    return [cadence_parameters, behaviour]


def _events(
    outcome: BehaviourNight,
    customers: int,
    tables: Mapping[str, dict[str, Any]],
    profiles: pd.DataFrame,
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Tell Dagster what the night came to."""
    model = outcome.model
    shares = (
        outcome.scores["segment_id"].value_counts(normalize=True) if len(outcome.scores) else None
    )
    about: dict[str, Any] = {"decision": outcome.decision, "reason": outcome.reason}
    names: dict[str, str] = {}
    if model is not None and shares is not None:
        names = {segment.segment_id: segment.name.segment_name for segment in model.segments}
        about |= {
            "model_id": model.model_id,
            "trained_on": model.trained_on.isoformat(),
            "silhouette": model.silhouette,
            "stability": model.stability,
            "segments": dg.MetadataValue.md(segment_sizes(shares, customers, names)),
        }
    pictures = {
        "behaviour_scores": about,
        "cluster_candidates": cluster_candidates(outcome.candidates),
        "cluster_profiles": cluster_profiles(profiles, names),
    }
    for name in BEHAVIOUR_TABLES:
        yield dg.MaterializeResult(
            asset_key=["ml", name],
            metadata={**pictures.get(name, {}), **tables[name]},
        )
    learned = outcome.decision == "promoted"
    smallest = float(shares.min()) if shares is not None and learned else None
    yield dg.AssetCheckResult(
        asset_key=["ml", "behaviour_scores"],
        check_name=MIN_SHARE_CHECK,
        passed=smallest is None or smallest >= MIN_CLUSTER_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"threshold": MIN_CLUSTER_SHARE}
        | ({} if smallest is None else {"measured": smallest}),
    )
    without = customers - len(outcome.scores) if model is not None else 0
    yield dg.AssetCheckResult(
        asset_key=["ml", "behaviour_scores"],
        check_name=EVERYONE_SCORED,
        passed=without == 0,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"measured": float(without), "threshold": 0.0},
    )
