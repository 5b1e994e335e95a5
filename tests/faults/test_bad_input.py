"""Bad input: a clear error, exit code 2, no new tables, and nothing lost."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest

from orchestration import warehouse
from tests.conftest import NIGHT, SETTINGS, Installation
from tests.wiring.test_lock import held_by_another_process

NEXT_NIGHT = "2024-07-01"
HEADER = "order_id,line_id,customer_id,ordered_at,product_id,quantity,amount\n"


def tables(installation: Installation) -> list[tuple[object, ...]]:
    return installation.published("select * from marts.customer_360 order by customer_id")


def run_info(installation: Installation) -> list[tuple[object, ...]]:
    return installation.published("select * from marts.run_info")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"orders.parquet": "order_id,amount\n1,2\n"},
            ["transactions/orders.parquet", "not what its suffix says"],
        ),
        (
            {"july.csv": "order_id,customer_id,ordered_at\n1,C1,2024-07-01\n"},
            ["transactions/july.csv", "required column `amount` is missing"],
        ),
        (
            {"july.csv": HEADER + "1,1,C1,01/07/2024,P1,1,2\n2,1,C1,02/07/2024,P1,1,2\n"},
            ["transactions/july.csv", "ordered_at", "2024-05-31"],
        ),
        (
            {
                "keyed.csv": HEADER + "J1,1,C001,2024-07-01 10:00,P1,1,2\n",
                "keyless.csv": HEADER + "J1,,C001,2024-07-01 10:00,P2,1,3\n",
            },
            ["transactions/keyed.csv", "transactions/keyless.csv", "line_id"],
        ),
        (
            {"july.csv": HEADER + "J1,1,C001,2024-07-01,P1,1,2\nJ2,1,C001\n"},
            ["transactions/july.csv, line 3"],
        ),
    ],
    ids=[
        "not its suffix",
        "column missing",
        "dates unreadable",
        "two ways of keying",
        "short line",
    ],
)
def test_a_bad_file_fails_the_night_and_the_last_good_tables_stand_as_stale(
    published: Installation, files: dict[str, str], words: list[str]
) -> None:
    before = tables(published)
    for name, text in files.items():
        published.land("transactions", name, text)

    result = published.strata("run", "--as-of", NEXT_NIGHT)

    assert result.exit_code == 2, result.output
    for word in words:
        assert word in result.output
    assert tables(published) == before
    assert published.published(
        "select is_stale, cast(as_of_date as varchar), cast(failed_as_of_date as varchar) "
        "from marts.run_info"
    ) == [(True, NIGHT, NEXT_NIGHT)]


@pytest.mark.parametrize("command", [("check",), ("run", "--as-of", NEXT_NIGHT)])
def test_a_link_to_nothing_is_named_among_the_bad_files(
    published: Installation, command: tuple[str, ...]
) -> None:
    published.land("transactions", "short.csv", "order_id,ordered_at\n1,2024-07-01\n")
    (published.home.landing / "transactions" / "n.csv").symlink_to("/nonexistent")

    result = published.strata(*command)

    assert result.exit_code == 2, result.output
    assert "transactions/n.csv: it is a link to /nonexistent, which is not there" in result.output
    assert "transactions/short.csv: the required column `amount` is missing" in result.output


@pytest.mark.long
def test_the_night_goes_through_once_the_bad_file_is_gone(published: Installation) -> None:
    bad = published.land("transactions", "july.csv", "order_id,ordered_at\n1,2024-07-01\n")
    good = HEADER + "G1,1,C001,2024-07-01 10:00,P1,1,12.50\n"
    published.land("transactions", "good.csv", good)
    assert published.strata("run", "--as-of", NEXT_NIGHT).exit_code == 2

    bad.unlink()
    published.night(NEXT_NIGHT)

    assert published.published("select is_stale from marts.run_info") == [(False,)]
    assert published.published(
        "select revenue from marts.fct_daily_revenue where revenue_date = date '2024-07-01'"
    )[0][0] == Decimal("12.50")


def test_two_currencies_without_a_setting_stop_the_night(
    new_installation: Callable[..., Installation],
) -> None:
    made = new_installation()
    (made.home.settings_file).write_text("time_zone: UTC\n")
    lines = "order_id,customer_id,ordered_at,amount,currency\n1,C1,2024-06-01,2,EUR\n"
    made.land("transactions", "orders.csv", lines + "2,C1,2024-06-02,3,GBP\n")

    result = made.strata("run", "--as-of", NIGHT)

    assert result.exit_code == 2
    for word in ("EUR", "GBP", "currency", "transactions/orders.csv"):
        assert word in result.output
    assert not (made.home.serving / "strata.duckdb").exists()


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (["--as-of", "2021-05-01"], SETTINGS, ["before all data", "2022-07"]),
        (
            ["--as-of", "2999-01-01"],
            SETTINGS,
            ["2999-01-01 is not over", "last whole business day"],
        ),
        (["--as-of", "June"], SETTINGS, ["YYYY-MM-DD"]),
        (["--as-off", NIGHT], SETTINGS, ["--as-off"]),
        (["--as-of", NIGHT], SETTINGS + "rmf:\n  map: classic\n", ["line 3: `rmf`", "`rfm`"]),
    ],
    ids=["before all data", "in the future", "no date", "no option", "no setting"],
)
def test_wrong_arguments_and_settings_change_nothing_at_all(
    published: Installation, arguments: list[str], settings: str, words: list[str]
) -> None:
    before = run_info(published)
    published.home.settings_file.write_text(settings)

    result = published.strata("run", *arguments)

    assert result.exit_code == 2, result.output
    for word in words:
        assert word in result.output
    assert run_info(published) == before


def test_an_empty_landing_folder_says_what_to_put_there_and_writes_nothing(
    new_installation: Callable[..., Installation],
) -> None:
    made = new_installation()

    result = made.strata("run")

    assert result.exit_code == 2
    assert "put one or more" in result.output
    assert "strata sample" in result.output
    assert sorted(path.name for path in made.home.root.iterdir()) == ["strata.yml"]


def test_another_time_zone_after_the_first_night_is_refused(published: Installation) -> None:
    published.home.settings_file.write_text("time_zone: Asia/Shanghai\ncurrency: GBP\n")

    results = [
        published.strata("rebuild", "--as-of", NIGHT),
        published.strata("run", "--as-of", NEXT_NIGHT),
    ]

    for result in results:
        assert result.exit_code == 2, result.output
        for word in ("Asia/Shanghai", "first night", "Europe/London", "rebuild everything"):
            assert word in result.output
    assert list(published.home.rebuilds.glob("*2024*")) == []


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [
        (NIGHT, "2024-05-01", "runs backwards"),
        ("2021-05-01", NIGHT, "before all data"),
        (NIGHT, "2999-01-01", "is not over"),
    ],
)
def test_a_backfill_of_days_that_cannot_be_run_is_refused_and_says_which_can(
    published: Installation, first: str, last: str, word: str
) -> None:
    before = run_info(published)

    result = published.strata("backfill", "--from", first, "--to", last)

    assert result.exit_code == 2
    assert word in result.output
    if word != "is not over":
        assert "from 2022-07-" in result.output
        assert f"to {NIGHT}" in result.output
    assert run_info(published) == before


def test_a_rebuild_as_known_at_no_run_lists_the_runs_and_their_nights(
    published: Installation,
) -> None:
    [(run_id,)] = published.published("select run_id from marts.run_info")

    result = published.strata("rebuild", "--as-of", NIGHT, "--known-at", "yesterday")

    assert result.exit_code == 2, result.output
    assert f"{run_id} (night of {NIGHT})" in result.output


def test_a_rebuild_without_room_on_the_disk_says_how_much_it_needs(
    published: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(published.home.root)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    result = published.strata("rebuild", "--as-of", NIGHT)

    assert result.exit_code == 1, result.output
    for word in ("needs about", "GiB", "Make room"):
        assert word in result.output


def test_nothing_is_rebuilt_or_compared_before_anything_was_loaded(
    new_installation: Callable[..., Installation],
) -> None:
    made = new_installation()

    for arguments in (["rebuild", "--as-of", NIGHT], ["reconcile"]):
        result = made.strata(*arguments)
        assert result.exit_code == 2
        assert "run a night first" in result.output
    assert sorted(path.name for path in made.home.root.iterdir()) == ["strata.yml"]


def test_a_night_asked_for_while_another_runs_is_refused_with_the_holders_name(
    published: Installation,
) -> None:
    before = run_info(published)
    with held_by_another_process(published.home.root, 60):
        refused = [
            published.strata("run", "--as-of", NEXT_NIGHT),
            published.strata("unload", "transactions/orders.csv"),
            published.strata("check"),
            published.strata("backfill", "--from", NIGHT, "--to", NEXT_NIGHT),
            published.strata("rebuild", "--as-of", NIGHT),
            published.strata("reconcile"),
        ]

    for result in refused:
        assert result.exit_code == 3, result.output
        assert "the night of 2024-05-01" in result.output
    assert run_info(published) == before


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["backfill", "--from", NIGHT, "--to", "2024-05-01"], "runs backwards"),
        (["run", "--as-of", "2999-01-01"], "is not over"),
        (["rebuild", "--as-of", "1999-01-01"], "`first_day`"),
    ],
)
def test_days_that_are_wrong_anyway_are_refused_while_another_runs(
    published: Installation, arguments: list[str], word: str
) -> None:
    with held_by_another_process(published.home.root, 60):
        result = published.strata(*arguments)

    assert result.exit_code == 2, result.output
    assert word in result.output


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["backfill", "--from", NIGHT, "--to", "2024-05-01"], "runs backwards"),
        (["rebuild", "--as-of", "2021-05-01"], "before all data"),
        (["rebuild", "--as-of", NIGHT, "--known-at", "nobody"], "No run is called"),
    ],
)
def test_who_waits_gets_an_answer_once_the_other_is_done(
    published: Installation, arguments: list[str], word: str
) -> None:
    with held_by_another_process(published.home.root, 2.0):
        result = published.strata(*arguments, "--wait", "60")

    assert result.exit_code == 2, result.output
    assert word in result.output


def test_a_warehouse_that_someone_keeps_open_is_said_so(
    published: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "PATIENCE_SECONDS", 0.5)
    path = str(published.home.warehouse)
    script = f"import duckdb; c = duckdb.connect({path!r}); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "1"
        result = published.strata("run", "--as-of", NEXT_NIGHT)
        process.communicate("\n")

    assert result.exit_code == 3, result.output
    assert "another program has" in result.output
