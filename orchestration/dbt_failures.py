"""What may be said of a dbt step that failed: DuckDB quotes the value that it fails at."""

import re

from dbt.artifacts.schemas.run import RunResult

from orchestration.private_errors import masked

# The kinds of errors that speak of names, types, files and room, never of a value.
_WITHOUT_DATA = ("Binder", "Catalog", "Compilation", "IO", "Out of Memory", "Parser")
# dbt's words around what DuckDB says.
_AROUND = ("Runtime", "Database")
# At the beginning of a line: a value that is quoted further on may say anything.
_KIND = re.compile(r"^\s*([A-Z][A-Za-z ]*?) Error(?::| in )", re.MULTILINE)
_MAX_CHARACTERS = 400
_OUT_OF_MEMORY = "Out of Memory Error"
# DuckDB's advice names statements that nobody can give it here.
_ADVICE = re.compile(r"\s*Possible solutions:.*", re.DOTALL)
_MORE_MEMORY = "Raise memory_limit in strata.yml, or set threads to 1 there."
# Where a person finds the figures that a check is about.
_WHERE_TO_LOOK = {
    "assert_control_totals_agree": " (see core.control_comparison in the warehouse; land what is "
    "missing, correct control_totals, or set landing.control_tolerance)",
}


# dbt's words for how a node ended.
FAILED = frozenset({"error", "fail", "runtime error"})
SKIPPED = "skipped"


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
    return str(result.status) in FAILED and _OUT_OF_MEMORY in str(result.message)


def message_without_data(message: str) -> str:
    """Return dbt's message if its kind quotes no data, else the kind alone."""
    kinds = [kind for kind in _KIND.findall(message) if kind not in _AROUND]
    if not kinds:
        return "an error whose text may quote data"
    if _OUT_OF_MEMORY in message:
        return f"{masked(' '.join(_ADVICE.sub('', message).split()))}. {_MORE_MEMORY}"
    if kinds[0] in _WITHOUT_DATA:
        return masked(" ".join(message.split())[:_MAX_CHARACTERS])
    return f"{kinds[0]} Error, whose text may quote data"
