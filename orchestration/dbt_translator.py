"""How dbt's tests look as asset checks: each says which failure it guards against."""

import re
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

_FIRST_COMMENT = re.compile(r"\{#(.*?)#\}", re.DOTALL)


class NightTranslator(DagsterDbtTranslator):
    """dagster-dbt's own translation, with a description for every check."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return None if spec is None else spec._replace(description=_describe(manifest, unique_id))


def _describe(manifest: Mapping[str, Any], unique_id: str) -> str:
    """Return what a test guards against: its description, its rules, or its opening comment."""
    test = manifest["nodes"][unique_id]
    rules = (test.get("test_metadata") or {}).get("kwargs", {})
    if test.get("description"):
        return str(test["description"])
    if "grain" in rules:
        parts = [f"One row per {', '.join(rules['grain'])}."]
        if rules.get("not_null"):
            parts.append(f"No null in {', '.join(rules['not_null'])}.")
        if rules.get("shares"):
            parts.append(f"Between 0 and 1: {', '.join(rules['shares'])}.")
        return " ".join(parts)
    comment = _FIRST_COMMENT.search(test["raw_code"])
    words = comment.group(1) if comment else test["name"].replace("_", " ")
    return " ".join(words.split())
