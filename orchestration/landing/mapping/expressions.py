"""The rules of a mapping as SQL expressions over the columns of an export."""

from dataclasses import dataclass

from orchestration.landing.cells import quoted
from orchestration.landing.mapping.formula import Formula, formula_sql
from orchestration.landing.mapping.rules import ColumnRule, RowCondition
from orchestration.landing.mapping.settings import Mapping, Reading
from orchestration.landing.mapping.values import (
    NUMBER_KINDS,
    TIME_KINDS,
    UNREADABLE,
    number_text,
    number_value,
    time_text,
)
from orchestration.landing_schema import LANDING

PSEUDONYM_CHARACTERS = 20
# Shares of an order's amount are of whole hundredths; the last row takes the rest.
SHARE_DIGITS = 2


@dataclass(frozen=True)
class Expressions:
    """What a reading makes of a row; `refs` is the SQL of each column that it looks at, as text."""

    reading: Reading
    refs: dict[str, str]

    def columns(self) -> dict[str, str]:
        """Return the text of each landing column, in the order of the rules."""
        found: dict[str, str] = {}
        for name, rule in self.reading.part.columns.items():
            found[name] = self._column(name, rule, found)
        return self._converted(found) if self.reading.mapping.convert else found

    def weights(self) -> dict[str, str]:
        """Return the weight of a row for each landing column that is a share of its order."""
        return {
            name: f"coalesce(try({self._formula(rule.parsed, {})}), 0)"
            for name, rule in self.reading.part.columns.items()
            if rule.share and rule.parsed
        }

    def is_taken(self) -> str:
        """Return whether the row is one of this table."""
        conditions = [self._condition(each) for each in self.reading.part.rows]
        if self.reading.part.once_per_order:
            conditions.append("row_of_order = 1")
        return " and ".join(conditions) or "true"

    def _condition(self, condition: RowCondition) -> str:
        text = self.refs[condition.column]
        if condition.is_given is not None:
            return f"({text} is {'not null' if condition.is_given else 'null'})"
        if condition.is_nonzero is not None:
            number = number_value(text, self.reading.mapping)
            is_zero = f"({text} is null or coalesce({number} = 0, false))"
            return f"not {is_zero}" if condition.is_nonzero else is_zero
        words = ", ".join(quoted(each.lower()) for each in condition.one_of or condition.none_of)
        is_one = f"coalesce(lower({text}) in ({words}), false)"
        return is_one if condition.one_of else f"not {is_one}"

    def _column(self, name: str, rule: ColumnRule, above: dict[str, str]) -> str:
        kind = LANDING[self.reading.part.table].by_name[name].kind
        mapping = self.reading.mapping
        if rule.formula and rule.parsed:
            return self._prefixed(rule, self._calculated(rule.parsed, above))
        if rule.share:
            return self._prefixed(rule, _share_sql(name, self.refs[rule.share]))
        text = self._text(rule)
        if rule.values is not None:
            cases = " ".join(
                f"when {quoted(value.lower())} then {quoted(becomes)}"
                for value, becomes in rule.values.items()
            )
            other = text if rule.otherwise is None else quoted(rule.otherwise)
            is_given = f"case when {text} is not null then {other} end"
            text = f"case lower({text}) {cases} else {is_given} end"
        if kind in NUMBER_KINDS:
            text = number_text(text, mapping)
        if kind in TIME_KINDS:
            text = time_text(text, mapping, kind, rule.dates)
        return self._prefixed(rule, text)

    def _text(self, rule: ColumnRule) -> str:
        if rule.value is not None:
            return quoted(rule.value)
        if rule.number:
            return "cast(row_of_order as varchar)"
        if rule.pseudonym:
            plain = _first(self.refs[name] for name in rule.pseudonym)
            tidy = rf"regexp_replace(lower({plain}), '[\s'']', '', 'g')"
            salted = f"{quoted(self.reading.salt)} || ':' || {tidy}"
            return f"left(sha256({salted}), {PSEUDONYM_CHARACTERS})"
        names = rule.first or ((rule.column,) if rule.column else ())
        return _first(self.refs[name] for name in names)

    def _calculated(self, formula: Formula, above: dict[str, str]) -> str:
        """Return a formula's result as text: null without its values, unreadable if it has none."""
        needed = [self.refs[name] for name in formula.required]
        needed += [above[name] for name in formula.earlier]
        result = f"coalesce(cast(try({self._formula(formula, above)}) as varchar), '{UNREADABLE}')"
        missing = " or ".join(f"({each}) is null" for each in needed)
        return f"case when {missing} then null else {result} end" if needed else result

    def _formula(self, formula: Formula | None, above: dict[str, str]) -> str:
        assert formula is not None
        mapping = self.reading.mapping
        return formula_sql(
            formula.tree,
            lambda name, default: _number_or(self.refs[name], default, mapping),
            lambda name: f"try_cast({above[name]} as decimal(18, 4))",
        )

    def _prefixed(self, rule: ColumnRule, text: str) -> str:
        return f"{quoted(rule.prefix)} || {text}" if rule.prefix else text

    def _converted(self, found: dict[str, str]) -> dict[str, str]:
        """Return amounts in the account's currency where the row's own has a rate."""
        conversion = self.reading.mapping.convert
        if conversion is None or "currency" not in found:
            return found
        cases = " ".join(
            f"when {quoted(code)} then cast({rate!r} as decimal(18, 9))"
            for code, rate in conversion.rates.items()
        )
        rate = f"case upper({found['currency']}) {cases} end"
        columns = LANDING[self.reading.part.table].by_name
        money = {
            name: f"case when ({rate}) is null or ({text}) is null then {text} else coalesce("
            f"cast(try(cast(cast({text} as decimal(38, 8)) * ({rate}) as decimal(18, 4))) "
            f"as varchar), '{UNREADABLE}') end"
            for name, text in found.items()
            if columns[name].kind == "money"
        }
        currency = (
            f"case when ({rate}) is not null then {quoted(conversion.to)} "
            f"else {found['currency']} end"
        )
        return {**found, **money, "currency": currency}


def _number_or(text: str, default: str | None, mapping: Mapping) -> str:
    """Return a number; where there is none at all, the default, not where it cannot be read."""
    number = number_value(text, mapping)
    return (
        f"({number})"
        if default is None
        else f"case when {text} is null then {default} else ({number}) end"
    )


def share_windows(name: str, total: str) -> list[str]:
    """Return the sums over an order that a share is cut by, as columns of their own."""
    rows = "rows between unbounded preceding"
    order = "partition by order_key order by row_number"
    return [
        f"first_value({total} ignore nulls) over ({order} {rows} and unbounded following) "
        f"as total_{name}",
        f"sum(weight_{name}) over ({order} {rows} and current row) as upto_{name}",
        f"sum(weight_{name}) over (partition by order_key) as all_{name}",
    ]


def _share_sql(name: str, text: str) -> str:
    """Return a row's share of its order's total: what is owed up to it less what was before it.

    The shares of an order add up to its total to the last digit. If nothing has a weight, the
    first row takes all.
    """
    total, upto, whole = f"total_{name}", f"upto_{name}", f"all_{name}"

    def owed(weight: str) -> str:
        part = f"cast({total} as double) * cast({weight} as double) / cast({whole} as double)"
        return (
            f"case when {weight} = {whole} then cast({total} as decimal(38, 4)) "
            f"else cast(round({part}, {SHARE_DIGITS}) as decimal(38, 4)) end"
        )

    share = f"({owed(upto)}) - ({owed(f'({upto} - weight_{name})')})"
    return (
        f"case when {total} is null then case when {text} is not null then '{UNREADABLE}' end "
        f"when {whole} = 0 "
        f"then cast(case when row_of_order = 1 then {total} else 0 end as varchar) "
        f"else cast({share} as varchar) end"
    )


def _first(texts: object) -> str:
    several = list(texts)  # type: ignore[call-overload]
    return several[0] if len(several) == 1 else f"coalesce({', '.join(several)})"
