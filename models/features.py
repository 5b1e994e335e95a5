"""The check of a feature frame at the boundary of the clustering."""

import numpy as np
import pandas as pd

MAX_MAGNITUDE = 1e15
"""Beyond this a double no longer holds cents; landing money cannot reach it (decimal(18,4))."""


def checked_features(features: pd.DataFrame) -> pd.DataFrame:
    """Return the features as float64 columns, sorted by customer, or say what is wrong with them.

    Sorting here makes everything learned or drawn at random further on independent of the order
    in which the rows arrived.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        Indexed by `customer_id`; numeric columns; null where unknown.

    Raises
    ------
    ValueError
        If the index is not one row per customer, or a column is repeated, not numeric, infinite
        or larger than `MAX_MAGNITUDE`.
    """
    if isinstance(features.index, pd.MultiIndex) or bool(features.index.isna().any()):
        raise ValueError("Features must be indexed by customer_id, with no null id.")
    ids = features.index.astype(str)
    if not ids.is_unique:
        repeated = int(ids.duplicated().sum())
        raise ValueError(
            f"Features must hold one row per customer: {repeated} of {len(ids)} rows repeat a "
            "customer_id. Aggregate them first."
        )
    if not features.columns.is_unique:
        raise ValueError("Features must have distinct column names.")
    in_order = features.set_axis(ids, axis=0)
    if not ids.is_monotonic_increasing:
        in_order = in_order.iloc[np.argsort(np.asarray(ids, dtype=object), kind="stable")]
    columns = {str(name): _checked_column(in_order[name]) for name in features.columns}
    return pd.DataFrame(columns, index=in_order.index.rename("customer_id"), dtype="float64")


def _checked_column(column: pd.Series) -> np.ndarray:
    """Return one feature as finite doubles with NaN where unknown."""
    all_null = bool(column.isna().all())
    if not (all_null or pd.api.types.is_numeric_dtype(column)):
        raise ValueError(
            f"Feature `{column.name}` has type {column.dtype}; features must be numeric."
        )
    if all_null:
        return np.full(len(column), np.nan)
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise ValueError(
            f"Feature `{column.name}` is infinite for {infinite} of {len(values)} customers; "
            "divide by zero upstream? Leave unknown ratios null."
        )
    enormous = int((np.abs(values) > MAX_MAGNITUDE).sum())
    if enormous:
        raise ValueError(
            f"Feature `{column.name}` lies beyond ±{MAX_MAGNITUDE:.0e} for {enormous} of "
            f"{len(values)} customers; no behaviour is that large: correct the unit or the type."
        )
    return values
