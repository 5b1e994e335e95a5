"""Small tables about the data of a night: files, refused rows, checks, edges, drift."""

from typing import Any

import dagster as dg
import duckdb

from orchestration.ui_metadata.markdown import bar, table

Entries = dict[str, Any]
Connection = duckdb.DuckDBPyConnection

MAX_FILES = 12


def landing_balance(connection: Connection) -> Entries:
    """Show where the rows of the latest files went."""
    rows = connection.execute(
        """
        select source_table || '/' || file_name, rows_in, accepted, duplicates, superseded, rejected
        from core.landing_balance order by file_seq desc limit ?
        """,
        [MAX_FILES],
    ).fetchall()
    head = ["file", "#rows in", "#accepted", "#duplicates", "#superseded", "#rejected"]
    lines = [[str(name), *(f"{count or 0:,}" for count in counts)] for name, *counts in rows]
    return {f"latest {len(rows)} files": dg.MetadataValue.md(table(head, lines))}


def data_quality(connection: Connection) -> Entries:
    """Show how many checks did not hold on the nights before; tonight's stand with the publish."""
    rows = connection.execute(
        """
        select
            as_of_date, count(*),
            count(*) filter (where not passed and severity = 'warn'),
            count(*) filter (where not passed and severity = 'error')
        from marts.fct_data_quality group by all order by as_of_date desc limit 10
        """
    ).fetchall()
    lines = [[str(night), *map(str, counts)] for night, *counts in rows]
    text = table(["night", "#checks", "#warned", "#failed"], lines) if lines else "none yet"
    return {"nights before": dg.MetadataValue.md(text)}


def rejected_rows(connection: Connection) -> Entries:
    """Show why rows were refused, over all files."""
    rows = connection.execute(
        "select source_table, reason, sum(rows) from marts.fct_rejected_rows group by all "
        "order by 3 desc, source_table, reason limit 15"
    ).fetchall()
    lines = [[source, reason, f"{count:,}"] for source, reason, count in rows]
    text = table(["table", "reason", "#rows"], lines) if lines else "none"
    return {"reasons": dg.MetadataValue.md(text)}


def rfm_edges(connection: Connection) -> Entries:
    """Show the edges between scores 1 to 5."""
    rows = connection.execute(
        "select measure, edge_method, edge_1, edge_2, edge_3, edge_4, is_low_confidence "
        "from features.rfm_edges order by all"
    ).fetchall()
    head = ["measure", "method", "#1 to 2", "#2 to 3", "#3 to 4", "#4 to 5"]
    lines = [
        [measure, method, *("" if edge is None else f"{edge:,.2f}" for edge in edges)]
        for measure, method, *edges, _ in rows
    ]
    return {
        "edges": dg.MetadataValue.md(table(head, lines)),
        "is_low_confidence": any(row[-1] for row in rows),
    }


def feature_drift(connection: Connection) -> Entries:
    """Show how far tonight's customers have moved from those that the model learned from."""
    rows = connection.execute(
        """
        select
            drift.feature, max(drift.psi), max_by(drift.psi_limit, drift.psi),
            bool_or(drift.is_drifted)
        from marts.fct_feature_drift as drift
        inner join ops.night as night on drift.as_of_date = night.as_of_date
        group by drift.feature
        order by 2 desc, drift.feature limit 15
        """
    ).fetchall()
    lines = [
        [
            feature,
            f"{psi:.3f}",
            f"{limit:.3f}",
            "drifted" if is_drifted else "",
            bar(psi / limit if limit else 1.0),
        ]
        for feature, psi, limit, is_drifted in rows
    ]
    head = ["feature", "#PSI", "#limit", " ", "of the limit"]
    return {"tonight": dg.MetadataValue.md(table(head, lines) if lines else "no model")}
