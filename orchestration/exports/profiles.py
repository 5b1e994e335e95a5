"""The profile of a customer as SQL: consent, scores, next action, a few columns per scheme."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.export_settings import forbidden_uses, may_go_out
from orchestration.exports.people import is_exported
from orchestration.exports.scores import CONSENTS, SCORES, score, told_score
from orchestration.publishing.sql import columns_of, literal, name
from orchestration.scheme_registry import registered_schemes
from orchestration.settings import Settings

ACTIONS = {
    "next_action": "recommended_action",
    "next_offer": "offer",
    "next_channel": "channel",
    "next_message_angle": "message_angle",
}
"""Texts of the playbook by the column that they go out in, in the account's language."""

LIMITS = ("contact_limit_count", "contact_limit_days")

_OF_SCHEMES = {
    "_segment_name": "dim_segments.segment_name",
    "_segment_previous": "fct_segment_history.previous_segment_id",
    "_segment_since": "fct_segment_history.valid_from",
}
"""Where the columns of a scheme come from, by how their names end."""


def source_of(column: str) -> str:
    """Return the published `table.column` that a column of the profiles comes from."""
    plays = {**ACTIONS, **dict(zip(LIMITS, LIMITS, strict=True)), "next_action_from": "segment_id"}
    if column in plays:
        return f"dim_segments.{plays[column]}"
    for ending, source in _OF_SCHEMES.items():
        if column.endswith(ending):
            return source
    scheme = column.removesuffix("_segment")
    is_own = scheme != column and scheme not in {each.scheme for each in registered_schemes()}
    return "fct_customer_segments.segment_id" if is_own else f"customer_360.{column}"


def exported_schemes(
    connection: duckdb.DuckDBPyConnection, settings: Settings, chosen: Sequence[str] | None
) -> list[str]:
    """Return the schemes that go out, in a set order, whether or not they are available tonight.

    A scheme may be used for what both the published night and this version say.
    """
    exports = settings.exports
    published = connection.execute(
        "select scheme, string_agg(forbidden_uses, ',') from marts.dim_segments group by scheme"
    ).fetchall()
    told = {scheme: frozenset((codes or "").split(",")) for scheme, codes in published}
    known = forbidden_uses(settings.own_rules)
    return [
        scheme
        for scheme, codes in known.items()
        if scheme in told
        and (chosen is None or scheme in chosen)
        and may_go_out(scheme, codes | told[scheme], exports)
    ]


def profiles_sql(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    schemes: Sequence[str],
    before: Path | None,
) -> str:
    """Return the query of all profiles: a row per customer who may be named, in order of the id.

    `before` are the profiles of the export before, whose predictions stay while they nearly hold.
    """
    exports = settings.exports
    asked = list(dict.fromkeys([*schemes, *exports.action_from]))
    has_column = set(columns_of(connection)["customer_360"])
    own = [scheme for scheme in asked if f"{scheme}_segment" not in has_column]
    return f"""
        with
        {_own_segments(own)}
        {_stays(schemes)}
        people as (
            select
                customers.customer_id, customers.as_of_date,
                {", ".join(f"customers.{column}" for column in CONSENTS)},
                {", ".join(score(column, digits) for column, digits in SCORES.items())},
                {", ".join(_segment(scheme, own) for scheme in asked)}
            from marts.customer_360 as customers
            {"left join own using (customer_id)" if own else ""}
            where {is_exported(exports.consent)}
        )
        select
            {", ".join(f"people.{column}" for column in ("customer_id", "as_of_date"))},
            {", ".join(f"people.{column}" for column in CONSENTS)},
            {", ".join(told_score(column, is_first=before is None) for column in SCORES)},
            {_action(settings.language)}
            {_scheme_columns(schemes, settings.language)}
        from people
        {_joined_before(before)}
        {_joined_stays(schemes)}
        left join marts.dim_segments as plays
            on coalesce({", ".join(_held(scheme) for scheme in exports.action_from)})
                = plays.segment_id
        {_name_joins(schemes)}
        order by people.customer_id
    """


def _joined_before(before: Path | None) -> str:
    if before is None:
        return ""
    return f"left join read_parquet({literal(str(before))}) as before using (customer_id)"


def _joined_stays(schemes: Sequence[str]) -> str:
    if not schemes:
        return ""
    return "left join stays using (customer_id) left join moves using (customer_id)"


def _held(scheme: str) -> str:
    return f"people.{name(scheme + '_segment')}"


def _segment(scheme: str, own: Sequence[str]) -> str:
    table = "own" if scheme in own else "customers"
    return f"{table}.{name(scheme + '_segment')}"


def _own_segments(own: Sequence[str]) -> str:
    """Return the step that lays schemes without a column of their own side by side."""
    if not own:
        return ""
    return f"""own as (
            select customer_id, {", ".join(_of("segment_id", scheme, "") for scheme in own)}
            from marts.fct_customer_segments
            where scheme in ({", ".join(map(literal, own))})
            group by customer_id
        ),"""


def _stays(schemes: Sequence[str]) -> str:
    """Return the steps that say of each scheme since when, and where the customer was before.

    They are apart because most customers have moved in few schemes: both in one row a customer
    would be the widest table of the exports, and mostly empty.
    """
    if not schemes:
        return ""
    moved = "and previous_segment_id is not null"
    return f"""
        {_laid_side_by_side("stays", schemes, "valid_from", "_since")},
        {_laid_side_by_side("moves", schemes, "previous_segment_id", "_previous", moved)},"""


def _laid_side_by_side(
    step: str, schemes: Sequence[str], column: str, ending: str, condition: str = ""
) -> str:
    """Return a step with one row per customer and one column per scheme, of open stays."""
    return f"""{step} as (
            select customer_id, {", ".join(_of(column, scheme, ending) for scheme in schemes)}
            from marts.fct_segment_history
            where valid_to is null and scheme in ({", ".join(map(literal, schemes))}) {condition}
            group by customer_id
        )"""


def _of(column: str, scheme: str, ending: str) -> str:
    """Return a scheme's one value per customer."""
    target = name(f"{scheme}_segment{ending}")
    return f"max({column}) filter (where scheme = {literal(scheme)}) as {target}"


def _in_language(column: str, language: str) -> str:
    return f"{column}_zh" if language == "zh" else column


def _action(language: str) -> str:
    texts = [
        f"plays.{_in_language(text, language)} as {column}" for column, text in ACTIONS.items()
    ]
    limits = [f"plays.{limit}" for limit in LIMITS]
    return ", ".join(["plays.segment_id as next_action_from", *texts, *limits])


def _scheme_columns(schemes: Sequence[str], language: str) -> str:
    """Return four columns a scheme; a stay of before a customer came back is none of tonight's."""
    columns = []
    for scheme in schemes:
        segment = f"{scheme}_segment"
        named = _in_language("segment_name", language)
        columns += [
            _held(scheme),
            f"{name(scheme + '_names')}.{named} as {name(segment + '_name')}",
            f"moves.{name(segment + '_previous')}",
            f"stays.{name(segment + '_since')}",
        ]
    return "".join(f", {column}" for column in columns)


def _name_joins(schemes: Sequence[str]) -> str:
    return "\n".join(
        f"left join marts.dim_segments as {name(scheme + '_names')} "
        f"on {_held(scheme)} = {name(scheme + '_names')}.segment_id"
        for scheme in schemes
    )
