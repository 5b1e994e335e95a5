"""The dashboard's files: whole, about published columns, and by a connection that is shut."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy
import yaml

from bi.superset.bundle import SOURCE, bundle_files, digest
from orchestration.publishing.tables import PUBLISHED

MARTS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
AREAS = ["Overview", "Profiles", "Migration", "Retention", "Data quality"]


@pytest.fixture(scope="module")
def serving_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with every published table as its contract says, without rows."""
    path = tmp_path_factory.mktemp('a #1 "shop": O\'Brien') / "strata.duckdb"
    contracts = [yaml.safe_load(file.read_text()) for file in MARTS.glob("_*.yml")]
    models = [model for contract in contracts for model in contract.get("models", [])]
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("create schema marts")
        for model in models:
            columns = [f"{each['name']} {each['data_type']}" for each in model["columns"]]
            connection.execute(f"create table marts.{model['name']} ({', '.join(columns)})")
    assert {model["name"] for model in models} == set(PUBLISHED)
    return path


@pytest.fixture(scope="module")
def files(serving_file: Path) -> dict[str, Any]:
    filled = bundle_files(serving_file, "USD")
    return {name: yaml.safe_load(text) for name, text in filled.items()}


@pytest.fixture(scope="module")
def shipped(files: dict[str, Any]) -> Iterator[sqlalchemy.engine.Connection]:
    database = files["databases/strata.yaml"]
    engine = sqlalchemy.create_engine(
        database["sqlalchemy_uri"], **database["extra"]["engine_params"]
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def of_kind(files: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [content for name, content in files.items() if name.startswith(f"{kind}/")]


def test_the_five_areas_hold_every_chart_once(files: dict[str, Any]) -> None:
    [dashboard] = of_kind(files, "dashboards")
    position = {key: part for key, part in dashboard["position"].items() if isinstance(part, dict)}
    tabs = [position[tab]["meta"]["text"] for tab in position["TABS-areas"]["children"]]
    assert tabs == AREAS
    placed = [part["meta"]["uuid"] for part in position.values() if part["type"] == "CHART"]
    assert sorted(placed) == sorted(chart["uuid"] for chart in of_kind(files, "charts"))


def test_every_row_of_charts_is_at_most_twelve_wide(files: dict[str, Any]) -> None:
    [dashboard] = of_kind(files, "dashboards")
    position = dashboard["position"]
    for part in position.values():
        if isinstance(part, dict) and part["type"] == "ROW":
            assert sum(position[chart]["meta"]["width"] for chart in part["children"]) <= 12


def test_every_dataset_is_used_and_known(files: dict[str, Any]) -> None:
    used = {chart["dataset_uuid"] for chart in of_kind(files, "charts")}
    assert used == {dataset["uuid"] for dataset in of_kind(files, "datasets")}


def test_a_dataset_gives_the_columns_and_metrics_it_names(
    files: dict[str, Any], shipped: sqlalchemy.engine.Connection
) -> None:
    for dataset in of_kind(files, "datasets"):
        result = shipped.execute(sqlalchemy.text(dataset["sql"]))
        given = set(result.keys())
        assert {column["column_name"] for column in dataset["columns"]} <= given, dataset
        for metric in dataset["metrics"]:
            asked = f"select {metric['expression']} from ({dataset['sql']}) as rows_of_it"
            shipped.execute(sqlalchemy.text(asked))


def test_a_chart_asks_for_what_its_dataset_has(files: dict[str, Any]) -> None:
    datasets = {dataset["uuid"]: dataset for dataset in of_kind(files, "datasets")}
    for chart in of_kind(files, "charts"):
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        params = chart["params"]
        asked = {params[key] for key in ("x_axis", "source", "target") if key in params}
        grouped = params.get("groupby", [])
        asked |= {grouped} if isinstance(grouped, str) else set(grouped)
        asked |= set(params.get("all_columns", []))
        assert asked <= columns, chart["slice_name"]
        measured = {params[key] for key in ("metric", "timeseries_limit_metric") if key in params}
        assert measured | set(params.get("metrics", [])) <= metrics, chart["slice_name"]


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("copy (select 1) to '{folder}/out.csv'", "file system operations are disabled"),
        (
            "copy marts.customer_360 to '{folder}/out.parquet'",
            "file system operations are disabled",
        ),
        ("select * from read_csv('/etc/passwd')", "file system operations are disabled"),
        ("select * from read_text('/etc/passwd')", "file system operations are disabled"),
        ("attach '{folder}/other.duckdb'", "file system operations are disabled"),
        ("export database '{folder}/all'", "file system operations are disabled"),
        ("load httpfs", "external extensions is disabled"),
        ("set enable_external_access = true", "configuration has been locked"),
        ("set lock_configuration = false", "configuration has been locked"),
        ("set threads = 2", "configuration has been locked"),
        ("reset memory_limit", "configuration has been locked"),
        ("delete from marts.customer_360", "read-only mode"),
        ("create table marts.mine as select 1 as one", "read-only mode"),
    ],
)
def test_the_shipped_connection_is_read_only_and_shut(
    shipped: sqlalchemy.engine.Connection, tmp_path: Path, statement: str, refusal: str
) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError, match=refusal):
        shipped.execute(sqlalchemy.text(statement.format(folder=tmp_path)))
    shipped.rollback()
    assert list(tmp_path.iterdir()) == []


def test_another_path_is_another_bundle(serving_file: Path) -> None:
    here, there = bundle_files(serving_file, "USD"), bundle_files(Path("/else.duckdb"), "USD")
    assert digest(here) != digest(there)
    assert here.keys() == {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.yaml")}


def test_an_account_without_a_currency_shows_bare_numbers(serving_file: Path) -> None:
    assert "currency" in bundle_files(serving_file, "USD")["datasets/strata/customers.yaml"]
    for name, text in bundle_files(serving_file, None).items():
        assert "currency" not in text, name
