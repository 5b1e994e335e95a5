"""What is true of a planted sample, written beside it: never below the landing folder."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb

from orchestration.errors import InputError
from orchestration.samples.landed_file import as_source
from orchestration.samples.planted.arrivals import BalanceChange, write_file
from orchestration.samples.planted.catalogue import RANDOMISED, TARGETED
from orchestration.samples.planted.overlap import bayes_error
from orchestration.samples.planted.people import customer_id, day_of
from orchestration.samples.planted.stays import BEHAVIOUR
from orchestration.samples.planted.world import (
    BAYES_ERROR,
    MEASURES,
    NEEDS,
    NEVER,
    NOISE,
    SEGMENTS,
    PlantedSpec,
    date_of,
)

SPEC_FILE = "spec.json"
STAY_KINDS = ("stay", "stay after a move", "campaign", "first order")


def write_spec(spec: PlantedSpec, truth: Path) -> float:
    """Write what was planted; return the Bayes error of its segments.

    Raises
    ------
    InputError
        If another sample is there: their files would be mixed.
    """
    planted = {name: str(value) for name, value in asdict(spec).items()}
    path = truth / SPEC_FILE
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))["specification"]
        if there != planted:
            raise InputError(
                f"Another planted sample is in {truth.parent}: "
                f"{', '.join(f'{name} {value}' for name, value in there.items())}. Set STRATA_HOME "
                "to an empty folder for this one. Nothing was landed."
            )
    error = bayes_error(NOISE[spec.overlap])
    told = {
        "specification": planted,
        "noise": NOISE[spec.overlap],
        "bayes_error": {"nominal": BAYES_ERROR[spec.overlap], "monte_carlo": error},
    }
    truth.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return error


def write_people(connection: duckdb.DuckDBPyConnection, truth: Path, first: int, last: int) -> None:
    """Write the customers registered within some days, and the spans of their behaviour."""
    segments = [each.name for each in SEGMENTS]
    points = ", ".join(f"{name}, {name}_after" for name in MEASURES)
    write_file(
        connection,
        f"""
        select
            customer_id,
            {day_of("acquired_day")} as acquired_on,
            case when churn_day < {NEVER} then {day_of("churn_day")} end as churn_date,
            ({segments!r})[segment] as segment,
            ({segments!r})[segment_after] as segment_after_move,
            {day_of("moved_day")} as moved_on,
            ({list(NEEDS)!r})[need] as need,
            psychographic,
            risk_appetite,
            credit_class,
            round({BEHAVIOUR["deal_proneness"]}, 6) as deal_proneness,
            case when profile_no <> customer_no then {customer_id("profile_no")} end
                as same_person_as,
            case when is_treated then 'treatment' when not is_treated then 'control' end
                as {RANDOMISED.replace("-", "_")}_arm,
            {points}
        from people
        where acquired_day between {first} and {last}
        order by customer_no
        """,
        truth / f"customers-{date_of(last)}.parquet",
    )
    write_file(
        connection,
        f"""
        select
            {customer_id("customer_no")} as customer_id,
            ({list(STAY_KINDS)!r})[1 + kind] as kind,
            ({segments!r})[segment] as segment,
            {day_of("from_day")} as valid_from,
            case when to_day < {NEVER} then {day_of("to_day")} end as valid_to,
            {", ".join(BEHAVIOUR)}
        from stays
        semi join (select customer_no from people where acquired_day between {first} and {last})
            using (customer_no)
        order by customer_no, stays.kind
        """,
        truth / f"stays-{date_of(last)}.parquet",
    )


def write_constants(connection: duckdb.DuckDBPyConnection, spec: PlantedSpec, truth: Path) -> None:
    """Write the segments' centres and rates, and the campaigns' effects on the order rate."""
    centres = ", ".join(MEASURES)
    segments = ", ".join(
        f"('{each.name}', {each.share}, {each.yearly_churn}, {each.score}, "
        f"{', '.join(map(str, each.centre))})"
        for each in SEGMENTS
    )
    write_file(
        connection,
        f"select * from (values {segments}) as segments"
        f"(segment, customer_share, yearly_churn, expected_nps_score, {centres})",
        truth / "segments.parquet",
    )
    days = {RANDOMISED: spec.campaign_day, TARGETED: spec.targeted_day}
    effects = ", ".join(
        f"('{campaign}', '{each.name}', date '{day}', "
        f"{each.campaign_effect if campaign == RANDOMISED else 1.0}, {campaign == RANDOMISED})"
        for campaign, day in days.items()
        for each in SEGMENTS
    )
    write_file(
        connection,
        f"select * from (values {effects}) as effects"
        "(campaign_id, segment, starts_on, order_rate_factor, is_randomised)",
        truth / "campaign_effects.parquet",
    )


def write_balance(
    connection: duckdb.DuckDBPyConnection,
    truth: Path,
    day: date,
    changes: Iterable[BalanceChange],
) -> None:
    """Write what the arrival of a day changes in the balance of its own and of earlier files."""
    connection.execute(
        "create or replace temp table balance_changes (source_table varchar, file_name varchar, "
        "reason varchar, rows_in bigint, accepted bigint, duplicates bigint, superseded bigint, "
        "rejected bigint)"
    )
    connection.executemany(
        "insert into balance_changes values (?, ?, ?, ?, ?, ?, ?, ?)",
        [tuple(asdict(change).values()) for change in changes],
    )
    write_file(
        connection,
        f"select date '{day}' as arrived_on, * from balance_changes order by all",
        truth / f"balance-{day}.parquet",
    )


def expected_balance(truth: Path, until: date) -> list[tuple[str, str, int, int, int, int, int]]:
    """Return what the row balance has to be once everything up to a day has arrived.

    Returns
    -------
    Table, file, rows in, accepted, duplicates, superseded, rejected.
    """
    with duckdb.connect(":memory:") as connection:
        return connection.execute(
            """
            select
                source_table, file_name, sum(rows_in)::bigint, sum(accepted)::bigint,
                sum(duplicates)::bigint, sum(superseded)::bigint, sum(rejected)::bigint
            from read_parquet(?)
            where arrived_on <= ?
            group by all
            order by all
            """,
            [f"{as_source(truth)}/balance-*.parquet", until],
        ).fetchall()
