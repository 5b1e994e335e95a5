"""Features come out of the warehouse in batches: whole, in order, with nulls as unknown."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration import feature_frames
from orchestration.behaviour import read_features


def features(sql: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema features")
    connection.execute(f"create table features.customer_behaviour as {sql}")
    return connection


@pytest.mark.parametrize("batch_rows", [2048, 100_000])
def test_batches_hold_every_customer_once_in_order_with_nulls_unknown(
    monkeypatch: pytest.MonkeyPatch, batch_rows: int
) -> None:
    monkeypatch.setattr(feature_frames, "BATCH_ROWS", batch_rows)
    with features(
        "select 'c' || lpad(cast((i * 7) % 5001 as varchar), 4, '0') as customer_id, "
        "(i * 7) % 5001 as whole, cast(i as decimal(18, 2)) / 4 as money, "
        "case when (i * 7) % 5001 % 3 <> 0 then 0.5 end as some, date '2024-01-01' as as_of_date "
        "from range(5001) as t (i)"
    ) as connection:
        frame = read_features(connection)

    assert list(frame.columns) == ["whole", "money", "some"]
    assert frame.index.name == "customer_id"
    assert frame.index.tolist() == [f"c{i:04d}" for i in range(5001)]
    assert set(frame.dtypes) == {np.dtype("float64")}
    assert frame["whole"].tolist() == list(range(5001))
    assert frame["some"].isna().tolist() == [i % 3 == 0 for i in range(5001)]
    assert frame["money"].sum() == sum(range(5001)) / 4


def test_no_customer_makes_an_empty_frame_with_all_columns() -> None:
    with features(
        "select 'c' as customer_id, 1 as one, date '2024-01-01' as as_of_date limit 0"
    ) as c:
        frame = read_features(c)

    assert frame.shape == (0, 1)
    assert isinstance(frame.index, pd.Index)
    assert frame.index.dtype == "str"
