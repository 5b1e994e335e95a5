"""The command line: a thin layer over the same jobs that the schedule runs."""

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from orchestration.errors import InputError, StrataError
from orchestration.home import Home, current_home
from orchestration.settings import load_settings

EXIT_FAILED = 1
EXIT_USAGE = 2


class _Day(click.ParamType):  # type: ignore[type-arg]
    """A calendar day, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD.", param, ctx)


DAY = _Day()


def _say(line: str) -> None:
    """Print progress to standard error: standard output is for results."""
    click.echo(line, err=True)


def _with_plain_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the errors that a person can mend into their words and their exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except StrataError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(error.exit_code)

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strata")
def main() -> None:
    """Segment your customers every night: files in, explained segments out.

    Everything is written below STRATA_HOME (default ./data). Exit codes: 0 ok, 1 failed or
    stale, 2 usage or bad input, 3 busy.
    """


@main.command()
@click.option("--as-of", "as_of", type=DAY, help="The night to run; default: yesterday.")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_with_plain_errors
def run(as_of: date | None, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Run one night on whatever lies in the landing folder."""
    from orchestration.jobs import NIGHTLY
    from orchestration.night import choose_night, ready_to_write, run_nights

    home = current_home()
    settings = load_settings(home.settings_file)
    what = f"`strata run` of {as_of or 'the night that is due'}"
    with ready_to_write(home, what, wait_seconds=wait):
        night = choose_night(home, settings, as_of)
        runs = run_nights(home, [night], job_names=[NIGHTLY], progress=_say)
    _finish(home, runs, as_json)


@main.command()
@click.option("--from", "first", type=DAY, required=True, help="The oldest night.")
@click.option("--to", "last", type=DAY, required=True, help="The latest night.")
@click.option("--every", type=click.Choice(["day", "week", "month"]), default="day")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_with_plain_errors
def backfill(first: date, last: date, every: str, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Run past nights, oldest first; publishes once, at the end."""
    from orchestration.jobs import NIGHTLY, UNPUBLISHED
    from orchestration.night import choose_nights, ready_to_write, run_nights

    home = current_home()
    settings = load_settings(home.settings_file)
    what = f"`strata backfill` of {first} to {last}"
    with ready_to_write(home, what, wait_seconds=wait):
        nights = choose_nights(home, settings, first, last, every)
        job_names = [UNPUBLISHED] * (len(nights) - 1) + [NIGHTLY]
        runs = run_nights(home, nights, job_names=job_names, progress=_say)
    _finish(home, runs, as_json)


def _finish(
    home: Home,
    runs: list[Any],
    as_json: bool,  # noqa: FBT001
    *,
    if_failed: str = "Nothing new was published; tables that were published before stand, marked "
    "stale.",
) -> None:
    """Print what the last run made and where, or why it failed, and leave with its code."""
    from orchestration.night import explain
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
                    "error": words,
                }
            )
        )
    click.echo(f"Error: {words}", err=True)
    click.echo(if_failed, err=True)
    sys.exit(EXIT_USAGE if isinstance(last.cause, InputError) else EXIT_FAILED)


@main.command()
@click.option("--as-of", "as_of", type=DAY, required=True, help="The night to rebuild.")
@click.option("--known-at", "known_at", help="Use only what this run knew (its id).")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_with_plain_errors
def rebuild(as_of: date, known_at: str | None, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Make a night again from raw, beside the live tables, which stay as they are."""
    from orchestration.rebuild import rebuild as rebuild_night

    home = current_home()
    settings = load_settings(home.settings_file)
    rebuilt = rebuild_night(
        home, settings, as_of, known_at=known_at, wait_seconds=wait, progress=_say
    )
    for note in rebuilt.notes:
        _say(note)
    _finish(
        rebuilt.home, [rebuilt.run], as_json, if_failed="Nothing of the live tables was touched."
    )
    if not as_json:
        click.echo(f"\nRebuilt  {rebuilt.home.root}  (delete the folder when done)")


@main.command()
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_with_plain_errors
def reconcile(wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Hold the live tables against a rebuild from raw; exit code 1 on any difference."""
    from orchestration.reconcile import reconcile as compare_with_rebuild

    home = current_home()
    settings = load_settings(home.settings_file)
    result = compare_with_rebuild(home, settings, wait_seconds=wait, progress=_say)
    click.echo(json.dumps(result.to_dict()) if as_json else result.to_text(with_keys=True))
    if not result.is_same:
        click.echo(f"The same is written in {result.report}.", err=True)
        sys.exit(EXIT_FAILED)


@main.command()
@click.argument("name", default="complete-journey")
@click.option("--customers", type=int, help="Planted: how many (default 2,000).")
@click.option("--days", type=int, help="Planted: of orders (default 730).")
@click.option("--seed", type=int, help="Planted: the same seed gives the same bytes (default 1).")
@click.option("--end", "last_day", type=DAY, help="Planted: the last day (default 2025-12-31).")
@click.option("--overlap", help="Planted: low, medium or high overlap of the segments.")
@_with_plain_errors
def sample(name: str, **planted: Any) -> None:
    """Land a sample: complete-journey (a household panel of one year), or planted.

    Planted data fill every landing table, and what is true of them stands in STRATA_HOME/truth.
    """
    from orchestration.samples.landing import land_sample
    from orchestration.samples.planted import PlantedSpec

    home = current_home()
    given = {option: value for option, value in planted.items() if value is not None}
    spec = PlantedSpec(**given) if given else None
    _say(f"Landing the sample {name} in {home.landing} …")
    click.echo(land_sample(home, name, spec=spec, progress=_say))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@_with_plain_errors
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
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@click.option("--json", "as_json", is_flag=True, help="Print the moves as JSON.")
@_with_plain_errors
def preview(settings_file: Path | None, wait: float, as_json: bool) -> None:  # noqa: FBT001
    """Show who would move under edited settings, scheme by scheme; changes nothing.

    Compares the published segments with what the same night gives under the settings.
    """
    from orchestration.preview import preview as preview_settings

    home = current_home()
    file = settings_file or home.settings_file
    found = preview_settings(home, load_settings(file), file, wait_seconds=wait, progress=_say)
    click.echo(json.dumps(found.to_dict(), default=str) if as_json else found.to_text())


@main.command()
@click.argument("file")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@_with_plain_errors
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
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
@_with_plain_errors
def status(as_json: bool) -> None:  # noqa: FBT001
    """Say how the last night went; exit code 1 if it failed or is stale."""
    from orchestration.summary import last_night, status_text

    home = current_home()
    state = last_night(home, load_settings(home.settings_file))
    click.echo(json.dumps(state, default=str) if as_json else status_text(home, state))
    if not state["ok"]:
        sys.exit(EXIT_FAILED)


@main.command()
@click.option("--restore", "run_id", required=True, help="The run whose tables to put back.")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy.")
@_with_plain_errors
def publish(run_id: str, wait: float) -> None:
    """Put a kept serving file back."""
    from orchestration.lock import hold_the_warehouse
    from orchestration.publishing.issue import restore

    home = current_home()
    with hold_the_warehouse(home, "`strata publish --restore`", wait_seconds=wait):
        issue = restore(home, run_id)
    click.echo(f"Published again: the night of {issue.as_of_date}, run {issue.run_id}.")


@main.command()
@click.argument("customer_id")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Default: that of strata.yml.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@_with_plain_errors
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


@main.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="There is no login: keep it.")
@_with_plain_errors
def ui(port: int, host: str) -> None:
    """Open the Dagster UI, with the nightly schedule and sensors on."""
    import os

    from orchestration.dbt import manifest_dict
    from orchestration.instance import prepare_instance

    home = current_home()
    load_settings(home.settings_file)
    prepare_instance(home)
    manifest_dict(home)
    os.environ["STRATA_HOME"] = str(home.root)
    root = Path(__file__).resolve().parent.parent
    dagster = Path(sys.executable).with_name("dagster")
    os.chdir(root)
    click.echo(f"The Dagster UI opens on http://{host}:{port} (stop it with Ctrl-C) …", err=True)
    arguments = ["dev", "-w", str(root / "workspace.yaml"), "-h", host, "-p", str(port)]
    os.execv(dagster, [str(dagster), *arguments])  # noqa: S606
