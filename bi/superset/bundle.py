"""The dashboard as Superset imports it: a zip of the YAML files, with this machine's paths."""

import hashlib
import io
import string
import zipfile
from pathlib import Path

SOURCE = Path(__file__).with_name("bundle")


def bundle_files(serving_file: Path, currency: str) -> dict[str, str]:
    """Return the files of the bundle by name; the one path and the currency are filled in.

    Raises
    ------
    KeyError
        If a file asks for anything else.
    """
    filled = {"serving_file": str(serving_file), "currency": currency}
    return {
        path.relative_to(SOURCE).as_posix(): string.Template(
            path.read_text(encoding="utf-8")
        ).substitute(filled)
        for path in sorted(SOURCE.rglob("*.yaml"))
    }


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
