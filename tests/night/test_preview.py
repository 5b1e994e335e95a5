"""`strata preview`: who would move under other settings, with nothing moved."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.home import Home
from tests.conftest import NIGHT, SETTINGS, Installation, customers_csv, orders_csv

pytestmark = pytest.mark.long

RULES: dict[str, Any] = {
    "own_rules": [
        {"scheme": "care", "segments": [{"name": "Big", "when": "frequency > 10"}],
         "otherwise": "Others"},
    ]
}  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return a home with one night under own rules."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        root = tmp_path_factory.mktemp("previewed")
        (root / "strata.yml").write_text(SETTINGS + yaml.safe_dump(RULES))
        made = Installation(Home(root), monkeypatch)
        made.land("customers", "customers.csv", customers_csv())
        made.land("products", "products.csv", "product_id,category\nP1,coffee\nP2,tea\nP3,cups\n")
        made.land("transactions", "orders.csv", orders_csv())
        made.night(NIGHT)
        yield made


def hashes(home: Home) -> dict[str, str]:
    """Return what stands in the warehouse, the models and everything that is published."""
    files = [home.warehouse, *home.serving.rglob("*"), *home.models.rglob("*")]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()
    }


def preview(night: Installation, *arguments: str) -> dict[str, Any]:
    result = night.strata("preview", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def edited(folder: Path, text: str) -> str:
    path = folder / "edited.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_same_settings_move_nobody_and_nothing(night: Installation) -> None:
    before = hashes(night.home)

    found = preview(night)

    assert found["changed"] == []
    assert {each["scheme"] for each in found["schemes"]} >= {"rfm", "value_tier", "care"}
    assert [each for each in found["schemes"] if each["customers"]] == []
    assert hashes(night.home) == before
    assert [each.name for each in night.home.rebuilds.iterdir() if each.name[0] == "."] == []


def test_edited_settings_show_who_moves_and_change_nothing(
    night: Installation, tmp_path: Path
) -> None:
    rules: dict[str, Any] = json.loads(json.dumps(RULES))
    rules["own_rules"][0]["segments"][0]["when"] = "frequency > 1"
    rules["own_rules"].append(
        {"scheme": "fresh", "segments": [{"name": "Yes", "when": "recency_days <= 30"}]}
    )
    path = edited(tmp_path, SETTINGS + "rfm: {window_days: 90}\n" + yaml.safe_dump(rules))
    before = hashes(night.home)

    found = preview(night, "--settings", path)

    assert hashes(night.home) == before
    changed = {each["setting"]: each["after"] for each in found["changed"]}
    assert changed["rfm.window_days"] == 90
    assert set(changed) == {
        "rfm.window_days", "own_rules.care.Big", "own_rules.fresh", "own_rules.fresh.Yes",
    }  # fmt: skip
    schemes = {each["scheme"]: each for each in found["schemes"]}
    assert schemes["value_tier"]["customers"] == 0
    assert schemes["rfm"]["customers"] > 0
    assert {move["to_segment_id"] for move in schemes["care"]["moves"]} >= {"care.big"}
    # By hand, from what is published: the figures are those of the new window, the spend is not.
    [(in_fresh, spend)] = night.published(
        "select count(*), sum(spend_365d) from marts.customer_360 where recency_days <= 30"
    )
    assert schemes["fresh"]["moves"] == [
        {"from_segment_id": None, "to_segment_id": "fresh.yes", "customers": in_fresh,
         "spend_365d": str(spend)},
    ]  # fmt: skip
    moved = {(m["from_segment_id"], m["to_segment_id"]) for m in schemes["rfm"]["moves"]}
    assert all(before != after for before, after in moved)

    shown = night.strata("preview", "--settings", path)
    assert "rfm.window_days: 365 -> 90" in shown.output
    assert "(no segment) -> fresh.yes" in shown.output
    assert "Nobody moves in: " in shown.output
    assert "Nothing was changed." in shown.output


def test_what_is_previewed_is_what_the_night_then_gives(
    night: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SETTINGS + "rfm: {window_days: 120}\nchurn_risk: {high: 0.5, medium: 0.02}\n"
    found = preview(night, "--settings", edited(tmp_path, text))
    root = tmp_path / "copy"
    shutil.copytree(night.home.root, root, symlinks=True)
    made = Installation(Home(root), monkeypatch)
    made.home.settings_file.write_text(text)
    was = dict(segments(made))

    made.night(NIGHT)

    now = dict(segments(made))
    moved: dict[str, int] = {}
    for key in {*was, *now}:
        if was.get(key) != now.get(key):
            moved[key[0]] = moved.get(key[0], 0) + 1
    assert {each["scheme"]: each["customers"] for each in found["schemes"]} == {
        scheme: moved.get(scheme, 0) for scheme in {key[0] for key in {*was, *now}}
    }
    assert moved["churn_risk"] > 0
    assert moved["rfm"] > 0


def segments(installation: Installation) -> list[tuple[tuple[str, str], str]]:
    return [
        ((scheme, customer), segment)
        for scheme, customer, segment in installation.published(
            "select scheme, customer_id, segment_id from marts.fct_customer_segments"
        )
    ]


def test_a_setting_of_the_models_runs_the_whole_night_beside(
    night: Installation, tmp_path: Path
) -> None:
    before = hashes(night.home)
    text = SETTINGS + "relationship: contractual\n" + yaml.safe_dump(RULES)

    found = preview(night, "--settings", edited(tmp_path, text))

    assert hashes(night.home) == before
    schemes = {each["scheme"]: each for each in found["schemes"]}
    assert schemes["clv_tier"]["customers"] == found["customers"]
    assert schemes["rfm"]["customers"] == schemes["care"]["customers"] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time_zone: UTC\ncurrency: GBP\n", "`time_zone` cannot be previewed"),
        (SETTINGS + "rmf: {}\n", "line 3: `rmf` is no setting"),
        (SETTINGS + "own_rules:\n- scheme: a\n  segments: [{name: A, when: monetry > 5}]\n",
         "line 5: `own_rules.a.segments.A.when`: looks at `monetry`"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_previewed_are_refused(
    night: Installation, tmp_path: Path, text: str, words: str
) -> None:
    result = night.strata("preview", "--settings", edited(tmp_path, text))

    assert result.exit_code == 2
    assert words in result.output


def test_before_any_night_there_is_nothing_to_preview(installation: Installation) -> None:
    result = installation.strata("preview")

    assert result.exit_code == 2
    assert "run a night first" in result.output


def test_check_counts_what_every_own_rule_takes(night: Installation) -> None:
    [(big, everybody)] = night.published(
        "select count(*) filter (where frequency > 10), count(*) from marts.customer_360"
    )

    checked = night.strata("check", "--json")

    rules = json.loads(checked.stdout)["own_rules"]
    assert rules["as_of_date"] == NIGHT
    assert [(each["segment_id"], each["customers"]) for each in rules["counts"]] == [
        ("care.big", big), ("care.others", everybody - big),
    ]  # fmt: skip
    assert 0 < big < everybody
    assert f"care.big: {big} customers" in night.strata("check").output
