"""The definitions of the night: one graph from the files to the report, watched and scheduled."""

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.checks import POSTGRES, POSTGRES_CHECK
from orchestration.dbt import WAREHOUSE_VARIABLE, manifest_dict
from orchestration.definitions import build_definitions
from orchestration.freshness import READ_BY_PEOPLE
from orchestration.home import Home
from orchestration.landing_schema import LANDING
from orchestration.ui_metadata.key_tables import KEY_TABLES

POSTGRES_SET = "publish:\n  postgres:\n    url_env: SHOP_MARTS\n"
SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("home")
    (root / "strata.yml").write_text(
        "time_zone: Asia/Shanghai\nschedule:\n  at: '03:15'\nfirst_day: 2024-01-01\n"
    )
    return Home(root)


@pytest.fixture(scope="module")
def definitions(home: Home) -> dg.Definitions:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(WAREHOUSE_VARIABLE, str(home.warehouse))
        return build_definitions(home)


@pytest.fixture(scope="module")
def repository(definitions: dg.Definitions) -> dg.RepositoryDefinition:
    return definitions.get_repository_def()


def test_the_asset_graph_is_the_one_that_was_looked_at(repository: dg.RepositoryDefinition) -> None:
    """A changed graph is a diff of the snapshot; write it anew from the printed lines."""
    graph = repository.asset_graph
    lines = [
        f"{graph.get(key).group_name}: {key.to_user_string()}"
        f" <- {', '.join(sorted(each.to_user_string() for each in graph.get(key).parent_keys))}"
        for key in sorted(graph.get_all_asset_keys())
    ]

    assert "\n".join(lines) + "\n" == SNAPSHOT.read_text()


def test_nothing_in_the_graph_comes_from_nowhere(repository: dg.RepositoryDefinition) -> None:
    """A dependency that is misspelled would silently be an asset that nobody makes."""
    declared = {f"landing/{table}" for table in LANDING} | {
        "ops/applied_files",
        "ops/check_results",
        "ops/core_intake",
        "ops/issues",
        "ops/kept_nights",
        "ops/own_rules",
        "ops/playbook_edits",
        "ops/unfinished_nights",
    }

    external = repository.asset_graph.external_asset_keys

    assert {key.to_user_string() for key in external} == declared


def test_every_asset_says_its_grain_who_owns_it_and_where_it_belongs(
    repository: dg.RepositoryDefinition,
) -> None:
    graph = repository.asset_graph
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert re.match(r"(One|Exactly one) \w+", node.description or ""), (key, node.description)
        assert node.owners, key
        assert node.group_name != "default", key
        assert node.kinds, key


def test_every_check_says_what_it_guards_against(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    for key in graph.asset_check_keys:
        assert graph.get(key).description, key


def test_small_tables_are_of_assets_that_there_are(repository: dg.RepositoryDefinition) -> None:
    names = {key.to_user_string() for key in repository.asset_graph.materializable_asset_keys}

    assert set(KEY_TABLES) <= names


def test_what_is_read_has_a_deadline(
    repository: dg.RepositoryDefinition,
) -> None:
    graph = repository.asset_graph
    for key in graph.materializable_asset_keys - {dg.AssetKey(["reports", "reconcile"])}:
        is_read = key.path[0] in READ_BY_PEOPLE
        assert (graph.get(key).freshness_policy is not None) == is_read, key


def test_every_dbt_test_is_an_asset_check_that_blocks_if_its_severity_is_error(
    home: Home, repository: dg.RepositoryDefinition
) -> None:
    manifest = manifest_dict(home)
    tests = {
        node["name"]: node["config"]["severity"].lower() == "error"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    graph = repository.asset_graph
    checks = {key.name: graph.get(key).blocking for key in graph.asset_check_keys}

    assert tests
    assert {name: checks.get(name) for name in tests} == tests


def test_the_night_is_scheduled_in_the_accounts_time_zone_and_on_by_default(
    definitions: dg.Definitions,
) -> None:
    schedule = definitions.resolve_schedule_def("every_night")

    assert schedule.cron_schedule == "15 3 * * *"
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    for name in ("tell_of_failed_night", "landing_sensor"):
        sensor = definitions.resolve_sensor_def(name)
        assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_the_queue_takes_the_oldest_night_first(definitions: dg.Definitions) -> None:
    for name in ("nightly", "unpublished_night"):
        job = definitions.resolve_job_def(name)
        older, newer = (
            int(job.get_tags_for_partition_key(night, None)["dagster/priority"])
            for night in ("2024-06-23", "2024-06-30")
        )
        assert older > newer


def test_the_comparison_with_a_rebuild_runs_weekly_and_in_no_night(
    definitions: dg.Definitions,
) -> None:
    schedule = definitions.resolve_schedule_def("reconcile_every_week")

    assert schedule.cron_schedule == "15 6 * * 0"
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    comparison = dg.AssetKey(["reports", "reconcile"])
    for job, has_it in (("nightly", False), ("unpublished_night", False), ("reconcile", True)):
        layer = definitions.resolve_job_def(job).asset_layer
        assert (comparison in layer.executable_asset_keys) == has_it, job


def test_a_partition_is_a_business_day_and_one_run_takes_one(
    repository: dg.RepositoryDefinition,
) -> None:
    graph = repository.asset_graph
    # The comparison with a rebuild is of no night.
    for key in graph.materializable_asset_keys - {dg.AssetKey(["reports", "reconcile"])}:
        node = graph.get(key)
        assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition), key
        assert node.partitions_def.timezone == "Asia/Shanghai", key
        assert node.backfill_policy == dg.BackfillPolicy.multi_run(max_partitions_per_run=1), key


@pytest.mark.parametrize(
    ("folder", "text", "is_there"),
    [
        ("home", POSTGRES_SET, True),
        ("home", "", False),
        ("rebuilds/2026-03-02", POSTGRES_SET, False),
    ],
)
def test_the_copy_in_postgres_is_there_where_it_is_set_and_never_in_a_rebuild(
    tmp_path: Path, folder: str, text: str, is_there: bool
) -> None:
    root = tmp_path / folder
    root.mkdir(parents=True)
    (root / "strata.yml").write_text(text)

    graph = build_definitions(Home(root)).get_repository_def().asset_graph

    assert (POSTGRES in graph.get_all_asset_keys()) == is_there
    if is_there:
        assert not graph.get(dg.AssetCheckKey(POSTGRES, POSTGRES_CHECK)).blocking


def test_a_database_is_read_before_the_ingest_and_never_in_a_rebuild(tmp_path: Path) -> None:
    text = (
        "landing:\n  databases:\n    - {name: shop, url_env: SHOP, table: orders, "
        "into: transactions}\n"
    )
    parents = {}
    for folder in ("home", "rebuilds/2026-03-02"):
        root = tmp_path / folder
        root.mkdir(parents=True)
        (root / "strata.yml").write_text(text)
        graph = build_definitions(Home(root)).get_repository_def().asset_graph
        parents[folder] = graph.get(dg.AssetKey(["raw", "transactions"])).parent_keys

    landing, shop = dg.AssetKey(["landing", "transactions"]), dg.AssetKey(["databases", "shop"])
    assert parents == {"home": {landing, shop}, "rebuilds/2026-03-02": {landing}}


def test_the_workspace_names_the_code_location() -> None:
    root = Path(__file__).resolve().parents[2]

    workspace = yaml.safe_load((root / "workspace.yaml").read_text())

    module = workspace["load_from"][0]["python_module"]
    assert module["module_name"] == "orchestration.code_location"
    assert (root / "orchestration" / "code_location.py").exists()
