"""The dashboard as Superset imports it: a zip of the YAML files, with this machine's paths."""

import hashlib
import io
import json
import string
import zipfile
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).with_name("bundle")
CURRENCY_KEYS = ("currency", "currency_format")


def bundle_files(serving_file: Path, currency: str | None) -> dict[str, str]:
    """Return the files of the bundle by name; the one path and the currency are filled in.

    Money stands as a bare number where the account names no currency.

    Raises
    ------
    KeyError
        If a file asks for anything else.
    """
    quoted = json.dumps(str(serving_file), ensure_ascii=False)[1:-1]
    filled = {"serving_file": quoted, "currency": currency or ""}
    files = {}
    for path in sorted(SOURCE.rglob("*.yaml")):
        text = string.Template(path.read_text(encoding="utf-8")).substitute(filled)
        content = yaml.safe_load(text)
        if currency is None:
            content = _without_currency(content)
        name = path.relative_to(SOURCE).as_posix()
        files[name] = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return files


def _without_currency(content: Any) -> Any:
    """Return a file's content without what puts a currency's sign before a number."""
    if isinstance(content, dict):
        kept = {key: value for key, value in content.items() if key not in CURRENCY_KEYS}
        return {key: _without_currency(value) for key, value in kept.items()}
    if isinstance(content, list):
        return [_without_currency(value) for value in content]
    return content


def zipped(files: dict[str, str]) -> bytes:
    """Return a zip of the files, in the one folder that Superset expects around them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"strata/{name}", text)
    return buffer.getvalue()


def digest(files: dict[str, str]) -> str:
    """Return a text that differs when any file does."""
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
