"""A failed night: the last good tables, issued again with the failure's date on them."""

import json
from contextlib import closing
from datetime import date, datetime

import dagster as dg
import duckdb
import pytest

from orchestration import failures
from orchestration.alerting import occasions
from orchestration.alerting.messages import Message
from orchestration.cli.nights import finish
from orchestration.failures import settle_failed_night
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.night import NightRun
from orchestration.publishing import current_issue, kept_issues, reissue_stale
from orchestration.sensors import build_cancelled_sensor

FAILED = date(2026, 3, 9)


def run_info(home: Home) -> tuple:
    with closing(duckdb.connect(str(home.serving / "strata.duckdb"), read_only=True)) as connection:
        return connection.execute(
            "select run_id, is_stale, failed_as_of_date, failed_at, published_at "
            "from marts.run_info"
        ).fetchone()


def test_a_failed_night_changes_run_info_and_nothing_else(
    published_home: Home, numbers_read, failed_at: datetime
) -> None:
    before = current_issue(published_home)
    after = reissue_stale(published_home, FAILED, failed_at)
    assert run_info(published_home) == ("run-2", True, FAILED, failed_at, failed_at)
    assert numbers_read(published_home) == ({2}, {2})
    changed = {file.table for file in set(after.files) - set(before.files)}
    assert changed == {"run_info"}


def test_the_manifest_stays_that_of_the_good_run(published_home: Home, failed_at) -> None:
    reissue_stale(published_home, FAILED, failed_at)
    manifest = json.loads((published_home.serving / "parquet" / "manifest.json").read_text())
    assert (manifest["run_id"], manifest["is_stale"]) == ("run-2", True)


def test_there_is_nothing_to_reissue_before_the_first_publish(home: Home, failed_at) -> None:
    assert reissue_stale(home, FAILED, failed_at) is None
    assert current_issue(home) is None


def test_a_broken_warehouse_does_not_matter(published_home: Home, warehouse, failed_at) -> None:
    warehouse.path.write_bytes(b"no database")
    assert reissue_stale(published_home, FAILED, failed_at) is not None


def test_a_night_that_failed_with_its_warehouse_is_told_all_the_same(
    published_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "render_report", lambda *_, **__: None)
    published_home.warehouse.write_bytes(b"no database")
    monkeypatch.delenv("NOWHERE", raising=False)
    published_home.settings_file.write_text("publish: {postgres: {url_env: NOWHERE}}\n")
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.DagsterRun(job_name="nightly", status=dg.DagsterRunStatus.STARTED)
        instance.add_run(run)

        settle_failed_night(published_home, instance, run.run_id, FAILED)

        said = [each.dagster_event.message for each in instance.all_logs(run.run_id)]
    assert run_info(published_home)[1:3] == (True, FAILED)
    assert said[0] == "The checks of the failed night could not be kept: IOException."
    assert "takes its address from the variable NOWHERE, which is not set" in said[1]
    assert len(said) == 2


def test_a_night_that_a_person_terminates_is_told_like_one_that_failed(
    published_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For Dagster it is no failure: neither a hook nor a failure sensor hears of it."""
    monkeypatch.setattr(failures, "render_report", lambda *_, **__: None)
    told: list[Message] = []
    monkeypatch.setattr(occasions, "tell", lambda *given, **_: told.extend(given[2]) or [])
    nights = dg.StaticPartitionsDefinition([FAILED.isoformat()])

    @dg.asset(partitions_def=nights)
    def ended_by_a_person() -> None: ...

    job = dg.define_asset_job("nightly", selection="*")
    sensor = build_cancelled_sensor(published_home, [job])
    definitions = dg.Definitions(assets=[ended_by_a_person], jobs=[job], sensors=[sensor])
    resolved = definitions.resolve_job_def("nightly")
    with open_instance(published_home) as instance:
        # Such a sensor begins with what ends after its first tick.
        first = sensor.evaluate_tick(dg.build_sensor_context(instance))
        run = instance.create_run_for_job(
            resolved, status=dg.DagsterRunStatus.CANCELING, tags={"dagster/partition": str(FAILED)}
        )
        instance.report_run_canceled(run)
        sensor.evaluate_tick(dg.build_sensor_context(instance, cursor=first.cursor))

    assert run_info(published_home)[1:3] == (True, FAILED)
    [message] = told
    assert message.text.startswith(f"Strata: the night of {FAILED} was terminated (run ")


def test_failures_in_a_row_push_out_no_good_night(
    published_home: Home, failed_at, numbers_read
) -> None:
    for day in range(1, 12):
        reissue_stale(published_home, date(2026, 3, 9 + day), failed_at)
    assert [issue.run_id for issue in kept_issues(published_home)] == ["run-1", "run-2"]
    assert run_info(published_home)[2] == date(2026, 3, 20)
    assert len(list(published_home.serving.glob("strata-*.duckdb"))) == 4
    assert numbers_read(published_home) == ({2}, {2})


def test_the_next_good_night_is_not_stale(published_home: Home, warehouse, failed_at) -> None:
    reissue_stale(published_home, FAILED, failed_at)
    warehouse.publish(published_home, 3)
    assert run_info(published_home)[:3] == ("run-3", False, None)


@pytest.mark.parametrize(
    ("run_id", "said"),
    [
        ("run-2", "The tables were published before that and are tonight's"),
        ("run-3", "Nothing new was published"),
    ],
)
def test_a_night_whose_report_alone_failed_is_not_said_to_be_unpublished(
    published_home: Home, capsys: pytest.CaptureFixture[str], run_id: str, said: str
) -> None:
    run = NightRun(FAILED, run_id, is_success=False, cause=None, failed_steps=("reports__night",))

    with pytest.raises(SystemExit):
        finish(published_home, [run], False)

    assert said in capsys.readouterr().err
