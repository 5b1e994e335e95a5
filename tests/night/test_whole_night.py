"""A whole night from files to published tables, run as a person runs it."""

import re
from collections.abc import Callable, Iterator

import dagster as dg
import pytest
from dagster._serdes import serialize_value

from orchestration.definitions import build_definitions
from orchestration.instance import open_instance
from orchestration.row_counts import COUNTED_ELSEWHERE
from orchestration.settings import load_settings
from orchestration.warehouse import connect
from tests.conftest import NIGHT, Installation

pytestmark = pytest.mark.usefixtures("all_trials")

# A night that is run again differs in these alone.
RUN_COLUMNS = {"run_id", "published_at", "checked_at", "loaded_at"}


def all_rows(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    """Return the multiset of rows of every published table, without what names the run."""
    tables = installation.published(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = 'marts' group by all order by table_name"
    )
    return {
        table: installation.published(
            f"select {', '.join(name for name in columns if name not in RUN_COLUMNS)} "
            f"from marts.{table} order by all"
        )
        for table, columns in tables
    }


# What has no columns of its own: a page for people, and messages.
PAGES = {"reports/night", "exports/deliveries"}
# The lineage of all columns that are served is the largest; readers of the log wait for no other.
MAX_EVENT_BYTES = 80_000


@pytest.fixture
def instance(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(installation.home.dagster))
    with open_instance(installation.home) as opened:
        yield opened


def test_a_night_publishes_every_scheme_and_a_second_run_the_same_rows(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    first = installation.strata("run", "--as-of", NIGHT)
    assert first.exit_code == 0, first.output
    rows = all_rows(installation)

    second = installation.strata("run", "--as-of", NIGHT)

    assert second.exit_code == 0, second.output
    schemes = installation.published(
        "select scheme, count(distinct segment_id), count(*) from marts.fct_customer_segments "
        "group by scheme order by scheme"
    )
    assert {scheme for scheme, _, _ in schemes} == {
        "behaviour",
        "churn_risk",
        "clv_tier",
        "demographic",
        "journey_stage",
        "lifecycle",
        "loyalty",
        "price_sensitivity",
        "rfm",
        "value_tier",
    }
    assert all(segments > 1 for _, segments, _ in schemes)
    assert all_rows(installation) == rows
    every_asset_tells_its_rows_and_columns_and_nothing_of_a_customer(installation, instance)
    every_check_tells_what_it_measured_and_its_threshold(instance)


def every_asset_tells_its_rows_and_columns_and_nothing_of_a_customer(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    [run] = instance.get_run_records(limit=1)
    records = instance.get_records_for_run(
        run.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    told = {}
    for entry in (record.event_log_entry for record in records):
        assert entry.asset_materialization is not None
        key = entry.asset_materialization.asset_key.to_user_string()
        told[key] = entry.asset_materialization.metadata
        text = serialize_value(entry)
        assert len(text) < MAX_EVENT_BYTES, key
        # Customers of this home are C000 to C119.
        assert not re.search(r"\bC\d{3}\b", text), key
        assert "not_drawn" not in told[key], (key, told[key])
    assert len(told) > 200
    assert {key for key, metadata in told.items() if "dagster/column_lineage" not in metadata} == (
        PAGES
    )
    counts = {
        key: metadata["dagster/row_count"].value
        for key, metadata in told.items()
        if "dagster/row_count" in metadata
    }
    assert {"features/customer_rfm", "marts/customer_360", "raw/transactions"} < set(counts)
    views = [*COUNTED_ELSEWHERE, *(f"segments.{scheme}" for scheme in ("rfm", "channel", "needs"))]
    with connect(installation.home, load_settings(installation.home.settings_file)) as warehouse:
        for view in views:
            counted = warehouse.execute(f"select count(*) from {view}").fetchone()
            assert counted == (counts[view.replace(".", "/")],), view


def every_check_tells_what_it_measured_and_its_threshold(instance: dg.DagsterInstance) -> None:
    [run] = instance.get_run_records(limit=1)
    records = instance.get_records_for_run(
        run.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    assert len(records) > 100
    for record in records:
        event = record.event_log_entry.dagster_event
        assert event is not None
        check = event.asset_check_evaluation_data
        for name in ("measured", "threshold"):
            assert isinstance(check.metadata[name].value, float), (check.check_name, name)


@pytest.mark.long
def test_every_asset_is_made_for_every_night_that_was_run(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """The nights within a backfill go out with its last one; no partition may look forgotten."""
    installation.night(NIGHT)
    backfill = installation.strata(
        "backfill", "--from", "2024-06-09", "--to", "2024-06-23", "--every", "week"
    )
    assert backfill.exit_code == 0, backfill.output

    graph = build_definitions(installation.home).get_repository_def().asset_graph
    nights = {"2024-06-09", "2024-06-16", "2024-06-23", NIGHT}
    # The weekly comparison with a rebuild is of no night; nobody has run it.
    made = {
        key.to_user_string(): instance.get_materialized_partitions(key)
        for key in graph.materializable_asset_keys - {dg.AssetKey(["reports", "reconcile"])}
    }
    assert made == dict.fromkeys(made, nights)


@pytest.mark.long
def test_who_refuses_profiling_is_in_totals_only(installation: Installation) -> None:
    result = installation.strata("run", "--as-of", NIGHT)

    assert result.exit_code == 0, result.output
    refused = ("C039", "C079", "C119")
    tables = installation.published(
        "select table_name from duckdb_columns() "
        "where schema_name = 'marts' and column_name = 'customer_id'"
    )
    assert len(tables) >= 3
    for (table,) in tables:
        assert not installation.published(
            f"select 1 from marts.{table} where customer_id in {refused} limit 1"
        )
    [(all_money, guests)] = installation.published(
        "select sum(revenue), sum(guest_revenue) from marts.fct_daily_revenue"
    )
    landed = sum(
        float(line.split(",")[6])
        for line in (installation.home.landing / "transactions" / "orders.csv")
        .read_text()
        .splitlines()[1:]
    )
    assert float(all_money) == landed
    assert 0 < guests < all_money


@pytest.mark.long
def test_an_older_night_adds_history_and_leaves_the_published_night(
    installation: Installation,
) -> None:
    installation.night(NIGHT)
    [(run_id,)] = installation.published("select run_id from marts.run_info")

    older = installation.strata("run", "--as-of", "2024-05-31")

    assert older.exit_code == 0, older.output
    assert installation.published(
        "select cast(as_of_date as varchar), run_id from marts.run_info"
    ) == [(NIGHT, run_id)]
    assert installation.published(
        "select distinct cast(as_of_date as varchar) from marts.customer_360"
    ) == [(NIGHT,)]
    nights = installation.published(
        "select distinct cast(as_of_date as varchar) from marts.fct_segment_profiles order by all"
    )
    assert nights == [("2024-05-31",), (NIGHT,)]


@pytest.mark.long
def test_rows_sent_again_in_an_overlapping_file_change_nothing_but_the_balance(
    installation: Installation, new_installation: Callable[[str], Installation]
) -> None:
    whole = installation
    parts = new_installation("parts")
    header, *lines = (whole.home.landing / "transactions" / "orders.csv").read_text().splitlines()
    lines.sort(key=lambda line: line.split(",")[3])
    half = len(lines) // 2
    parts.land("transactions", "1.csv", "\n".join([header, *lines[: half + 60]]) + "\n")
    parts.land("transactions", "2.csv", "\n".join([header, *lines[half - 60 :]]) + "\n")
    for table in ("customers", "products"):
        text = (whole.home.landing / table / f"{table}.csv").read_text()
        parts.land(table, f"{table}.csv", text)

    whole.night(NIGHT)
    parts.night(NIGHT)

    different = {table for table, rows in all_rows(whole).items() if rows != all_rows(parts)[table]}
    assert different <= {"fct_landing_balance", "fct_rejected_rows", "fct_data_quality"}
    assert parts.published(
        "select file_name, duplicates from marts.fct_landing_balance "
        "where source_table = 'transactions' order by file_name"
    ) == [("1.csv", 0), ("2.csv", 120)]
