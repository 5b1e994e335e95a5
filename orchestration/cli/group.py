"""What every command has in common: the group, its options, errors in words."""

import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

import click

from orchestration.errors import StrataError

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
WAIT = click.option(
    "--wait", type=click.FloatRange(min=0), default=0.0, help="Seconds to wait if busy."
)


def as_json_option(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option that prints `what` for machines."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON.")


def say(line: str) -> None:
    """Print progress to standard error: standard output is for results."""
    click.echo(line, err=True)


def with_plain_errors(command: Callable[..., None]) -> Callable[..., None]:
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
