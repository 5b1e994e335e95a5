"""The search for training features that know what happened after their night."""

import numpy as np
import pandas as pd

from models.prediction_metrics import area_under_curve
from models.rounding import rounded_number

SAME = 1e-9
"""Relative; values are rounded to nine digits, so what differs by more was computed from more."""
TOO_GOOD_AUC = 0.98
"""Of one feature alone; recency, the best honest one, has .86 on the sample and on CDNOW less."""
MIN_OUTCOMES = 30
"""Of the rarer outcome; with a handful, any feature may tell them apart by chance."""
DIFFERS, TOO_GOOD = "differs", "too_good"
"""The two findings."""
FINDING_COLUMNS = ["feature", "finding", "measured", "limit"]
"""Of what is returned."""


def find_leaks(used: pd.DataFrame, known_then: pd.DataFrame, *, label: pd.Series) -> pd.DataFrame:
    """Return the features of a past night that know more than was known on it.

    Two ways of being found. `differs`: recomputed from the rows with event time up to the cutoff
    and nothing else, the feature has other values than those trained on; this is proof, and finds
    a leak however weak. `too_good`: the feature alone tells the label better than anything honest
    could; this also finds a label that was written into the rows of the past themselves.

    Parameters
    ----------
    used : DataFrame (n_customers, n_features), the training features of one past night, indexed
        by `customer_id`.
    known_then : the same features of the same customers, computed from a copy of the data that
        ends on the cutoff. Customers or features only in one of them differ.
    label : 0 or 1 by `customer_id`, of some or all of these customers.

    Returns
    -------
    DataFrame
        `feature`, `finding` (`differs`, `too_good`), `measured` (share of customers whose value
        differs; AUC in [0.5, 1]), `limit`; empty if no leak is found.
    """
    customers = used.index.union(known_then.index)
    findings = []
    for name in used.columns.union(known_then.columns, sort=False):
        values = _values(used, str(name)).reindex(customers).to_numpy()
        then = _values(known_then, str(name)).reindex(customers).to_numpy()
        same = np.isclose(values, then, rtol=SAME, atol=SAME, equal_nan=True)
        share = float(np.mean(~same)) if len(customers) else 0.0
        if share > 0:
            findings.append((str(name), DIFFERS, rounded_number(share), 0.0))
    for name in used.columns:
        feature = used[name].reindex(label.index).to_numpy(dtype=np.float64)
        known = np.isfinite(feature)
        outcome = label.to_numpy(dtype=np.float64)[known]
        if min(outcome.sum(), len(outcome) - outcome.sum()) >= MIN_OUTCOMES:
            area = area_under_curve(outcome, feature[known])
            if max(area, 1 - area) > TOO_GOOD_AUC:
                found = rounded_number(max(area, 1 - area))
                findings.append((str(name), TOO_GOOD, found, TOO_GOOD_AUC))
    return pd.DataFrame(findings, columns=FINDING_COLUMNS)


def _values(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return the column as doubles, or nulls where it is missing."""
    if name in frame.columns:
        return frame[name].astype("float64")
    return pd.Series(np.nan, index=frame.index, dtype="float64")
