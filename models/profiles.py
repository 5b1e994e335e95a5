"""What each segment is like: its mean of every feature, against all customers."""

import numpy as np
import pandas as pd

from models.features import checked_features
from models.rounding import rounded
from models.transforms import Scaler, apply_scaler

INDEX_OF_BASE = 100.0
"""The index of a segment whose mean is that of all customers."""
PROFILE_COLUMNS = ["segment_id", "feature", "mean", "base_mean", "index_vs_base", "z"]


def profile_segments(
    features: pd.DataFrame, segment_ids: pd.Series, *, scaler: Scaler
) -> pd.DataFrame:
    """Return one row per segment and feature, sorted by both.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        Natural units, indexed by `customer_id`. Means are over the customers for whom the
        feature is known.
    segment_ids : Series (n_customers,)
        The segment of each of these customers, indexed by `customer_id`.
    scaler : of the model that made the segments.

    Returns
    -------
    DataFrame
        `mean` and `base_mean` in natural units, null where nobody's value is known;
        `index_vs_base` = 100 mean / base_mean, null where the base is not above 0; `z`, the
        distance of the segment's mean from the base's in scaled units (training deviations,
        after log and winsor limits), null for features the model leaves out.
    """
    checked = checked_features(features)
    segments = segment_ids.reindex(checked.index)
    if bool(segments.isna().any()):
        without = int(segments.isna().sum())
        raise ValueError(f"{without} of {len(checked)} customers to profile have no segment.")
    scaled = apply_scaler(scaler, checked).reindex(columns=checked.columns)
    parts = {
        "mean": checked.groupby(segments).mean(),
        "z": scaled.groupby(segments).mean() - scaled.mean(),
    }
    keys = ["segment_id", "feature"]
    means, distances = (
        part.rename_axis("segment_id")
        .reset_index()
        .melt(id_vars="segment_id", var_name="feature", value_name=name)
        .set_index(keys)
        for name, part in parts.items()
    )
    tidy = means.join(distances).reset_index()
    tidy["base_mean"] = tidy["feature"].map(checked.mean()).astype("float64")
    base = tidy["base_mean"].where(tidy["base_mean"] > 0)
    tidy["index_vs_base"] = INDEX_OF_BASE * tidy["mean"] / base
    numbers = ["mean", "base_mean", "index_vs_base", "z"]
    tidy[numbers] = rounded(tidy[numbers].to_numpy(dtype=np.float64))
    ordered = tidy.sort_values(keys, ignore_index=True)
    return ordered[PROFILE_COLUMNS]
