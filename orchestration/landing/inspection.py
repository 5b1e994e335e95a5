"""The findings of `strata check`, for a person and for a program."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from orchestration.availability import SchemeOutlook
from orchestration.landing.databases.inspection import DatabaseInspection
from orchestration.landing_schema import LANDING
from orchestration.own_rule_counts import NO_RULES, RuleCounts


@dataclass(frozen=True)
class FileInspection:
    """One landing file; `status` is `new`, `loaded` or `copy`.

    It is `unknown` if raw is in use or the file cannot be read.

    `mapping` and `pattern` say by which entry of `landing.mapping` it is read, `left_out` how many
    of its rows that entry does not take for this table.
    """

    table: str
    name: str
    status: str
    rows: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    nulled: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    currencies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    mapping: str | None = None
    pattern: str | None = None
    left_out: int = 0


@dataclass(frozen=True)
class LandingInspection:
    """Everything found: `problems` stop the night, `warnings` do not."""

    files: tuple[FileInspection, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    schemes: tuple[SchemeOutlook, ...] = ()
    own_rules: RuleCounts = NO_RULES
    databases: tuple[DatabaseInspection, ...] = ()

    @property
    def is_usable(self) -> bool:
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints: dates as text."""
        files = [asdict(each) for each in self.files]
        for each in files:
            for name in ("first_day", "last_day"):
                each[name] = each[name].isoformat() if each[name] else None
        return {
            "is_usable": self.is_usable,
            "files": files,
            "problems": list(self.problems),
            "warnings": list(self.warnings),
            "schemes": [asdict(each) for each in self.schemes],
            "own_rules": asdict(self.own_rules),
            "databases": [each.to_dict() for each in self.databases],
        }

    def to_text(self) -> str:
        """Return the same for a person: tables, their files, then what is wrong."""
        lines: list[str] = []
        for table in LANDING:
            files = [each for each in self.files if each.table == table]
            if not files:
                continue
            rows = sum(each.rows for each in files)
            lines.append(f"{table}: {len(files)} file{'s' * (len(files) > 1)}, {rows:,} rows")
            for each in files:
                lines.extend(_file_lines(each))
        absent = [table for table in LANDING if table not in {each.table for each in self.files}]
        if absent:
            lines.append(f"no files: {', '.join(absent)}")
        for database in self.databases:
            lines += database.to_lines()
        lines += _scheme_lines(self.schemes) + _rule_lines(self.own_rules)
        lines += [f"warning: {each}" for each in self.warnings]
        lines += [f"problem: {each}" for each in self.problems]
        return "\n".join(lines)


def _file_lines(each: FileInspection) -> list[str]:
    days = f", {each.first_day} to {each.last_day}" if each.first_day else ""
    money = f", {', '.join(each.currencies)}" if each.currencies else ""
    lines = [f"  {each.name} ({each.status}): {each.rows:,} rows{days}{money}"]
    if each.mapping:
        others = f"; {each.left_out:,} other rows are not taken for this table"
        lines.append(
            f"    by the mapping {each.mapping} (landing/{each.pattern})"
            + (others if each.left_out else "")
        )
    if each.rejected:
        lines.append(f"    rejected: {_counts(each.rejected)}")
    if each.nulled:
        lines.append(f"    unreadable or out of range, taken as missing: {_counts(each.nulled)}")
    if each.unknown_columns:
        lines.append(f"    not in the contract, kept: {', '.join(each.unknown_columns)}")
    if each.missing_columns:
        lines.append(f"    not there: {', '.join(each.missing_columns)}")
    return lines


def _scheme_lines(schemes: tuple[SchemeOutlook, ...]) -> list[str]:
    """Say which schemes the next night will have; one that will not be there is no problem."""
    if not schemes:
        return []
    there = [each.scheme for each in schemes if each.is_available]
    lines = [f"schemes of the next night: {', '.join(there) or 'none'}"]
    for each in schemes:
        if each.is_available is None:
            lines.append(f"  {each.scheme}: the night decides; {each.reason}")
        elif not each.is_available:
            lines.append(f"  {each.scheme}: not available; {each.reason}")
    return lines


def _rule_lines(rules: RuleCounts) -> list[str]:
    """Say how many customers of the last night each own rule takes."""
    if rules.problem:
        return [f"own rules: {rules.problem}"]
    if not rules.counts:
        return []
    lines = [f"own rules, on the customers of the night of {rules.as_of_date}:"]
    for each in rules.counts:
        taken = each.met - each.customers
        also = f" ({taken:,} more meet it and are taken by a rule above)" if taken else ""
        lines.append(
            f"  {each.segment_id}: {each.customers:,} customers, spend_365d "
            f"{each.spend_365d:,.2f}{also}"
        )
    return lines


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
