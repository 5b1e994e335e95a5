"""What a rebuild takes over from the live warehouse."""

from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from orchestration.landing.schema import create_raw_schema
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema
from orchestration.rebuild_copy import CopyPlan, copy_what_is_known, live_attached

NIGHT, LATER = date(2026, 3, 1), date(2026, 3, 8)


def test_a_segment_keeps_the_number_that_the_rebuilt_night_itself_gave(tmp_path: Path) -> None:
    live = tmp_path / "live.duckdb"
    with closing(duckdb.connect(str(live))) as connection:
        create_raw_schema(connection)
        create_ops_schema(connection)
        create_ml_schema(connection)
        connection.execute("create schema segments")
        connection.execute(
            "create table segments.segment_numbers as "
            f"select 'rfm' as scheme, 'rfm.loyal' as segment_id, 1 as number, date '{NIGHT}' "
            "as as_of_date "
            f"union all select 'rfm', 'rfm.champions', 2, date '{LATER}'"
        )
        connection.execute(
            "create table segments.segment_nights as "
            f"select date '{NIGHT}' as as_of_date union all select date '{LATER}'"
        )
    plan = CopyPlan(NIGHT, ("segment_numbers", "segment_nights"))
    with closing(duckdb.connect(str(tmp_path / "rebuilt.duckdb"))) as connection:
        with live_attached(connection, live):
            copy_what_is_known(connection, plan)
        numbers = "select segment_id, number from segments.segment_numbers order by number"
        assert connection.execute(numbers).fetchall() == [("rfm.loyal", 1), ("rfm.champions", 2)]
        assert connection.execute("select * from segments.segment_nights").fetchall() == []
