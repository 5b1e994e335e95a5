"""The settings behind a scheme's rules, by their names in `strata.yml`."""

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orchestration.scheme_registry import Scheme
from orchestration.settings import Settings


def settings_of(scheme: Scheme) -> dict[str, FieldInfo]:
    """Return the settings that are part of a scheme's rules; those of a section are `section.name`.

    Raises
    ------
    KeyError
        If the registry names a column of `ops.night` that is no setting.
    """
    every = _every_setting()
    found: dict[str, FieldInfo] = {}
    for column in scheme.settings:
        names = [name for name in every if _is_told_by(column, name)]
        if not names:
            raise KeyError(f"{scheme.scheme} names {column!r}, which is no setting")
        found[names[0]] = every[names[0]]
    return found


def _is_told_by(column: str, name: str) -> bool:
    """Return whether a column holds a setting, or one place of a list of values."""
    of_setting = name.replace(".", "_")
    stem, _, place = column.rpartition("_")
    return column == of_setting or (stem == of_setting and place.isdecimal())


def _every_setting() -> dict[str, FieldInfo]:
    settings: dict[str, FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            settings |= {f"{name}.{inner}": each for inner, each in kind.model_fields.items()}
        else:
            settings[name] = field
    return settings
