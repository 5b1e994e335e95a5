"""What `context` of dbt's macros holds of ours, so that sqlfluff reads the models without dbt."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

PHRASES = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "segments" / "phrases"


def get(name: str) -> Callable[[], Any] | None:
    """Return the macro `<scheme>_phrases` or `<scheme>_terms` of a scheme, None if it has none."""
    words = _words()
    return (lambda: words[name]) if name in words else None


@cache
def _words() -> dict[str, Any]:
    """Return what all those macros return, by their names."""
    words = {}
    for path in PHRASES.glob("*.sql"):
        returned: list[Any] = []
        template = Environment().from_string(path.read_text(encoding="utf-8"))  # noqa: S701
        module = template.make_module({"return": returned.append})
        for name in vars(module):
            if name.endswith(("_phrases", "_terms")):
                getattr(module, name)()
                words[name] = returned.pop()
    return words
