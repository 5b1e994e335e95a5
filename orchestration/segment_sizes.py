"""Which segments emptied or jumped since the night before."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from orchestration.alert_settings import SegmentSizeSettings

MAX_DAYS_BETWEEN = 8
"""Nights of a week apart are compared; sizes of months apart differ, and nobody is to act on it."""


@dataclass(frozen=True)
class SizeChange:
    """One segment whose size changed by more than the settings let pass."""

    scheme: str
    segment_id: str
    segment_name: str
    previous_night: str
    previous_customers: int
    customers: int

    @property
    def is_emptied(self) -> bool:
        return self.customers == 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def size_changes(
    connection: duckdb.DuckDBPyConnection, night: date, settings: SegmentSizeSettings
) -> list[SizeChange]:
    """Return the segments that emptied or jumped, by scheme and id.

    A night is compared with the latest one before it. Schemes whose own rules or settings changed
    in between are left out: there the account moved its customers itself. One that became not
    available counts as emptied.
    """
    rows = connection.execute(
        """
        with previous as (
            select max(as_of_date) as night from segments.segment_nights
            where as_of_date < $night and as_of_date >= $oldest
        ),
        sizes as (
            select
                scheme, segment_id,
                coalesce(sum(customers) filter (where as_of_date = $night), 0) as customers,
                coalesce(sum(customers) filter (where as_of_date < $night), 0) as before,
                (select night from previous) as previous_night
            from segments.segment_nights
            where as_of_date = $night or as_of_date = (select night from previous)
            group by all
        ),
        schemes as (
            select
                scheme,
                max(scheme_version) filter (where as_of_date = $night) as version,
                max(scheme_version) filter (where as_of_date < $night) as version_before
            from segments.segment_nights
            where as_of_date = $night or as_of_date = (select night from previous)
            group by all
        ),
        names as (
            select segment_id, max(segment_name) as segment_name
            from marts.dim_segments
            group by all
        ),
        unavailable as (
            select distinct scheme from marts.dim_segments where status = 'not_available'
        )
        select
            sizes.scheme, sizes.segment_id,
            coalesce(names.segment_name, sizes.segment_id) as segment_name,
            cast(sizes.previous_night as varchar), cast(sizes.before as bigint),
            cast(sizes.customers as bigint)
        from sizes
        join schemes using (scheme)
        left join names using (segment_id)
        where
            schemes.version_before is not null
            and (
                schemes.version = schemes.version_before
                or (schemes.version is null and scheme in (select scheme from unavailable))
            )
            and abs(sizes.customers - sizes.before) >= $least
            and (
                sizes.customers = 0
                or abs(sizes.customers - sizes.before) > $share * sizes.before
            )
        order by sizes.scheme, sizes.segment_id
        """,
        {
            "night": night,
            "oldest": night - timedelta(days=MAX_DAYS_BETWEEN),
            "least": settings.min_customers,
            "share": settings.jump_share,
        },
    ).fetchall()
    return [SizeChange(*row) for row in rows]
