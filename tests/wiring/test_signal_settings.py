"""Settings with names of the user's own: event types and their weights."""

from pathlib import Path

import pytest

from orchestration.errors import SettingsError
from orchestration.scheme_settings import night_column_types
from orchestration.settings import Settings, load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "strata.yml"
    path.write_text(text, encoding="utf-8")
    return path


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


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("engagement:\n  weights: {'a=b': 1}\n", 2, ["`a=b` is no event type"]),
        ("engagement:\n  weights: {review: 1e9}\n", 2, ["-1000 to 1000"]),
        ("engagement:\n  weights: {review: .nan}\n", 2, ["-1000 to 1000"]),
        ("engagement:\n  weights: {review: much}\n", 2, ["`engagement.weights.review`"]),
        ("engagement:\n  engaged: 20\n", 1, ["`engaged` (20.0) must be below"]),
        ("journey_stage:\n  considering_events: ['a,b']\n", 2, ["`a,b` is no event type"]),
        ("journey_stage:\n  detractor_score: 9\n", 1, ["must be below `promoter_score`"]),
        ("price_sensitivity:\n  deal_prone: 0.9\n", 2, ["greater than 1"]),
        ("influence:\n  ambassador_referrals: 0\n", 2, ["greater than or equal to 1"]),
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
