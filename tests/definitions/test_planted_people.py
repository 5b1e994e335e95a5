"""Who planted customers are, where they live and what they say is found, or said to be unknown."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import Any

import pandas as pd
import pytest

from orchestration.database import in_memory
from orchestration.samples.planted import profiles, surveys
from orchestration.samples.planted.people import people_sql
from orchestration.samples.planted.world import PlantedSpec, day_number
from orchestration.settings import Settings

SPEC = PlantedSpec(customers=3000, days=600, seed=4)
MODELS = (
    "path:models/staging path:models/core city_tiers survey_factors bands landed_age_bands "
    "night_customers numbered_customers customer_stores customer_places customer_attitudes "
    "survey_factor_scores demographic geographic attitude psychographic"
)
BOUNDS = (18, 25, 35, 45, 55, 65)


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Return profiles, answers and what is true, of people of whom a third answer surveys."""
    days = day_number(SPEC.first_day) - 700, day_number(SPEC.last_day)
    with (
        pytest.MonkeyPatch.context() as patch,
        in_memory(Settings(threads=1), tmp_path_factory.mktemp("planted")) as connection,
    ):
        patch.setattr(surveys, "RESPONDENT_SHARE", 0.35)
        connection.execute(f"create table people as {people_sql(SPEC, SPEC.last_day)}")
        registered, _, _, updated = profiles.customers(SPEC, *days)
        answers, _ = surveys.survey_responses(SPEC, *days)
        return {
            "customers": pd.concat(connection.execute(sql).df() for sql in (registered, updated)),
            "answers": connection.execute(answers).df(),
            "people": connection.execute("select customer_id, psychographic from people").df(),
        }


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any], planted: dict[str, pd.DataFrame]) -> Any:
    made = new_world(language="zh")
    columns = ["customer_id", "updated_at", "created_at", "birth_date", "region", "city",
               "profiling_consent"]  # fmt: skip
    made.land("customers", rows(planted["customers"][columns]))
    columns = ["customer_id", "survey", "question", "score", "scale_max", "responded_at"]
    made.land("survey_responses", rows(planted["answers"][columns]))
    made.run(SPEC.last_day, MODELS)
    return made


@pytest.fixture(scope="module")
def last_profiles(planted: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the profile of each customer that stands and allows profiling."""
    last = planted["customers"].groupby("customer_id").tail(1).set_index("customer_id")
    return last[last["profiling_consent"].isna() | (last["profiling_consent"] == True)]  # noqa: E712


def test_every_age_is_in_its_band(world: Any, last_profiles: pd.DataFrame) -> None:
    found = world.query("select customer_id, segment_id from segments.demographic")

    assert len(found) == len(last_profiles) > 2500
    expected = {}
    for customer, born in last_profiles["birth_date"].items():
        had_birthday = (SPEC.last_day.month, SPEC.last_day.day) >= (born.month, born.day)
        age = SPEC.last_day.year - born.year - (not had_birthday)
        above = sum(age >= bound for bound in BOUNDS)
        ends = [*(f"{low}_{high - 1}" for low, high in pairwise(BOUNDS))]
        names = ["under_18", *ends, "65_plus"]
        expected[customer] = f"demographic.{names[above]}"
    assert dict(found.itertuples(index=False)) == expected
    assert len(set(expected.values())) >= 6


def test_segments_and_their_names_follow_the_bands_of_the_settings(
    world: Any, new_world: Callable[..., Any]
) -> None:
    other = new_world(
        demographic={"age_bands": [30, 60]},
        geographic={"by": "distance", "distance_km": [3]},
    )
    world.copy_to(other)
    other.run(
        SPEC.last_day,
        "bands landed_age_bands night_customers customer_places demographic "
        "geographic survey_factor_scores made_segments",
    )

    assert set(other.query("select segment_id from segments.demographic")["segment_id"]) == {
        "demographic.under_30", "demographic.30_59", "demographic.60_plus",
    }  # fmt: skip
    # Nobody ordered in a store, so no distance is known.
    assert other.query("select * from segments.geographic").empty
    made = other.query("select segment_id, segment_name_zh from segments.made_segments")
    names = dict(made.itertuples(index=False))
    assert names["demographic.30_59"] == "30-59岁"
    assert names["geographic.distance_3_plus_km"] == "3公里及以上"
    assert "demographic.18_24" not in names


def test_every_customer_is_in_the_region_of_the_last_profile(
    world: Any, last_profiles: pd.DataFrame
) -> None:
    found = world.query("select customer_id, segment_id from segments.geographic")

    regions = "geographic.region_" + last_profiles["region"].str.lower()
    assert dict(found.itertuples(index=False)) == regions.to_dict()
    assert regions.nunique() == 5


def test_planted_leanings_are_found_among_those_who_answered(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    found = world.query(
        "select customer_id, segment_id, reason_2 from segments.psychographic"
    ).set_index("customer_id")
    truth = planted["people"].set_index("customer_id")["psychographic"]
    oldest = pd.Timestamp(SPEC.last_day - timedelta(days=729))
    asked = planted["answers"]
    asked = asked[(asked["survey"] == "psychographic") & (asked["responded_at"] >= oldest)]
    answered = found.index.intersection(asked["customer_id"])
    unknown = found.drop(answered)

    assert len(answered) > 400
    assert set(unknown["segment_id"]) == {"psychographic.unknown"}
    assert unknown["reason_2"].str.contains(f"已知{len(answered)}位").all()
    leaning = found.loc[answered, "segment_id"].str.removeprefix("psychographic.")
    assert (leaning == truth.reindex(answered)).mean() > 0.85


def test_attitudes_are_those_of_the_last_answers(
    world: Any, planted: dict[str, pd.DataFrame], last_profiles: pd.DataFrame
) -> None:
    found = world.query("select customer_id, segment_id from segments.attitude")
    recent = planted["answers"].sort_values("responded_at")
    recent = recent[recent["responded_at"] >= pd.Timestamp(SPEC.last_day - timedelta(days=364))]
    expected = dict.fromkeys(last_profiles.index, "unknown")
    for survey in ("csat", "nps"):
        last = recent[recent["survey"] == survey].groupby("customer_id")["score"].last()
        for customer, score in last.items():
            if customer not in expected:
                continue
            if survey == "csat":
                expected[customer] = "satisfied" if score >= 4 else "dissatisfied"
            else:
                groups = ((9, "promoter"), (7, "passive"), (0, "detractor"))
                expected[customer] = next(name for least, name in groups if score >= least)

    assert dict(found.itertuples(index=False)) == {
        customer: f"attitude.{name}" for customer, name in expected.items()
    }
    assert len(set(expected.values())) == 6


def test_the_usual_store_and_its_distance_are_those_of_a_plain_count(
    new_world: Callable[..., Any],
) -> None:
    """Random orders in five stores; one that comes back was a visit all the same."""
    night, draws = date(2026, 3, 31), Random(7)  # noqa: S311
    stores = {f"S{n}": (50 + n / 10, 8 + n / 7) for n in range(5)}
    homes = {f"C{n:03d}": (50 + draws.random(), 8 + draws.random()) for n in range(150)}
    lines, visited = [], defaultdict(list)
    for customer in homes:
        for number in range(draws.randrange(8)):
            day = night - timedelta(days=draws.randrange(-20, 400))
            store = draws.choice([*stores, None])
            line = {
                "order_id": f"{customer}-{number}",
                "line_id": "1",
                "customer_id": customer,
                "ordered_at": datetime.combine(day, time(10), UTC).replace(tzinfo=None),
                "product_id": "P",
                "quantity": 1,
                "amount": 10,
                "store_id": store,
                "transaction_type": "sale",
            }
            lines.append(line)
            back = day + timedelta(days=draws.randrange(60)) if draws.random() < 0.3 else None
            if back is not None:
                at = datetime.combine(back, time(12))
                lines.append(line | {
                    "order_id": f"R{customer}-{number}", "ordered_at": at, "quantity": -1,
                    "amount": -10, "transaction_type": "return",
                    "original_order_id": line["order_id"],
                })  # fmt: skip
            is_known = night - timedelta(days=365) < day <= night
            if store and is_known:
                visited[customer].append(store)

    world = new_world()
    world.land("transactions", lines)
    world.land("stores", [
        {"store_id": store, "name": store, "latitude": at[0], "longitude": at[1]}
        for store, at in stores.items()
    ])  # fmt: skip
    world.land("customers", [
        {"customer_id": customer, "created_at": datetime.combine(night, time(9)), "latitude": at[0],
         "longitude": at[1]}
        for customer, at in homes.items()
    ])  # fmt: skip
    world.run(night, MODELS.replace("psychographic", "+counted_order_days customer_rfm"))

    found = world.query(
        "select customer_id, preferred_store, distance_km from segments.customer_places "
        "where preferred_store is not null"
    ).set_index("customer_id")
    assert set(found.index) == set(visited)
    assert len(visited) > 100
    for customer, stores_of in visited.items():
        visits = Counter(stores_of)
        best = min(visits, key=lambda s: (-visits[s], s))
        assert found.loc[customer, "preferred_store"] == best
        assert found.loc[customer, "distance_km"] == pytest.approx(
            kilometres(homes[customer], stores[best]), abs=1e-6
        )


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the great-circle distance by the chord between two points on the unit sphere."""
    points = [
        (cos(radians(b)) * cos(radians(a)), cos(radians(b)) * sin(radians(a)), sin(radians(b)))
        for b, a in (here, there)
    ]
    chord = sqrt(sum((one - other) ** 2 for one, other in zip(*points, strict=True)))
    return 2 * 6371.0088 * asin(chord / 2)
