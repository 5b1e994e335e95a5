"""The words for behaviour features: labels, comparatives and sentences with real values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class FeatureWords:
    """How one feature is spoken of.

    `label` and `label_zh` name it; `more` and `less` (and `_zh`) say that a segment has more or
    less of it than others; `figure` writes a mean beside its label; `amount` writes a value in a
    sentence; `sentence` says a customer's own value, with the amount that is typical beside it.
    """

    label: str
    label_zh: str
    more: str
    less: str
    more_zh: str
    less_zh: str
    figure: Callable[[float], str]
    amount: Callable[[float], str]
    sentence: Callable[[float, str], str]


def number(value: float) -> str:
    """Write a count or mean with as many digits as a reader needs."""
    if abs(value) >= 9.95:
        return f"{value:,.0f}"
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def money(value: float) -> str:
    """Write an amount in the account currency; cents only where they matter."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


def share(value: float) -> str:
    """Write a share in [0, 1] as a percentage."""
    return f"{value:.0%}"


def _days(value: float) -> str:
    return "1 day" if round(value) == 1 else f"{value:,.0f} days"


def _rhythm(orders: float) -> str:
    """Write orders in 365 days as a rhythm."""
    if orders < 1.5:
        return "about once a year"
    days = DAYS_PER_YEAR / orders
    return "about every day" if days < 1.5 else f"about every {days:,.0f} days"


def _plural(value: float, one: str, many: str) -> str:
    return f"{number(value)} {one if number(value) == '1' else many}"


WORDS: Mapping[str, FeatureWords] = {
    "recency_days": FeatureWords(
        "days since the last order",
        "距上次下单天数",
        "longer away",
        "ordered more recently",
        "较久未购",
        "近期有购",
        number,
        lambda value: f"{_days(value)} ago",
        lambda value, typical: (
            f"ordered on the last day (typical: {typical})"
            if value < 0.5
            else f"last ordered {_days(value)} ago (typical: {typical})"
        ),
    ),
    "orders_365d": FeatureWords(
        "orders in 365 days",
        "近365天订单数",
        "more orders",
        "fewer orders",
        "订单更多",
        "订单更少",
        number,
        _rhythm,
        lambda value, typical: f"orders {_rhythm(value)} (typical: {typical})",
    ),
    "average_order_value_365d": FeatureWords(
        "average order value",
        "平均订单金额",
        "larger orders",
        "smaller orders",
        "客单价更高",
        "客单价更低",
        money,
        money,
        lambda value, typical: f"spends {money(value)} per order (typical: {typical})",
    ),
    "lines_per_order_365d": FeatureWords(
        "lines per order",
        "每单行数",
        "fuller baskets",
        "emptier baskets",
        "每单商品更多",
        "每单商品更少",
        number,
        number,
        lambda value, typical: (
            f"puts {_plural(value, 'line', 'lines')} in an order (typical: {typical})"
        ),
    ),
    "active_months_365d": FeatureWords(
        "months with an order",
        "有订单的月数",
        "active in more months",
        "active in fewer months",
        "活跃月份更多",
        "活跃月份更少",
        number,
        number,
        lambda value, typical: (
            f"ordered in {_plural(value, 'month', 'months')} of the last year (typical: {typical})"
        ),
    ),
    "discount_share_365d": FeatureWords(
        "discount share",
        "折扣占比",
        "more discounts",
        "fewer discounts",
        "更多使用折扣",
        "更少使用折扣",
        share,
        share,
        lambda value, typical: (
            f"buys without discounts (typical: {typical} off)"
            if share(value) == "0%"
            else f"gets {share(value)} off through discounts (typical: {typical})"
        ),
    ),
    "return_share_365d": FeatureWords(
        "return share",
        "退货占比",
        "more returns",
        "fewer returns",
        "退货更多",
        "退货更少",
        share,
        share,
        lambda value, typical: (
            f"returned nothing (typical: {typical} of purchases)"
            if value <= 0
            else f"returns {share(value)} of purchases (typical: {typical})"
        ),
    ),
    "department_breadth_365d": FeatureWords(
        "departments bought from",
        "购买部门数",
        "more departments",
        "fewer departments",
        "品类更广",
        "品类更窄",
        number,
        number,
        lambda value, typical: (
            f"buys from {_plural(value, 'department', 'departments')} (typical: {typical})"
        ),
    ),
    "engagement_events_90d": FeatureWords(
        "engagement events in 90 days",
        "近90天互动次数",
        "more engaged",
        "less engaged",
        "互动更多",
        "互动更少",
        number,
        number,
        lambda value, typical: (
            f"did not engage in 90 days (typical: {typical})"
            if value <= 0
            else f"engaged {_plural(value, 'time', 'times')} in 90 days (typical: {typical})"
        ),
    ),
}


def words_for(feature: str) -> FeatureWords:
    """Return the words of a feature; a feature without any is spoken of by its column name."""
    known = WORDS.get(feature)
    if known:
        return known
    label = feature.replace("_", " ")
    return FeatureWords(
        label,
        label,
        f"more {label}",
        f"less {label}",
        f"{label}较高",
        f"{label}较低",
        number,
        number,
        lambda value, typical: f"{label} is {number(value)} (typical: {typical})",
    )
