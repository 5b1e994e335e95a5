"""The sensor that runs the last complete day again when files land: when it does, and when not."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration import landing_sensor
from orchestration.home import Home
from orchestration.landing.arrivals import Watch, look_at
from orchestration.landing.files import content_sha256
from orchestration.landing.schema import create_raw_schema
from orchestration.landing_sensor import build_landing_sensor, decide
from orchestration.partitions import yesterday
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect

ORDERS = "order_id,ordered_at,amount\n1,2024-05-01 10:00,9.50\n"
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SETTINGS = Settings()


class Shop:
    """One home, an instance, and what the sensor remembers from look to look."""

    def __init__(self, home: Home, instance: dg.DagsterInstance) -> None:
        self.home = home
        self.instance = instance
        self.watch = Watch()

    def land(self, name: str, text: str = ORDERS) -> Path:
        path = self.home.landing / "transactions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def look(self, settings: Settings = SETTINGS, now: datetime = NOW) -> dg.SensorResult:
        result = decide(self.home, settings, self.instance, self.watch, now)
        self.watch = Watch.from_text(result.cursor)
        return result

    def looks(self, times: int) -> list[dg.SensorResult]:
        return [self.look() for _ in range(times)]

    def take_in(self, *paths: Path, loaded_at: datetime) -> None:
        """Write into raw what a night writes that reads these files."""
        with connect(self.home, SETTINGS) as connection:
            for number, path in enumerate(paths):
                connection.execute(
                    "insert into raw.files values (?, 'transactions', ?, ?, ?, 1, null, 'run', ?, "
                    "'loaded', null)",
                    [number, path.name, content_sha256(path), path.stat().st_size, loaded_at],
                )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse as a night leaves it that took in nothing."""
    home = Home(tmp_path_factory.mktemp("home"))
    with connect(home, SETTINGS) as connection:
        create_raw_schema(connection)
    return home.warehouse


@pytest.fixture
def shop(tmp_path: Path, warehouse: Path) -> Iterator[Shop]:
    shutil.copy(warehouse, Home(tmp_path).warehouse)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Shop(Home(tmp_path), instance)


def nights(result: dg.SensorResult) -> list[str | None]:
    return [request.partition_key for request in result.run_requests or []]


def why(result: dg.SensorResult) -> str:
    assert result.skip_reason is not None, nights(result)
    return str(result.skip_reason.skip_message)


def an_hour_ago() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)


def in_an_hour() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)


def test_many_files_ask_for_one_run_of_yesterday_once_they_lie_still(shop: Shop) -> None:
    for number in range(5):
        shop.land(f"{number}.csv", ORDERS.replace("1,", f"{number},"))

    first, second, *later = shop.looks(5)

    assert "waiting until" in why(first)
    assert nights(second) == [str(yesterday(SETTINGS))]
    assert [nights(result) for result in later] == [[]] * 3


def test_a_file_that_grows_is_waited_for(shop: Shop) -> None:
    path = shop.land("orders.csv")
    for _ in range(3):
        assert "waiting until" in why(shop.look())
        path.write_text(path.read_text() + "2,2024-05-02 10:00,1.00\n")

    assert nights(shop.looks(2)[1]) == [str(yesterday(SETTINGS))]


def test_a_file_whose_time_alone_changes_is_waited_for(shop: Shop) -> None:
    path = shop.land("orders.csv")
    shop.look()
    os.utime(path, ns=(1, 1))

    assert "waiting until" in why(shop.look())


def test_a_delivery_is_whole_when_its_unfinished_files_are(shop: Shop) -> None:
    shop.land("orders.csv")
    part = shop.land("more.csv.part")
    shop.look()
    part.write_text(ORDERS * 2)

    assert "waiting until" in why(shop.look())


def test_a_file_that_no_night_can_read_asks_for_one_run_alone(shop: Shop) -> None:
    shop.land("orders.csv", "no,such,columns\n")

    asked = [nights(result) for result in shop.looks(6)]

    assert [len(each) for each in asked] == [0, 1, 0, 0, 0, 0]
    shop.land("orders.csv")
    assert [len(nights(result)) for result in shop.looks(3)] == [0, 1, 0]


def test_a_lost_cursor_does_not_run_the_same_files_twice(shop: Shop) -> None:
    shop.land("orders.csv")
    [before] = shop.looks(2)[1].run_requests or []
    shop.watch = Watch()

    [after] = shop.looks(2)[1].run_requests or []

    assert before.run_key == after.run_key


@pytest.mark.parametrize("loaded_at", [an_hour_ago, in_an_hour])
def test_what_raw_holds_asks_for_nothing(shop: Shop, loaded_at: object) -> None:
    path = shop.land("orders.csv")
    assert callable(loaded_at)
    shop.take_in(path, loaded_at=loaded_at())

    assert "taken in already" in why(shop.looks(2)[1])
    assert "Nothing has landed" in why(shop.look())


def test_the_same_content_under_another_name_asks_for_nothing(shop: Shop) -> None:
    path = shop.land("orders.csv")
    shop.take_in(path, loaded_at=an_hour_ago())
    shop.land("copy.csv")

    assert "taken in already" in why(shop.looks(2)[1])


def test_other_content_of_the_same_name_and_size_is_new(shop: Shop) -> None:
    path = shop.land("orders.csv")
    shop.take_in(path, loaded_at=an_hour_ago())
    shop.land("orders.csv", ORDERS.replace("9.50", "9.60"))

    assert nights(shop.looks(2)[1]) == [str(yesterday(SETTINGS))]


def test_a_night_on_its_way_is_waited_for_and_what_it_took_in_asks_for_nothing(shop: Shop) -> None:
    path = shop.land("orders.csv")
    run = shop.instance.add_run(
        dg.DagsterRun(
            job_name="nightly",
            run_id="0123456789abcdef",
            status=dg.DagsterRunStatus.STARTING,
            tags={"dagster/partition": "2026-11-28"},
        )
    )

    assert "The night of 2026-11-28 is starting (run 01234567)" in why(shop.looks(2)[1])

    shop.instance.delete_run(run.run_id)
    shop.take_in(path, loaded_at=in_an_hour())
    assert "taken in already" in why(shop.look())


def test_whoever_writes_the_warehouse_is_named_and_waited_for(shop: Shop) -> None:
    path = shop.land("orders.csv")
    shop.take_in(path, loaded_at=an_hour_ago())
    shop.land("more.csv", ORDERS.replace("1,", "2,"))
    definitions = _definitions(shop.home)
    sensor = definitions.resolve_sensor_def("landing_sensor")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    cursor: str | None = None
    with shop.home.lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write('{"holder": "`strata run`", "pid": 7, "since": "2026-11-29"}')
        lock.flush()
        for _ in range(2):
            context = dg.build_sensor_context(instance=shop.instance, cursor=cursor)
            data = sensor.evaluate_tick(context)
            cursor = data.cursor
        assert "Busy: `strata run` (process 7" in str(data.skip_message)
        assert not data.run_requests

    context = dg.build_sensor_context(
        instance=shop.instance, cursor=cursor, repository_def=definitions.get_repository_def()
    )
    [request] = sensor.evaluate_tick(context).run_requests or []
    assert request.tags["dagster/partition"] == str(yesterday(SETTINGS))


def test_tonights_own_run_is_left_to_the_schedule(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = SimpleNamespace(as_of_date=yesterday(SETTINGS) - timedelta(days=1))
    monkeypatch.setattr(landing_sensor, "current_issue", lambda _: published)
    shop.land("orders.csv")
    shop.look()

    assert "the schedule runs the night" in why(shop.look(now=NOW.replace(hour=2, minute=34)))
    assert nights(shop.look(now=NOW.replace(hour=2, minute=36))) == [str(yesterday(SETTINGS))]


def test_the_schedules_hour_is_the_accounts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    published = SimpleNamespace(as_of_date=date(2000, 1, 1))
    monkeypatch.setattr(landing_sensor, "current_issue", lambda _: published)
    shanghai = Settings(time_zone="Asia/Shanghai")
    shop.land("orders.csv")
    shop.look(shanghai)

    # 18:30 in UTC is 02:30 there.
    assert "the schedule runs" in why(shop.look(shanghai, NOW.replace(hour=18, minute=0)))
    assert nights(shop.look(shanghai, NOW.replace(hour=19))) == [str(yesterday(shanghai))]


def test_under_run_until_data_it_is_the_datas_last_day(shop: Shop) -> None:
    settings = Settings(run_until_data=True)
    shop.land("orders.csv")
    shop.look(settings)

    assert nights(shop.look(settings)) == ["2024-05-01"]


def test_files_that_were_taken_in_may_be_moved_away(shop: Shop) -> None:
    orders = shop.land("orders.csv")
    shop.take_in(orders, loaded_at=an_hour_ago())
    orders.unlink()
    land_customers(shop)

    assert nights(shop.looks(2)[1]) == [str(yesterday(SETTINGS))]


def test_without_transactions_there_is_nothing_to_run(shop: Shop) -> None:
    land_customers(shop)
    (shop.home.landing / "notes.txt").write_text("Ann")

    said = why(shop.looks(2)[1])

    assert said == (
        "No transactions have landed yet. 1 more cannot be read: `strata check` says why."
    )


def test_an_empty_folder_is_nothing_new(shop: Shop) -> None:
    assert not look_at(shop.home.landing).files
    assert "No transactions" in why(shop.looks(2)[1])


def test_the_first_night_is_begun_by_a_person(shop: Shop) -> None:
    """It fixes the time zone, which may not be set yet."""
    shop.home.warehouse.unlink()
    shop.land("orders.csv")

    assert "No night has been run here" in why(shop.looks(2)[1])


def test_it_can_be_switched_off(shop: Shop) -> None:
    settings = shop.home.settings_file
    settings.write_text("schedule:\n  when_files_land: false\n")
    shop.land("orders.csv")

    assert "Switched off" in why(
        [shop.look(load_settings(settings)), shop.look(load_settings(settings))][1]
    )


def test_settings_that_cannot_be_read_are_named_by_line(shop: Shop) -> None:
    shop.home.settings_file.write_text("schedule:\n  when_files_land: perhaps\n")
    context = dg.build_sensor_context(instance=shop.instance)

    data = _definitions(shop.home).resolve_sensor_def("landing_sensor").evaluate_tick(context)

    assert "line 2" in str(data.skip_message)


def land_customers(shop: Shop) -> None:
    folder = shop.home.landing / "customers"
    folder.mkdir(parents=True)
    (folder / "customers.csv").write_text("customer_id\nC1\n")


def _definitions(home: Home) -> dg.Definitions:
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2000-01-01"))
    def anything() -> None: ...

    job = dg.define_asset_job("nightly", selection=[anything])
    return dg.Definitions(assets=[anything], jobs=[job], sensors=[build_landing_sensor(home, job)])
