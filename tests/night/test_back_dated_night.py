"""What is published after a night was run between two others, and what a BI tool shows of it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from orchestration.publishing.tables import PUBLISHED
from tests.conftest import Installation, shop_in

BEFORE, BETWEEN, LATEST = "2024-06-23", "2024-06-26", "2024-06-30"

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return a home whose published night has had a night put before it since."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = shop_in(tmp_path_factory.mktemp("shop"), monkeypatch)
        for day in (BEFORE, LATEST, BETWEEN):
            made.night(day)
        yield made


def test_the_latest_night_stays(shop: Installation) -> None:
    assert shop.manifest()["as_of_date"] == LATEST
    for table, published in PUBLISHED.items():
        if published.is_latest:
            nights = shop.published(f"select distinct as_of_date::varchar from marts.{table}")
            assert nights in ([(LATEST,)], []), table


def test_changes_transitions_and_stays_tell_the_same_moves(shop: Installation) -> None:
    changes = Counter(
        shop.published(
            "select customer_id, scheme, from_segment_id, to_segment_id "
            "from marts.fct_segment_changes"
        )
    )
    stays = Counter(
        shop.published(
            "select customer_id, scheme, previous_segment_id, segment_id "
            f"from marts.fct_segment_history where valid_from = '{LATEST}'"
        )
    )
    assert changes == stays
    told = dict(
        shop.published(
            "select scheme, sum(customers) from marts.fct_segment_transitions "
            f"where as_of_date = '{LATEST}' and previous_as_of_date = '{BETWEEN}' "
            "and from_segment_id is distinct from to_segment_id group by scheme"
        )
    )
    assert told == Counter(scheme for _, scheme, _, _ in changes)
    # Two moves on two nights are one from the first of them to the last.
    assert len(changes) > 0
    assert all(before is not None for _, _, before, _ in changes)


def test_where_customers_stand_is_their_open_stay(shop: Installation) -> None:
    standing = shop.published(
        "select customer_id, scheme, segment_id from marts.fct_customer_segments"
    )
    open_stays = shop.published(
        "select customer_id, scheme, segment_id from marts.fct_segment_history "
        "where valid_to is null"
    )
    assert Counter(standing) == Counter(open_stays)


def test_every_table_and_column_has_its_description(shop: Installation) -> None:
    tables = shop.published("select table_name, comment from duckdb_tables()")
    columns = shop.published(
        "select table_name || '.' || column_name, comment from duckdb_columns() "
        "where schema_name = 'marts'"
    )
    assert {table for table, _ in tables} >= set(PUBLISHED)
    assert [name for name, comment in [*tables, *columns] if not comment] == []
