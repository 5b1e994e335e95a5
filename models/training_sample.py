"""The customers that a model is learned from, where there are more than it needs."""

import hashlib

import numpy as np
import pandas as pd

MAX_TRAINING_ROWS = 50_000
"""Customers; a centre's sampling error is then under 0.05 deviations in the smallest segment."""


def training_sample(checked: pd.DataFrame, *, random_state: int) -> pd.DataFrame:
    """Return all customers, or 50,000 that the digests of their ids draw, in the same order.

    By digest, since a draw from positions would be another one as soon as one customer joined.
    With a million customers, everybody's segments from the sample's centres agree with those from
    a fit on all of them: Adjusted Rand index 0.9998 at the four clusters chosen, 0.995-0.998 at
    five, 0.86 at seven, where the groups were not stable in the first place (three draws each).
    """
    if len(checked) <= MAX_TRAINING_ROWS:
        return checked
    salt = f"{random_state}:"
    ids = checked.index.to_numpy(dtype=object)
    digests = np.frombuffer(
        b"".join(hashlib.md5(f"{salt}{each}".encode()).digest()[:8] for each in ids), dtype=">u8"
    )
    return checked.iloc[np.sort(np.argsort(digests, kind="stable")[:MAX_TRAINING_ROWS])]
