"""A landed file can be taken back, and its copy takes its place."""

import os
from typing import Any

import pytest

from orchestration.errors import InputError

LINE = "1,2024-05-01 10:00:00,9.50"


def test_its_rows_go_and_the_file_moves_out_of_the_landing_folder(landing: Any) -> None:
    landing.put_lines(LINE)
    path = landing.put_lines("2,2024-05-01,1,x", "3,2024-05-01,x,1", name="b.csv", more=",quantity")
    content = path.read_bytes()
    landing.ingest()

    report = landing.unload("transactions/b.csv")

    assert (report.rows_removed, report.replaced_by) == (2, None)
    assert not path.exists()
    moved = landing.home.root / "unloaded" / "transactions" / "b.csv"
    assert (report.moved_to, moved.read_bytes()) == (moved, content)
    assert landing.query("select order_id from raw.transactions") == [("1",)]
    assert landing.query("select count(*) from raw.rejected_rows") == [(0,)]
    assert landing.query("select count(*) from raw.nulled_values") == [(0,)]
    assert landing.query("select status from raw.files order by file_seq") == [
        ("loaded",), ("unloaded",),
    ]  # fmt: skip
    assert landing.ingest().files == ()
    assert "2 rows left raw" in report.to_text()


def test_a_path_names_the_file_too(landing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = landing.put_lines(LINE)
    landing.put_lines("2,2024-05-01,1", name="b.csv")
    landing.ingest()
    assert landing.unload(str(path)).label == "transactions/a.csv"
    monkeypatch.chdir(path.parent)
    assert landing.unload(os.path.join(".", "b.csv")).label == "transactions/b.csv"  # noqa: PTH118


def test_a_file_landed_again_after_that_is_a_new_file(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.put_lines("2,2024-05-01,1", name="b.csv")
    landing.ingest()
    moved = landing.unload("transactions/b.csv").moved_to
    moved.rename(landing.home.landing / "transactions" / "b.csv")
    assert landing.ingest().files[0].file_seq == 3
    assert landing.query("select count(*) from raw.transactions") == [(2,)]


def test_a_copy_takes_the_place_of_the_file_taken_back(landing: Any) -> None:
    lines = ("1,2024-05-01,1,x", "2,2024-05-01,x,1", "3,2024-05-01,1,x")
    for name in ("a.csv", "b.csv", "c.csv"):
        landing.put_lines(*lines, name=name, more=",note")
    landing.ingest()

    report = landing.unload("transactions/a.csv")

    assert (report.replaced_by, report.rows_removed) == ("transactions/b.csv", 0)
    assert landing.query(
        "select file_seq, copy_of, status, unknown_columns from raw.files order by 1"
    ) == [(1, None, "unloaded", "note"), (2, None, "loaded", "note"), (3, 2, "copy", "note")]
    for table in ("transactions", "rejected_rows"):
        assert landing.query(f"select distinct file_seq from raw.{table}") == [(2,)]
    assert landing.ingest().files == ()


def test_a_copy_taken_back_leaves_the_original(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.put_lines(LINE, name="b.csv")
    landing.ingest()
    assert landing.unload("transactions/b.csv").rows_removed == 0
    assert landing.query("select file_seq, status from raw.files order by 1") == [
        (1, "loaded"), (2, "unloaded"),
    ]  # fmt: skip
    assert landing.query("select file_seq from raw.transactions") == [(1,)]


def test_of_two_contents_under_one_name_the_later_is_taken_back(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.ingest()
    landing.put_lines("2,2024-05-01,1")
    landing.ingest()
    report = landing.unload("transactions/a.csv")
    assert (report.file_seq, report.still_loaded) == (2, 1)
    assert landing.query("select order_id from raw.transactions") == [("1",)]
    again = landing.unload("transactions/a.csv")
    assert (again.file_seq, again.moved_to) == (1, None)


def test_a_file_overwritten_since_stays_where_it_is(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.ingest()
    path = landing.put_lines("2,2024-05-01,1")
    assert landing.unload("transactions/a.csv").moved_to is None
    assert path.exists()
    assert landing.ingest().rows_loaded == 1


def test_nothing_is_overwritten_in_the_folder_of_unloaded_files(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.ingest()
    there = landing.home.root / "unloaded" / "transactions" / "a.csv"
    there.parent.mkdir(parents=True)
    there.write_text("other")
    with pytest.raises(InputError, match=r"is there already\. Move that file away first"):
        landing.unload("transactions/a.csv")
    assert there.read_text() == "other"
    assert landing.query("select status from raw.files") == [("loaded",)]


def test_an_unknown_file_is_answered_with_those_that_are_landed(landing: Any) -> None:
    landing.put_lines(LINE)
    with pytest.raises(InputError, match="no file has been landed yet"):
        landing.unload("transactions/a.csv")
    landing.ingest()
    with pytest.raises(InputError, match=r"Did you mean transactions/a\.csv\? Landed are: tr"):
        landing.unload("transactions/aa.csv")
    landing.put_lines(LINE, name="b.csv")
    with pytest.raises(InputError, match="was never loaded"):
        landing.unload("transactions/b.csv")
