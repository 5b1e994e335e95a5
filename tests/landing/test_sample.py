"""The sample lands with the figures it is known for, once."""

from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.samples.landing import land_sample
from orchestration.settings import load_settings


def test_the_sample_lands_with_its_known_figures(landing: Any) -> None:
    words = land_sample(landing.home)
    assert "Its source calls the data real, its packager simulated" in words
    landing.settings = load_settings(landing.home.settings_file)
    assert (landing.settings.time_zone, landing.settings.currency) == ("America/New_York", "USD")
    assert landing.settings.run_until_data

    report = landing.ingest()

    assert report.rejected == {}
    assert {column for each in report.files for column in each.nulled} == set()
    assert {column for each in report.files for column in each.unknown_columns} == set()
    assert landing.query(
        "select count(*), count(distinct order_id), count(distinct customer_id), "
        "cast(sum(amount) as varchar), cast(min(ordered_date) as varchar), "
        "cast(max(ordered_date) as varchar), "
        "count(*) filter (where cast(ordered_at as date) <> ordered_date) from raw.transactions"
    ) == [(1_469_307, 155_848, 2_469, "4596039.5800", "2017-01-01", "2017-12-31", 250_533)]
    assert landing.query("select count(*), count(age_band) from raw.customers") == [(2_469, 801)]
    assert landing.query(
        "select event_type, count(*), count(distinct customer_id) from raw.engagement_events "
        "group by 1 order by 1"
    ) == [("coupon_redemption", 2_102, 410), ("direct_mail_sent", 6_589, 1_559)]
    assert landing.query(
        "select count(*), count(distinct campaign_id), bool_or(is_randomised), min(arm), max(arm) "
        "from raw.campaign_assignments"
    ) == [(6_589, 27, False, "mailed", "mailed")]

    again = land_sample(landing.home)
    assert again.count("there already") == 6
    assert landing.ingest().files == ()


def test_settings_of_another_time_zone_stop_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settings_file.write_text("time_zone: Europe/London\n")
    with pytest.raises(InputError, match=r"time_zone: Europe/London.*America/New_York"):
        land_sample(home)
    assert not home.landing.exists()


def test_settings_of_another_currency_stop_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settings_file.write_text("time_zone: America/New_York\ncurrency: EUR\n")
    with pytest.raises(InputError, match="currency: EUR"):
        land_sample(home)


def test_an_unknown_sample_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Samples: complete-journey, planted\."):
        land_sample(Home(tmp_path), "nonsense")
