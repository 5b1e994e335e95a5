"""What may be said of a dbt step that failed: DuckDB quotes the value that it fails at."""

import re

from dbt.artifacts.schemas.run import RunResult

from orchestration.private_errors import masked

# The kinds of DuckDB's errors that speak of names, files and room, never of a value.
_WITHOUT_DATA = ("Binder", "Catalog", "IO", "Out of Memory", "Parser")
# At the beginning of a line: a value that is quoted further on may say anything.
_KIND = re.compile(r"^\s*([A-Z][A-Za-z ]*?) Error:", re.MULTILINE)
_MAX_CHARACTERS = 400


class DbtStepsError(Exception):
    """Holds dbt's own messages in full; for the files of `errors/` alone."""


def explain_result(result: RunResult) -> str:
    """Say what failed: the count of rows for a test, the kind of the error for all else."""
    node = result.node
    name = f"{node.resource_type} {node.name}"
    if str(node.resource_type) == "test" and str(result.status) == "fail":
        return f"check {node.name}: {result.failures} rows break it"
    return f"{name}: {message_without_data(str(result.message))}"


def message_without_data(message: str) -> str:
    """Return dbt's message if its kind quotes no data, else the kind alone."""
    found = _KIND.search(message)
    if found is None:
        return "an error whose text may quote data"
    if found[1] in _WITHOUT_DATA:
        return masked(" ".join(message.split())[:_MAX_CHARACTERS])
    return f"{found[1]} Error, whose text may quote data"
