"""The words for behaviour features, each language beside the other."""

from collections.abc import Mapping

from models.vocabulary import (
    Language,
    Words,
    days,
    in_language,
    money,
    number,
    plural,
    rhythm,
    rhythm_zh,
    share,
)

WORDS: Mapping[str, Mapping[Language, Words]] = {
    "recency_days": {
        "en": Words(
            "days since the last order",
            "longer away",
            "ordered more recently",
            number,
            lambda value: f"{days(value)} ago",
            lambda value, typical: (
                f"ordered on the last day (typical: {typical})"
                if value < 0.5
                else f"last ordered {days(value)} ago (typical: {typical})"
            ),
        ),
        "zh": Words(
            "距上次订单天数",
            "较久未购",
            "近期有购",
            number,
            lambda value: f"{value:,.0f}天前",
            lambda value, typical: (
                f"最后一天下过单（一般：{typical}）"
                if value < 0.5
                else f"上次下单在{value:,.0f}天前（一般：{typical}）"
            ),
        ),
    },
    "orders_365d": {
        "en": Words(
            "orders in 365 days",
            "more orders",
            "fewer orders",
            number,
            rhythm,
            lambda value, typical: f"orders {rhythm(value)} (typical: {typical})",
        ),
        "zh": Words(
            "近365天订单数",
            "订单更多",
            "订单更少",
            number,
            rhythm_zh,
            lambda value, typical: f"下单频率{rhythm_zh(value)}（一般：{typical}）",
        ),
    },
    "average_order_value_365d": {
        "en": Words(
            "average order value",
            "larger orders",
            "smaller orders",
            money,
            money,
            lambda value, typical: f"spends {money(value)} per order (typical: {typical})",
        ),
        "zh": Words(
            "平均订单额",
            "客单价更高",
            "客单价更低",
            money,
            money,
            lambda value, typical: f"每单消费{money(value)}（一般：{typical}）",
        ),
    },
    "lines_per_order_365d": {
        "en": Words(
            "lines per order",
            "fuller baskets",
            "emptier baskets",
            number,
            number,
            lambda value, typical: (
                f"puts {plural(value, 'line', 'lines')} in an order (typical: {typical})"
            ),
        ),
        "zh": Words(
            "每单商品行数",
            "每单商品更多",
            "每单商品更少",
            number,
            lambda value: f"{number(value)}行",
            lambda value, typical: f"每单{number(value)}行商品（一般：{typical}）",
        ),
    },
    "active_months_365d": {
        "en": Words(
            "months with an order",
            "active in more months",
            "active in fewer months",
            number,
            number,
            lambda value, typical: (
                f"ordered in {plural(value, 'month', 'months')} of the last year "
                f"(typical: {typical})"
            ),
        ),
        "zh": Words(
            "有订单的月数",
            "活跃月份更多",
            "活跃月份更少",
            number,
            lambda value: f"{number(value)}个月",
            lambda value, typical: f"过去一年有{number(value)}个月下过单（一般：{typical}）",
        ),
    },
    "discount_share_365d": {
        "en": Words(
            "discount share",
            "more discounts",
            "fewer discounts",
            share,
            share,
            lambda value, typical: (
                f"buys without discounts (typical: {typical} off)"
                if share(value) == "0%"
                else f"gets {share(value)} off through discounts (typical: {typical})"
            ),
        ),
        "zh": Words(
            "折扣占比",
            "更多使用折扣",
            "更少使用折扣",
            share,
            share,
            lambda value, typical: (
                f"购买不用折扣（一般优惠：{typical}）"
                if share(value) == "0%"
                else f"通过折扣节省{share(value)}（一般：{typical}）"
            ),
        ),
    },
    "return_share_365d": {
        "en": Words(
            "return share",
            "more returns",
            "fewer returns",
            share,
            share,
            lambda value, typical: (
                f"returned nothing (typical: {typical} of purchases)"
                if value <= 0
                else f"returns {share(value)} of purchases (typical: {typical})"
            ),
        ),
        "zh": Words(
            "退货占比",
            "退货更多",
            "退货更少",
            share,
            share,
            lambda value, typical: (
                f"没有退货（一般退货占购买额：{typical}）"
                if value <= 0
                else f"退货占购买额的{share(value)}（一般：{typical}）"
            ),
        ),
    },
    "department_breadth_365d": {
        "en": Words(
            "departments bought from",
            "more departments",
            "fewer departments",
            number,
            number,
            lambda value, typical: (
                f"buys from {plural(value, 'department', 'departments')} (typical: {typical})"
            ),
        ),
        "zh": Words(
            "购买部门数",
            "品类更广",
            "品类更窄",
            number,
            lambda value: f"{number(value)}个",
            lambda value, typical: f"从{number(value)}个部门购买（一般：{typical}）",
        ),
    },
    "engagement_events_90d": {
        "en": Words(
            "engagement events in 90 days",
            "more engaged",
            "less engaged",
            number,
            number,
            lambda value, typical: (
                f"did not engage in 90 days (typical: {typical})"
                if value <= 0
                else f"engaged {plural(value, 'time', 'times')} in 90 days (typical: {typical})"
            ),
        ),
        "zh": Words(
            "近90天互动次数",
            "互动更多",
            "互动更少",
            number,
            lambda value: f"{number(value)}次",
            lambda value, typical: (
                f"近90天没有互动（一般：{typical}）"
                if value <= 0
                else f"近90天互动{number(value)}次（一般：{typical}）"
            ),
        ),
    },
}


def words_for(feature: str, language: Language) -> Words:
    """Return the words of a feature; a feature without any is spoken of by its column name.

    Raises
    ------
    ValueError
        If the language is none that anything is said in.
    """
    known = WORDS.get(feature)
    if known:
        return in_language(language, en=known["en"], zh=known["zh"])
    label = feature.replace("_", " ")
    return in_language(
        language,
        en=Words(
            label,
            f"more {label}",
            f"less {label}",
            number,
            number,
            lambda value, typical: f"{label} is {number(value)} (typical: {typical})",
        ),
        zh=Words(
            label,
            f"{label}较高",
            f"{label}较低",
            number,
            number,
            lambda value, typical: f"{label}为{number(value)}（一般：{typical}）",
        ),
    )
