"""A landing file that cannot be opened stops the night in words, and hides no other problem."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.data_days import last_day_in_data
from orchestration.errors import LandingError
from orchestration.landing import files, scratch
from orchestration.landing.arrivals import new_files, read_loaded
from orchestration.landing.files import discover
from orchestration.warehouse import connect

LINE = "1,2024-05-01 10:00:00,9.50"


def link_to_nothing(landing: Any) -> Path:
    link = landing.home.landing / "transactions" / "n.csv"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to("/nonexistent")
    return link


def link_to_itself(landing: Any) -> Path:
    link = landing.home.landing / "transactions" / "n.csv"
    link.symlink_to(link)
    return link


@pytest.fixture(params=["link to nothing", "link to itself", "gone", "forbidden"])
def unreadable(
    request: pytest.FixtureRequest, landing: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, str]]:
    """Put one file that is read well, one that cannot be and one that is malformed."""
    landing.put_lines(LINE)
    landing.put("stores", "bad.jsonl", "{")
    if request.param == "link to nothing":
        link_to_nothing(landing)
        yield landing, "it is a link to /nonexistent, which is not there"
        return
    if request.param == "link to itself":
        link_to_itself(landing)
        yield landing, "the file cannot be read (Too many levels of symbolic links)"
        return
    path = landing.put_lines("2,2024-05-02,1", name="n.csv")
    opened = Path.open
    code = {"gone": errno.ENOENT, "forbidden": errno.EACCES}[request.param]

    def refuse(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == path:
            raise OSError(code, "what the system says", str(path))
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    words = {
        "gone": "the file is gone: it was moved, renamed or deleted",
        "forbidden": "the file may not be read by the user that runs Strata",
    }
    yield landing, words[request.param]


def test_the_night_names_it_among_the_others(unreadable: tuple[Any, str]) -> None:
    landing, words = unreadable
    with pytest.raises(LandingError) as error:
        landing.ingest()

    assert f"transactions/n.csv: {words}" in str(error.value)
    assert "stores/bad.jsonl, line 1" in str(error.value)
    assert landing.query("select * from duckdb_tables() where schema_name = 'raw'") == []


def test_a_check_names_it_among_the_others(unreadable: tuple[Any, str]) -> None:
    landing, words = unreadable
    found = landing.inspect()

    assert [each.split(": ")[0] for each in found.problems] == [
        "transactions/n.csv", "stores/bad.jsonl, line 1",
    ]  # fmt: skip
    assert words in found.problems[0]
    assert [(each.name, each.rows) for each in found.files if each.table == "transactions"] == [
        ("a.csv", 1), ("n.csv", 0),
    ]  # fmt: skip
    assert not found.is_usable


@pytest.mark.parametrize("link", [link_to_nothing, link_to_itself])
def test_the_days_are_those_of_what_can_be_read(landing: Any, link: Callable[[Any], Path]) -> None:
    landing.put_lines(LINE)
    link(landing)
    assert str(last_day_in_data(landing.home, landing.settings)) == "2024-05-01"


def test_it_is_new_until_a_night_has_said_why_it_cannot_be_read(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.ingest()
    link_to_nothing(landing)
    with connect(landing.home, landing.settings) as connection:
        loaded = read_loaded(connection)

    new = new_files(discover(landing.home.landing).files, loaded)

    assert [each.name for each in new] == ["n.csv"]


def test_a_file_that_goes_while_it_is_read_is_named(
    landing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = landing.put_lines(LINE)
    looked = files.check_is_what_its_suffix_says

    def look_and_lose(file: Any) -> None:
        looked(file)
        path.unlink()

    monkeypatch.setattr(scratch, "check_is_what_its_suffix_says", look_and_lose)
    with pytest.raises(LandingError, match=r"transactions/a\.csv: the file is gone"):
        landing.ingest()


def test_a_file_of_a_mapping_is_named_once(landing: Any) -> None:
    folder = landing.home.landing / "export"
    folder.mkdir(parents=True)
    (folder / "n.csv").symlink_to("/nonexistent")
    tables = [
        {"table": table, "columns": {column: {"column": column} for column in columns}}
        for table, columns in {
            "transactions": ("order_id", "ordered_at", "amount"),
            "products": ("product_id",),
        }.items()
    ]
    landing.set(landing={"mapping": [{"name": "shop", "files": "export/*.csv", "tables": tables}]})
    with pytest.raises(LandingError) as error:
        landing.ingest()

    assert str(error.value).count("export/n.csv: it is a link to /nonexistent") == 1
    assert len([each for each in landing.inspect().problems if "export/n.csv" in each]) == 1
