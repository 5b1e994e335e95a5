"""What the landed rows hold that schemes hang on: columns with values, order days of customers."""

from collections.abc import Iterable

import duckdb

from orchestration.availability import DataFacts, wanted_columns
from orchestration.landing.scratch import SCRATCH_VIEW
from orchestration.partitions import yesterday
from orchestration.settings import Settings

_SALES = (
    "customer_id is not null and ordered_date is not null and amount > 0 "
    "and coalesce(transaction_type, 'sale') = 'sale'"
)
_WINDOW_DAYS = 365


class FactsOfFiles:
    """Collects over files, those in the landing folder and those that only raw still knows.

    Order days are those with a line sold: what returns take back is not looked at, which overstates
    a little and costs one pass.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._columns: set[str] = set()
        self._wanted = wanted_columns()
        connection.execute("create table order_days (customer_id varchar, day date)")

    def add_scratch(self, table: str) -> None:
        """Take in the rows that stand of the file that was read last."""
        self._add(table, SCRATCH_VIEW, "reason is null")

    def add_loaded(self, here: Iterable[str]) -> None:
        """Take in rows of loaded files whose contents no longer lie in the landing folder."""
        hashes = list(here)
        gone = self._connection.execute(
            "select source_table, list(file_seq) from warehouse.raw.files "
            "where status = 'loaded' and not list_contains(?, content_sha256) "
            "group by source_table",
            [hashes],
        ).fetchall()
        for table, file_seqs in gone:
            those = ", ".join(str(each) for each in file_seqs)
            self._add(table, f"warehouse.raw.{table}", f"file_seq in ({those})")

    def to_data_facts(self, settings: Settings) -> DataFacts:
        """Return the facts as of the night that is due: yesterday, or the last day in the data."""
        last_whole_day = yesterday(settings)
        [(first, last)] = self._connection.execute(
            "select min(day), max(day) from order_days where day <= ?", [last_whole_day]
        ).fetchall()
        night = last if settings.run_until_data and last is not None else last_whole_day
        [(gaps, recent)] = self._connection.execute(
            "select coalesce(sum(days - 1), 0), "
            f"count(*) filter (where last_day > ?::date - {_WINDOW_DAYS}) from ("
            "select customer_id, count(distinct day) as days, max(day) as last_day "
            "from order_days where day <= ? group by customer_id)",
            [night, night],
        ).fetchall()
        return DataFacts(night, frozenset(self._columns), first, int(gaps), recent)

    def _add(self, table: str, relation: str, condition: str) -> None:
        unseen = [
            column
            for column in self._wanted.get(table, ())
            if f"{table}.{column}" not in self._columns
        ]
        if unseen:
            counts = ", ".join(_count(column) for column in unseen)
            row = self._connection.execute(
                f"select {counts} from {relation} where {condition}"
            ).fetchone()
            assert row is not None
            self._columns |= {
                f"{table}.{column}" for column, found in zip(unseen, row, strict=True) if found
            }
        if table == "transactions":
            self._connection.execute(
                "insert into order_days select distinct customer_id, ordered_date "
                f"from {relation} where {condition} and {_SALES}"
            )


def _count(column: str) -> str:
    """Return the SQL that counts values; of `score of nps`, those of that survey."""
    name, _, survey = column.partition(" of ")
    return f"count({name}) filter (where survey = '{survey}')" if survey else f"count({name})"
