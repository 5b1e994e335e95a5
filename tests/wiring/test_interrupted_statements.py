"""A signal in the middle of a statement: said to be what it is, and the file can be opened again.

DuckDB would wait without end where this went wrong, so each case is a process with a time limit.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.dbt import invoke
from orchestration.home import Home

LONG = "select many.i, 'text ' || many.i as words from range(20000000) as many (i), range(100)"

INTERRUPTED = """
import signal, sys
from pathlib import Path
from orchestration.database import opened
from orchestration.home import Home

def interrupt(*_):
    raise KeyboardInterrupt

path, statement = sys.argv[1:]
home = Home(Path(path).parent)
signal.signal(signal.SIGALRM, interrupt)
kept = []
try:
    with opened(Path(path), home) as connection:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        connection.execute(statement)
except BaseException as error:
    kept.append(error)  # with its frames, as whoever tells of it later keeps it
with opened(Path(path), home) as connection:
    print(type(kept[0]).__name__, connection.execute("select 42").fetchone())
"""

LEFT_UNREAD = """
import sys
from pathlib import Path
import numpy
from orchestration import feature_frames
from orchestration.database import opened
from orchestration.home import Home
from orchestration.publishing.postgres.csv_rows import CsvRows

path, reader = sys.argv[1:]
home = Home(Path(path).parent)
kept = []
try:
    with opened(Path(path), home) as connection:
        connection.execute(
            "create table many as select i::varchar as customer_id, i from range(1000000) as t (i)"
        )
        if reader == "csv":
            with CsvRows(connection, "from many") as rows:
                rows.read()
                raise ValueError("Postgres is gone")
        feature_frames.np.empty = lambda *_, **__: numpy.zeros((1, 10))  # too small a place
        feature_frames.read_doubles(connection, "many", ["i"])
except ValueError as error:
    kept.append(error)
with opened(Path(path), home) as connection:
    print(type(kept[0]).__name__, connection.execute("select 42").fetchone())
"""


def said(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("statement", [f"create table made as {LONG}", f"copy ({LONG}) to '{{}}'"])
def test_an_interrupted_statement_ends_and_is_said_to_be_interrupted(
    tmp_path: Path, statement: str
) -> None:
    outcome = said(
        INTERRUPTED, str(tmp_path / "it.duckdb"), statement.format(tmp_path / "rows.parquet")
    )

    assert outcome == "KeyboardInterrupt (42,)"


@pytest.mark.parametrize("reader", ["csv", "features"])
def test_rows_that_an_error_leaves_unread_do_not_keep_the_file(tmp_path: Path, reader: str) -> None:
    assert said(LEFT_UNREAD, str(tmp_path / "it.duckdb"), reader) == "ValueError (42,)"


class OfTheNight(BaseException):
    """What Dagster's own handler of signals would raise; dbt knows nothing of it."""


def raise_own(*_: object) -> None:
    raise OfTheNight


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_dbt_hears_of_a_signal_as_of_the_keyboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """For nothing else it ends the statements of its threads."""

    def interrupted(*_: object, **__: object) -> dbtRunnerResult:
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt as error:
            return dbtRunnerResult(success=False, exception=error)
        return dbtRunnerResult(success=True)

    monkeypatch.setattr(dbtRunner, "invoke", interrupted)
    before = signal.signal(number, raise_own)
    try:
        with pytest.raises(KeyboardInterrupt):
            invoke(Home(tmp_path), ["build"], None)
        assert signal.getsignal(number) is raise_own
    finally:
        signal.signal(number, before)


def test_a_signal_in_a_statement_of_dbts_is_no_failure_of_dbt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one of the main thread's, such as a hook, DuckDB makes a `RuntimeError` of it."""
    of_duckdb = RuntimeError("Query interrupted")
    of_duckdb.__context__ = KeyboardInterrupt()
    of_dbt = ValueError("Query interrupted")
    of_dbt.__cause__ = of_duckdb
    answer = dbtRunnerResult(success=False, exception=of_dbt)
    monkeypatch.setattr(dbtRunner, "invoke", lambda *_, **__: answer)

    with pytest.raises(KeyboardInterrupt):
        invoke(Home(tmp_path), ["build"], None)
