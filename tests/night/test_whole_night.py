"""A whole night from files to published tables, run as a person runs it."""

from collections.abc import Callable

import pytest

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


def test_a_night_publishes_every_scheme_and_a_second_run_the_same_rows(
    installation: Installation,
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
