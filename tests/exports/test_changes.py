"""Changes: applied to the export before they give the whole one, whatever happened in between."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from orchestration.exports.folder import Export
from tests.exports.conftest import FIRST, SECOND, THIRD, Customer, Shop, settings


def applied(
    held: dict[str, dict[str, Any]], changes: Iterable[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return what a tool holds that follows the changes; the night of a row is not compared."""
    after = dict(held)
    for row in changes:
        values = {key: value for key, value in row.items() if key not in ("change", "as_of_date")}
        if row["change"] == "removed":
            after.pop(row["customer_id"], None)
        else:
            after[row["customer_id"]] = values
    return after


def whole(shop: Shop, export: Export) -> dict[str, dict[str, Any]]:
    return applied({}, [{"change": "added", **row} for row in shop.rows(export)])


def follow(shop: Shop, held: dict[str, dict[str, Any]], export: Export) -> dict[str, Any]:
    return applied(held, shop.rows(export, "profile_changes.parquet"))


CUSTOMERS = {"stays": Customer(), "moves": Customer(), "leaves": Customer(), "refuses": Customer()}
NEXT = {
    "stays": Customer(),
    "moves": Customer().moved(rfm="at_risk"),
    "refuses": Customer(marketing=False),
    "comes": Customer(),
}


def test_the_first_export_adds_everybody(shop: Shop) -> None:
    export = shop.export(FIRST, CUSTOMERS)

    assert shop.changes(export) == dict.fromkeys(sorted(CUSTOMERS), "added")
    assert export.changes_since is None


def test_who_came_moved_left_or_took_consent_back_is_told_and_nobody_else(shop: Shop) -> None:
    first = shop.export(FIRST, CUSTOMERS)

    second = shop.export(SECOND, NEXT)

    assert shop.changes(second) == {
        "comes": "added",
        "leaves": "removed",
        "moves": "changed",
        "refuses": "removed",
    }
    assert second.changes_since == FIRST
    assert follow(shop, whole(shop, first), second) == whole(shop, second)


def test_of_who_is_removed_the_id_alone_goes_out(shop: Shop) -> None:
    shop.export(FIRST, CUSTOMERS)

    second = shop.export(SECOND, NEXT)

    removed = [
        row for row in shop.rows(second, "profile_changes.parquet") if row["change"] == "removed"
    ]
    for row in removed:
        assert {key for key, value in row.items() if value is not None} == {
            "change", "customer_id", "as_of_date",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "drifts", "moves"),
    [
        ("churn_probability", (0.20, 0.26, 0.30), 0.32),
        ("p_alive", (0.90, 0.85, 0.80), 0.79),
        ("expected_orders_90d", (0.5, 0.55, 0.6), 0.7),
        ("expected_orders_90d", (10.0, 10.6, 11.0), 11.2),
        ("expected_spend_365d", (500, 530, 550), 560),
    ],
)
def test_a_prediction_goes_out_anew_once_it_has_moved_by_a_step_since_it_was_told(
    shop: Shop, column: str, drifts: tuple[float, ...], moves: float
) -> None:
    for days, value in enumerate(drifts):
        export = shop.export(
            FIRST + timedelta(days=days), {"C1": Customer().told(**{column: value})}
        )
        assert shop.rows(export)[0][column] == pytest.approx(drifts[0])
    assert shop.changes(export) == {}

    moved = shop.export(FIRST + timedelta(days=9), {"C1": Customer().told(**{column: moves})})

    assert float(shop.rows(moved)[0][column]) == pytest.approx(moves)
    assert shop.changes(moved) == {"C1": "changed"}


def test_a_prediction_that_comes_or_goes_is_told_at_once(shop: Shop) -> None:
    shop.export(FIRST, {"C1": Customer(), "C2": Customer().told(p_alive=0.01)})

    second = shop.export(SECOND, {"C1": Customer().told(p_alive=0.01), "C2": Customer()})

    assert [row["p_alive"] for row in shop.rows(second)] == [0.01, None]


def test_a_night_that_is_run_again_gives_the_same_bytes(shop: Shop) -> None:
    lists = settings(lists=("rfm",))
    shop.export(FIRST, CUSTOMERS, lists)

    once = shop.export(SECOND, NEXT, lists)
    again = shop.export(SECOND, NEXT, lists)

    assert once.name != again.name
    assert once.run_id != again.run_id
    assert len(once.files) == 5
    assert once.files == again.files


@pytest.mark.parametrize("takes_the_first_run", [True, False])
def test_a_night_that_is_run_again_with_other_rows_mends_what_its_first_run_told(
    shop: Shop, takes_the_first_run: bool
) -> None:
    held = whole(shop, shop.export(FIRST, CUSTOMERS))
    once = shop.export(SECOND, NEXT)
    if takes_the_first_run:
        held = follow(shop, held, once)

    again = shop.export(SECOND, CUSTOMERS)

    assert follow(shop, held, again) == whole(shop, again)
    assert again.changes_since == FIRST
    third = shop.export(THIRD, CUSTOMERS)
    assert shop.changes(third) == {}


def test_after_a_night_was_put_back_changes_are_against_what_went_out_last(shop: Shop) -> None:
    shop.export(FIRST, CUSTOMERS)
    held = whole(shop, shop.export(SECOND, NEXT))

    restored = shop.export(FIRST, CUSTOMERS)
    held = follow(shop, held, restored)
    third = shop.export(THIRD, NEXT)

    assert restored.changes_since == SECOND
    assert third.changes_since == FIRST
    assert follow(shop, held, third) == whole(shop, third)


def test_with_other_columns_everybody_is_told_anew(shop: Shop) -> None:
    shop.export(FIRST, {"C1": Customer()}, settings(schemes=("rfm",)))

    second = shop.export(SECOND, {"C1": Customer()})

    assert shop.changes(second) == {"C1": "changed"}


def test_when_the_last_customer_goes_the_changes_still_say_so(shop: Shop) -> None:
    shop.export(FIRST, {"C1": Customer()})

    second = shop.export(SECOND, {})

    assert shop.rows(second, "profile_changes.parquet")[0]["as_of_date"] == SECOND
    assert shop.changes(second) == {"C1": "removed"}
