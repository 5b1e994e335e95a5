"""The lines that the rivals get, RFM of them in bare DuckDB and in Strata alone, who differs."""

import argparse
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb

from orchestration.dbt import invoke, manifest_dict, parsed_manifest, point_dbt_at
from orchestration.home import Home
from orchestration.settings import load_settings

_LINES_MODEL, _RFM_MODEL = "core/transactions", "features/customer_rfm"
# Sales of customers, as Strata cleaned them.
_EXPORT = """
    copy (
        select customer_id, order_id, ordered_at, amount::double as amount
        from strata.core.transactions
        where customer_id is not null and transaction_type = 'sale'
    ) to '{lines}' (format parquet)
"""

_BARE = """
    create table customers as
    with orders as (
        select
            customer_id, order_id, min(ordered_at)::date as day,
            cast(sum(amount::decimal(18, 4)) as decimal(18, 4)) as amount
        from '{lines}'
        group by all
    )
    select
        customer_id,
        date '{as_of}' - max(day) as recency_days,
        count(*) filter (day > date '{as_of}' - 365) as frequency,
        coalesce(sum(amount) filter (day > date '{as_of}' - 365), 0) as monetary,
        date '{as_of}' - min(day) as tenure_days
    from orders
    group by customer_id
"""

# Returns, and sales of nothing, are read differently on either side: only customers without them.
_PLAIN = """
    create table strata_rfm as
    with plain as (
        select customer_id
        from strata.core.transactions
        where customer_id is not null
        group by customer_id
        having bool_and(transaction_type = 'sale' and amount > 0)
    ),
    repeats as (
        select days.customer_id, sum(days.revenue) as spend
        from strata.core.customer_days as days
        inner join strata.features.customer_rfm as rfm using (customer_id)
        where days.day > rfm.first_order_date
        group by days.customer_id
    )
    select
        rfm.*, coalesce(round(repeats.spend / nullif(rfm.gaps, 0), 4), 0) as monetary_value
    from strata.features.customer_rfm as rfm
    semi join plain using (customer_id)
    left join repeats using (customer_id)
"""

_COMPARED = {
    "pandas": ("recency_days", "frequency", "monetary", "tenure_days"),
    "pymc-marketing": ("gaps", "gap_days", "tenure_days", "monetary_value"),
}
_THEIR_NAMES = {
    "pymc-marketing": {"gaps": "frequency", "gap_days": "recency", "tenure_days": "T"},
}


def models(home: Path) -> dict[str, object]:
    """Name the models on the way from the clean lines to the RFM features, these included."""
    manifest = manifest_dict(Home(home))
    names = {
        key: f"{node['schema']}/{node['name']}"
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    keys = {name: key for key, name in names.items()}
    after = _reach(manifest["child_map"], keys[_LINES_MODEL])
    before = _reach(manifest["parent_map"], keys[_RFM_MODEL])
    between = (after & before) | {keys[_RFM_MODEL]}
    return {"models": sorted(names[key] for key in between if key in names)}


def _reach(edges: Mapping[str, Iterable[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for key in edges.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found


def export(warehouse: Path, lines: Path) -> dict[str, object]:
    """Write the clean sale lines of a warehouse; say which night it stands at."""
    with _attached(warehouse) as connection:
        connection.execute(_EXPORT.format(lines=lines))
        row = connection.execute("select as_of_date from strata.ops.night").fetchone()
    assert row is not None
    return {"as_of": str(row[0])}


def tell(home: Path, *names: str) -> dict[str, object]:
    """Tell models (`schema/name`) of a home anew, one after the other; return the seconds of each.

    With nothing beside them, as the others run; all of them, also what a night would have kept.
    """
    strata = Home(home)
    point_dbt_at(strata, load_settings(strata.settings_file))
    models = [name.split("/")[1] for name in names]
    arguments = ["run", "--full-refresh", "--threads", "1", "--select", *models]
    result = invoke(strata, arguments, parsed_manifest(strata))
    failed = [str(each.message) for each in result.result.results if str(each.status) != "success"]  # type: ignore[union-attr]
    if failed:
        raise RuntimeError("; ".join(failed))
    return {
        "seconds": {
            f"{each.node.schema}/{each.node.name}": round(each.execution_time, 3)
            for each in result.result.results  # type: ignore[union-attr]
        }
    }


def bare(lines: Path, as_of: str) -> dict[str, object]:
    """Take RFM of the lines in one DuckDB statement, from the file."""
    with duckdb.connect() as connection:
        begun = time.perf_counter()
        connection.execute(_BARE.format(lines=lines, as_of=as_of))
        return {"seconds": round(time.perf_counter() - begun, 2)}


def compare(warehouse: Path, rival: str, found: Path) -> dict[str, object]:
    """Count the customers of whom a rival says something else than Strata, to half a cent."""
    names = _THEIR_NAMES.get(rival, {})
    apart = " or ".join(
        f"abs(ours.{name}::double - theirs.{names.get(name, name)}) > 0.005 "
        f"or theirs.{names.get(name, name)} is null"
        for name in _COMPARED[rival]
    )
    with _attached(warehouse) as connection:
        connection.execute(_PLAIN)
        row = connection.execute(
            f"select count(*), count(*) filter ({apart}) from strata_rfm as ours "
            f"left join '{found}' as theirs using (customer_id)"
        ).fetchone()
    assert row is not None
    return {"compared": row[0], "differing": row[1]}


def _attached(warehouse: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as strata (read_only)")
    return connection


_COMMANDS: dict[str, Callable[..., dict[str, object]]] = {
    "models": lambda home: models(Path(home)),
    "export": lambda warehouse, lines: export(Path(warehouse), Path(lines)),
    "tell": lambda home, *names: tell(Path(home), *names),
    "bare": lambda lines, as_of: bare(Path(lines), as_of),
    "compare": lambda warehouse, rival, found: compare(Path(warehouse), rival, Path(found)),
}


def main() -> None:
    """Run one of the five; prints JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.rfm_features", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("arguments", nargs="+")
    options = parser.parse_args()
    print(json.dumps(_COMMANDS[options.command](*options.arguments)))


if __name__ == "__main__":
    main()
