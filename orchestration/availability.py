"""Which schemes the next night will have, as far as landed columns and figures tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from models.cadence import MIN_GAPS
from models.customer_histories import HORIZON_DAYS
from models.publication import NO_PAST_NIGHT
from models.selection import MIN_TRAINING_CUSTOMERS
from orchestration.scheme_registry import Scheme, registered_schemes
from orchestration.settings import Settings

# What lifecycle goes by in accounts with contracts.
_OF_CONTRACTS = ("contracts.started_on", "holdings.balance")


@dataclass(frozen=True)
class DataFacts:
    """What the landed rows hold that schemes hang on.

    Attributes
    ----------
    as_of_date : the night that is asked about.
    columns : landing columns with at least one value, as `table.column`; of answers to one survey
        `survey_responses.score of nps`.
    first_day : of an order of a known customer; None without any.
    gaps : between order days of the same customer, all together.
    recent_customers : with an order in the 365 days up to the night.
    """

    as_of_date: date
    columns: frozenset[str]
    first_day: date | None
    gaps: int
    recent_customers: int


@dataclass(frozen=True)
class SchemeOutlook:
    """Whether a scheme will be there; `is_available` is None where only the night can tell.

    `enabled_by` lists the landing columns that are still missing, one value in each would do.
    """

    scheme: str
    is_available: bool | None
    reason: str | None = None
    enabled_by: tuple[str, ...] = ()


def predict_schemes(facts: DataFacts, settings: Settings) -> tuple[SchemeOutlook, ...]:
    """Return the outlook of every registered scheme, in the order of the registry."""
    return tuple(_outlook(scheme, facts, settings) for scheme in registered_schemes())


def wanted_columns() -> dict[str, tuple[str, ...]]:
    """Return the landing columns that enable any scheme, by table."""
    wanted: dict[str, list[str]] = {}
    entries = [entry for scheme in registered_schemes() for entry in scheme.alternatives]
    for alternatives in [*entries, _OF_CONTRACTS]:
        for each in alternatives:
            table, _, column = each.partition(".")
            wanted.setdefault(table, []).append(column)
    return {table: tuple(dict.fromkeys(columns)) for table, columns in wanted.items()}


def _outlook(scheme: Scheme, facts: DataFacts, settings: Settings) -> SchemeOutlook:
    if not scheme.is_built:
        reason = "this version of Strata does not compute it"
        return SchemeOutlook(scheme.scheme, is_available=False, reason=reason)
    missing = tuple(
        entry
        for entry, alternatives in zip(scheme.enabled_by, scheme.alternatives, strict=True)
        if not facts.columns.intersection(alternatives)
    )
    if missing:
        reason = f"it takes a value in {' and in '.join(missing)}"
        return SchemeOutlook(scheme.scheme, is_available=False, reason=reason, enabled_by=missing)
    lack = _LACKS.get(scheme.scheme, _nothing)(facts, settings)
    if lack is not None:
        return SchemeOutlook(scheme.scheme, is_available=False, reason=lack)
    undecided = _LEFT_TO_THE_NIGHT.get(scheme.scheme, _nothing)(facts, settings)
    return SchemeOutlook(scheme.scheme, None if undecided else True, undecided)


def _nothing(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    return None


def _lifecycle(facts: DataFacts, settings: Settings) -> str | None:
    if settings.relationship == "contractual":
        if facts.columns.intersection(_OF_CONTRACTS):
            return None
        return f"it takes a value in {' or '.join(_OF_CONTRACTS)}"
    if facts.gaps < MIN_GAPS:
        return f"{facts.gaps} gaps between order days; at least {MIN_GAPS} needed"
    return None


def _rf_matrix(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    return None if settings.rf_matrix.enabled else "`rf_matrix.enabled` is false"


def _behaviour(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    if facts.recent_customers >= MIN_TRAINING_CUSTOMERS:
        return None
    return (
        f"{facts.recent_customers} customers with an order in the 365 days up to "
        f"{facts.as_of_date}; at least {MIN_TRAINING_CUSTOMERS} needed to group them"
    )


def _young(facts: DataFacts, settings: Settings) -> str | None:
    if settings.relationship == "contractual":
        return None
    days = 0 if facts.first_day is None else (facts.as_of_date - facts.first_day).days
    return None if days >= HORIZON_DAYS else f"{NO_PAST_NIGHT}: {days} days of orders"


def _expectation(facts: DataFacts, settings: Settings) -> str | None:
    if settings.relationship == "contractual":
        return "accounts with contracts are not asked what they will order"
    return _young(facts, settings)


def _groups(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    return "it needs groups that are found again, which the night finds out"


def _contracts(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    return "it needs past nights of contracts" if settings.relationship == "contractual" else None


def _places(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    if "customers.region" in facts.columns:
        return None
    return "it needs cities that stand in the seed city_tiers"


def _needs(facts: DataFacts, settings: Settings) -> str | None:  # noqa: ARG001
    if "survey_responses.question of needs" in facts.columns:
        return None
    return "it needs categories that stand in the seed need_map"


def _answers(facts: DataFacts, settings: Settings) -> str:  # noqa: ARG001
    return (
        f"it needs {settings.psychographic.min_respondents} customers with "
        f"{settings.psychographic.min_answers} answers to a factor"
    )


# What a scheme needs beside columns; whatever is not named here needs no more.
_LACKS: dict[str, Callable[[DataFacts, Settings], str | None]] = {
    "lifecycle": _lifecycle,
    "rf_matrix": _rf_matrix,
    "behaviour": _behaviour,
    "churn_risk": _young,
    "clv_tier": _expectation,
}
_LEFT_TO_THE_NIGHT: dict[str, Callable[[DataFacts, Settings], str | None]] = {
    "behaviour": _groups,
    "churn_risk": _contracts,
    "geographic": _places,
    "needs": _needs,
    "psychographic": _answers,
}
