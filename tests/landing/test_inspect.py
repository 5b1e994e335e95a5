"""`strata check` sees what a night would, and leaves everything as it is."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

LINE = "1,2024-05-01 10:00:00,9.50"


def everything(root: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in root.rglob("*")}


def test_it_reports_files_rows_dates_and_what_is_unusable(landing: Any) -> None:
    landing.put_lines(f"{LINE},,", "2,2024-06-01,x,USD,z", "3,2024-07-01,1,USD,y",
                      more=",currency,clerk")  # fmt: skip
    landing.put_lines(LINE, name="b.csv")
    landing.put("products", "bad.csv", "id\n")
    landing.put("stores", "bad.jsonl", "{")
    landing.put("nonsense", "a.csv", "x")
    before = everything(landing.home.root)

    found = landing.inspect()

    assert everything(landing.home.root) == before
    first = found.files[0]
    assert (first.name, first.status, first.rows, first.rejected) == (
        "a.csv", "new", 3, {"bad_amount": 1},
    )  # fmt: skip
    assert (first.first_day, first.last_day) == (date(2024, 5, 1), date(2024, 7, 1))
    assert (first.currencies, first.unknown_columns) == (("USD",), ("clerk",))
    assert [p.split(":")[0] for p in found.problems] == [
        "products/bad.csv", "stores/bad.jsonl, line 1",
    ]  # fmt: skip
    assert len(found.warnings) == 1
    assert not found.is_usable
    assert json.loads(json.dumps(found.to_dict()))["files"][0]["first_day"] == "2024-05-01"
    text = found.to_text()
    assert "transactions: 2 files, 4 rows" in text
    assert "rejected: bad_amount 1" in text
    assert "problem: products/bad.csv" in text


def test_it_knows_what_is_loaded_copied_or_changed(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.put_lines("2,2024-05-01,1", name="c.csv")
    landing.ingest()
    landing.put_lines(LINE, name="b.csv")
    landing.put_lines("3,2024-05-01,1", name="c.csv")
    before = everything(landing.home.root)
    found = landing.inspect()
    assert {each.name: each.status for each in found.files} == {
        "a.csv": "loaded", "b.csv": "copy", "c.csv": "new",
    }  # fmt: skip
    assert "c.csv has another content than the file of that name" in found.warnings[0]
    assert found.is_usable
    assert everything(landing.home.root) == before


def test_rules_over_all_files_see_lines_whose_file_is_gone(landing: Any) -> None:
    landing.put_lines("7,2024-01-01,5,1,EUR", more=",line_id,currency").rename(
        landing.home.landing / "transactions" / "gone.csv"
    )
    landing.ingest()
    (landing.home.landing / "transactions" / "gone.csv").unlink()
    landing.put_lines("7,2024-01-01,5,USD", name="b.csv", more=",currency")
    found = landing.inspect()
    assert ["2 currencies" in found.problems[0], "One order" in found.problems[1]] == [True, True]
    assert "transactions/gone.csv" in found.problems[1]


def test_an_empty_landing_folder_is_a_problem(landing: Any) -> None:
    found = landing.inspect()
    assert "There are no transactions" in found.problems[0]
    assert not landing.home.root.exists()


def test_a_warehouse_in_use_is_said_and_does_no_harm(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.ingest()
    hold = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(landing.home.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = landing.inspect()
        holder.communicate(b"")
    assert [each.status for each in found.files] == ["unknown"]
    assert "the warehouse is in use" in found.warnings[0]
    assert found.is_usable
