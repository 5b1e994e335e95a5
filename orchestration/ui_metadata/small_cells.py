"""Segments too small to be told of in a place without a login."""

from collections.abc import Sequence

MIN_CUSTOMERS = 10


def hidden(customers: Sequence[int]) -> list[bool]:
    """Say which of a whole's parts are not told: small ones, never one alone.

    A single hidden part would be the known whole less the others, so the next smallest is hidden
    with it.
    """
    small = [count < MIN_CUSTOMERS for count in customers]
    others = [place for place, is_small in enumerate(small) if not is_small]
    if sum(small) == 1 and others:
        small[min(others, key=lambda place: customers[place])] = True
    return small
