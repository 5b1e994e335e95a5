"""Nothing that lives until the process ends is searched for garbage."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from orchestration import loading


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_is_loaded_in_between_is_never_searched() -> None:
    gc.unfreeze()
    loading.begin()
    assert not gc.isenabled()
    cycle: list[object] = []
    cycle.append(cycle)

    loading.end()

    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    assert not any(each is cycle for each in gc.get_objects())


def test_a_process_that_did_not_begin_is_left_as_it_is() -> None:
    gc.unfreeze()

    loading.end()

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_the_command_begins_and_leaves() -> None:
    told = "print(gc.isenabled(), gc.get_freeze_count() > 0)"
    script = (
        "import atexit, gc; from orchestration.cli import console;"
        f"atexit.register(lambda: {told}); console()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "False True"
