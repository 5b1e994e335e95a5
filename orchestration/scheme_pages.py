"""One page per scheme, from the same texts that the night uses: `make docs` writes them."""

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from models.name_rules import NAME_RULES
from models.predicates import NameRule
from models.vocabulary import Language
from orchestration.scheme_registry import DBT_PROJECT, Scheme, registered_schemes
from orchestration.setting_names import settings_of

PAGES = DBT_PROJECT.parent / "docs" / "schemes"
STRINGS = Path(__file__).with_name("reporting") / "strings.json"
LEARNED = "behaviour"
"""The scheme whose segments are found in the data: what has names beforehand are the rules."""

_WRITTEN_BY = "<!-- Written by `make docs` from the dbt project and the settings: edit those. -->"
_PLAYED = ("offer", "channel", "message_angle", "service_level")


def pages() -> dict[str, str]:
    """Return the text of every page by its file name: one a built scheme, and the list of them."""
    built = [scheme for scheme in registered_schemes() if scheme.is_built]
    written = {f"{scheme.scheme}.md": _page(scheme) for scheme in built}
    written["README.md"] = _list_of(built)
    return written


def write_pages(folder: Path = PAGES) -> list[Path]:
    """Write all pages, and take away those of schemes that are no longer there."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = pages()
    for page in folder.glob("*.md"):
        if page.name not in texts:
            page.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(folder / name for name in texts)


def _list_of(schemes: list[Scheme]) -> str:
    lines = ["# Schemes", "", _WRITTEN_BY, ""]
    lines += ["| scheme | | kind | what it takes |", "|---|---|---|---|"]
    for scheme in schemes:
        en, zh = _titles(scheme)
        lines.append(
            f"| [`{scheme.scheme}`]({scheme.scheme}.md) | {en} · {zh} | {scheme.kind} "
            f"| {_inputs(scheme)} |"
        )
    return "\n".join(lines) + "\n"


def _page(scheme: Scheme) -> str:
    en, zh = _titles(scheme)
    lines = [f"# {en} · {zh}", "", _WRITTEN_BY, "", f"Scheme `{scheme.scheme}`, {scheme.kind}."]
    lines += ["", "## Definition", "", _description(scheme)]
    lines += ["", "## What it takes", "", _inputs(scheme)]
    lines += ["", "## Settings", "", *_settings(scheme)]
    lines += ["", "## Segments", "", *_segments(scheme)]
    lines += ["## Allowed use", "", scheme.allowed_use, "", scheme.allowed_use_zh]
    if scheme.forbidden_uses:
        codes = ", ".join(f"`{code}`" for code in scheme.forbidden_uses)
        lines += ["", f"Refused to audiences: {codes}."]
    return "\n".join(lines) + "\n"


def _titles(scheme: Scheme) -> tuple[str, str]:
    texts = json.loads(STRINGS.read_text(encoding="utf-8"))
    en, zh = (texts[language][f"scheme.{scheme.scheme}"] for language in ("en", "zh"))
    return en, zh


def _description(scheme: Scheme) -> str:
    """Return the description of the scheme's dbt model, one of the files beside the models."""
    for path in sorted((DBT_PROJECT / "models" / "segments").rglob("*.yml")):
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", []):
            if model["name"] == scheme.scheme:
                return str(model["description"]).strip()
    raise KeyError(f"No yml of dbt_project/models/segments describes {scheme.scheme!r}")


def _inputs(scheme: Scheme) -> str:
    if not scheme.enabled_by:
        return "Order lines alone."
    return "Landing columns: " + ", ".join(f"`{each}`" for each in scheme.enabled_by) + "."


def _settings(scheme: Scheme) -> list[str]:
    """Return a table of the settings that are part of the scheme's rules."""
    found = settings_of(scheme)
    if not found:
        return ["None."]
    lines = ["| `strata.yml` | default | what it is |", "|---|---|---|"]
    for name, field in found.items():
        default = json.dumps(field.default, ensure_ascii=False)
        lines.append(f"| `{name}` | `{default}` | {_in_a_cell(field.description or '–')} |")
    return lines


def _segments(scheme: Scheme) -> list[str]:
    """Return what is said of each segment, the best first, in both languages."""
    plays = {row["segment_id"]: row for row in _seed("segment_playbook.csv")}
    lines: list[str] = []
    if scheme.scheme == LEARNED:
        lines += [
            "Found in the data (`behaviour.b01` and on); a segment is called by the first of these "
            "that is true of it.",
            "",
        ]
    for row in _rows(scheme):
        lines += [f"### {row['segment_name']} · {row['segment_name_zh']}", ""]
        if scheme.scheme != LEARNED:
            lines += [f"`{row['segment_id']}`", ""]
        lines += [
            f"{row['description']} {row['description_zh']}",
            "",
            f"- Rule: {row['rule_text']} {row['rule_text_zh']}",
            f"- To do: {row['recommended_action']} {row['recommended_action_zh']}",
            *_play(plays[row["segment_id"]]),
            "",
        ]
    if scheme.scheme in plays:
        lines += ["### Any other · 其他", "", *_play(plays[scheme.scheme]), ""]
    return lines


def _play(play: dict[str, str]) -> list[str]:
    """Return what the playbook says of a segment, a line each."""
    count, days = play["contact_limit_count"], play["contact_limit_days"]
    return [
        *(
            f"- {name.replace('_', ' ').capitalize()}: {play[name]} · {play[f'{name}_zh']}"
            for name in _PLAYED
        ),
        f"- Contact limit: {count} in {days} days · {days}天内最多{count}次",
    ]


def _rows(scheme: Scheme) -> list[dict[str, Any]]:
    if scheme.scheme != LEARNED:
        rows = [row for row in _seed("segment_names.csv") if row["scheme"] == scheme.scheme]
        return sorted(rows, key=lambda row: int(row["worth_rank"]))
    return [
        {
            "segment_id": play_key(rule.name),
            "segment_name": rule.name,
            "segment_name_zh": rule.name_zh,
            "description": rule.description,
            "description_zh": rule.description_zh,
            "rule_text": _because(rule, "en"),
            "rule_text_zh": _because(rule, "zh"),
            "recommended_action": rule.recommended_action,
            "recommended_action_zh": rule.recommended_action_zh,
        }
        for rule in NAME_RULES
    ]


def _because(rule: NameRule, language: Language) -> str:
    said = [condition.text(language) for condition in rule.conditions]
    if language == "zh":
        return "；".join(said) + "。" if said else "其余情形。"
    return "; ".join(said) + "." if said else "Whatever is left."


def play_key(name: str) -> str:
    """Return the playbook's key of a learned segment's name."""
    return f"{LEARNED}." + name.lower().replace(" ", "_").replace("-", "_")


def _seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for written in write_pages():
        print(written)
