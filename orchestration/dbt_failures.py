"""What may be said of a dbt step that failed: DuckDB quotes the value that it fails at."""

import re

from dbt.artifacts.schemas.run import RunResult

from orchestration.private_errors import masked

# The kinds of errors that speak of names, types and files, never of a value.
_WITHOUT_DATA = ("Binder", "Catalog", "Compilation", "IO", "Parser")
# dbt's words around what DuckDB says.
_AROUND = ("Runtime", "Database")
# At the beginning of a line: a value that is quoted further on may say anything.
_KIND = re.compile(r"^\s*([A-Z][A-Za-z ]*?) Error(?::| in )", re.MULTILINE)
_MAX_CHARACTERS = 400
# dbt's words for how a node ended.
FAILED = frozenset({"error", "fail", "runtime error"})
SKIPPED = "skipped"
_OUT_OF_MEMORY = "Out of Memory"
# A commit that fails says why without the kind; these words are DuckDB's own, with sizes alone.
_COMMIT_WITHOUT_MEMORY = re.compile(
    r"^\s*TransactionContext Error: Failed to commit: "
    r"(?:failed to allocate data|could not allocate block) of size",
    re.MULTILINE,
)
# DuckDB's advice names statements that nobody can give it here.
_ADVICE = re.compile(r"\s*Possible solutions:.*", re.DOTALL)
_MORE_MEMORY = "Raise memory_limit in strata.yml, or set threads to 1 there."
# Where a person finds the figures that a check is about.
_WHERE_TO_LOOK = {
    "assert_control_totals_agree": " (see core.control_comparison in the warehouse; land what is "
    "missing, correct control_totals, or set landing.control_tolerance)",
}


class DbtStepsError(Exception):
    """Holds dbt's own messages in full; for the files of `errors/` alone."""


def explain_result(result: RunResult) -> str:
    """Say what failed: the count of rows for a test, the kind of the error for all else."""
    node = result.node
    name = f"{node.resource_type} {node.name}"
    if str(node.resource_type) == "test" and str(result.status) == "fail":
        where = _WHERE_TO_LOOK.get(node.name, "")
        return f"check {node.name}: {result.failures} rows break it{where}"
    return f"{name}: {message_without_data(str(result.message))}"


def is_short_of_memory(result: RunResult) -> bool:
    """Tell whether a node failed since DuckDB may not have more memory."""
    return str(result.status) in FAILED and _kind_of(str(result.message)) == _OUT_OF_MEMORY


def message_without_data(message: str) -> str:
    """Return dbt's message if its kind quotes no data, else the kind alone."""
    kind = _kind_of(message)
    if kind is None:
        return "an error whose text may quote data"
    if kind == _OUT_OF_MEMORY:
        return f"{_in_one_line(_ADVICE.sub('', message))}. {_MORE_MEMORY}"
    if kind in _WITHOUT_DATA:
        return _in_one_line(message)
    return f"{kind} Error, whose text may quote data"


def _kind_of(message: str) -> str | None:
    """Return what kind of error DuckDB names first, behind dbt's words around it."""
    first = next((each for each in _KIND.finditer(message) if each[1] not in _AROUND), None)
    if first is None:
        return None
    is_commit = _COMMIT_WITHOUT_MEMORY.match(message, first.start())
    return _OUT_OF_MEMORY if is_commit else first[1]


def _in_one_line(message: str) -> str:
    return masked(" ".join(message.split())[:_MAX_CHARACTERS])
