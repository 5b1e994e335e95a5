"""The settings: `strata.yml`, validated on load; the defaults are the documentation."""

import difflib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from orchestration.alert_settings import AlertSettings, SegmentSizeSettings
from orchestration.database_settings import PublishSettings
from orchestration.errors import SettingsError
from orchestration.export_settings import ExportSettings, refuse_what_may_not_go_out
from orchestration.landing.mapping.settings import LandingSettings
from orchestration.own_rules import OwnScheme, refuse_two_of_a_name
from orchestration.scheme_settings import SchemeSettings, Section


class HistorySettings(Section):
    """What is kept of past nights; every change of segment is, for ever."""

    full_nights: int = Field(
        60, ge=1, description="Latest nights with all their rows; before them, month ends alone"
    )
    matrix_days: int = Field(
        365, ge=1, description="How far back the report's migration matrix looks"
    )


class ScheduleSettings(Section):
    """When the night runs, in the account's time zone."""

    at: str = Field("02:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM")
    when_files_land: bool = Field(
        default=True, description="Run the last complete day again when files have landed"
    )


class Settings(SchemeSettings):
    """Every setting; all are optional. Those of the schemes stand in `scheme_settings`."""

    time_zone: str = Field("UTC", description="IANA name; fixed after the first night")
    currency: str | None = Field(
        None, pattern=r"^[A-Z]{3}$", description="ISO 4217; lines in another one are rejected"
    )
    first_day: str = Field("2000-01-01", description="The first night that can be run")
    run_until_data: bool = Field(
        default=False,
        description="Take the last day in the data for yesterday (samples, old exports)",
    )
    relationship: Literal["non_contractual", "contractual"] = "non_contractual"
    language: Literal["en", "zh"] = "en"
    memory_limit: str = Field(
        "4GB", pattern=r"^\d+(\.\d+)?\s?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$", description="Of DuckDB"
    )
    threads: int = Field(2, ge=1, le=256, description="Of DuckDB")
    history: HistorySettings = HistorySettings()
    schedule: ScheduleSettings = ScheduleSettings()
    alerts: AlertSettings = AlertSettings()
    segment_sizes: SegmentSizeSettings = SegmentSizeSettings()
    publish: PublishSettings = PublishSettings()
    landing: LandingSettings = LandingSettings()
    own_rules: tuple[OwnScheme, ...] = Field(
        (), description="Schemes of one's own: named SQL conditions over customers"
    )
    # After the own rules, whose schemes it may name.
    exports: ExportSettings = ExportSettings()

    _no_name_twice = field_validator("own_rules")(refuse_two_of_a_name)

    @field_validator("exports")
    @classmethod
    def _may_go_out(cls, exports: ExportSettings, known: ValidationInfo) -> ExportSettings:
        return refuse_what_may_not_go_out(exports, known.data.get("own_rules", ()))

    @property
    def own_segment_ids(self) -> tuple[str, ...]:
        """The ids of all segments by the account's own rules."""
        return tuple(
            scheme.segment_id(segment) for scheme in self.own_rules for segment in scheme.named
        )

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        zones = _time_zones()
        if zone not in zones:
            near = difflib.get_close_matches(zone, zones, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ValueError(f"is no IANA time zone such as Europe/London{hint}")
        return zone

    @field_validator("first_day", mode="before")
    @classmethod
    def _is_date(cls, day: object) -> str:
        text = str(day)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError("must be a date, YYYY-MM-DD") from None


@cache
def _time_zones() -> frozenset[str]:
    """Return the zones there are: a walk through hundreds of files, once a process."""
    # `localtime` is whatever the machine says, and no zone to DuckDB.
    return frozenset(available_timezones() - {"localtime"})


def load_settings(path: Path) -> Settings:
    """Read and validate the settings file; a missing or empty one means the defaults.

    Raises
    ------
    SettingsError
        Naming file, line, setting, what is wrong and what is allowed.
    """
    return read_settings(path.read_text(encoding="utf-8"), path) if path.exists() else Settings()


def read_settings(text: str, path: Path) -> Settings:
    """Validate the text of a settings file; `path` is what errors call it.

    Raises
    ------
    SettingsError
        Naming file, line, setting, what is wrong and what is allowed.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{path}, line {line}: not valid YAML: {error.problem}.") from None
    if values is None:
        return Settings()
    if not isinstance(values, dict):
        raise SettingsError(f"{path}, line 1: expected `setting: value` lines.")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = [
            _problem(path, node, tuple(item["loc"]), item["type"], item["msg"])
            for item in error.errors()
        ]
        raise SettingsError("\n".join(problems)) from None


def _problem(path: Path, node: Any, location: tuple[Any, ...], kind: str, message: str) -> str:
    """Say one validation problem in a sentence that names line and allowed values."""
    line, name = _place_of(node, location)
    where = f"{path}, line {line}: `{name}`"
    if kind == "extra_forbidden":
        allowed = _names_at(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), allowed, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        return f"{where} is no setting.{hint} Allowed here: {', '.join(allowed)}."
    return f"{where}: {message.removeprefix('Value error, ')}."


def _names_at(location: tuple[Any, ...]) -> list[str]:
    """Return the names of the settings that may stand in a section."""
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, int):
            continue
        inner = _section_in(model.model_fields[str(part)].annotation)
        if inner is None:
            return []
        model = inner
    return sorted(model.model_fields)


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a setting is, or a list of sections holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section_in(each) for each in get_args(annotation))
    return next((each for each in found if each is not None), None)


def _place_of(node: Any, location: tuple[Any, ...]) -> tuple[int, str]:
    """Return the line, counted from 1, of a setting and its name; of a list, what its items say."""
    line, names = 1, []
    for part in location:
        names.append(str(part))
        if isinstance(part, int) and isinstance(node, yaml.SequenceNode):
            node = node.value[part]
            line = node.start_mark.line + 1
            names[-1] = _title_of(node) or str(part + 1)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, node = key.start_mark.line + 1, value
                    break
            else:
                node = None
        else:
            node = None
    return line, ".".join(names)


def _title_of(node: Any) -> str | None:
    """Return the name that an item of a list gives itself."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in ("scheme", "name"):
                return str(value.value)
    return None
