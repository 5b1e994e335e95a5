"""Small tables and pictures for the Dagster UI: readable, small, and silent about few customers."""

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import dagster as dg
import duckdb
import numpy as np
import pandas as pd
import pytest

from models.cadence import CadenceFit
from orchestration.landing_schema import LANDING
from orchestration.ml_tables import TABLES, columns_of
from orchestration.ops_tables import CheckResult
from orchestration.ui_metadata import steps
from orchestration.ui_metadata.column_schema import of_table
from orchestration.ui_metadata.key_tables import about_key_table
from orchestration.ui_metadata.markdown import INLINE_CHARACTERS, bar, table
from orchestration.ui_metadata.small_cells import hidden
from orchestration.ui_metadata.step_lineage import of_behaviour, of_ingest, of_predictions
from orchestration.ui_metadata.svg import heat_map, intervals, line


def drawing(markdown: str) -> ET.Element:
    found = re.fullmatch(r"!\[[^\]]+\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markdown)
    assert found
    return ET.fromstring(base64.b64decode(found[1]))  # noqa: S314


def markdown_of(value: object) -> str:
    assert isinstance(value, dg.MarkdownMetadataValue)
    return value.md_str


@pytest.mark.parametrize(
    ("customers", "expected"),
    [
        ([50, 20, 10], [False, False, False]),
        # The one small segment would be the total less the others: the next smallest goes with it.
        ([50, 20, 9], [False, True, True]),
        ([50, 9, 8], [False, True, True]),
        # Two of three customers each would be known to be six together.
        ([50, 20, 3, 3], [False, True, True, True]),
        # Nobody is in it: that gives nobody away.
        ([50, 20, 0], [False, False, False]),
        ([9], [True]),
        ([], []),
    ],
)
def test_small_segments_are_hidden_and_never_one_alone(
    customers: list[int], expected: list[bool]
) -> None:
    assert hidden(customers) == expected


def test_a_bar_is_as_long_as_its_share() -> None:
    assert bar(0) == ""
    assert bar(1) == bar(7) == "█" * 12
    assert bar(0.5) == "█" * 6
    assert bar(1 / 96) == "▏"


def test_a_name_cannot_break_a_table_or_be_a_link() -> None:
    text = table(["name", "#n"], [["a|b [c](http://x)", "1"]])

    assert text.splitlines() == ["|name|n|", "|---|---:|", "|a¦b\u00a0(c)(http://x)|1|"]


def test_pictures_are_sound_and_curves_small_enough_to_be_seen_at_once() -> None:
    curve = line([0.0, 3.0, 1.0] * 8, "a curve", first="0 days", last="9 days", top="share")
    dots = intervals([("churn", 0.1, -0.2, 0.3)], "dots")
    grid = heat_map(["s1"], ["f1", "f2"], [[1.5, -0.2]], "grid")

    assert len(curve) < INLINE_CHARACTERS
    for picture in (curve, dots, grid):
        assert drawing(picture).tag.endswith("svg")


def test_names_in_a_picture_are_text_whatever_they_hold() -> None:
    names = [each.text for each in drawing(heat_map(["f"], ["<R&D>"], [[0.0]], "grid"))]

    assert "<R&D>" in names


def test_the_cadence_is_drawn_where_there_is_one() -> None:
    fit = CadenceFit(1.7, 11.1, 0.05, 0.4, -324.0, 900, 60, "available", None)

    [entry] = steps.cadence_curve(fit).values()

    texts = [each.text for each in drawing(markdown_of(entry)) if each.text]
    # (α / (α + 53.6))^1.7 = 0.05
    assert texts == ["share of gaps that are longer", "0 days", "54 days: 5 %"]
    assert len(markdown_of(entry)) < INLINE_CHARACTERS
    assert not steps.cadence_curve(replace(fit, r=None, alpha=None))


def test_shares_of_few_customers_are_not_told() -> None:
    shares = pd.Series({"behaviour.b01": 0.9, "behaviour.b02": 0.06, "behaviour.b03": 0.04})

    text = steps.segment_sizes(shares, 100, {"behaviour.b01": "Regulars"})

    assert "|Regulars|90.0%|" in text
    assert "6.0%" not in text
    assert "4.0%" not in text


def test_a_check_that_did_not_hold_is_told_with_what_it_measured() -> None:
    checks = [
        CheckResult("no_row_was_rejected", "raw.rejected_rows", "warn", False, 12.0, 0.0),
        CheckResult("rows_balance", "core.landing_balance", "error", True, 0.0, 0.0),
    ]

    entries = steps.checks_of_the_night(checks)

    assert (entries["checks"], entries["checks_that_warn"]) == (2, 1)
    assert "|no_row_was_rejected|raw.rejected_rows|warn|12|0|" in markdown_of(entries["warnings"])


def test_a_backtest_is_drawn_by_model_minus_baseline() -> None:
    backtest = pd.DataFrame(
        [
            ["churn_90d", "brier_skill", "churn_model", 0.2, 0.1, 0.3],
            ["churn_90d", "brier_skill", "difference", 0.04, 0.01, 0.08],
            ["churn_90d", "auc", "difference", np.nan, np.nan, np.nan],
            ["churn_90d", "calibration_slope", "churn_model", 0.9, 0.8, 1.1],
            ["churn_90d", "calibration_slope", "difference", 0.2, 0.1, 0.3],
        ],
        columns=["target", "metric", "predictor", "estimate", "low", "high"],
    )

    [entry] = steps.proof(backtest).values()

    texts = [each.text for each in drawing(markdown_of(entry)) if each.text]
    assert texts[0] == "churn_90d brier_skill"
    assert len(texts) == 2
    assert not steps.proof(backtest.head(0))
    [entry] = steps.calibration(backtest).values()
    assert markdown_of(entry).splitlines()[2:] == [
        "|churn_90d|churn_model|0.9|0.8\u00a0to\u00a01.1|"
    ]
    assert not steps.calibration(backtest.head(0))


def test_a_table_that_cannot_be_read_stops_no_night() -> None:
    with duckdb.connect() as connection:
        about = about_key_table(connection, dg.AssetKey(["marts", "customer_360"]))

    assert list(about) == ["not_drawn"]
    assert not about_key_table(connection, dg.AssetKey(["marts", "run_info"]))


@pytest.mark.parametrize(
    ("deps", "told"),
    [
        ([], []),
        (["orders.amount"], ["← core/orders"]),
        (["orders.amount", "lines.paid"], ["← core/lines.paid", "← core/orders"]),
        (["a.x", "b.x", "b.y", "b.z", "c.x"], ["← core/b (3)", "← core/a (1)", "← core/c (1)"]),
        (
            ["a.x", "b.x", "c.x", "d.x", "e.x"],
            ["← core/a (1)", "← core/b (1)", "← core/c (1)", "← core/d (1)", "and 1 more"],
        ),
    ],
)
def test_a_column_says_where_it_comes_from(deps: list[str], told: list[str]) -> None:
    sources = [
        dg.TableColumnDep(asset_key=dg.AssetKey(["core", table]), column_name=column)
        for table, column in (each.split(".") for each in deps)
    ]
    lineage = {"dagster/column_lineage": dg.TableColumnLineage({"amount": sources})}

    [column] = of_table({"amount": "decimal(18,4)"}, lineage)["dagster/column_schema"].columns

    assert column.type == "decimal(18,4)"
    assert column.constraints.other == told


def test_every_column_of_a_landing_table_leads_back_to_the_files() -> None:
    for name, landing in LANDING.items():
        columns = [each.name for each in landing.columns] + ["file_seq"]
        lineage = of_ingest(name, columns)["dagster/column_lineage"].deps_by_column
        assert all(lineage[column] for column in columns if column != "file_seq"), name
    dated = of_ingest("transactions", ["ordered_date"])["dagster/column_lineage"].deps_by_column
    assert dated["ordered_date"][0].column_name == "ordered_at"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_of_a_models_table_comes_from_somewhere(table: str) -> None:
    for entry in (
        of_behaviour(table, ["recency_days"]),
        of_predictions(table, "contractual"),
        of_predictions(table, "non_contractual"),
    ):
        deps = entry["dagster/column_lineage"].deps_by_column
        assert set(deps) == set(columns_of(table))
        assert all(deps.values())
