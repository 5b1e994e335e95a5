"""What customers did, kept from night to night, against a single night over all files."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tests.definitions.conftest import World

NOON = datetime.fromisoformat("2026-03-31T12:00")
LAST = NOON.date()
CHAIN = (
    "path:models/staging path:models/core night_customers bands landed_age_bands product_groups "
    "recounted_customers numbered_customers customer_product_spend customer_category_sums "
    "customer_product_preferences customer_category_spend customer_channels customer_stores "
    "customer_day_parts retouched_customers touch_spans customer_touches counted_products "
    "counted_night"
)
TOLD = {
    "spend": """
        select customers.customer_id, groups.department, groups.category, groups.brand,
            spends.sale_amount, spends.discount_amount, spends.lines
        from features.customer_product_spend as spends
        left join features.numbered_customers as customers using (customer_number)
        left join features.product_groups as groups using (product_group)
    """,
    "categories": "select * from features.customer_category_spend",
    # As `strata reconcile` compares it.
    "preferences": "select * from features.customer_product_preferences",
    "channels": "select * from features.customer_channels",
    "stores": "select * from features.customer_stores",
    "parts of the day": "select * from features.customer_day_parts",
    "touches": "select * from features.customer_touches",
}
Files = list[tuple[str, list[dict[str, Any]]]]


def product(product_id: str, category: str | None, brand: str | None = None) -> dict[str, Any]:
    return {"product_id": product_id, "category": category, "brand": brand}


def lines(rng: random.Random, first: int, last: int, count: int) -> list[dict[str, Any]]:
    """Draw sale lines of days relative to `LAST`; keys repeat, so that later ones supersede."""
    drawn = {}
    for _ in range(count):
        day = rng.randint(first, last)
        order_id = f"o{rng.randint(1, 150)}"
        drawn[order_id] = {
            "order_id": order_id,
            "line_id": "1",
            "customer_id": rng.choice([None, *(f"c{n:02}" for n in range(30))]),
            "product_id": rng.choice("abcdex"),
            "ordered_at": NOON + timedelta(days=day, hours=rng.randint(-6, 6)),
            "channel": rng.choice([None, "app", "store", "web"]),
            "store_id": rng.choice([None, "s1", "s2"]),
            "transaction_type": "sale",
            "amount": rng.randint(1, 20),
            "discount_amount": rng.choice([None, 1]),
        }
    return list(drawn.values())


def events(rng: random.Random, first: int, last: int, count: int) -> list[dict[str, Any]]:
    """Draw events of days relative to `LAST`; keys repeat, so that later ones supersede."""
    drawn = {}
    for _ in range(count):
        event_id = f"e{rng.randint(1, 80)}"
        drawn[event_id] = {
            "event_id": event_id,
            "customer_id": f"c{rng.randint(0, 29):02}",
            "event_type": rng.choice(["page_view", "email_sent", "review"]),
            "occurred_at": NOON + timedelta(days=rng.randint(first, last)),
            "channel": rng.choice([None, "web", "email"]),
            "campaign_id": rng.choice([None, "spring"]),
            "value": rng.choice([None, 1, 5]),
        }
    return list(drawn.values())


def one_event(customer_id: str, day: int) -> dict[str, Any]:
    """Return an event of somebody who has no other: nothing else has them told anew."""
    [seen] = events(random.Random(0), day, day, 1)  # noqa: S311
    return {**seen, "customer_id": customer_id, "event_id": customer_id, "event_type": "search"}


def one_line(customer_id: str, day: int) -> dict[str, Any]:
    """Return a sale of somebody who buys once: nothing else has them told anew."""
    [sold] = lines(random.Random(0), day, day, 1)  # noqa: S311
    return {**sold, "customer_id": customer_id, "order_id": customer_id, "product_id": "b"}


def nights() -> list[tuple[date, Files]]:
    """Return nights with what lands before each: all ways in which old figures go wrong."""
    rng = random.Random(4)  # noqa: S311
    return [
        (
            LAST,
            [
                ("transactions", lines(rng, -500, 0, 250)),
                (
                    "transactions",
                    [one_line(customer, -100) for customer in ("quiet", "leaves", "later")],
                ),
                ("engagement_events", events(rng, -500, 0, 120)),
                (
                    "engagement_events",
                    [one_event("looks", 15), one_event("corrected", -50), one_event("still", -9)],
                ),
                (
                    "products",
                    [
                        product("a", "bread", "A"),
                        product("b", "dairy", "B"),
                        product("c", "dairy", "A"),
                        product("d", None),
                    ],
                ),
            ],
        ),
        # New and superseding lines, some late, some of days to come; a product nobody knew.
        (
            LAST + timedelta(days=1),
            [
                ("transactions", lines(rng, -400, 30, 15)),
                ("transactions", [{**one_line("later", 10), "order_id": "to come"}]),
                ("engagement_events", events(rng, -400, 30, 10)),
                ("engagement_events", [{**one_event("corrected", -50), "channel": "app"}]),
                ("products", [product("e", "bread", "A")]),
            ],
        ),
        # Days leave the window, others come to pass; somebody refuses.
        (
            LAST + timedelta(days=20),
            [("customers", [{"customer_id": "leaves", "profiling_consent": False}])],
        ),
        # Somebody is new and comes first by id, a category comes before others.
        (
            LAST + timedelta(days=22),
            [
                ("transactions", [one_line("b00", 5)]),
                ("products", [product("a", "apples", "A"), product("x", "toys", "T")]),
            ],
        ),
        # An earlier night.
        (LAST + timedelta(days=3), []),
        (
            LAST + timedelta(days=23),
            [
                ("transactions", lines(rng, -10, 23, 10)),
                ("engagement_events", events(rng, -10, 23, 10)),
            ],
        ),
    ]


def told(world: World) -> dict[str, Counter[tuple[Any, ...]]]:
    return {
        name: Counter(map(tuple, world.query(sql).astype(object).fillna("").to_numpy().tolist()))
        for name, sql in TOLD.items()
    }


def test_what_was_bought_is_the_same_night_by_night_and_at_once(
    new_world: Callable[..., World],
) -> None:
    lived = new_world()
    landed: Files = []
    kept = []
    for as_of_date, files in nights():
        for table, rows in files:
            lived.land(table, rows)
        landed += files
        lived.run(as_of_date, CHAIN)
        at_once = new_world()
        for table, rows in landed:
            at_once.land(table, rows)
        at_once.run(as_of_date, CHAIN)

        found, expected = told(lived), told(at_once)
        for name, rows in expected.items():
            assert rows, name
            assert found[name] == rows, (as_of_date, name, found[name] - rows, rows - found[name])
        kept.append(
            lived.query(
                "select customer_id from features.numbered_customers where customer_id not in "
                "(select customer_id from features.recounted_customers)"
            )["customer_id"].tolist()
        )

    # The first night and the earlier one keep nothing.
    assert [bool(customers) for customers in kept] == [False, True, True, True, False, True]
    assert all("quiet" in customers for customers in kept[1:3])


def test_with_other_settings_everybody_is_told_anew(new_world: Callable[..., World]) -> None:
    other = {
        "channel": {"online": ["store"], "store": ["web"]},
        "preferences": {"day_parts": [2, 9, 13, 16]},
        "journey_stage": {"considering_events": ["review"], "review_rating": 5},
    }
    lived, at_once = new_world(), new_world(**other)
    [(_, files), *_] = nights()
    for world in (lived, at_once):
        for table, rows in files:
            world.land(table, rows)
    lived.run(LAST, CHAIN)
    before = told(lived)
    lived.settings = at_once.settings
    for world in (lived, at_once):
        world.run(LAST, CHAIN)

    found, expected = told(lived), told(at_once)
    assert found == expected
    differing = {name for name, rows in before.items() if rows != expected[name]}
    assert differing == {"channels", "parts of the day", "touches"}


def test_after_a_night_that_broke_off_everybody_is_told_anew(
    new_world: Callable[..., World],
) -> None:
    world = new_world()
    [(_, files), *_] = nights()
    for table, rows in files:
        world.land(table, rows)
    world.run(LAST, CHAIN)
    before = told(world)
    world.execute("insert into ops.core_intake values (false)")
    world.execute("update features.customer_product_spend set sale_amount = 0")
    world.run(LAST, CHAIN)

    assert told(world) == before
    assert world.query("select bool_and(is_everybody) from features.recounted_customers").iat[0, 0]
