"""What reads the published tables, as dbt's docs show it: none is left out, none is made up."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.publishing.tables import PUBLISHED

ROOT = Path(__file__).parents[2]
EXPOSURES = ROOT / "dbt_project" / "models" / "marts" / "_exposures.yml"
READERS = {
    "night_report": sorted((ROOT / "orchestration" / "reporting").glob("*.py")),
    "tool_exports": sorted((ROOT / "orchestration" / "exports").glob("*.py")),
    "customer_story": [ROOT / "orchestration" / "customer.py"],
    "superset_dashboard": sorted((ROOT / "bi" / "superset" / "bundle").rglob("*.yaml")),
}


def tables_of(name: str) -> set[str]:
    exposures: list[dict[str, Any]] = yaml.safe_load(EXPOSURES.read_text())["exposures"]
    [found] = [each for each in exposures if each["name"] == name]
    return {re.sub(r"ref\('(.*)'\)", r"\1", each) for each in found["depends_on"]}


def test_the_published_tables_are_exposed_all_of_them() -> None:
    assert tables_of("published_tables") == set(PUBLISHED)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_is_said_to_read_what_it_reads(name: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in READERS[name]]
    assert tables_of(name) == {
        table for text in texts for table in re.findall(r"marts\.(\w+)", text)
    }
