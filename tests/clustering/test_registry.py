from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from models.registry import REGISTRY_TYPES, empty_registry, update_registry
from models.segmenter import FittedBehaviour

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def test_the_first_night_registers_every_segment_as_active(fitted: FittedBehaviour) -> None:
    registry = update_registry(empty_registry(), fitted.model, as_of_date=MONDAY)
    assert registry.columns.tolist() == list(REGISTRY_TYPES)
    assert registry["segment_id"].tolist() == fitted.model.segment_ids
    assert set(registry["status"]) == {"active"}
    assert set(registry["first_seen"]) == set(registry["last_seen"]) == {MONDAY}


def test_a_segment_that_is_gone_stays_as_retired(fitted: FittedBehaviour) -> None:
    registry = update_registry(empty_registry(), fitted.model, as_of_date=MONDAY)
    fewer = replace(fitted.model, segments=fitted.model.segments[1:])
    registry = update_registry(registry, fewer, as_of_date=TUESDAY).set_index("segment_id")
    gone = fitted.model.segment_ids[0]
    assert registry.loc[gone, "status"] == "retired"
    assert registry.loc[gone, "last_seen"] == MONDAY
    assert set(registry.drop(gone)["status"]) == {"active"}


@pytest.mark.parametrize("as_read", [lambda frame: frame, lambda frame: frame.convert_dtypes()])
def test_nights_run_again_or_out_of_order_leave_the_same_register(
    fitted: FittedBehaviour, as_read: object
) -> None:
    assert callable(as_read)
    fewer = replace(fitted.model, segments=fitted.model.segments[1:])
    nights = [(MONDAY, fitted.model), (TUESDAY, fewer)]
    results = []
    for order in [nights, nights[::-1], [*nights, nights[0]]]:
        registry = empty_registry()
        for as_of_date, model in order:
            registry = as_read(update_registry(registry, model, as_of_date=as_of_date))
        results.append(registry)
    pd.testing.assert_frame_equal(results[1], results[0])
    pd.testing.assert_frame_equal(results[2], results[0])


def test_days_that_a_warehouse_returns_as_timestamps_are_taken(fitted: FittedBehaviour) -> None:
    registry = update_registry(empty_registry(), fitted.model, as_of_date=MONDAY)
    for name in ["first_seen", "last_seen"]:
        registry[name] = pd.to_datetime(registry[name])
    registry = update_registry(registry, fitted.model, as_of_date=TUESDAY)
    assert set(registry["first_seen"]) == {MONDAY}
    assert set(registry["last_seen"]) == {TUESDAY}
