"""dbt's unit tests: hand-computed rows for the definitions, run on an empty warehouse."""

from pathlib import Path

import pytest

from orchestration.dbt import WAREHOUSE_VARIABLE, invoke, parsed_manifest, point_dbt_at
from orchestration.home import Home
from orchestration.landing.schema import create_raw_schema
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema
from orchestration.settings import Settings
from orchestration.warehouse import connect


def test_every_definition_gives_the_rows_that_were_computed_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WAREHOUSE_VARIABLE, "")
    home = Home(tmp_path)
    with connect(home, Settings()) as connection:
        create_raw_schema(connection)
        create_ops_schema(connection)
        create_ml_schema(connection)
    point_dbt_at(home, Settings())
    manifest = parsed_manifest(home)
    everything = ["seed", "run"]
    for command in everything:
        empty = ["--empty"] if command == "run" else []
        assert invoke(home, [command, *empty], manifest).success

    result = invoke(home, ["test", "--select", "test_type:unit"], manifest)

    failed = [
        f"{each.node.name}: {each.message}"
        for each in result.result.results  # type: ignore[union-attr]
        if str(each.status) != "pass"
    ]
    assert not failed, "\n".join(failed)
    assert len(result.result.results) == len(manifest.unit_tests) > 0  # type: ignore[union-attr]
