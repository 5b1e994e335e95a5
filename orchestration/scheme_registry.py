"""The registry of schemes, read from the dbt macro that their models are built from."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

DBT_PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
_MACRO = Path("macros", "segments", "segment_schemes.sql")
_OR = " or "


@dataclass(frozen=True)
class Scheme:
    """One row of the registry.

    Attributes
    ----------
    kind : `rule` or `learned`.
    is_built : whether a model of the scheme stands in the dbt project.
    settings : columns of `ops.night` that are part of its rules.
    enabled_by : landing columns, all of them needed; one that reads `a.x or b.y` is met by either.
    allowed_use : what its segments may be used for, in English; `allowed_use_zh` in Chinese.
    forbidden_uses : codes of what they may not be used for.
    """

    scheme: str
    kind: str
    is_built: bool
    settings: tuple[str, ...]
    enabled_by: tuple[str, ...]
    allowed_use: str
    allowed_use_zh: str
    forbidden_uses: tuple[str, ...]

    @property
    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        """The landing columns as `table.column`: of every entry, one with a value is enough."""
        return tuple(tuple(each.split(_OR)) for each in self.enabled_by)


@cache
def registered_schemes(project: Path = DBT_PROJECT) -> tuple[Scheme, ...]:
    """Return every scheme there is or will be, in the order of the registry."""
    returned: list[list[dict[str, Any]]] = []
    environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined)  # noqa: S701
    source = (project / _MACRO).read_text(encoding="utf-8")
    module: Any = environment.from_string(source).make_module({"return": returned.append})
    module.segment_schemes()
    [rows] = returned
    return tuple(
        Scheme(
            scheme=row["scheme"],
            kind=row["kind"],
            is_built=row["is_built"],
            settings=tuple(row["settings"]),
            enabled_by=tuple(row["enabled_by"]),
            allowed_use=row["allowed_use"]["text"],
            allowed_use_zh=row["allowed_use"]["text_zh"],
            forbidden_uses=tuple(row["allowed_use"]["forbidden"]),
        )
        for row in rows
    )
