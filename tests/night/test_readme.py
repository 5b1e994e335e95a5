"""The worked example of the README does what the README says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]


def quickstart() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- quickstart:.*?-->\n```bash\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.long
def test_three_small_files_become_segments_as_the_readme_says(tmp_path: Path) -> None:
    strata = Path(sys.executable).with_name("strata")
    script = quickstart().replace(".venv/bin/strata", str(strata))

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    serving = tmp_path / "shop" / "serving" / "strata.duckdb"
    with duckdb.connect(str(serving), read_only=True) as connection:
        customers = dict(
            connection.execute("select customer_id, rfm_segment from marts.customer_360").fetchall()
        )
        low_confidence = connection.execute(
            "select distinct is_low_confidence from marts.customer_360 where rfm_code is not null"
        ).fetchall()
        unavailable = connection.execute(
            "select scheme from marts.dim_segments where status = 'not_available'"
        ).fetchall()
        [(revenue, guests)] = connection.execute(
            "select sum(revenue), sum(guest_revenue) from marts.fct_daily_revenue"
        ).fetchall()
        names = connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'marts' and column_name "
            "in ('email', 'phone', 'first_name', 'last_name', 'postal_code', 'birth_date')"
        ).fetchall()
    assert set(customers) == {"C1", "C2", "C3", "C4"}
    assert customers["C2"] == "rfm.prospect"
    assert low_confidence == [(True,)]
    assert {"lifecycle", "behaviour"} <= {scheme for (scheme,) in unavailable}
    # C5's 14.90 and the guest's 7.00 count in the totals.
    assert (float(revenue), float(guests)) == (233.60, 7.00)
    assert names == []
    assert "Customer C1" in done.stdout
