"""Folders of exports: whole or not there, kept for as many nights as the settings say."""

from datetime import timedelta
from pathlib import Path

import pytest

from orchestration.errors import StrataError
from orchestration.exports import write_night
from orchestration.exports.folder import kept_exports, latest_export
from orchestration.publishing.durable import sha256_of
from tests.exports.conftest import FIRST, SECOND, THIRD, Customer, Shop, settings

CUSTOMERS = {"C1": Customer()}


def names(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.home.exports.iterdir())


def test_the_manifest_names_every_file_with_its_rows_and_hash(shop: Shop) -> None:
    export = shop.export(FIRST, CUSTOMERS, settings(lists=("rfm",)))

    folder = export.folder(shop.home)
    listed = {file.path: file for file in export.files}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {*listed, "manifest.json"}
    for path, file in listed.items():
        assert sha256_of(folder / path) == file.sha256
    assert latest_export(shop.home) == export
    assert (export.as_of_date, export.run_id) == (FIRST, "run-1")


def test_latest_points_at_the_newest_whole_export(shop: Shop) -> None:
    shop.export(FIRST, CUSTOMERS)
    second = shop.export(SECOND, CUSTOMERS)

    assert (shop.home.exports / "latest").resolve() == second.folder(shop.home)


@pytest.mark.parametrize("step", ["write_parquet", "write_csv", "commit"])
def test_what_fails_in_the_middle_leaves_the_export_before_and_nothing_half(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = shop.export(FIRST, CUSTOMERS)
    before = names(shop)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(write_night, step, full)
        with pytest.raises(OSError, match="No space"):
            shop.export(SECOND, CUSTOMERS)

    assert names(shop) == before
    assert latest_export(shop.home) == first
    assert shop.export(SECOND, CUSTOMERS).changes_since == FIRST


def test_what_a_crash_left_is_cleared_away(shop: Shop) -> None:
    shop.export(FIRST, CUSTOMERS)
    left = shop.home.exports / ".tmp-2026-03-02-000002"
    left.mkdir()
    (left / "profiles.csv").write_text("half a fi")

    shop.export(SECOND, CUSTOMERS)

    assert names(shop) == ["2026-03-01-000001", "2026-03-02-000002", "latest"]


def test_exports_of_as_many_nights_are_kept_as_the_settings_say(shop: Shop) -> None:
    two = settings(keep_nights=2)
    for days in range(4):
        shop.export(FIRST + timedelta(days=days), CUSTOMERS, two)

    assert [export.as_of_date for export in kept_exports(shop.home)] == [
        THIRD, THIRD + timedelta(days=1),
    ]  # fmt: skip


def test_of_a_night_that_is_run_again_and_again_the_last_two_are_kept(shop: Shop) -> None:
    shop.export(FIRST, CUSTOMERS)
    for _ in range(4):
        shop.export(SECOND, CUSTOMERS)

    assert names(shop) == [
        "2026-03-01-000001", "2026-03-02-000004", "2026-03-02-000005", "latest",
    ]  # fmt: skip


def test_a_manifest_that_is_none_is_told_by_its_name(shop: Shop) -> None:
    export = shop.export(FIRST, CUSTOMERS)
    manifest: Path = export.folder(shop.home) / "manifest.json"
    manifest.write_text("{}")

    with pytest.raises(StrataError, match=r"2026-03-01-000001/manifest\.json .* Move the folder"):
        shop.export(SECOND, CUSTOMERS)
