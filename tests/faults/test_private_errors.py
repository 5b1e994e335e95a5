"""An exception that quotes a customer: nothing of it reaches a log, an event or a message."""

import os
import stat
import time
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import requests
from dagster._core.errors import DagsterUserCodeExecutionError
from dagster._core.events import DagsterEventType
from dagster._grpc.impl import get_external_sensor_execution
from dagster._utils.error import serializable_error_info_from_exc_info

from orchestration import sensors
from orchestration.assets import clustering, ingest
from orchestration.dbt_failures import message_without_data
from orchestration.errors import LandingError
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.private_errors import forget_old_errors, keep_errors_private, told
from tests.conftest import NIGHT, Installation

EMAIL, PHONE, ROW = "ann@example.com", "+44 7700 900123", "C17,Ann,Smith,1985-04-02"
PERSONAL = (EMAIL, PHONE, "Smith", "900123")


class RowError(Exception):
    """A library's error that quotes what it was working on."""


def quote_a_customer(*_: Any, **__: Any) -> Any:
    raise RowError(f"cannot use {EMAIL} {PHONE} in row {ROW}")


def files_that_quote_a_customer(folder: Path) -> list[str]:
    """Return the files below a folder in whose bytes anything personal stands."""
    searched = [path for path in folder.rglob("*") if path.is_file()]
    assert searched, f"there is nothing below {folder} to look through"
    return [
        str(path.relative_to(folder))
        for path in searched
        if any(text.encode() in path.read_bytes() for text in PERSONAL)
    ]


def refuse_anything_personal(installation: Installation, output: str) -> None:
    for text in PERSONAL:
        assert text not in output
    assert files_that_quote_a_customer(installation.home.dagster) == []
    if installation.home.dbt.exists():
        assert files_that_quote_a_customer(installation.home.dbt) == []


def kept_texts(home: Home) -> list[Path]:
    return sorted(home.errors.glob("*.txt"))


def words_in_the_log(installation: Installation) -> str:
    """Return what the event log of the last run says of failed steps."""
    with open_instance(installation.home) as instance:
        run_id = instance.get_runs(limit=1)[0].run_id
        records = instance.get_records_for_run(run_id, of_type=DagsterEventType.ENGINE_EVENT)
    events = [record.event_log_entry.dagster_event for record in records.records]
    return "\n".join(event.message or "" for event in events if event is not None)


def test_a_fault_in_the_ingest_is_told_by_class_and_kept_for_the_owner_alone(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "ingest", quote_a_customer)

    result = installation.strata("run", "--as-of", NIGHT)

    assert result.exit_code == 1
    [kept] = kept_texts(installation.home)
    assert f"RowError. Its text may quote data, and is in errors/{kept.name}" in result.output
    refuse_anything_personal(installation, result.output)
    assert all(text in kept.read_text() for text in PERSONAL)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    said = words_in_the_log(installation)
    assert f"ingest failed: RowError. Its text may quote data, and is in errors/{kept.name}" in said


def test_what_is_wrong_with_a_file_is_told_in_the_run_in_words(installation: Installation) -> None:
    installation.land("transactions", "bad.csv", f"{EMAIL},{EMAIL}\n{PHONE},2\n")

    result = installation.strata("run", "--as-of", NIGHT)

    assert result.exit_code == 2
    assert "transactions/bad.csv: a column name stands more than once" in result.output
    assert "transactions/bad.csv: a column name stands more" in words_in_the_log(installation)
    refuse_anything_personal(installation, result.output)


@pytest.mark.long
@pytest.mark.parametrize("where", ["dbt", "python"])
def test_a_fault_in_a_dbt_model_or_a_python_asset_leaves_no_trace_of_the_row(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "python":
        monkeypatch.setattr(clustering, "fit_cadence", quote_a_customer)
    else:
        put_a_row_where_dbt_expects_a_number(installation, monkeypatch)

    result = installation.strata("run", "--as-of", NIGHT)

    assert result.exit_code == 1
    words = {"dbt": "Conversion Error, whose text may quote data", "python": "RowError"}[where]
    assert words in result.output
    assert words in words_in_the_log(installation)
    refuse_anything_personal(installation, result.output)
    [kept] = kept_texts(installation.home)
    assert EMAIL in kept.read_text()


def put_a_row_where_dbt_expects_a_number(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let a dbt model meet a text that it takes for a number: DuckDB's error quotes it."""
    installation.land(
        "engagement_events",
        "events.csv",
        "customer_id,event_type,occurred_at\nC001,email_open,2024-06-01 10:00\n",
    )
    real = ingest.record_run

    def then_spoil(connection: duckdb.DuckDBPyConnection, *rest: Any) -> None:
        real(connection, *rest)
        weight = f"email_open={EMAIL} {PHONE} {ROW.replace(',', ' ')}"
        connection.execute("update ops.night set engagement_weights = ?", [weight])

    monkeypatch.setattr(ingest, "record_run", then_spoil)


def test_a_fault_in_a_sensor_reaches_neither_the_tick_nor_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    keep_errors_private(home)

    @dg.sensor(name="plain")
    def plain() -> None:
        quote_a_customer()

    @dg.asset
    def failing() -> None:
        raise RowError(EMAIL)

    job = dg.define_asset_job("nightly", selection="*")
    monkeypatch.setattr(sensors, "after_failed_run", quote_a_customer)
    told_of_failed = sensors.build_failure_sensor(home, [job])
    definitions = dg.Definitions(assets=[failing], jobs=[job], sensors=[plain, told_of_failed])
    with open_instance(home) as instance:
        # A failure sensor begins with what fails after its first tick.
        first = told_of_failed.evaluate_tick(dg.build_sensor_context(instance))
        resolved = definitions.resolve_job_def("nightly")
        assert not resolved.execute_in_process(instance=instance, raise_on_error=False).success
        later = dg.build_sensor_context(instance, cursor=first.cursor)
        # The tick fails, and is tried again: people are told as soon as the fault is gone.
        with pytest.raises(DagsterUserCodeExecutionError) as of_run:
            told_of_failed.evaluate_tick(later)
        # As the server of the code location does it for the daemon.
        of_tick = get_external_sensor_execution(
            definitions.get_repository_def(),
            None,
            instance.get_ref(),
            "plain",
            *(None, None, None, None, None),
        )

    of_run_error = serializable_error_info_from_exc_info(of_run._excinfo)
    for error in (of_run_error, of_tick.error):
        assert "error ID" in error.to_string()
        assert not [text for text in PERSONAL if text in error.to_string()]
    assert files_that_quote_a_customer(home.dagster) == []
    assert len(kept_texts(home)) == 3


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LandingError(f"a.csv: {EMAIL} is there twice"), "a.csv: [e-mail] is there twice"),
        (LandingError(f"a.csv: call {PHONE} on 2024-05-01 10:22"), "a.csv: call [number] on 2024-"),
        (duckdb.ConversionException(f"Could not convert '{EMAIL}'"), "ConversionException. Its"),
        (OSError(28, "No space left on device", "/x"), "OSError: No space left on device: /x"),
        (requests.ConnectionError(f"to {EMAIL}"), "ConnectionError. Its text may quote data"),
        (duckdb.IOException("No room: 12 KiB\nmore"), "IOException: No room: 12 KiB"),
        (dg.Failure(description="2 of 3 dbt steps failed"), "2 of 3 dbt steps failed"),
    ],
)
def test_only_errors_that_speak_of_files_and_names_are_told_in_their_own_words(
    error: Exception, words: str
) -> None:
    assert told(error).words.startswith(words)
    assert EMAIL not in told(error).words


def test_the_words_are_those_of_the_error_that_speaks_for_people() -> None:
    words = LandingError("a.csv: the file cannot be read.")
    words.__cause__ = RowError(EMAIL)
    wrapped = ValueError(EMAIL)
    wrapped.__cause__ = words

    assert told(wrapped).words == "a.csv: the file cannot be read."
    assert told(wrapped).error_class == "LandingError"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            f"Runtime Error in model a (models/a.sql)\n  Conversion Error: no '{EMAIL}'",
            "Conversion Error, whose text may quote data",
        ),
        (
            "Runtime Error in model a (a.sql)\n  Conversion Error: no 'x\nIO Error: Smith'",
            "Conversion Error, whose text may quote data",
        ),
        (
            f"Runtime Error in model a (a.sql)\n  Conversion Error: 'Out of Memory Error: {EMAIL}'",
            "Conversion Error, whose text may quote data",
        ),
        (
            "Runtime Error in model a (a.sql)\n  Out of Memory Error: no block (3.7 GiB used)\n\n"
            "Possible solutions:\n* Reducing the number of threads (SET threads=X)",
            "Runtime Error in model a (a.sql) Out of Memory Error: no block (3.7 GiB used). Raise "
            "memory_limit in strata.yml, or set threads to 1 there.",
        ),
        (
            "Runtime Error in model a (a.sql)\n  TransactionContext Error: Failed to commit: could "
            "not allocate block of size 30.5 MiB (5.8 MiB/19.0 MiB used)",
            "Runtime Error in model a (a.sql) TransactionContext Error: Failed to commit: could "
            "not allocate block of size 30.5 MiB (5.8 MiB/19.0 MiB used). Raise memory_limit in "
            "strata.yml, or set threads to 1 there.",
        ),
        (
            "Runtime Error in model a (a.sql)\n  TransactionContext Error: Failed to commit: "
            f"duplicate key {EMAIL}, could not allocate block of size 1",
            "TransactionContext Error, whose text may quote data",
        ),
        (
            "Runtime Error in model a (a.sql)\n  Binder Error: no column b",
            "Runtime Error in model a (a.sql) Binder Error: no column b",
        ),
        (
            "Compilation Error in model a (a.sql)\n  data type mismatch",
            "Compilation Error in model a (a.sql) data type mismatch",
        ),
        ("Smith", "an error whose text may quote data"),
    ],
)
def test_of_dbts_messages_only_kinds_without_data_are_repeated(message: str, words: str) -> None:
    assert message_without_data(message) == words


def test_texts_are_deleted_after_a_fortnight(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.errors.mkdir()
    for name, days in (("old.txt", 15.0), ("new.txt", 13.0)):
        (home.errors / name).touch()
        then = time.time() - days * 24 * 3600
        os.utime(home.errors / name, (then, then))

    forget_old_errors(home)

    assert [path.name for path in kept_texts(home)] == ["new.txt"]
