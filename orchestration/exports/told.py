"""Who the webhook's receiver has been told to hold in which segment, and what to tell it next."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.publishing import durable
from orchestration.publishing.sql import literal

_TOLD = "segment_id varchar, customer_id varchar, is_certain boolean"


@dataclass(frozen=True)
class Batch:
    """Entries and exits of one segment that go out in one POST."""

    segment_id: str
    number: int
    batches: int
    entered: tuple[str, ...]
    left: tuple[str, ...]


def told_path(home: Home, url: str) -> Path:
    """Return where it is written down what a receiver was told; another address begins anew."""
    receiver = hashlib.sha256(url.encode()).hexdigest()[:16]
    return home.exports / "webhook" / f"told-{receiver}.parquet"


def find_moves(
    connection: duckdb.DuckDBPyConnection,
    profiles: Path,
    told: Path,
    chosen: Sequence[str],
    *,
    batch_ids: int,
) -> list[tuple[str, int]]:
    """Make the temporary tables `told`, `moves` and `confirmed` of the chosen schemes and segments.

    A move is what the receiver holds and should not, or should hold and may not: the difference is
    taken from what it has confirmed, not from last night. So what it missed comes again, a night
    that is run again tells nothing twice, and a segment that is new in the settings comes whole.
    Whatever was sent without an answer may have been taken or not, and is told once more.

    Returns
    -------
    list
        Each segment that has moves, with the number of batches that they take.
    """
    is_chosen = (
        f"(list_contains({_list(chosen)}, segment_id) "
        f"or list_contains({_list(chosen)}, split_part(segment_id, '.', 1)))"
    )
    connection.execute(f"create or replace temp table told ({_TOLD})")
    if told.exists():
        connection.execute(
            f"insert into told select * from read_parquet({literal(str(told))}) where {is_chosen}"
        )
    connection.execute(
        f"""
        create or replace temp table moves as
        with
        members as (
            select segment_id, customer_id
            from marts.fct_customer_segments
            semi join read_parquet({literal(str(profiles))}) using (customer_id)
            where {is_chosen}
        ),
        differing as (
            select segment_id, customer_id, 'entered' as move from members
            anti join (select * from told where is_certain) using (segment_id, customer_id)
            union all
            select segment_id, customer_id, 'left' as move from told
            anti join members using (segment_id, customer_id)
        )
        select
            segment_id, customer_id, move,
            1 + (row_number() over (partition by segment_id order by customer_id) - 1)
                // {batch_ids} as batch
        from differing
        order by segment_id, batch
        """
    )
    connection.execute("create or replace temp table confirmed (segment_id varchar, batch bigint)")
    return connection.execute(
        "select segment_id, max(batch) from moves group by segment_id order by segment_id"
    ).fetchall()


def read_batch(
    connection: duckdb.DuckDBPyConnection, segment_id: str, number: int, of: int
) -> Batch:
    """Return one batch of a segment's moves, in order of the id."""
    rows = connection.execute(
        "select customer_id, move from moves where segment_id = ? and batch = ? "
        "order by customer_id",
        [segment_id, number],
    ).fetchall()
    return Batch(
        segment_id=segment_id,
        number=number,
        batches=of,
        entered=tuple(customer for customer, move in rows if move == "entered"),
        left=tuple(customer for customer, move in rows if move == "left"),
    )


def confirm(connection: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Note that the receiver has taken a batch."""
    connection.execute("insert into confirmed values (?, ?)", [batch.segment_id, batch.number])


def write_told(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write down what the receiver holds by now: surely, or perhaps where nothing was confirmed.

    Before anything is sent all moves are written down so; a crash then loses none of them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = durable.temporary_beside(path)
    connection.execute(
        f"""
        copy (
            select segment_id, customer_id, is_certain from told
            anti join moves using (segment_id, customer_id)
            union all
            select
                moves.segment_id, moves.customer_id, confirmed.batch is not null as is_certain
            from moves
            left join confirmed using (segment_id, batch)
            where moves.move = 'entered' or confirmed.batch is null
            order by segment_id, customer_id
        ) to {literal(str(temporary))} (format parquet)
        """
    )
    durable.put_in_place(temporary, path)


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(map(literal, names))}]"
