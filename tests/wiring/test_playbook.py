"""The playbook: a row for every segment that is shipped, and the company's own words over it."""

import csv
from pathlib import Path
from typing import Any

import duckdb
import pytest

from models.name_rules import NAME_RULES
from orchestration.errors import PlaybookError
from orchestration.home import Home
from orchestration.landing.inspect import inspect_landing
from orchestration.ops_tables import create_ops_schema
from orchestration.playbook import (
    COLUMNS,
    DEFAULT,
    SEEDS,
    copy_playbook,
    read_playbook,
    write_playbook,
)
from orchestration.scheme_registry import registered_schemes
from orchestration.settings import Settings


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLAYS = seed("segment_playbook.csv")


def test_every_named_segment_and_every_name_of_learned_ones_has_a_play() -> None:
    """Who has none is treated by the default, as if the segment said nothing."""
    named = {row["segment_id"] for row in seed("segment_names.csv")}
    learned = {
        "behaviour." + rule.name.lower().replace(" ", "_").replace("-", "_") for rule in NAME_RULES
    }
    played = {row["segment_id"] for row in PLAYS}
    assert named | learned | {DEFAULT} <= played
    schemes = {scheme.scheme for scheme in registered_schemes()}
    assert {each.partition(".")[0] for each in played - {DEFAULT}} <= schemes


def test_every_play_is_told_in_full_in_both_languages() -> None:
    for row in PLAYS:
        assert all(row.values()), row["segment_id"]
        for text in ("offer", "channel", "message_angle", "service_level"):
            assert row[text].isascii(), row["segment_id"]
            assert not row[f"{text}_zh"].isascii(), row["segment_id"]


def test_the_same_words_are_translated_the_same_way() -> None:
    for text in ("channel", "service_level"):
        told: dict[str, set[str]] = {}
        for row in PLAYS:
            told.setdefault(row[text], set()).add(row[f"{text}_zh"])
        assert {len(translations) for translations in told.values()} == {1}


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "playbook.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_without_a_file_the_shipped_playbook_stands(tmp_path: Path) -> None:
    assert read_playbook(tmp_path / "playbook.csv") == []


def test_empty_cells_and_columns_left_out_are_null(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "segment_id,offer,contact_limit_count\nrfm.new,,0\n\nbehaviour.b07,A gift,\n",
        encoding="utf-8-sig",
    )
    assert read_playbook(path) == [
        {"segment_id": "rfm.new", "offer": None, "contact_limit_count": 0},
        {"segment_id": "behaviour.b07", "offer": "A gift", "contact_limit_count": None},
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "segment_id,offer\nrfm.champion,x\n",
            "line 2: rfm.champion is no segment. Did you mean `rfm.champions`? Allowed in rfm: "
            "rfm.champions, rfm.loyal,",
        ),
        ("segment_id,offer\nrfn.x,x\n", "line 2: rfn.x is no segment. Allowed: default, and the"),
        ("segment_id,offer\n,x\n", "line 2: an empty cell is no segment."),
        (
            "segment_id,offer\nrfm.new,x\nrfm.lost,y\nrfm.new,z\n",
            "line 4: rfm.new stands on line 2 already; keep one.",
        ),
        (
            "segment_id,offr\nrfm.new,x\n",
            "line 1: `offr` is no column. Did you mean `offer`? Allowed: segment_id, recommended_",
        ),
        ("segment_id,offer,offer\n", "line 1: the column `offer` stands twice."),
        ("rfm.new;x\n", "line 1: the first line must name the columns, `segment_id` among them."),
        (
            "segment_id,offer\nrfm.new,ten, or more\n",
            "line 2: 3 cells under 2 columns; put texts with commas in quotes.",
        ),
        (
            "segment_id,contact_limit_count\nrfm.new,two\n",
            "line 2: `contact_limit_count` is two; allowed: whole numbers from 0.",
        ),
        (
            "segment_id,contact_limit_days\nrfm.new,0\n",
            "line 2: `contact_limit_days` is 0; allowed: whole numbers from 1.",
        ),
    ],
)
def test_a_bad_row_is_told_by_file_line_and_what_is_allowed(
    tmp_path: Path, text: str, told: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PlaybookError) as raised:
        read_playbook(path)
    assert f"{path}, {told}" in str(raised.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "segment_id,contact_limit_days\nrfm.nobody,0\nrfm.new,x\n")
    with pytest.raises(PlaybookError) as raised:
        read_playbook(path)
    assert len(str(raised.value).splitlines()) == 3


def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path: Path) -> None:
    path = write(tmp_path, "segment_id,offer\nrfm.new,请吃饭\n", encoding="gb18030")
    with pytest.raises(PlaybookError, match="CSV UTF-8"):
        read_playbook(path)


def test_segments_that_come_from_data_or_settings_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "segment_id,offer\ndemographic.18_24,x\nbehaviour.b12,y\n")
    assert len(read_playbook(path)) == 2
    with pytest.raises(PlaybookError, match=r"behaviour\.regular is no segment"):
        read_playbook(write(tmp_path, "segment_id,offer\nbehaviour.regular,x\n"))


def test_segments_by_own_rules_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "segment_id,offer\nown.friends,x\n")
    with pytest.raises(PlaybookError):
        read_playbook(path)
    assert read_playbook(path, own_segments=["own.friends"])


def test_check_tells_what_is_wrong_with_the_playbook(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.landing.mkdir()
    write(tmp_path, "segment_id,offer\nrfm.nobody,x\n")
    problems = inspect_landing(home, Settings()).problems
    assert any("rfm.nobody is no segment" in problem for problem in problems)


def rows_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select segment_id, offer, contact_limit_count from ops.playbook_edits order by all"
    ).fetchall()


def test_what_sql_reads_is_the_file_of_tonight(tmp_path: Path) -> None:
    path = write(tmp_path, "segment_id,offer,contact_limit_count\nrfm.new,A gift,2\n")
    with duckdb.connect() as connection:
        create_ops_schema(connection)
        assert rows_of(connection) == []
        write_playbook(connection, read_playbook(path))
        assert rows_of(connection) == [("rfm.new", "A gift", 2)]
        # A table of before a column came is made anew.
        connection.execute(f"alter table ops.playbook_edits drop column {COLUMNS[0]}")
        write_playbook(connection, [])
        assert rows_of(connection) == []


def test_the_playbook_of_the_last_night_is_that_of_its_comparison(tmp_path: Path) -> None:
    """Edited since, it would make a comparison differ in every row that it speaks of."""
    path = write(
        tmp_path,
        'segment_id,offer,contact_limit_count\nrfm.champions,"A gift, wrapped",\nrfm.lost,,2\n',
    )
    plays = read_playbook(path)
    with duckdb.connect() as connection:
        create_ops_schema(connection)
        write_playbook(connection, plays)
        write(tmp_path, "segment_id,offer\nrfm.loyal,Another one\n")
        copy_playbook(connection, path)
        again = read_playbook(path)
        write_playbook(connection, [])
        copy_playbook(connection, path)

    told = [{name: value for name, value in play.items() if value is not None} for play in again]
    assert told == [
        {"segment_id": "rfm.champions", "offer": "A gift, wrapped"},
        {"segment_id": "rfm.lost", "contact_limit_count": 2},
    ]
    assert not path.exists()
