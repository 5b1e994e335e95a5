"""Calculations that do not need each other, on as many processors as there are."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
First = TypeVar("First")
Second = TypeVar("Second")


def side_by_side(calculations: Iterable[Callable[[], Result]]) -> list[Result]:
    """Return what each calculation returns, in their order; the first error is raised.

    Threads: NumPy and SciPy let go of the interpreter while they reckon. Each calculation must be
    complete in itself, its random numbers included, so that which comes first makes no difference.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return [running.result() for running in [pool.submit(each) for each in calculations]]


def both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Return what two different calculations return, as `side_by_side`; the second stays here."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(first)
        here = second()
        return running.result(), here
