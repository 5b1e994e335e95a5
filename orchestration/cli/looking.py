"""The commands that look and change nothing: check, preview, status, explain."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from orchestration.cli.group import (
    EXIT_FAILED,
    EXIT_USAGE,
    WAIT,
    as_json_option,
    main,
    say,
    with_plain_errors,
)
from orchestration.home import current_home
from orchestration.settings import load_settings


@main.command()
@as_json_option("the findings")
@with_plain_errors
def check(as_json: bool) -> None:  # noqa: FBT001
    """Read landing and settings, say what is missing or unusable; changes nothing."""
    from orchestration.landing.inspect import inspect_landing
    from orchestration.lock import hold_the_warehouse

    home = current_home()
    settings = load_settings(home.settings_file)
    # Even a read-only look keeps a running night from its own file.
    looking = hold_the_warehouse(home, "`strata check`", wait_seconds=0)
    with looking if home.warehouse.exists() else nullcontext():
        inspection = inspect_landing(home, settings)
    click.echo(json.dumps(inspection.to_dict(), default=str) if as_json else inspection.to_text())
    if not inspection.is_usable:
        sys.exit(EXIT_USAGE)


@main.command()
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The edited settings; default: strata.yml as it stands.",
)
@WAIT
@as_json_option("the moves")
@with_plain_errors
def preview(settings_file: Path | None, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Show who would move under edited settings, scheme by scheme; changes nothing.

    Compares the published segments with what the same night gives under the settings.
    """
    from orchestration.preview import preview as preview_settings

    home = current_home()
    file = settings_file or home.settings_file
    found = preview_settings(home, load_settings(file), file, wait_seconds=wait, progress=say)
    click.echo(json.dumps(found.to_dict(), default=str) if as_json else found.to_text())


@main.command()
@click.option("--alert", is_flag=True, help="Tell people (`alerts` in strata.yml) if it is stale.")
@as_json_option("the state")
@with_plain_errors
def status(alert: bool, as_json: bool) -> None:  # noqa: FBT001
    """Say how the last night went; exit code 1 if it failed, was broken off or is stale.

    For cron: with --alert it tells of a stale night once, of its recovery, and sends again what was
    not delivered before. It needs neither Dagster nor its daemon.
    """
    from orchestration.alerting.occasions import after_a_look
    from orchestration.summary import last_night, status_text

    home = current_home()
    settings = load_settings(home.settings_file)
    state = last_night(home, settings)
    if alert:
        after_a_look(home, state)
        state = last_night(home, settings)
    click.echo(json.dumps(state, default=str) if as_json else status_text(home, state))
    if not state["ok"]:
        sys.exit(EXIT_FAILED)


@main.command()
@click.argument("customer_id")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Default: that of strata.yml.")
@as_json_option("everything")
@with_plain_errors
def explain(customer_id: str, language: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Show a customer's segments over time, the reasons and the figures behind them.

    Per scheme: the segment's rule, how far the next segment is, three reasons, and the stays.
    """
    from orchestration.customer import customer_story
    from orchestration.customer_text import distance_text, story_text
    from orchestration.reporting.wording import wording

    home = current_home()
    settings = load_settings(home.settings_file)
    words = wording(language or settings.language, settings.currency)
    story = customer_story(home, customer_id)
    if as_json:
        for segment in story["segments"]:
            segment["distance"] = distance_text(segment, words)
        click.echo(json.dumps(story, default=str))
        return
    is_told_in_it = words.language == settings.language
    click.echo(story_text(story, words, are_reasons_in_it=is_told_in_it))
