"""What is kept, what is cleared away, and putting a kept night back."""

import pytest

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.publishing import current_issue, issue, kept_issues, restore


def missing_files(home: Home) -> list[str]:
    """Return what the current or a kept manifest names and the disk does not hold."""
    folder = home.serving / "parquet"
    named = {
        path
        for issue in [*kept_issues(home), current_issue(home)]
        for path in [
            home.serving / issue.serving_file,
            *(folder / file.path for file in issue.files),
        ]
    }
    return [str(path) for path in named if not path.is_file()]


def test_the_last_seven_nights_are_kept_whole(home: Home, warehouse) -> None:
    for number in range(1, 10):
        warehouse.publish(home, number)
    assert [issue.run_id for issue in kept_issues(home)] == [f"run-{n}" for n in range(3, 10)]
    assert len(list(home.serving.glob("strata-*.duckdb"))) == 7
    assert missing_files(home) == []


def test_a_night_outside_the_kept_issues_keeps_its_parquet(home: Home, warehouse) -> None:
    for number in range(1, 10):
        warehouse.publish(home, number)
    nights = [f for f in current_issue(home).files if f.table == "fct_customer_segments"]
    assert len(nights) == 9


def test_a_file_that_a_person_put_there_stays(published_home: Home, warehouse) -> None:
    notes = published_home.serving / "notes.txt"
    notes.write_text("mine")
    warehouse.publish(published_home, 3)
    assert notes.read_text() == "mine"


def test_a_kept_night_can_be_put_back(published_home: Home, numbers_read) -> None:
    restore(published_home, "run-1")
    assert numbers_read(published_home) == ({1}, {1})


def test_nights_after_a_restore_are_published_as_ever(
    published_home: Home, warehouse, numbers_read
) -> None:
    restore(published_home, "run-1")
    warehouse.publish(published_home, 2)
    assert numbers_read(published_home) == ({2}, {2})
    assert [issue.run_id for issue in kept_issues(published_home)] == ["run-1", "run-2", "run-2"]


def test_a_night_put_back_outlives_the_seven(home: Home, warehouse, numbers_read) -> None:
    for number in range(1, 8):
        warehouse.publish(home, number)
    restore(home, "run-1")
    (home.serving / "parquet" / ".tmp-left.parquet").write_text("")
    restore(home, "run-1")
    assert numbers_read(home) == ({1}, {1})
    assert missing_files(home) == []


def test_a_run_that_is_not_kept_is_named_with_those_that_are(published_home: Home) -> None:
    with pytest.raises(InputError, match=r"'run-9'.*run-2 \(2026-03-03\), run-1 \(2026-03-02\)"):
        restore(published_home, "run-9")


def test_the_beginning_of_an_id_will_do_if_it_is_one_runs_alone(
    home: Home, warehouse, numbers_read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue, "MIN_ID_CHARACTERS", 6)
    for number in (101, 102, 203):
        warehouse.publish(home, number)

    with pytest.raises(InputError, match=r"begin with 'run-10': run-102 .*, run-101 "):
        restore(home, "run-10")
    with pytest.raises(InputError, match="No kept night was made by run 'run-2'"):
        restore(home, "run-2")
    restore(home, "run-101")
    assert numbers_read(home) == ({101}, {101})
    restore(home, "run-20")
    assert numbers_read(home) == ({203}, {203})


def test_before_the_first_publish_nothing_can_be_put_back(home: Home) -> None:
    with pytest.raises(InputError, match="None is kept yet"):
        restore(home, "run-1")


def test_a_broken_manifest_is_mended_by_a_restore(published_home: Home, numbers_read) -> None:
    (published_home.serving / "parquet" / "manifest.json").write_text("{")
    restore(published_home, "run-2")
    assert numbers_read(published_home) == ({2}, {2})
