"""A shop's own export from file to report with one command, and books that contradict it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.landing.mapping.presets import load_preset
from tests.conftest import Installation
from tests.landing.exports import shopify_export


@pytest.mark.long
def test_a_shopify_export_goes_from_file_to_report_and_is_rebuilt_under_another_mapping(
    new_installation: Callable[[], Installation], tmp_path: Path
) -> None:
    shop = new_installation()
    shop.home.settings_file.write_text("memory_limit: 1GB\n")
    export = tmp_path / "orders_export_1.csv"
    export.write_text(shopify_export())
    options = ["--from", "shopify", "--currency", "EUR", "--time-zone", "Europe/Paris", "--run"]

    done = shop.strata("init", *options, str(export))

    assert done.exit_code == 0, done.output
    [report] = shop.home.reports.glob("2024-*.html")
    assert report.stat().st_size > 10_000
    # 40 orders, of which one is voided and one in dollars; two gave something back.
    assert shop.published(
        "select sum(revenue), sum(guest_revenue), sum(orders) from marts.fct_daily_revenue"
    ) == [(Decimal("40.32") + 20 + 30 + 30 + 9 + 33 * 12 - 36, 9, 37)]
    balance = shop.published(
        "select rows_in, accepted + duplicates + superseded + rejected, rejected "
        "from marts.fct_landing_balance order by source_table, file_name"
    )
    assert balance == [(39, 39, 0), (44, 44, 2), (2, 2, 0)]
    assert not shop.published(
        "select customer_id from marts.customer_360 where customer_id like '%@%'"
    )

    # What the file meant when it was loaded is what a rebuild starts from.
    text = shop.home.settings_file.read_text()
    assert load_preset("shopify").text.splitlines()[-1] in text
    shop.home.settings_file.write_text(
        text.replace("amount: {share: Subtotal", "amount: {share: Total")
    )
    assert "the mapping has changed since" in shop.strata("check").output
    reconciled = shop.strata("reconcile")
    assert reconciled.exit_code == 0, reconciled.output

    shop.land("control_totals", "books.csv", "month,revenue\n2024-01,1.00\n")
    failed = shop.strata("run", "--as-of", report.stem)
    assert failed.exit_code == 1
    assert (
        "assert_control_totals_agree: 1 rows break it (see core.control_comparison" in failed.output
    )
