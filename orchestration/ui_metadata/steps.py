"""The small tables and pictures of the Python steps: what was learned, proven and checked."""

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg
import duckdb
import pandas as pd

from models.cadence import CadenceFit
from orchestration.ops_tables import CheckResult
from orchestration.ui_metadata.markdown import bar, table
from orchestration.ui_metadata.small_cells import hidden
from orchestration.ui_metadata.svg import heat_map, intervals, line

Entries = dict[str, Any]

CURVE_DAYS = 24
CALIBRATION_METRICS = ("calibration_slope", "bias_ratio")
WORTH_METRICS = ("brier_skill", "auc", "spearman", "normalised_gini")


def cadence_curve(fit: CadenceFit) -> Entries:
    """Draw how long customers are silent between orders: the chance of a longer gap, by days.

    Of a customer of whom no gap is known, P(gap > t) = (α / (α + t))^r; the curve ends where five
    in a hundred gaps are longer.
    """
    if fit.r is None or fit.alpha is None:
        return {}
    longest = fit.alpha * (0.05 ** (-1 / fit.r) - 1)
    days = [longest * step / CURVE_DAYS for step in range(CURVE_DAYS + 1)]
    chances = [(fit.alpha / (fit.alpha + day)) ** fit.r for day in days]
    text = line(
        chances,
        "chance of a longer gap",
        first="0 days",
        last=f"{longest:.0f} days: 5 %",
        top="share of gaps that are longer",
    )
    return {"gaps between orders": dg.MetadataValue.md(text)}


def cluster_profiles(profiles: pd.DataFrame, names: dict[str, str]) -> Entries:
    """Draw how far each segment lies from everybody, feature by feature, in standard deviations."""
    if profiles.empty:
        return {}
    grid = profiles.pivot_table(index="feature", columns="segment_id", values="z").fillna(0.0)
    text = heat_map(
        [str(feature) for feature in grid.index],
        [names.get(str(segment), str(segment)) for segment in grid.columns],
        grid.to_numpy().tolist(),
        "segment means in standard deviations from everybody",
    )
    return {"profiles": dg.MetadataValue.md(text)}


def cluster_candidates(candidates: pd.DataFrame) -> Entries:
    """Show which clusterings were tried; the chosen one is marked."""
    if candidates.empty:
        return {}
    lines = [
        [
            "▶" if row.is_chosen else "",
            str(row.n_clusters),
            str(row.method).replace("_", " "),
            *(_number(value) for value in (row.silhouette, row.stability, row.separation)),
            "yes" if row.is_valid else "no",
        ]
        for row in candidates.itertuples()
    ]
    head = [" ", "#clusters", "method", "#silhouette", "#stability", "#separation", "valid"]
    chosen = candidates[candidates["is_chosen"]]
    return {
        "candidates": dg.MetadataValue.md(table(head, lines)),
        **{
            f"chosen_{name}": float(chosen[name].iloc[0])
            for name in ("n_clusters", "stability")
            if len(chosen)
        },
    }


def segment_sizes(shares: pd.Series, customers: int, names: dict[str, str]) -> str:
    """Return the segments of the learned scheme with their share; small ones hidden."""
    counts = [round(share * customers) for share in shares]
    widest = max([*shares, 1e-9])
    lines = [
        [
            names.get(str(segment), str(segment)),
            "–" if hide else f"{share:.1%}",
            "" if hide else bar(share / widest),
        ]
        for (segment, share), hide in zip(shares.items(), hidden(counts), strict=True)
    ]
    return table(["segment", "#customers", " "], lines)


def proof(backtest: pd.DataFrame) -> Entries:
    """Draw model minus baseline per target and metric on the past night; right of 0 is larger."""
    differences = backtest[backtest["predictor"] == "difference"].dropna(
        subset=["estimate", "low", "high"]
    )
    shown = differences[differences["metric"].isin(WORTH_METRICS)]
    if shown.empty:
        return {}
    rows = [
        (f"{row['target']} {row['metric']}", row["estimate"], row["low"], row["high"])
        for row in shown.to_dict("records")
    ]
    return {
        "model minus baseline": dg.MetadataValue.md(
            intervals(rows, "model minus baseline, 95 % intervals; right of 0: better")
        )
    }


def calibration(backtest: pd.DataFrame) -> Entries:
    """Show whether predictions come true as often as they say, model beside baseline: at 1 they do.

    Of chances the slope of the calibration, of counts and money predicted over actual.
    """
    shown = backtest[
        backtest["metric"].isin(CALIBRATION_METRICS) & (backtest["predictor"] != "difference")
    ]
    lines = [
        [str(row.target), str(row.predictor), _number(row.estimate), _interval(row)]
        for row in shown.itertuples()
    ]
    text = table(["target", "predictor", "#estimate", "#95 %"], lines)
    return {"calibration (best: 1)": dg.MetadataValue.md(text)} if lines else {}


def backtests(backtest: pd.DataFrame) -> Entries:
    """Show every predictor of the past night beside its baseline."""
    lines = [
        [
            *(str(name) for name in (row.target, row.metric, row.predictor)),
            _number(row.estimate),
            _interval(row),
        ]
        for row in backtest.itertuples()
    ]
    head = ["target", "metric", "predictor", "#estimate", "#95 %"]
    return {"backtest": dg.MetadataValue.md(table(head, lines))}


def checks_of_the_night(checks: Sequence[CheckResult]) -> Entries:
    """Show how many checks held, and those that did not with what they measured."""
    broken = [check for check in checks if not check.passed]
    lines = [
        [
            check.check_name,
            check.asset,
            check.severity,
            _number(check.measured),
            _number(check.threshold),
        ]
        for check in broken
    ]
    head = ["check", "asset", "severity", "#measured", "#threshold"]
    return {
        "checks": len(checks),
        "checks_that_warn": len(broken),
        "warnings": dg.MetadataValue.md(table(head, lines) if lines else "none"),
    }


def served_tables(tables: Iterable[tuple[str, int, int]]) -> Entries:
    """Show what is served: tables with rows and bytes of Parquet, the largest first."""
    rows = sorted(tables, key=lambda each: (-each[2], each[0]))
    lines = [[name, f"{count:,}", f"{size / 1024:,.0f}"] for name, count, size in rows]
    return {
        "tables": dg.MetadataValue.md(table(["table", "#rows", "#KiB of Parquet"], lines)),
        "dagster/row_count": sum(count for _, count, _ in rows),
        "parquet_bytes": sum(size for _, _, size in rows),
    }


def latest_files(connection: duckdb.DuckDBPyConnection, run_id: str) -> Entries:
    """Show the files that this run took in."""
    rows = connection.execute(
        "select source_table || '/' || file_name, rows_in, bytes, status from raw.files "
        "where run_id = ? order by file_seq desc limit 12",
        [run_id],
    ).fetchall()
    lines = [
        [name, f"{count:,}", f"{size / 1024:,.0f}", status] for name, count, size, status in rows
    ]
    text = table(["file", "#rows", "#KiB", "status"], lines) if lines else "none"
    return {"new_files": dg.MetadataValue.md(text)}


def _interval(row: Any) -> str:
    return f"{_number(row.low)} to {_number(row.high)}"


def _number(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{value:.3g}"
