"""What one run of the ingest took in, file by file."""

from dataclasses import dataclass, field

from orchestration.landing.files import IgnoredFile, LandingFile


@dataclass(frozen=True)
class IngestedFile:
    """One file of this run; `copy_of` names the file whose content it repeats.

    `left_out` counts rows that its mapping does not take: they are none of `rows_in`.
    """

    file_seq: int
    file: LandingFile
    rows_in: int
    copy_of: str | None = None
    rejected: dict[str, int] = field(default_factory=dict)
    nulled: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def rows_loaded(self) -> int:
        """Rows that now stand in `raw.<table>`."""
        return 0 if self.copy_of else self.rows_in - sum(self.rejected.values())


@dataclass(frozen=True)
class IngestReport:
    """What one run took in, in load order; `known` counts the files that were there before."""

    files: tuple[IngestedFile, ...]
    ignored: tuple[IgnoredFile, ...]
    known: int

    @property
    def rows_in(self) -> int:
        return sum(each.rows_in for each in self.files)

    @property
    def rows_loaded(self) -> int:
        return sum(each.rows_loaded for each in self.files)

    @property
    def rejected(self) -> dict[str, int]:
        """Rejected rows by reason, over all files of the run."""
        totals: dict[str, int] = {}
        for each in self.files:
            for reason, rows in each.rejected.items():
                totals[reason] = totals.get(reason, 0) + rows
        return totals

    def to_text(self) -> str:
        """Say in a few lines what came in, what did not, and what was not even looked at."""
        lines = [f"{len(self.files)} new files, {self.known} known: {self.rows_in:,} rows in"]
        for each in self.files:
            what = f"copy of {each.copy_of}" if each.copy_of else f"{each.rows_loaded:,} loaded"
            left_out = "".join(f", {rows:,} {why}" for why, rows in each.rejected.items())
            if each.left_out:
                left_out += f", {each.left_out:,} others not taken by its mapping"
            lines.append(f"{each.file.label}: {each.rows_in:,} rows, {what}{left_out}")
        lines += [f"not read: {each.path} {each.reason}" for each in self.ignored]
        return "\n".join(lines)
