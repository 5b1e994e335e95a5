"""What is planted of deals, needs, engagement and referrals is found by the schemes about them."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.landing.ingest import ingest
from orchestration.samples.planted import PlantedSpec, write_planted
from orchestration.samples.planted.world import NEEDS, SEGMENTS

SPEC = PlantedSpec(customers=1500, days=400, seed=4)
FEATURES = (
    "night_customers +counted_order_days customer_rfm customer_engagement category_week_discounts "
    "numbered_customers product_groups customer_product_spend "
    "customer_deals customer_category_sums customer_category_spend customer_referrals "
    "recounted_customers retouched_customers touch_spans customer_touches "
    "customer_advocacy"
)
SEGMENTS_BUILT = (
    "segment_names need_map category_needs purchase_needs survey_needs customer_needs "
    "lifecycle_stages journey_stages engagement price_sensitivity needs journey_stage influence"
)


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Any:
    """Return a warehouse in which the planted files are landed and the schemes are built."""
    world = new_world(influence={"ambassador_referrals": 1})
    write_planted(SPEC, world.home.landing, world.home.truth)
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        ingest(connection, world.home, world.settings, "run")
    world.run(SPEC.last_day, f"path:models/staging path:models/core {FEATURES}")
    world.run(SPEC.last_day, SEGMENTS_BUILT)
    return world


@pytest.fixture(scope="module")
def truth(world: Any) -> pd.DataFrame:
    """Return what is true of customers who never moved to another segment."""
    (path,) = Path(world.home.truth).glob("customers-*.parquet")
    people = pd.read_parquet(path).set_index("customer_id")
    return people[people["moved_on"].isna()]


def rows(world: Any, scheme: str) -> pd.DataFrame:
    frame: pd.DataFrame = world.query(f"select * from segments.{scheme}")
    assert frame["customer_id"].is_unique
    return frame.set_index("customer_id")


def test_who_is_prone_to_deals_has_the_higher_index(world: Any, truth: pd.DataFrame) -> None:
    index = rows(world, "price_sensitivity")["score"].dropna()
    both = truth.join(index, how="inner")
    assert len(both) > 300
    assert both["deal_proneness"].corr(both["score"], method="spearman") > 0.75


def test_the_cuts_part_those_who_seek_deals_from_those_who_do_not(
    world: Any, truth: pd.DataFrame
) -> None:
    known = rows(world, "price_sensitivity").query("score.notna()")
    both = truth.join(known[["segment_id"]], how="inner")
    found = both["segment_id"].str.removeprefix("price_sensitivity.")
    quarter = pd.qcut(both["deal_proneness"], 4, labels=False)
    shares = pd.crosstab(quarter, found, normalize="index")
    assert shares.loc[3, "deal_prone"] > 0.75
    assert shares.loc[3, "full_price"] < 0.1
    assert shares.loc[0, "full_price"] > 0.75
    assert shares.loc[0, "deal_prone"] < 0.1


def test_answers_tell_who_looks_for_inspiration(world: Any, truth: pd.DataFrame) -> None:
    """Of the four planted needs, inspiration is emotional and the others functional."""
    needs = world.query("select customer_id, basis, need as found from segments.customer_needs")
    answers = needs.query("basis == 'survey'").set_index("customer_id")
    answered = truth.join(answers, how="inner")
    assert len(answered) > 60
    expected = answered["need"].eq("inspiration").map({True: "emotional", False: "functional"})
    assert (answered["found"] == expected).mean() > 0.9
    assert set(answered["need"]) == set(NEEDS)


def test_the_more_somebody_is_engaged_the_more_points(world: Any, truth: pd.DataFrame) -> None:
    points = rows(world, "engagement")["score"].fillna(0.0)
    left = pd.to_datetime(truth["churn_date"]) <= pd.Timestamp(SPEC.last_day)
    there = truth[~left]
    both = there.join(points, how="inner")
    assert both["engagement"].corr(both["score"], method="spearman") > 0.4
    mean = both.groupby("segment")["score"].mean()
    assert mean["regular"] > 2 * mean["occasional"]
    assert set(mean.index) == {each.name for each in SEGMENTS}


def test_referrals_are_counted_as_they_landed(world: Any) -> None:
    ordered = set(
        world.query("select customer_id from features.customer_rfm where tenure_days is not null")[
            "customer_id"
        ]
    )
    edges = world.query(
        "select distinct referrer_customer_id, referred_customer_id from raw.referrals "
        "where referrer_customer_id <> referred_customer_id"
    )
    known = set(rows(world, "influence").index)
    edges = edges[
        edges["referrer_customer_id"].isin(known) & edges["referred_customer_id"].isin(known)
    ]
    successes = (
        edges[edges["referred_customer_id"].isin(ordered)].groupby("referrer_customer_id").size()
    )
    score = rows(world, "influence")["score"]
    assert score[score > 0].sort_index().astype(int).to_dict() == successes.to_dict()
    segments = rows(world, "influence")["segment_id"]
    assert set(segments[segments == "influence.ambassador"].index) == set(successes.index)
    assert {"influence.referred", "influence.none"} <= set(segments)


def test_everybody_has_a_stage_and_orders_part_them(world: Any) -> None:
    stages = rows(world, "journey_stage")["segment_id"]
    days = world.query("select customer_id, gaps, recency_days from features.customer_rfm")
    days = days.set_index("customer_id")
    before = stages.isin(["journey_stage.aware", "journey_stage.considering"])
    assert set(stages.index) == set(days.index)
    assert set(stages[before].index) == set(days[days["recency_days"].isna()].index)
    assert (days.loc[stages[stages == "journey_stage.first_purchase"].index, "gaps"] == 0).all()
    assert (days.loc[stages[stages == "journey_stage.repeat"].index, "gaps"] > 0).all()
    lapsed = stages[stages == "journey_stage.lapsed"].index
    assert (days.loc[lapsed, "recency_days"] > 365).all()
    assert {"journey_stage.advocate", "journey_stage.repeat"} <= set(stages)


def test_the_last_touch_is_no_earlier_than_the_last_order(world: Any) -> None:
    late = world.query(
        "select count(*) as customers from features.customer_rfm as rfm "
        "inner join features.customer_touches as touches using (customer_id) "
        "where touches.last_touch_date < rfm.last_order_date "
        "or touches.first_touch_date > rfm.first_order_date"
    )
    assert late["customers"].item() == 0
