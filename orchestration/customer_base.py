"""The columns that own rules may look at, with their types: those of a customer's row."""

import csv
from functools import cache

import yaml

from orchestration.scheme_registry import DBT_PROJECT, Scheme, registered_schemes

# Follows from the rules; and who computed the row, which is no property of a customer.
_NO_INPUT = {"own_segments", "run_id"}
_CONTRACT = DBT_PROJECT / "models" / "marts" / "_customers.yml"
_TABLE = "customer_360"
_SEGMENTS = DBT_PROJECT / "seeds" / "segment_names.csv"
# Bands of what people are, not of what they do: their uses are those of the demographic scheme.
_PERSONAL = {
    "age_band",
    "birthday_month",
    "children_band",
    "education",
    "gender",
    "home_ownership",
    "household_size_band",
    "income_band",
    "marital_status",
    "occupation",
}


@cache
def customer_base_columns() -> dict[str, str]:
    """Return the SQL type of every column of `customer_base`, by its name.

    They are those of the published `customer_360`, whose contract is the one place that lists them.
    """
    models = yaml.safe_load(_CONTRACT.read_text(encoding="utf-8"))["models"]
    [table] = [model for model in models if model["name"] == _TABLE]
    return {
        column["name"]: column["data_type"]
        for column in table["columns"]
        if column["name"] not in _NO_INPUT
    }


@cache
def customer_base_codes() -> dict[str, tuple[str, ...]]:
    """Return the segment ids of rule schemes, by the column of `customer_base` that holds them.

    Segments that are learned are named by whoever learns them, so any may come.
    """
    with _SEGMENTS.open(encoding="utf-8", newline="") as file:
        rows = [(row["scheme"], row["segment_id"]) for row in csv.DictReader(file)]
    return {
        f"{scheme}_segment": tuple(segment for each, segment in rows if each == scheme)
        for scheme in dict.fromkeys(scheme for scheme, _ in rows)
    }


def allowed_use_of(columns: frozenset[str]) -> str:
    """Return what segments may be used for that look at some columns.

    A rule over another scheme's segments, or over bands of personal traits, is held to that
    scheme's uses: choosing by a rule is choosing by what the rule looks at.
    """
    return " ".join(dict.fromkeys(scheme.allowed_use for scheme in _held_to(columns)))


def allowed_use_zh_of(columns: frozenset[str]) -> str:
    """Return the same in Chinese."""
    return "".join(dict.fromkeys(scheme.allowed_use_zh for scheme in _held_to(columns)))


def forbidden_uses_of(columns: frozenset[str]) -> str:
    """Return the codes of what such segments may not be used for, with commas between them."""
    return ",".join(sorted({code for each in _held_to(columns) for code in each.forbidden_uses}))


def _held_to(columns: frozenset[str]) -> list[Scheme]:
    """Return the schemes with narrower uses that the columns bring in, else a general one."""
    schemes = {scheme.scheme: scheme for scheme in registered_schemes()}
    looked_at = [name for name in schemes if f"{name}_segment" in columns]
    if columns & _PERSONAL:
        looked_at.append("demographic")
    narrower = [schemes[name] for name in looked_at if schemes[name].forbidden_uses]
    return narrower or [schemes["rfm"]]
