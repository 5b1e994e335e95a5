"""What makes core be built as a whole: its own code, and not that of schemes."""

from pathlib import Path

import pytest

from orchestration.core_state import fingerprint
from orchestration.dbt import parsed_manifest
from orchestration.home import Home


@pytest.mark.parametrize(
    ("name", "is_of_core"),
    [
        ("summed_to_order_days", True),
        # Of segments by its place, and called by a table that is kept with core.
        ("days_between", True),
        # dbt finds it by its name; no model calls it.
        ("duckdb__create_table_as", True),
        ("scheme_pairs", False),
        ("said", False),
    ],
)
def test_core_is_built_anew_when_a_macro_of_its_own_changes(
    tmp_path: Path, name: str, *, is_of_core: bool
) -> None:
    manifest = parsed_manifest(Home(tmp_path)).deepcopy()
    before = fingerprint(manifest)

    manifest.macros[f"macro.strata.{name}"].macro_sql += " "

    assert (fingerprint(manifest) != before) is is_of_core


def test_core_is_built_anew_when_a_model_of_its_own_changes(tmp_path: Path) -> None:
    manifest = parsed_manifest(Home(tmp_path)).deepcopy()
    before = fingerprint(manifest)

    manifest.nodes["model.strata.rfm"].raw_code += " "
    assert fingerprint(manifest) == before
    manifest.nodes["model.strata.known_order_days"].raw_code += " "
    assert fingerprint(manifest) != before
