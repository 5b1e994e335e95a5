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
        "Find out why goods come back (size, description, quality) before selling more.",
        (_above(RETURNS, FAR_Z),),
    ),
    NameRule(
        "Deal-Seeking Regulars",
        "常购优惠型客户",
        "Order often and mostly at a discount.",
        "Lead with early access and bundles; test smaller discounts.",
        (_above(FREQUENCY), _above(DISCOUNT, FAR_Z)),
    ),
    NameRule(
        "Deal Seekers",
        "优惠驱动型客户",
        "Buy mostly at a discount.",
        "Reserve for clearance and promotions; hold full-price mailings back.",
        (_above(DISCOUNT, FAR_Z),),
    ),
    NameRule(
        "Big-Basket Regulars",
        "常购大单客户",
        "Order often, and much each time.",
        "Protect: best service, early access, no discount needed.",
        (_above(FREQUENCY), _above(SIZE)),
    ),
    NameRule(
        "Small-Basket Regulars",
        "常购小单客户",
        "Order often, but little each time.",
        "Raise the basket: add-ons, multi-buys, a threshold for free delivery.",
        (_above(FREQUENCY), _below(SIZE)),
    ),
    NameRule(
        "Regulars",
        "常购客户",
        "Order often, with baskets like everybody's.",
        "Keep the habit: reminders in their rhythm, loyalty rewards.",
        (_above(FREQUENCY),),
    ),
    NameRule(
        "Drifted Big Baskets",
        "沉睡大单客户",
        "Order rarely and long ago, but much when they do.",
        "Win back personally: what they stocked up on, a reason to return now.",
        (_below(FREQUENCY, FAR_Z), _above(RECENCY, FAR_Z), _above(SIZE)),
    ),
    NameRule(
        "Drifted Small Baskets",
        "沉睡小单客户",
        "Order rarely and long ago, and little when they do.",
        "Spend little: one automatic win-back, then only low-cost channels.",
        (_below(FREQUENCY, FAR_Z), _above(RECENCY, FAR_Z), _below(SIZE)),
    ),
    NameRule(
        "Drifted Buyers",
        "沉睡客户",
        "Order rarely and have been away for long.",
        "One win-back with a clear reason to return, then low-cost channels.",
        (_below(FREQUENCY, FAR_Z), _above(RECENCY, FAR_Z)),
    ),
    NameRule(
        "Big-Basket Occasionals",
        "偶购大单客户",
        "Order seldom, but much each time.",
        "Give occasions between the large orders: reminders, refills, events.",
        (_below(FREQUENCY), _above(SIZE)),
    ),
    NameRule(
        "Small-Basket Occasionals",
        "偶购小单客户",
        "Order seldom, and little each time.",
        "Develop cheaply: a second category, a reason for the next order.",
        (_below(FREQUENCY), _below(SIZE)),
    ),
    NameRule(
        "Occasionals",
        "偶购客户",
        "Order seldom, with baskets like everybody's.",
        "Shorten the gap: a reminder before their usual next order.",
        (_below(FREQUENCY),),
    ),
    NameRule(
        "Big-Basket Buyers",
        "大单客户",
        "Order as often as others, but more each time.",
        "Offer what goes with large orders: delivery, stock advice, premium lines.",
        (_above(SIZE),),
    ),
    NameRule(
        "Small-Basket Buyers",
        "小单客户",
        "Order as often as others, but less each time.",
        "Raise the basket: add-ons and multi-buys.",
        (_below(SIZE),),
    ),
    NameRule(
        "Engaged Browsers",
        "高互动客户",
        "Read, click and visit more than others, and buy like everybody.",
        "Turn attention into orders: follow up on what they looked at.",
        (_above(ENGAGEMENT),),
    ),
    NameRule(
        "Explorers",
        "广泛选购客户",
        "Buy from more departments than others.",
        "Show what is new across the range.",
        (_above(BREADTH),),
    ),
    NameRule(
        "Specialists",
        "专一选购客户",
        "Buy from fewer departments than others.",
        "Open a second department that buyers of theirs also use.",
        (_below(BREADTH),),
    ),
    NameRule(
        "Quiet Lately",
        "近期沉寂客户",
        "Like others in all but this: the last order was longer ago.",
        "Remind now, before the gap becomes a habit.",
        (_above(RECENCY),),
    ),
    NameRule(
        "Recent Buyers",
        "近期购买客户",
        "Like others in all but this: the last order was recent.",
        "Follow up on the last order.",
        (_below(RECENCY),),
    ),
    NameRule(
        "Mainstream",
        "主流客户",
        "Near the average of all customers in everything.",
        "Treat as the benchmark: what works here works in general.",
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
