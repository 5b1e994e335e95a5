"""Segment lists as workbooks for people: a sheet per segment and one that says what they are."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.database import closed_at_the_end
from orchestration.exports.workbook import Column, Kind, ListWorkbook, Sheet
from orchestration.publishing.sql import literal

FETCHED_ROWS = 10_000
"""Rows that are held at a time; a segment may have millions."""

COLUMNS = (
    Column("Customer", "客户编号", 22, Kind.TEXT),
    Column("In the segment since", "进入该分层日期", 14, Kind.DATE),
    Column("Before", "之前的分层", 22, Kind.TEXT),
    Column("Why", "原因", 48, Kind.TEXT),
    Column("RFM code", "RFM 代码", 10, Kind.TEXT),
    Column("Last order", "最近下单", 12, Kind.DATE),
    Column("Spend, 365 days", "近365天消费", 14, Kind.MONEY),
    Column("Leaves in 90 days (chance)", "90天内流失概率", 14, Kind.NUMBER),
    Column("Expected spend, 365 days", "未来365天预期消费", 14, Kind.MONEY),
    Column("Marketing consent", "营销同意", 11, Kind.FLAG),
    Column("E-mail consent", "邮件同意", 11, Kind.FLAG),
    Column("SMS consent", "短信同意", 11, Kind.FLAG),
    Column("Ads consent", "广告同意", 11, Kind.FLAG),
)

_READ_ME = (
    ("Sheet", "工作表", "segment_name"),
    ("Segment id", "分层编号", "segment_id"),
    ("Customers here", "此处客户数", "customers"),
    ("Who they are", "他们是谁", "description"),
    ("Rule", "规则", "rule_text"),
    ("What to do", "建议", "recommended_action"),
    ("Offer", "优惠", "offer"),
    ("Channel", "渠道", "channel"),
    ("In which words", "话术角度", "message_angle"),
    ("Contact limit", "联系上限", "contact_limit"),
    ("Allowed use", "允许用途", "allowed_use"),
)
_IN_ONE_LANGUAGE = {"segment_id", "customers"}


@dataclass(frozen=True)
class ListOrder:
    """Which list is asked for: of what night, whom it may name, in which language.

    Attributes
    ----------
    profiles
        The profiles of tonight: nobody else stands on a list.
    chosen
        Schemes and segments, as the settings name them.
    """

    night: date
    profiles: Path
    chosen: Sequence[str]
    language: str


def write_list(
    connection: duckdb.DuckDBPyConnection, scheme: str, order: ListOrder, path: Path
) -> int:
    """Write the workbook of one scheme; return the customers on it."""
    segments = _segments(connection, scheme, order)
    created = datetime(order.night.year, order.night.month, order.night.day, tzinfo=UTC)
    with closing(
        ListWorkbook(path, COLUMNS, order.language, created.replace(tzinfo=None))
    ) as workbook:
        workbook.add_read_me(_title(scheme, order), _heading(order.language), _told(segments))
        return sum(
            workbook.add_list(
                Sheet(str(segment["segment_name"]), int(segment["customers"])),
                _members(connection, scheme, str(segment["segment_id"]), order),
            )
            for segment in segments
        )


def _segments(
    connection: duckdb.DuckDBPyConnection, scheme: str, order: ListOrder
) -> list[dict[str, Any]]:
    """Return the segments of a list in order of worth, also those that nobody is in."""
    whole = scheme in order.chosen
    ids = [name for name in order.chosen if name.startswith(f"{scheme}.")]
    texts = ", ".join(
        f"segments.{text}{'_zh' if order.language == 'zh' else ''} as {text}"
        for _, _, text in _READ_ME
        if text not in _IN_ONE_LANGUAGE
    )
    result = connection.execute(
        f"""
        with members as (
            select segment_id, count(*) as customers
            from marts.fct_customer_segments
            semi join read_parquet({literal(str(order.profiles))}) using (customer_id)
            where scheme = {literal(scheme)}
            group by segment_id
        )
        select segments.segment_id, coalesce(members.customers, 0) as customers, {texts}
        from marts.dim_segments as segments
        left join members using (segment_id)
        where segments.scheme = {literal(scheme)} and segments.status = 'active'
            and (? or list_contains(?, segments.segment_id))
        order by segments.worth_rank nulls last, segments.segment_id
        """,
        [whole, ids],
    )
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _members(
    connection: duckdb.DuckDBPyConnection, scheme: str, segment_id: str, order: ListOrder
) -> Iterable[tuple[Any, ...]]:
    """Yield the rows of one sheet, who spends most first."""
    named = "segment_name_zh" if order.language == "zh" else "segment_name"
    rows = f"""
        select
            profiles.customer_id, stays.valid_from, earlier.{named}, segments.reason_1,
            profiles.rfm_code, profiles.last_order_date, profiles.spend_365d,
            profiles.churn_probability, profiles.expected_spend_365d, profiles.marketing_consent,
            profiles.email_consent, profiles.sms_consent, profiles.ads_consent
        from marts.fct_customer_segments as segments
        inner join read_parquet({literal(str(order.profiles))}) as profiles using (customer_id)
        left join marts.fct_segment_history as stays
            on segments.customer_id = stays.customer_id and segments.scheme = stays.scheme
            and stays.valid_to is null
        left join marts.dim_segments as earlier on stays.previous_segment_id = earlier.segment_id
        where segments.scheme = {literal(scheme)} and segments.segment_id = {literal(segment_id)}
        order by profiles.spend_365d desc nulls last, profiles.customer_id
        """
    with closed_at_the_end(connection.cursor()) as cursor:
        cursor.execute(rows)
        while fetched := cursor.fetchmany(FETCHED_ROWS):
            yield from fetched


def _title(scheme: str, order: ListOrder) -> str:
    if order.language == "zh":
        return f"{scheme} 分层名单，截至 {order.night}"
    return f"Lists of {scheme}, as of {order.night}"


def _heading(language: str) -> list[str]:
    return [zh if language == "zh" else en for en, zh, _ in _READ_ME]


def _told(segments: Sequence[dict[str, Any]]) -> list[list[Any]]:
    return [[segment[text] for _, _, text in _READ_ME] for segment in segments]
