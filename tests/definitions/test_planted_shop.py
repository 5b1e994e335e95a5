"""What planted customers are like is found in what they bought, where and how regularly."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from orchestration.database import in_memory
from orchestration.samples.planted.catalogue import catalogue_sql
from orchestration.samples.planted.lines import lines_sql
from orchestration.samples.planted.orders import CHANNELS, orders_sql
from orchestration.samples.planted.people import people_sql
from orchestration.samples.planted.stays import stays_sql
from orchestration.samples.planted.world import DEPARTMENTS, PlantedSpec, day_number
from orchestration.settings import Settings

SPEC = PlantedSpec(customers=2_000, days=760, seed=5)
FIRST, LAST = day_number(SPEC.first_day), day_number(SPEC.last_day)
MODELS = (
    "path:models/staging path:models/core night_customers numbered_customers +counted_order_days "
    "customer_rfm +customer_value product_groups customer_product_spend customer_category_sums "
    "customer_product_preferences category_rules next_categories customer_channels "
    "purchase_rhythms loyalty_basis customer_loyalty channel"
)
OMNICHANNEL_SHARE = 0.25


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Return the true lines of all orders, the products, and the customers behind them."""
    folder = tmp_path_factory.mktemp("planted")
    with in_memory(Settings(threads=1), folder) as connection:
        for name, sql in (
            ("catalogue", catalogue_sql()),
            ("people", people_sql(SPEC, SPEC.last_day)),
            ("stays", stays_sql(SPEC)),
            ("orders", orders_sql(SPEC, FIRST, LAST)),
            ("lines", lines_sql(SPEC, FIRST, LAST)),
        ):
            connection.execute(f"create table {name} as {sql}")
        lines = f"""
            select
                customer_id, order_id, line_id::varchar as line_id, ordered_at, product_id,
                'sale' as transaction_type, quantity, amount_cents::decimal(18, 4) * 0.01 as amount,
                discount_cents::decimal(18, 4) * 0.01 as discount_amount,
                ({list(CHANNELS)!r})[1 + channel_no] as channel
            from lines
            where day between {FIRST} and {LAST}
        """
        behaviour = """
            select
                customer_no, people.need, churn_day, count(*) as stays, min(from_day) as from_day,
                max(to_day) as to_day, max(order_interval) as order_interval,
                max(jitter) as jitter, max(breadth_power) as breadth_power
            from stays
            inner join people using (customer_no)
            group by all
        """
        names = "select customer_id, any_value(customer_no) as customer_no from orders group by all"
        customers = connection.execute(
            f"select * from ({behaviour}) inner join ({names}) using (customer_no)"
        ).df()
        return {
            "transactions": connection.execute(lines).df(),
            "products": connection.execute(
                "select product_id, category, department, brand from catalogue"
            ).df(),
            "customers": customers.dropna(subset="customer_id").set_index("customer_id"),
        }


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any], planted: dict[str, pd.DataFrame]) -> Any:
    made = new_world(channel={"omnichannel_share": OMNICHANNEL_SHARE})
    for table in ("transactions", "products"):
        rows = planted[table].astype(object)
        made.land(table, rows.where(rows.notna(), None).to_dict("records"))
    made.run(SPEC.last_day, MODELS)
    return made


@pytest.fixture(scope="module")
def bought(planted: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the lines of the last 365 days with their products, of customers."""
    lines = planted["transactions"].dropna(subset="customer_id")
    age = pd.Timestamp(SPEC.last_day) - lines["ordered_at"].dt.normalize()
    recent = lines[age.dt.days < 365]
    return recent.merge(planted["products"], on="product_id").astype({"amount": float})


def told(world: Any, table: str) -> pd.DataFrame:
    return world.query(f"select * from {table}").set_index("customer_id")


@pytest.mark.parametrize(
    ("limit", "basis", "window", "silence", "interval"),
    [(10, "quarters", 730, 183, 40), (45, "months", 365, 92, 14)],
)
def test_steady_buyers_are_super_loyal_and_whoever_left_is_not(
    world: Any,
    planted: dict[str, pd.DataFrame],
    limit: int,
    basis: str,
    window: int,
    silence: int,
    interval: float,
) -> None:
    loyalty_settings = world.settings.loyalty.model_copy(update={"median_gap_days": limit})
    world.settings = world.settings.model_copy(update={"loyalty": loyalty_settings})
    world.run(SPEC.last_day, "loyalty_basis customer_loyalty")
    loyalty = told(world, "features.customer_loyalty")
    people = planted["customers"].join(loyalty, how="inner")
    is_there = people["to_day"] > LAST
    steady = people[
        is_there & (people["from_day"] <= LAST - window) & (people["order_interval"] < interval)
    ]
    left = people[people["churn_day"] < LAST - silence]

    assert set(loyalty["basis"]) == {basis}
    assert len(steady) > 30
    assert (steady["loyalty_group"] == "super_loyal").mean() > 0.95
    assert len(left) > 100
    assert set(left["loyalty_group"]) <= {"lapsing", "trial", "none"}
    seldom = people[is_there & (people["order_interval"] > 2.5 * interval)]
    assert (seldom["loyalty_group"] == "super_loyal").mean() < 0.5


def test_the_channels_that_were_planted_are_found(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    channels = told(world, "features.customer_channels")
    segments = told(world, "segments.channel")["segment_id"]
    people = planted["customers"].join(channels, how="inner").join(segments)
    orders = people["online_orders"] + people["store_orders"]
    many = people[orders >= 12].assign(
        online_share=people["online_orders"] / orders, group=people["customer_no"] % 5
    )
    # Of six equally likely draws 1 + customer_no % 5 are online.
    shares = many.groupby("group")["online_share"].mean()
    assert shares.tolist() == pytest.approx([(1 + group) / 6 for group in range(5)], abs=0.05)

    found = many.groupby("group")["segment_id"].agg(lambda ids: ids.mode()[0])
    assert found.tolist() == [
        "channel.store",
        "channel.omnichannel",
        "channel.omnichannel",
        "channel.omnichannel",
        "channel.online",
    ]


def test_the_department_of_a_need_is_preferred(
    world: Any, planted: dict[str, pd.DataFrame], bought: pd.DataFrame
) -> None:
    preferences = told(world, "features.customer_product_preferences")
    people = planted["customers"].join(preferences, how="inner")
    lines = bought.groupby("customer_id").size().reindex(people.index).fillna(0)
    focused = people[(people["breadth_power"] > 2.5) & (lines >= 30)]
    home = focused["need"].map(lambda need: DEPARTMENTS[3 * need % len(DEPARTMENTS)])

    assert len(focused) > 50
    assert (focused["preferred_department"] == home).mean() > 0.7


def test_preferences_are_those_of_another_reckoning(world: Any, bought: pd.DataFrame) -> None:
    preferences = told(world, "features.customer_product_preferences")
    assert set(preferences.index) == set(bought["customer_id"])
    for level in ("category", "department", "brand"):
        spent = bought.groupby(["customer_id", level])["amount"].sum().round(2).reset_index()
        best = spent.sort_values(["amount", level], ascending=[False, True])
        expected = best.groupby("customer_id")[level].first()
        assert preferences[f"preferred_{level}"].to_dict() == expected.to_dict()
    breadth = bought.groupby("customer_id")[["category", "department"]].nunique()
    assert preferences["categories_365d"].to_dict() == breadth["category"].to_dict()
    assert preferences["departments_365d"].to_dict() == breadth["department"].to_dict()
    brands = bought.groupby(["customer_id", "category", "brand"])["amount"].sum()
    main = brands.groupby(["customer_id", "category"]).max().groupby("customer_id").sum()
    share = main / brands.groupby("customer_id").sum()
    assert preferences["brand_loyalty_share"].sort_index().to_list() == pytest.approx(
        share.sort_index().to_list()
    )


def test_the_next_category_is_that_of_another_reckoning(world: Any, bought: pd.DataFrame) -> None:
    preferred = told(world, "features.customer_product_preferences")["preferred_category"]
    has = pd.crosstab(bought["customer_id"], bought["category"]).gt(0)
    together = has.T.astype(int) @ has.astype(int)
    buyers = has.sum()
    lift = together * len(has) / buyers.to_numpy()[:, None] / buyers.to_numpy()[None, :]
    expected = {}
    for customer, category in preferred.items():
        rules = pd.DataFrame(
            {"lift": lift.loc[category].round(9), "both": together.loc[category]}
        ).drop(index=category)
        rules = rules[
            (rules["lift"] > 1)
            & (rules["both"] >= 0.01 * len(has))
            & ~has.loc[customer].reindex(rules.index)
        ].rename_axis("category")
        if len(rules):
            best = rules.reset_index().sort_values(
                ["lift", "both", "category"], ascending=[False, False, True]
            )
            expected[customer] = best["category"].iloc[0]

    told_next = told(world, "features.next_categories")
    assert told_next["next_category"].to_dict() == expected
    assert len(expected) > 500
    assert (told_next["lift"] > 1).all()
