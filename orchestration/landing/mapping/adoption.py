"""Taking in a shop's exports by a preset: mapping into the settings, files into the folder."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from orchestration.errors import InputError, LandingError
from orchestration.home import Home
from orchestration.landing.files import FORMATS, SUFFIXES, content_sha256, mapped_files
from orchestration.landing.inspect import in_memory_beside
from orchestration.landing.mapping.presets import Preset, load_preset
from orchestration.landing.mapping.settings import Mapping
from orchestration.landing.mapping.writing import add_mapping
from orchestration.landing.scratch import load_scratch
from orchestration.samples.landed_file import draft_of, put_in_place
from orchestration.settings import Settings, load_settings, read_settings

SALT_BYTES = 16


@dataclass(frozen=True)
class Adoption:
    """What was written."""

    settings: Settings
    lines: tuple[str, ...]


def adopt(
    home: Home,
    preset_name: str,
    paths: Sequence[Path],
    *,
    time_zone: str | None = None,
    currency: str | None = None,
) -> Adoption:
    """Write a preset's mapping into the settings and copy exports to where it looks for them.

    Before anything is written every file is read by the mapping, whole. A mapping of the preset's
    name that is there already stays as it is: it may have been changed on purpose.

    Raises
    ------
    InputError
        If the preset or a file does not exist, a setting contradicts one that is made, or another
        file has the place of one; nothing is written.
    LandingError
        If a file does not fit: which columns it lacks, and what to do; nothing is written.
    """
    preset = load_preset(preset_name)
    now = load_settings(home.settings_file)
    text = home.settings_file.read_text(encoding="utf-8") if home.settings_file.exists() else ""
    others = _settings_to_add(text, {"time_zone": time_zone, "currency": currency})
    found = [each for each in now.landing.mapping if each.name == preset.mapping.name]
    if found and others:
        raise InputError(
            f"{home.settings_file} has the mapping {found[0].name} already, so nothing is added to "
            f"it. Set {', '.join(others)} there by hand."
        )
    after = text if found else _with_preset(text, preset, now, others)
    settings = read_settings(after, home.settings_file)
    mapping = next(each for each in settings.landing.mapping if each.name == preset.mapping.name)
    targets = _targets(home, mapping, paths)
    _try_out(home, settings, mapping, paths)
    lines = _write(home, text, after, targets)
    if found:
        lines.insert(0, f"{home.settings_file} has the mapping {mapping.name}: it stays as it is.")
    return Adoption(settings, tuple(lines))


def _with_preset(text: str, preset: Preset, now: Settings, others: dict[str, str]) -> str:
    salt = now.landing.salt or secrets.token_hex(SALT_BYTES)
    return add_mapping(text, preset.text, salt, others)


def _settings_to_add(text: str, wanted: dict[str, str | None]) -> dict[str, str]:
    """Return what is wanted and not set yet; refuse what is set to something else."""
    there = yaml.safe_load(text) or {}
    for name, value in wanted.items():
        if value is not None and there.get(name, value) != value:
            raise InputError(
                f"strata.yml says `{name}: {there[name]}`, not {value}. Change it there, or leave "
                f"--{name.replace('_', '-')} out."
            )
    return {name: value for name, value in wanted.items() if value and name not in there}


def _targets(home: Home, mapping: Mapping, paths: Sequence[Path]) -> dict[Path, Path]:
    """Return where each file goes; refuse whatever would replace another or not be read there."""
    targets: dict[Path, Path] = {}
    for path in paths:
        target = home.landing / mapping.folder / path.name
        if not path.is_file():
            raise InputError(f"{path} is no file that can be read.")
        if not path.name.lower().endswith(tuple(FORMATS)):
            raise InputError(f"{path.name} does not end in {SUFFIXES}: export it as one of these.")
        if not mapping.matches(path.name) or path.name.startswith("."):
            raise InputError(
                f"{path.name} would not be read: the mapping {mapping.name} looks for "
                f"landing/{mapping.files}. Rename the file, or change the pattern in strata.yml."
            )
        if target in targets.values():
            raise InputError(f"Two of the files are called {path.name}: rename one.")
        is_other = target.exists() and content_sha256(target) != content_sha256(path)
        if is_other:
            raise InputError(
                f"{target} is there already and holds something else. Rename {path.name}: a later "
                "export is a further file, rows that both have are found."
            )
        targets[path] = target
    return targets


def _try_out(home: Home, settings: Settings, mapping: Mapping, paths: Sequence[Path]) -> None:
    """Read every file as every table, and say everything that is wrong."""
    problems: dict[str, None] = {}
    with in_memory_beside(home, settings) as connection:
        for path in paths:
            for file in mapped_files(path, mapping, settings.landing.salt):
                try:
                    load_scratch(connection, file, settings)
                except LandingError as error:
                    problems[str(error)] = None
    if problems:
        raise LandingError("\n".join([*problems, "Nothing was written."]))


def _write(home: Home, before: str, after: str, targets: dict[Path, Path]) -> list[str]:
    """Write settings, then files; whatever goes wrong, what was written is taken back."""
    lines = []
    placed: list[Path] = []
    try:
        if after != before:
            _replace(home.settings_file, after)
            lines.append(f"Written: {home.settings_file}.")
        for path, target in targets.items():
            if target.exists():
                lines.append(f"There already: {target}.")
                continue
            draft = draft_of(target)
            placed += [draft, target]
            shutil.copyfile(path, draft)
            put_in_place(draft, target)
            lines.append(f"Copied: {path.name} to {target}.")
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        if before:
            _replace(home.settings_file, before)
        else:
            home.settings_file.unlink(missing_ok=True)
        raise
    return lines


def _replace(path: Path, text: str) -> None:
    draft = draft_of(path)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
