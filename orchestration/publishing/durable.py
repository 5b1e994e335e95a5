"""File operations that a crash leaves done or not done, never half done."""

import hashlib
import os
from pathlib import Path

TEMPORARY_PREFIX = ".tmp-"
"""Names of what is not finished begin so; whatever a crash leaves of them may be deleted."""


def temporary_beside(path: Path) -> Path:
    """Return the name under which `path` is built, in its own folder."""
    return path.with_name(TEMPORARY_PREFIX + path.name)


def sync(path: Path) -> None:
    """Bring a file's content, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(temporary: Path, path: Path) -> None:
    """Give a finished file its name, durably; readers see the old one or this one."""
    sync(temporary)
    temporary.replace(path)
    sync(path.parent)


def write_temporary(path: Path, text: str) -> Path:
    """Write a small file beside the name that it is to have, and bring it to the disk."""
    temporary = temporary_beside(path)
    temporary.write_text(text, encoding="utf-8")
    sync(temporary)
    return temporary


def write_text(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    put_in_place(write_temporary(path, text), path)


def point_symlink(link: Path, target: Path) -> None:
    """Point `link` at `target` in the same folder, in one step that no reader can fall between."""
    temporary = temporary_beside(link)
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target.name)
    temporary.replace(link)
    sync(link.parent)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
