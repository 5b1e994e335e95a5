"""Tables of features as frames that the models take."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

BATCH_ROWS = 100_000


def read_doubles(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    *,
    where: str = "true",
) -> pd.DataFrame:
    """Return columns of a table as doubles, indexed and sorted by `customer_id`.

    Batch by batch into one array: neither the rows as objects nor the table twice.

    Parameters
    ----------
    table : with its schema; one row per customer where `where` holds.
    """
    row = connection.execute(f"select count(*) from {table} where {where}").fetchone()
    assert row is not None
    values = np.empty((len(names), row[0]), dtype=np.float64)
    ids: list[pa.Array] = []
    doubles = "".join(f', cast("{name}" as double) as "{name}"' for name in names)
    begin = 0
    # Closed whatever happens: a reader with rows left keeps the file half open for good.
    with connection.execute(
        f"select customer_id{doubles} from {table} where {where} order by customer_id"
    ).to_arrow_reader(BATCH_ROWS) as batches:
        for batch in batches:
            end = begin + batch.num_rows
            ids.append(batch.column(0))
            for place, column in enumerate(batch.columns[1:]):
                # Arrow gives a null as NaN, which is what an unknown value is to the models.
                values[place, begin:end] = column.to_numpy(zero_copy_only=False)
            begin = end
    index = pd.Index(
        pd.array(pa.chunked_array(ids, type=pa.string()), dtype="str"), name="customer_id"
    )
    return pd.DataFrame(values.T, index=index, columns=list(names), copy=False)
