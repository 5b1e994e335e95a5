"""The statements of the bare script, one file a stage."""

from pathlib import Path


def sql(name: str, **parts: str) -> str:
    """Return the SQL of a file, with `{parts}` put in; braces stand for nothing else there."""
    text = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
    return text.format(**parts) if parts else text
