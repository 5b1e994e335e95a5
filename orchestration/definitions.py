"""All definitions of one installation; assembles, decides nothing."""

import dagster as dg

from orchestration.assets.clustering import build_clustering
from orchestration.assets.databases import build_databases
from orchestration.assets.exports import build_deliveries, build_exports
from orchestration.assets.ingest import build_external_specs, build_ingest
from orchestration.assets.postgres import build_postgres
from orchestration.assets.predictions import build_predictions
from orchestration.assets.reconcile import build_reconcile
from orchestration.assets.report import build_report
from orchestration.assets.serving import build_serving
from orchestration.assets.transform import build_dbt_stages
from orchestration.checks import build_closing_check
from orchestration.dbt import manifest_dict
from orchestration.failures import build_failure_hook, build_words_hook
from orchestration.freshness import nightly_freshness, with_freshness
from orchestration.home import Home
from orchestration.jobs import build_jobs
from orchestration.landing_sensor import build_landing_sensor
from orchestration.partitions import ONE_NIGHT_A_RUN, nightly_partitions
from orchestration.private_errors import keep_errors_private
from orchestration.resources import NightHome
from orchestration.schedules import build_schedule, build_weekly_schedule
from orchestration.sensors import (
    build_cancelled_sensor,
    build_failure_sensor,
    build_good_night_sensor,
    build_stale_sensor,
)
from orchestration.settings import load_settings


def build_definitions(home: Home) -> dg.Definitions:
    """Return the definitions that work on one home."""
    settings = load_settings(home.settings_file)
    keep_errors_private(home)
    partitions = nightly_partitions(settings)
    freshness = nightly_freshness(settings)
    jobs = build_jobs(build_words_hook(), build_failure_hook(home), partitions)
    databases = () if home.is_rebuild else settings.landing.databases
    built = [
        *build_databases(partitions, databases),
        *build_ingest(partitions, databases),
        *build_dbt_stages(manifest_dict(home), partitions),
        *build_clustering(partitions),
        build_predictions(partitions),
    ]
    published = [
        build_serving(partitions, built),
        build_report(partitions),
        build_exports(partitions),
        build_deliveries(partitions),
    ]
    if settings.publish.postgres is not None and not home.is_rebuild:
        published.append(build_postgres(partitions))
    nightly = [
        with_freshness(assets, freshness).with_attributes(backfill_policy=ONE_NIGHT_A_RUN)
        for assets in [*built, *published]
    ]
    return dg.Definitions(
        assets=[*build_external_specs(), *nightly, build_reconcile()],
        asset_checks=[build_closing_check()],
        jobs=jobs,
        schedules=[
            build_schedule(home, settings, jobs[0]),
            build_weekly_schedule(settings, jobs[2]),
        ],
        sensors=[
            build_failure_sensor(home, [jobs[0], jobs[2]]),
            build_cancelled_sensor(home, [jobs[0]]),
            build_landing_sensor(home, jobs[0]),
            build_good_night_sensor(home, jobs[0]),
            build_stale_sensor(home),
        ],
        resources={"night": NightHome(root=str(home.root))},
        executor=dg.in_process_executor,
    )
