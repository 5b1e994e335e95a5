"""The commands about files: sample, init, unload, publish, export."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from orchestration.cli.group import (
    DAY,
    EXIT_USAGE,
    WAIT,
    as_json_option,
    main,
    say,
    with_plain_errors,
)
from orchestration.cli.nights import finish
from orchestration.errors import InputError
from orchestration.home import Home, current_home
from orchestration.settings import Settings, load_settings

PRESETS = "shopify, woocommerce, stripe, ga4 or youzan."


@main.command()
@click.argument("name", default="complete-journey")
@click.option("--customers", type=int, help="Planted: how many (default 2,000).")
@click.option("--days", type=int, help="Planted: of orders (default 730).")
@click.option("--seed", type=int, help="Planted: the same seed gives the same bytes (default 1).")
@click.option("--end", "last_day", type=DAY, help="Planted: the last day (default 2025-12-31).")
@click.option("--overlap", help="Planted: low, medium or high overlap of the segments.")
@with_plain_errors
def sample(name: str, **planted: Any) -> None:
    """Land a sample: complete-journey (a household panel of one year), or planted.

    Planted data fill every landing table, and what is true of them stands in STRATA_HOME/truth.
    """
    from orchestration.samples.landing import land_sample
    from orchestration.samples.planted import PlantedSpec

    home = current_home()
    given = {option: value for option, value in planted.items() if value is not None}
    spec = PlantedSpec(**given) if given else None
    say(f"Landing the sample {name} in {home.landing} …")
    click.echo(land_sample(home, name, spec=spec, progress=say))


@main.command()
@click.option("--from", "preset", required=True, help="The preset: " + PRESETS)
@click.option("--time-zone", help="Written into a new strata.yml; fixed after the first night.")
@click.option("--currency", help="The same for the account's currency, as EUR.")
@click.option("--run", "and_run", is_flag=True, help="Run the last day in the data, too.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@WAIT
@with_plain_errors
def init(
    preset: str,
    time_zone: str | None,
    currency: str | None,
    and_run: bool,  # noqa: FBT001
    files: tuple[Path, ...],
    wait: float,
) -> None:
    """Take in a shop's own exports as they are, by a preset, and check what they hold.

    Writes the preset's mapping into strata.yml and copies the files to where it looks for them.
    """
    from orchestration.landing.inspect import inspect_landing
    from orchestration.landing.mapping.adoption import adopt
    from orchestration.lock import hold_the_warehouse

    home = current_home()
    adopted = adopt(home, preset, files, time_zone=time_zone, currency=currency)
    for line in adopted.lines:
        say(line)
    with hold_the_warehouse(home, "`strata init`", wait_seconds=wait):
        inspection = inspect_landing(home, adopted.settings)
    click.echo(inspection.to_text())
    if not inspection.is_usable:
        sys.exit(EXIT_USAGE)
    if and_run:
        _run_last_day(home, adopted.settings, wait)


def _run_last_day(home: Home, settings: Settings, wait: float) -> None:
    """Run the night of the last day in the data, or of yesterday if the data go on."""
    from orchestration.data_days import last_day_in_data
    from orchestration.jobs import NIGHTLY
    from orchestration.night import choose_night, ready_to_write, run_nights
    from orchestration.partitions import yesterday

    with ready_to_write(home, settings, "`strata init --run`", wait_seconds=wait):
        last = last_day_in_data(home, settings)
        due = yesterday(settings)
        night = choose_night(home, settings, min(last, due) if last else due)
        runs = run_nights(home, [night], job_names=[NIGHTLY], progress=say)
    finish(home, runs, False)  # noqa: FBT003


@main.command()
@click.argument("file")
@WAIT
@with_plain_errors
def unload(file: str, wait: float) -> None:
    """Take back a landed file: its rows go; the next night recomputes what they touched."""
    from orchestration.landing.unload import unload as take_back
    from orchestration.lock import hold_the_warehouse
    from orchestration.warehouse import connect

    home = current_home()
    settings = load_settings(home.settings_file)
    if not home.warehouse.exists():
        raise InputError(f"Nothing has been loaded in {home.root} yet: there is nothing to unload.")
    with (
        hold_the_warehouse(home, f"`strata unload {file}`", wait_seconds=wait),
        connect(home, settings) as connection,
    ):
        click.echo(take_back(connection, home, file).to_text())


@main.command()
@click.option("--restore", "run_id", help="The run whose tables to put back; 8 characters do.")
@WAIT
@with_plain_errors
def publish(run_id: str | None, wait: float) -> None:
    """Put a kept serving file back, and bring Postgres to what is published.

    Without --restore only Postgres is brought up, for instance after it was down.
    """
    from orchestration.lock import hold_the_warehouse
    from orchestration.publishing.issue import current_issue, restore
    from orchestration.publishing.postgres import publish_to_postgres

    home = current_home()
    target = load_settings(home.settings_file).publish.postgres
    if run_id is None and target is None:
        raise InputError("Say what to publish: --restore RUN_ID, or set `publish.postgres`.")
    with hold_the_warehouse(home, "`strata publish`", wait_seconds=wait):
        issue = restore(home, run_id) if run_id else current_issue(home)
        if issue is None:
            raise InputError("Nothing has been published yet: run a night first.")
        if run_id:
            click.echo(f"Published again: the night of {issue.as_of_date}, run {issue.run_id}.")
        if target is not None:
            copied = publish_to_postgres(home, issue, target)
            click.echo(
                f"Postgres, schema {copied.schema}: the night of {issue.as_of_date}, run "
                f"{issue.run_id}; {copied.rows:,} rows written, {len(copied.unchanged)} tables "
                "as they were."
            )


@main.command()
@click.option("--deliver", is_flag=True, help="Tell the webhook too what it has not confirmed.")
@WAIT
@as_json_option("what was written")
@with_plain_errors
def export(deliver: bool, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Write the exports of the published night anew, by the settings as they are now."""
    from orchestration.exports.deliver_night import deliver_export
    from orchestration.exports.words import exports_of, told_of_exports
    from orchestration.exports.write_night import write_exports
    from orchestration.lock import hold_the_warehouse
    from orchestration.publishing.issue import current_issue

    home = current_home()
    settings = load_settings(home.settings_file)
    issue = current_issue(home)
    if issue is None:
        raise InputError("Nothing is published yet, so there is nothing to export: `strata run`.")
    if deliver and settings.exports.webhook.url is None:
        raise InputError(f"No receiver: set exports.webhook.url in {home.settings_file}.")
    with hold_the_warehouse(home, "`strata export`", wait_seconds=wait):
        written = write_exports(home, settings, issue)
        if deliver:
            deliver_export(home, settings, issue, written)
    told = exports_of(home, issue.run_id)
    click.echo(json.dumps(told) if as_json else "\n".join(told_of_exports(told)))
