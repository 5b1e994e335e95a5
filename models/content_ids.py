"""Names of models that follow from what they hold."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def content_id(kind: str, content: Mapping[str, Any]) -> str:
    """Return the kind and 12 hex digits of the content's sha256: same content, same id."""
    text = json.dumps(content, sort_keys=True, allow_nan=False).encode()
    return f"{kind}-{hashlib.sha256(text).hexdigest()[:12]}"
