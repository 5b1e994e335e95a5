"""The commands that make nights: run, backfill, rebuild, reconcile."""

import json
import sys
from datetime import date
from typing import Any

import click

from orchestration.cli.group import (
    DAY,
    EXIT_FAILED,
    EXIT_USAGE,
    WAIT,
    as_json_option,
    main,
    say,
    with_plain_errors,
)
from orchestration.errors import InputError
from orchestration.home import Home, current_home
from orchestration.settings import load_settings

PUBLISHED = "The tables were published before that and are tonight's; what failed comes after them."
NOT_PUBLISHED = "Nothing new was published; tables that were published before stand, marked stale."
NOT_STALE = (
    "Nothing new was published; tables that were published before stand, not marked stale: they "
    "are of the night of {night}."
)
NEVER_PUBLISHED = "Nothing is published: no night has come through yet."


def finish(
    home: Home,
    runs: list[Any],
    as_json: bool,  # noqa: FBT001
    *,
    if_failed: str | None = None,
) -> None:
    """Print what the last run made and where, or why it failed, and leave with its code."""
    from orchestration.night import explain
    from orchestration.private_errors import chain_of
    from orchestration.publishing.issue import current_issue
    from orchestration.summary import summarise, summary_text

    last = runs[-1]
    if last.is_success:
        summary = summarise(home, load_settings(home.settings_file).currency)
        click.echo(json.dumps(summary, default=str) if as_json else summary_text(summary))
        return
    words = explain(last)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "ok": False,
                    "as_of_date": str(last.as_of_date),
                    "run_id": last.run_id,
                    "failed_steps": list(last.failed_steps),
                    "is_interrupted": last.is_interrupted,
                    "error": words,
                }
            )
        )
    click.echo(f"Error: {words}", err=True)
    click.echo(if_failed or _what_stands(current_issue(home), last.run_id), err=True)
    is_input = last.cause is not None and any(
        isinstance(each, InputError) for each in chain_of(last.cause)
    )
    sys.exit(EXIT_USAGE if is_input else EXIT_FAILED)


def _what_stands(issue: Any, run_id: str) -> str:
    """Say what readers see after a night that failed."""
    if issue is None:
        return NEVER_PUBLISHED
    if issue.is_stale:
        return NOT_PUBLISHED
    # What comes after the publish may fail too: the report, the exports.
    return PUBLISHED if issue.run_id == run_id else NOT_STALE.format(night=issue.as_of_date)


@main.command()
@click.option("--as-of", "as_of", type=DAY, help="The night to run; default: yesterday.")
@WAIT
@as_json_option("the result")
@with_plain_errors
def run(as_of: date | None, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Run one night on whatever lies in the landing folder."""
    from orchestration.jobs import NIGHTLY
    from orchestration.night import choose_night, ready_to_write, refuse_wrong_days, run_nights

    home = current_home()
    settings = load_settings(home.settings_file)
    if as_of is not None:
        refuse_wrong_days(home, settings, as_of, as_of)
    what = f"`strata run` of {as_of or 'the night that is due'}"
    with ready_to_write(home, settings, what, wait_seconds=wait):
        night = choose_night(home, settings, as_of)
        runs = run_nights(home, [night], job_names=[NIGHTLY], progress=say)
    finish(home, runs, as_json)


@main.command()
@click.option("--from", "first", type=DAY, required=True, help="The oldest night.")
@click.option("--to", "last", type=DAY, required=True, help="The latest night.")
@click.option("--every", type=click.Choice(["day", "week", "month"]), default="day")
@WAIT
@as_json_option("the result")
@with_plain_errors
def backfill(first: date, last: date, every: str, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Run past nights, oldest first; publishes once, at the end."""
    from orchestration.jobs import NIGHTLY, UNPUBLISHED
    from orchestration.night import choose_nights, ready_to_write, refuse_wrong_days, run_nights

    home = current_home()
    settings = load_settings(home.settings_file)
    refuse_wrong_days(home, settings, first, last)
    what = f"`strata backfill` of {first} to {last}"
    with ready_to_write(home, settings, what, wait_seconds=wait):
        nights = choose_nights(home, settings, first, last, every)
        job_names = [UNPUBLISHED] * (len(nights) - 1) + [NIGHTLY]
        runs = run_nights(home, nights, job_names=job_names, progress=say)
    finish(home, runs, as_json)


@main.command()
@click.option("--as-of", "as_of", type=DAY, required=True, help="The night to rebuild.")
@click.option("--known-at", "known_at", help="Use only what this run knew (its id).")
@WAIT
@as_json_option("the result")
@with_plain_errors
def rebuild(as_of: date, known_at: str | None, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Make a night again from raw, beside the live tables, which stay as they are."""
    from orchestration.night import refuse_wrong_days
    from orchestration.rebuild import rebuild as rebuild_night

    home = current_home()
    settings = load_settings(home.settings_file)
    refuse_wrong_days(home, settings, as_of, as_of)
    rebuilt = rebuild_night(
        home, settings, as_of, known_at=known_at, wait_seconds=wait, progress=say
    )
    for note in rebuilt.notes:
        say(note)
    finish(
        rebuilt.home, [rebuilt.run], as_json, if_failed="Nothing of the live tables was touched."
    )
    if not as_json:
        click.echo(f"\nRebuilt  {rebuilt.home.root}  (delete the folder when done)")


@main.command()
@WAIT
@as_json_option("the result")
@with_plain_errors
def reconcile(wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Hold the live tables against a rebuild from raw; exit code 1 on any difference.

    Every row of every table of staging, core, features, ml, segments and marts is compared. Not
    compared are raw, from which the rebuild is made, views, and the records of single runs.
    """
    from orchestration.reconcile import reconcile as compare_with_rebuild

    home = current_home()
    settings = load_settings(home.settings_file)
    result = compare_with_rebuild(home, settings, wait_seconds=wait, progress=say)
    click.echo(json.dumps(result.to_dict()) if as_json else result.to_text(with_keys=True))
    if not result.is_same:
        click.echo(f"The same is written in {result.report}.", err=True)
        sys.exit(EXIT_FAILED)
