"""`strata init --from`: mapping into the settings, files to their place, or nothing at all."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.errors import InputError, LandingError
from orchestration.landing.mapping.adoption import adopt
from orchestration.landing.mapping.presets import load_preset
from orchestration.landing.mapping.writing import add_mapping
from tests.landing.exports import shopify_export

ITEM = "# what it is\nname: a\ntables:\n  - {table: stores, columns: {}}\n"
OWN = {"name": "own", "tables": []}


def tree(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "orders_export_1.csv"
    path.parent.mkdir()
    path.write_text(shopify_export())
    return path


def test_one_command_writes_settings_places_files_and_checks(
    landing: Any, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_HOME", str(landing.home.root))
    options = ["--from", "shopify", "--currency", "EUR", "--time-zone", "Europe/Paris"]
    done = CliRunner().invoke(main, ["init", *options, str(export)])
    assert done.exit_code == 0, done.output
    assert "by the mapping shopify (landing/shopify/*)" in done.output
    placed = landing.home.landing / "shopify" / export.name
    assert placed.read_bytes() == export.read_bytes()
    text = landing.home.settings_file.read_text()
    assert "# Shopify: Orders > Export" in text
    values = yaml.safe_load(text)
    assert (values["currency"], values["time_zone"]) == ("EUR", "Europe/Paris")
    assert len(values["landing"]["salt"]) == 32

    again = CliRunner().invoke(main, ["init", "--from", "shopify", str(export)])
    assert again.exit_code == 0, again.output
    assert "it stays as it is" in again.output
    assert landing.home.settings_file.read_text() == text

    wrong = CliRunner().invoke(main, ["init", "--from", "shopfy", str(export)])
    assert wrong.exit_code == 2
    assert (
        "Did you mean shopify? Presets: ga4, shopify, stripe, woocommerce, youzan" in wrong.output
    )


@pytest.mark.parametrize("has_settings", [True, False])
def test_an_export_that_does_not_fit_leaves_everything_as_it_was(
    landing: Any, export: Path, has_settings: bool
) -> None:
    if has_settings:
        landing.home.root.mkdir()
        landing.home.settings_file.write_text("currency: EUR  # ours\n")
    good = shutil.copy(export, export.with_name("good.csv"))
    export.write_text(export.read_text().replace("Subtotal", "Sub total").replace(",Id,", ",Mood,"))
    before = tree(landing.home.root)
    with pytest.raises(LandingError) as caught:
        adopt(landing.home, "shopify", [Path(good), export])
    text = str(caught.value)
    assert "`Subtotal` (did you mean `Sub total`?)" in text
    assert "It has `Sub total`, `Mood`, which it does not know" in text
    assert text.endswith("Nothing was written.")
    assert tree(landing.home.root) == before


def test_nothing_is_overwritten_and_no_setting_contradicted(landing: Any, export: Path) -> None:
    adopt(landing.home, "shopify", [export], currency="EUR")
    other = export.parent / "b" / export.name
    other.parent.mkdir()
    other.write_text(shopify_export().replace("Lyon", "Nice"))
    before = tree(landing.home.root)
    with pytest.raises(InputError, match="is there already and holds something else"):
        adopt(landing.home, "shopify", [other])
    with pytest.raises(InputError, match="`currency: EUR`, not USD"):
        adopt(landing.home, "shopify", [export], currency="USD")
    with pytest.raises(InputError, match="Two of the files are called"):
        adopt(landing.home, "stripe", [export, other])
    with pytest.raises(InputError, match="is no file that can be read"):
        adopt(landing.home, "stripe", [export.with_name("none.csv")])
    with pytest.raises(InputError, match="does not end in"):
        adopt(landing.home, "stripe", [Path(shutil.copy(export, export.with_suffix(".xls")))])
    assert tree(landing.home.root) == before


def test_a_full_disk_takes_back_what_was_written(
    landing: Any, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("orchestration.landing.mapping.adoption.put_in_place", fail)
    with pytest.raises(OSError, match="no space left"):
        adopt(landing.home, "shopify", [export])
    assert tree(landing.home.root) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "currency: EUR   # ours\n\n# the end",
        "landing:\n",
        "landing:\n  control_tolerance: 1  # one euro\nlanguage: zh\n",
        "landing:\n    mapping:\n    - name: own  # 1\n      tables: []\n\n# and\nlanguage: zh",
        "landing:\n  mapping:\n    - name: own\n      tables: []\n  salt: old\n",
        "landing:\n  salt: old\n  mapping:\n    - {name: own, tables: []}\n    # the end\n",
        "own_rules:\n  - scheme: a\n    segments:\n      - when: >-\n          x > 1\n",
    ],
)  # fmt: skip
def test_lines_are_added_to_settings_and_none_is_changed(text: str) -> None:
    after = add_mapping(text, ITEM, "new", {"time_zone": "Asia/Shanghai"})
    kept = iter(after.splitlines())
    assert all(line in kept for line in text.splitlines())
    before, values = yaml.safe_load(text) or {}, yaml.safe_load(after)
    there = before.get("landing") or {}
    assert values["landing"]["mapping"] == [*there.get("mapping", []), yaml.safe_load(ITEM)]
    assert values["landing"]["salt"] == there.get("salt", "new")
    assert values["time_zone"] == "Asia/Shanghai"
    assert "# what it is" in after


@pytest.mark.parametrize("text", ["{currency: EUR}\n", "landing: {}\n", "landing: {mapping: []}\n"])
def test_settings_in_another_layout_are_left_with_the_lines_to_paste(text: str) -> None:
    with pytest.raises(InputError, match="laid out in a way") as caught:
        add_mapping(text, ITEM, "new", {})
    assert "    - name: a" in str(caught.value)


def test_every_preset_can_be_written_beside_the_others() -> None:
    text = ""
    for name in ("ga4", "shopify", "stripe", "woocommerce", "youzan"):
        text = add_mapping(text, load_preset(name).text, "s", {})
    assert len(yaml.safe_load(text)["landing"]["mapping"]) == 5
