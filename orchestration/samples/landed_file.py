"""One landed file: written under a name that no reader takes, put in place when it is whole."""

import glob
from pathlib import Path

from orchestration.landing.files import content_sha256


def draft_of(path: Path) -> Path:
    """Return the name under which a file is written, in a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.part")


def put_in_place(draft: Path, path: Path) -> bool:
    """Give a draft its name unless its very bytes are there already; say whether it is new."""
    is_new = not path.exists() or content_sha256(path) != content_sha256(draft)
    if is_new:
        draft.replace(path)
    else:
        draft.unlink()
    return is_new


def as_source(path: Path) -> str:
    """Return a path as DuckDB must be told it: a `*` in a name is that sign, not any name."""
    return glob.escape(str(path))
