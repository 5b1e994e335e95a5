"""The names of segments, in the order in which their predicates are tried."""

from collections.abc import Mapping

from models.predicates import Condition, NameRule

NAME_Z = 0.3
"""Scaled units from the base; nearer than this a segment is like everybody."""
FAR_Z = 1.0
"""Scaled units from which a segment is far from the base."""
NAME_SLACK = 0.15
"""Scaled units by which limits are eased for a name already given, lest it flicker at a refit."""

FREQUENCY = ("orders_365d", "active_months_365d")
SIZE = ("average_order_value_365d", "lines_per_order_365d")
RECENCY = ("recency_days",)
DISCOUNT = ("discount_share_365d",)
RETURNS = ("return_share_365d",)
BREADTH = ("department_breadth_365d",)
ENGAGEMENT = ("engagement_events_90d",)


def _above(features: tuple[str, ...], z: float = NAME_Z) -> Condition:
    return Condition(features, z)


def _below(features: tuple[str, ...], z: float = NAME_Z) -> Condition:
    return Condition(features, -z)


NAME_RULES: tuple[NameRule, ...] = (
    NameRule(
        "Heavy Returners",
        "高退货客户",
        "Send back far more of what they buy than others do.",
        "退货量远高于其他客户。",
        "Find out why goods come back (size, description, quality) before selling more.",
        "先查明退货原因（尺码、描述、质量），再推动更多销售。",
        (_above(RETURNS, FAR_Z),),
    ),
    NameRule(
        "Deal-Seeking Regulars",
        "常购优惠型客户",
        "Order often and mostly at a discount.",
        "经常下单，且多在优惠时购买。",
        "Lead with early access and bundles; test smaller discounts.",
        "以优先购买和组合优惠为主；尝试较小的折扣。",
        (_above(FREQUENCY), _above(DISCOUNT, FAR_Z)),
    ),
    NameRule(
        "Deal Seekers",
        "优惠驱动型客户",
        "Buy mostly at a discount.",
        "多在优惠时购买。",
        "Reserve for clearance and promotions; hold full-price mailings back.",
        "留给清仓和促销活动；不要发送原价商品邮件。",
        (_above(DISCOUNT, FAR_Z),),
    ),
    NameRule(
        "Big-Basket Regulars",
        "常购大单客户",
        "Order often, and much each time.",
        "经常下单，且每次购买很多。",
        "Protect: best service, early access, no discount needed.",
        "重点维护：最好的服务、优先购买，无需折扣。",
        (_above(FREQUENCY), _above(SIZE)),
    ),
    NameRule(
        "Small-Basket Regulars",
        "常购小单客户",
        "Order often, but little each time.",
        "经常下单，但每次购买不多。",
        "Raise the basket: add-ons, multi-buys, a threshold for free delivery.",
        "提高客单：加购推荐、多件优惠、满额包邮。",
        (_above(FREQUENCY), _below(SIZE)),
    ),
    NameRule(
        "Regulars",
        "常购客户",
        "Order often, with baskets like everybody's.",
        "经常下单，每次购买量与众人相近。",
        "Keep the habit: reminders in their rhythm, loyalty rewards.",
        "保持习惯：按其节奏提醒，提供忠诚奖励。",
        (_above(FREQUENCY),),
    ),
    NameRule(
        "Drifted Big Baskets",
        "沉睡大单客户",
        "Order rarely and long ago, but much when they do.",
        "很少下单且已久未购买，但每次购买很多。",
        "Win back personally: what they stocked up on, a reason to return now.",
        "个性化挽回：他们曾囤购的商品，以及现在回来的理由。",
        (_below(FREQUENCY, FAR_Z), _above(RECENCY, FAR_Z), _above(SIZE)),
    ),
    NameRule(
        "Drifted Small Baskets",
        "沉睡小单客户",
        "Order rarely and long ago, and little when they do.",
        "很少下单且已久未购买，每次购买也不多。",
        "Spend little: one automatic win-back, then only low-cost channels.",
        "少投入：一次自动挽回，之后只用低成本渠道。",
        (_below(FREQUENCY, FAR_Z), _above(RECENCY, FAR_Z), _below(SIZE)),
    ),
    NameRule(
        "Drifted Buyers",
        "沉睡客户",
        "Order rarely and have been away for long.",
        "很少下单，且已离开很久。",
        "One win-back with a clear reason to return, then low-cost channels.",
        "以明确的理由挽回一次，之后使用低成本渠道。",
        (_below(FREQUENCY, FAR_Z), _above(RECENCY, FAR_Z)),
    ),
    NameRule(
        "Big-Basket Occasionals",
        "偶购大单客户",
        "Order seldom, but much each time.",
        "很少下单，但每次购买很多。",
        "Give occasions between the large orders: reminders, refills, events.",
        "在大单之间创造购买时机：提醒、补货、活动。",
        (_below(FREQUENCY), _above(SIZE)),
    ),
    NameRule(
        "Small-Basket Occasionals",
        "偶购小单客户",
        "Order seldom, and little each time.",
        "很少下单，每次购买也不多。",
        "Develop cheaply: a second category, a reason for the next order.",
        "低成本培养：第二个品类，以及下一单的理由。",
        (_below(FREQUENCY), _below(SIZE)),
    ),
    NameRule(
        "Occasionals",
        "偶购客户",
        "Order seldom, with baskets like everybody's.",
        "很少下单，每次购买量与众人相近。",
        "Shorten the gap: a reminder before their usual next order.",
        "缩短间隔：在其通常的下一单之前提醒。",
        (_below(FREQUENCY),),
    ),
    NameRule(
        "Big-Basket Buyers",
        "大单客户",
        "Order as often as others, but more each time.",
        "下单频率与他人相近，但每次购买更多。",
        "Offer what goes with large orders: delivery, stock advice, premium lines.",
        "提供适合大单的服务：配送、囤货建议、高端系列。",
        (_above(SIZE),),
    ),
    NameRule(
        "Small-Basket Buyers",
        "小单客户",
        "Order as often as others, but less each time.",
        "下单频率与他人相近，但每次购买更少。",
        "Raise the basket: add-ons and multi-buys.",
        "提高客单：加购推荐和多件优惠。",
        (_below(SIZE),),
    ),
    NameRule(
        "Engaged Browsers",
        "高互动客户",
        "Read, click and visit more than others, and buy like everybody.",
        "阅读、点击和访问多于他人，购买与众人相近。",
        "Turn attention into orders: follow up on what they looked at.",
        "把关注变成订单：跟进他们浏览过的商品。",
        (_above(ENGAGEMENT),),
    ),
    NameRule(
        "Explorers",
        "广泛选购客户",
        "Buy from more departments than others.",
        "购买的部门多于他人。",
        "Show what is new across the range.",
        "展示各品类的新品。",
        (_above(BREADTH),),
    ),
    NameRule(
        "Specialists",
        "专一选购客户",
        "Buy from fewer departments than others.",
        "购买的部门少于他人。",
        "Open a second department that buyers of theirs also use.",
        "引导其尝试同类客户也购买的第二个部门。",
        (_below(BREADTH),),
    ),
    NameRule(
        "Quiet Lately",
        "近期沉寂客户",
        "Like others in all but this: the last order was longer ago.",
        "除上次下单较久以外，与他人无异。",
        "Remind now, before the gap becomes a habit.",
        "趁间隔尚未成为习惯，现在就提醒。",
        (_above(RECENCY),),
    ),
    NameRule(
        "Recent Buyers",
        "近期购买客户",
        "Like others in all but this: the last order was recent.",
        "除近期刚下单以外，与他人无异。",
        "Follow up on the last order.",
        "跟进上一单。",
        (_below(RECENCY),),
    ),
    NameRule(
        "Mainstream",
        "主流客户",
        "Near the average of all customers in everything.",
        "各方面都接近全体客户的平均水平。",
        "Treat as the benchmark: what works here works in general.",
        "作为基准：对他们有效的做法，一般也有效。",
        (),
    ),
)
"""First rule that holds gives the name; the last holds for every profile."""


def first_rule(z_by_feature: Mapping[str, float], *, relief: float = 0.0) -> NameRule:
    """Return the first rule that the profile meets, with limits eased by `relief`."""
    return next(rule for rule in NAME_RULES if rule.holds(z_by_feature, relief=relief))


def rule_kept(name: str, z_by_feature: Mapping[str, float]) -> NameRule | None:
    """Return the rule of a name already given, if the name is still true of the profile.

    It is while its own rule holds with eased limits, and no earlier rule holds with stricter
    ones: between two names the given one stays, but no segment keeps a name that has become wrong.
    """
    rule = next((rule for rule in NAME_RULES if rule.name == name), None)
    if rule is None or not rule.holds(z_by_feature, relief=NAME_SLACK):
        return None
    strict = first_rule(z_by_feature, relief=-NAME_SLACK)
    return rule if NAME_RULES.index(rule) <= NAME_RULES.index(strict) else None
