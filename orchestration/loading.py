"""Python's search for garbage, kept off what lives until the process ends.

A process that runs nights loads more than a million such objects: modules, dbt's manifest, the
definitions. To search them for cycles while they are loaded takes a second of a start of four, and
another one and a half when the process ends.
"""

import gc


def begin() -> None:
    """Stop the search; whoever begins a process calls it before anything large is imported."""
    gc.disable()


def end() -> None:
    """Search again, but never in what is there by now; nothing happens without `begin`."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def leave() -> None:
    """Spare the process that ends a last search of all that it holds."""
    gc.freeze()
