"""A condition on one customer, read by DuckDB's own parser and refused if it is anything else."""

import difflib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

FUNCTIONS = (
    "abs", "ceil", "coalesce", "contains", "ends_with", "floor", "greatest", "least", "length",
    "lower", "nullif", "round", "starts_with", "upper", "year", "month",
)  # fmt: skip
"""What may be called: nothing that reads, nothing that knows the clock, nothing that draws."""

# Of the database that a condition is tried on: it holds no rows and reaches no file.
_SHUT_IN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false", "memory_limit": "256MB", "threads": 1,
}  # fmt: skip
# How the parser names operators, `like` and `interval`.
_OPERATORS = {
    "+", "-", "*", "/", "%", "~~", "!~~", "~~*", "!~~*", "to_days", "to_months", "to_years",
    "trunc",
}  # fmt: skip
_CLASSES = {
    "COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE",
    "FUNCTION", "CAST",
}  # fmt: skip
_REFUSED = {
    "SUBQUERY": "a query within the condition",
    "WINDOW": "a window over other customers",
    "STAR": "`*`",
    "PARAMETER": "a parameter",
    "LAMBDA": "a lambda",
    "POSITIONAL_REFERENCE": "a column by its place",
    "DEFAULT": "`default`",
}
# Any value of a type: text that is neither number nor date, so that comparing it with one shows.
_PROBES = {
    "varchar": "'some text'",
    "boolean": "true",
    "date": "date '2024-02-29'",
    "timestamp": "timestamp '2024-02-29 12:00:00'",
}
_A_NUMBER = "1"
# Figures of a customer larger than most, whom arithmetic has to bear.
_A_LARGE_NUMBER = "100000"
_A_LARGE_AMOUNT = "1000000"
_MEMBERSHIP = ("COMPARE_IN", "COMPARE_NOT_IN")
# How the types of numbers begin.
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
_HOW = (
    "A rule is one condition over the columns of one customer, such as "
    "monetary > 500 and region = 'South'"
)


class PredicateError(ValueError):
    """A condition that cannot be a rule; says why, and what may stand there."""


@dataclass(frozen=True)
class Predicate:
    """A condition that was found sound.

    Attributes
    ----------
    text : as it was written, on one line.
    sql : the same as the parser reads it; that is what runs.
    columns : what it looks at, in the order in which it does.
    """

    text: str
    sql: str
    columns: tuple[str, ...]


def read_predicate(
    text: str, columns: Mapping[str, str], codes: Mapping[str, Sequence[str]]
) -> Predicate:
    """Parse a condition and make sure that it is one, over known columns, of matching types.

    Parameters
    ----------
    columns : SQL types by the names that may be looked at.
    codes : all values that some of the columns can have; another one would never be met.

    Raises
    ------
    PredicateError
        If it is no single expression, looks at anything but the columns, calls what may not be
        called, compares what cannot be compared, or is not true or false.
    """
    with duckdb.connect(":memory:", config=_SHUT_IN) as connection:
        parsed = _only_select(connection, text)
        expression = parsed["select_list"][0]
        names = tuple(dict.fromkeys(_checked_columns(expression, columns)))
        _refuse_endless_numbers(expression)
        _refuse_unknown_codes(expression, codes)
        _refuse_mixed_types(connection, parsed, columns)
        return Predicate(" ".join(text.split()), _sql_of(connection, parsed, expression), names)


def _only_select(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    """Return the parsed `select <text>`, after making sure that the text is all it consists of."""
    row = connection.execute("select json_serialize_sql(?)", [f"select\n{text}\n"]).fetchone()
    assert row is not None
    parsed = json.loads(row[0])
    if parsed["error"]:
        why = str(parsed["error_message"]).split("\n")[0].strip()
        if parsed["error_type"] == "not implemented":
            why = "it holds another statement"
        raise PredicateError(f"is no condition: {why}. {_HOW}")
    if len(parsed["statements"]) != 1:
        raise PredicateError(f"holds {len(parsed['statements'])} statements. {_HOW}")
    node: dict[str, Any] = parsed["statements"][0]["node"]
    empty: dict[str, Any] = json.loads(
        connection.execute("select json_serialize_sql('select true')").fetchone()[0]  # type: ignore[index]
    )["statements"][0]["node"]
    parts = [
        part for part in {*node, *empty} - {"select_list"} if node.get(part) != empty.get(part)
    ]
    if parts or len(node["select_list"]) != 1 or node["select_list"][0].get("alias"):
        raise PredicateError(f"is more than one condition. {_HOW}")
    return node


def _checked_columns(expression: dict[str, Any], columns: Mapping[str, str]) -> Iterator[str]:
    """Yield the columns of an expression, raising at the first part that may not stand in it."""
    for part in _parts(expression):
        kind = part["class"]
        if kind not in _CLASSES:
            raise PredicateError(f"holds {_REFUSED.get(kind, kind.lower())}. {_HOW}")
        if kind == "FUNCTION":
            _check_function(part)
        elif kind == "CAST" and any(each["class"] == "COLUMN_REF" for each in _parts(part)):
            raise PredicateError(
                "turns a column into another type, which fails on the first value that does not "
                "fit. Compare the column as it is"
            )
        elif kind == "COLUMN_REF":
            yield _column(part["column_names"], columns)


def _parts(expression: Any) -> Iterator[dict[str, Any]]:
    """Yield an expression of the parser's tree and every expression within it."""
    if isinstance(expression, dict):
        if "class" in expression:
            yield expression
        for value in expression.values():
            yield from _parts(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from _parts(value)


def _check_function(part: dict[str, Any]) -> None:
    name = str(part["function_name"]).lower()
    is_plain = not (part.get("schema") or part.get("catalog") or part.get("filter"))
    if (name in FUNCTIONS or name in _OPERATORS) and is_plain and not part.get("distinct"):
        return
    near = difflib.get_close_matches(name, FUNCTIONS, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    raise PredicateError(
        f"calls `{name}`, which no rule may.{hint} Allowed: {', '.join(FUNCTIONS)}"
    )


def _column(path: list[str], columns: Mapping[str, str]) -> str:
    name = path[-1].lower()
    if len(path) == 1 and name in columns:
        return name
    if len(path) > 1 and name in columns:
        raise PredicateError(f"says `{'.'.join(path)}`: write `{name}` alone")
    near = difflib.get_close_matches(name, columns, n=3)
    hint = f" Did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else ""
    raise PredicateError(
        f"looks at `{'.'.join(path)}`, which is no column (a text stands in single quotes).{hint} "
        f"Columns: {', '.join(sorted(columns))}"
    )


def _refuse_unknown_codes(expression: dict[str, Any], codes: Mapping[str, Sequence[str]]) -> None:
    """Raise if a column is compared with a text that is none of its values, such as a typo."""
    for part in _parts(expression):
        if part["class"] not in ("COMPARISON", "OPERATOR"):
            continue
        sides = [part.get("left"), part.get("right"), *part.get("children", [])]
        names = [
            side["column_names"][-1].lower()
            for side in sides
            if side is not None and side["class"] == "COLUMN_REF"
        ]
        texts = [
            side["value"]["value"]
            for side in sides
            if side is not None and side["class"] == "CONSTANT" and not side["value"]["is_null"]
        ]
        for name in names:
            allowed = codes.get(name, texts)
            for text in texts:
                if text not in allowed:
                    near = difflib.get_close_matches(str(text), allowed, n=1)
                    hint = f" Did you mean '{near[0]}'?" if near else ""
                    raise PredicateError(
                        f"compares `{name}` with '{text}', which it never is.{hint} Values: "
                        f"{', '.join(allowed)}"
                    )


def _refuse_endless_numbers(expression: dict[str, Any]) -> None:
    """Raise at a number with more digits than any figure can have: the parser takes it for none."""
    for part in _parts(expression):
        value = part["value"]["value"] if part["class"] == "CONSTANT" else None
        if isinstance(value, float) and not math.isfinite(value):
            raise PredicateError(
                "holds a number that is too large to compare anything with. Numbers may have up to "
                "308 digits"
            )


def _refuse_mixed_types(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], columns: Mapping[str, str]
) -> None:
    """Bind and run every part by itself on customers of likely values, of large ones, of nulls.

    DuckDB binds `region = 5`, and would fail in the night on the first region that is no number.
    Part by part, because it need not look at what stands behind an `or`.
    """
    names = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create table customer_base ({names})")
    for probe in (_likely, _large):
        values = ", ".join(probe(kind) for kind in columns.values())
        connection.execute(f"insert into customer_base values ({values})")
    connection.execute(f"insert into customer_base ({next(iter(columns))}) values (null)")
    for part in reversed(list(_parts(node["select_list"][0]))):
        sql = _sql_of(connection, node, part)
        try:
            kinds = connection.execute(f"select typeof({sql}) from customer_base").fetchall()
            connection.execute(f"select {sql} from customer_base").fetchall()
        except duckdb.OutOfRangeException:
            raise PredicateError(
                f"is too much arithmetic: {sql} has more digits than a number can hold, for a "
                f"customer with counts of {_A_LARGE_NUMBER} and amounts of {_A_LARGE_AMOUNT}. "
                "`1e0 * ` before the first column reckons in floating point"
            ) from None
        except duckdb.Error as error:
            why = str(error).split("\n")[0].partition("Error: ")[2]
            raise PredicateError(
                f"cannot be evaluated: {sql}: {why}. Texts stand in single quotes, numbers in "
                "none, dates as date '2024-12-31'"
            ) from None
        _refuse_number_with_text(connection, node, part, sql)
    if kinds[0][0] != "BOOLEAN":
        raise PredicateError(f"is {kinds[0][0].lower()}, not true or false. {_HOW}")


def _refuse_number_with_text(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], part: dict[str, Any], sql: str
) -> None:
    """Raise if a number is compared with a text that happens to read like one, such as '5'."""
    is_comparison = part["class"] in ("COMPARISON", "BETWEEN") or part["type"] in _MEMBERSHIP
    if not is_comparison:
        return
    names = ("left", "right", "input", "lower", "upper")
    sides = [part[each] for each in names if each in part] + part.get("children", [])
    kinds = [
        kind
        for side in sides
        for (kind,) in connection.execute(
            f"select typeof({_sql_of(connection, node, side)}) from customer_base limit 1"
        ).fetchall()
    ]
    if "VARCHAR" in kinds and any(kind.startswith(_NUMBERS) for kind in kinds):
        raise PredicateError(
            f"compares a number with a text: {sql}. Texts stand in single quotes, numbers in none"
        )


def _likely(kind: str) -> str:
    return _PROBES.get(kind, _A_NUMBER)


def _large(kind: str) -> str:
    return _PROBES.get(kind, _A_LARGE_AMOUNT if kind.startswith("decimal") else _A_LARGE_NUMBER)


def _sql_of(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], part: dict[str, Any]
) -> str:
    """Return one expression of the tree as the parser writes it."""
    statement = {"node": {**node, "select_list": [part]}, "named_param_map": []}
    tree = json.dumps({"error": False, "statements": [statement]})
    row = connection.execute("select json_deserialize_sql(?::json)", [tree]).fetchone()
    assert row is not None
    return str(row[0]).removeprefix("SELECT ")
