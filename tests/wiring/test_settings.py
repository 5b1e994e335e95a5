"""Settings: the defaults are valid, and a mistake is named with its line and what is allowed."""

from pathlib import Path

import pytest

from orchestration.errors import SettingsError
from orchestration.scheme_settings import night_column_types
from orchestration.settings import Settings, load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "strata.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_and_an_empty_file_mean_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "strata.yml") == Settings()
    assert load_settings(write(tmp_path, "# nothing set\n")) == Settings()


def test_the_defaults_are_those_of_the_documentation() -> None:
    settings = Settings()

    assert settings.time_zone == "UTC"
    assert settings.first_day == "2000-01-01"
    assert settings.rfm.window_days == 365
    assert settings.lifecycle.min_days == (14, 28, 56)
    assert settings.relationship == "non_contractual"


def test_a_list_of_names_reaches_sql_as_one_text(tmp_path: Path) -> None:
    path = write(tmp_path, "channel:\n  online: [' Web ', APP]\n")

    assert load_settings(path).night_columns()["channel_online"] == "web,app"


def test_null_window_means_all_history(tmp_path: Path) -> None:
    path = write(tmp_path, "rfm:\n  window_days: null\n")

    assert load_settings(path).rfm.window_days is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("currency: USD\ntime_zon: UTC\n", 2, ["`time_zon`", "Did you mean `time_zone`", "rfm"]),
        ("rfm:\n  map: best\n", 2, ["`rfm.map`", "'default' or 'classic'"]),
        ("time_zone: Europe/Lodon\n", 1, ["no IANA time zone", "Europe/London"]),
        ("\n\nrfm:\n  window_days: 0\n", 4, ["`rfm.window_days`", "greater than or equal to 1"]),
        ("currency: dollars\n", 1, ["`currency`"]),
        ("first_day: yesterday\n", 1, ["`first_day`", "YYYY-MM-DD"]),
        ("lifecycle:\n  min_days: [28, 14, 56]\n", 2, ["do not fall"]),
        ("rfm:\n  frequency_cuts: [1, 1, 4, 9]\n", 2, ["rising"]),
        ("risk_appetite:\n  cuts: [0.3, 0.5, 0.5, 0.9]\n", 2, ["four rising shares"]),
        ("risk_appetite:\n  labels: mine\n", 2, ["'securities' or 'bank'"]),
        (
            "asset_tier:\n  high_net_worth: 100000\n",
            1,
            ["`mass_affluent` (100000.0) must be below `high_net_worth` (100000.0)"],
        ),
        ("churn_risk:\n  high: 0.2\n", 1, ["`medium` (0.3) must be below `high` (0.2)"]),
        (
            "demographic:\n  by: age_band\n  age_bands: [18, 35, 25]\n",
            3,
            ["`demographic.age_bands`", "from 1 to 120", "[18, 25, 35, 45, 55, 65]", "overlap"],
        ),
        ("demographic:\n  age_bands: [18, 18]\n", 2, ["`demographic.age_bands`", "overlap"]),
        ("demographic:\n  age_bands: []\n", 2, ["`demographic.age_bands`", "rising"]),
        ("demographic:\n  age_bands: [18, 130]\n", 2, ["from 1 to 120"]),
        ("demographic:\n  by: postcode\n", 2, ["'age_band', 'gender' or 'income_band'"]),
        ("geographic:\n  distance_km: [10, 5]\n", 2, ["`geographic.distance_km`", "[5, 10"]),
        ("geographic:\n  by: city\n", 2, ["'auto', 'city_tier', 'region' or 'distance'"]),
        ("attitude:\n  min_answers: 1\n", 2, ["`attitude.min_answers`", "equal to 2"]),
        ("loyalty:\n  month_cuts: [13, 7]\n", 2, ["`loyalty.month_cuts`", "from 12 to 3"]),
        ("loyalty:\n  quarter_cuts: [5, 7]\n", 2, ["falling", "from 8 to 3"]),
        ("channel:\n  online: [web, 'a,b']\n", 2, ["`channel.online`", "without commas"]),
        ("channel:\n  store: [Web]\n", 1, ["`online` and `store` both name web"]),
        ("preferences:\n  day_parts: [5, 12, 12, 21]\n", 2, ["four rising hours"]),
        ("preferences:\n  min_support: 0\n", 2, ["`preferences.min_support`"]),
        ("engagement:\n  weights: {'a=b': 1}\n", 2, ["`a=b` is no event type"]),
        ("engagement:\n  weights: {review: 1e9}\n", 2, ["-1000 to 1000"]),
        ("engagement:\n  weights: {review: .nan}\n", 2, ["-1000 to 1000"]),
        ("engagement:\n  weights: {review: much}\n", 2, ["`engagement.weights.review`"]),
        ("engagement:\n  engaged: 20\n", 1, ["`engaged` (20.0) must be below"]),
        ("journey_stage:\n  considering_events: ['a,b']\n", 2, ["`a,b` is no event type"]),
        ("journey_stage:\n  detractor_score: 9\n", 1, ["must be below `promoter_score`"]),
        ("price_sensitivity:\n  deal_prone: 0.9\n", 2, ["greater than 1"]),
        ("influence:\n  ambassador_referrals: 0\n", 2, ["greater than or equal to 1"]),
        ("alerts:\n  webhook_url: ftp://here\n", 2, ["http://"]),
        ("schedule:\n  at: 25:00\n", 2, ["`schedule.at`"]),
        ("exports:\n  consent: all\n", 2, ["`exports.consent`", "'marketing', 'any_channel'"]),
        ("exports:\n  keep_nights: 1\n", 2, ["`exports.keep_nights`"]),
        ("exports:\n  lists: [rmf]\n", 1, ["`lists` names `rmf`, which is no scheme", "rfm"]),
        ("exports:\n  lists: [rfm at risk]\n", 2, ["neither a scheme such as rfm nor"]),
        (
            "exports:\n  action_from: [credit_risk]\n",
            1,
            ["may not be used for marketing", "purposes: {credit_risk: what for}"],
        ),
        ("exports:\n  purposes: {credit_risk: ' '}\n", 2, ["what credit_risk goes out for"]),
        ("exports:\n  webhook:\n    url: ftp://here\n", 3, ["http://"]),
        ("exports:\n  webhook:\n    segments: [nope.x]\n", 1, ["`webhook.segments` names `nope`"]),
    ],
)
def test_a_mistake_is_named_with_line_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    path = write(tmp_path, text)

    with pytest.raises(SettingsError) as caught:
        load_settings(path)

    assert f"{path}, line {line}:" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_a_list_of_any_length_reaches_sql_as_one_text(tmp_path: Path) -> None:
    path = write(tmp_path, "demographic:\n  age_bands: [30, 60]\n")

    columns = load_settings(path).night_columns()

    assert columns["demographic_age_bands"] == "30,60"
    assert columns["rfm_frequency_cuts_4"] == 9


def test_a_weight_of_ones_own_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, "engagement:\n  weights: {review: 7, quiz: 2.5}\n")

    weights = load_settings(path).engagement.weights

    assert weights == {**Settings().engagement.weights, "review": 7, "quiz": 2.5}


def test_what_has_no_fixed_number_of_values_reaches_sql_as_one_text() -> None:
    settings = Settings.model_validate(
        {
            "engagement": {"weights": {"review": 7}},
            "journey_stage": {"considering_events": ["search", "quiz"]},
        }
    )
    columns = settings.night_columns()

    assert "review=7" in columns["engagement_weights"].split(",")
    assert "email_open=0.5" in columns["engagement_weights"].split(",")
    assert "email_sent=0" in columns["engagement_weights"].split(",")
    assert columns["journey_stage_considering_events"] == "search,quiz"
    assert night_column_types()["engagement_weights"] == "varchar"
    assert columns.keys() == night_column_types().keys()


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "threads: 0\nlanguage: fr\n")

    with pytest.raises(SettingsError) as caught:
        load_settings(path)

    assert "line 1: `threads`" in str(caught.value)
    assert "line 2: `language`" in str(caught.value)


@pytest.mark.parametrize("text", ["a: [1\n", "- one\n- two\n", "just words\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="line"):
        load_settings(write(tmp_path, text))


_DATABASE = "landing:\n  databases:\n    - {{name: shop, url_env: SHOP, table: orders, {}}}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_DATABASE.format("into: orders"), ["must be a landing table: customers"]),
        (_DATABASE.format("into: stores, url: 'postgresql://'"), ["`landing.databases.shop.url`"]),
        (
            _DATABASE.format("into: stores, cursor: at, columns: [id]"),
            ["names at, which `columns` leaves out"],
        ),
        (
            _DATABASE.format("into: stores, rename: {a: store_id, b: store_id}"),
            ["renames two columns to the same one"],
        ),
        (
            _DATABASE.format("into: stores") + _DATABASE.format("into: stores").splitlines()[2],
            ["shop stands there twice"],
        ),
        (
            "publish:\n  postgres:\n    url_env: 'postgresql://me:secret@db'\n",
            ["`publish.postgres.url_env`"],
        ),
    ],
)
def test_mistakes_in_databases_are_named(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text))

    for word in words:
        assert word in str(caught.value)
    assert "secret" not in str(caught.value)
