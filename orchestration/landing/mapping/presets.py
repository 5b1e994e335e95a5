"""The mappings that come along: one file each, with the list of columns that it was taken from."""

import difflib
from dataclasses import dataclass
from pathlib import Path

import yaml

from orchestration.errors import InputError
from orchestration.landing.mapping.settings import Mapping

_FOLDER = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Preset:
    """A mapping, and its text with the comments that explain it."""

    text: str
    mapping: Mapping


def preset_names() -> list[str]:
    """List the presets."""
    return sorted(path.stem for path in _FOLDER.glob("*.yml"))


def load_preset(name: str) -> Preset:
    """Return a preset.

    Raises
    ------
    InputError
        Listing those that there are.
    """
    if name not in preset_names():
        near = difflib.get_close_matches(name, preset_names(), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(
            f"There is no preset `{name}`.{hint} Presets: {', '.join(preset_names())}. For another "
            "export, write `landing.mapping` in strata.yml by hand: docs/own-exports.md."
        )
    text = (_FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    return Preset(text, Mapping.model_validate(yaml.safe_load(text)))
