"""One writer at a time, and whoever is refused learns who writes."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.errors import BusyError
from orchestration.home import Home
from orchestration.lock import hold_the_warehouse


@contextmanager
def held_by_another_process(root: Path, seconds: float) -> Iterator[None]:
    script = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from orchestration.home import Home
        from orchestration.lock import hold_the_warehouse
        home = Home(Path({str(root)!r}))
        with hold_the_warehouse(home, "the night of 2024-05-01", wait_seconds=0):
            print("held", flush=True)
            time.sleep({seconds})
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "held"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_writer_is_refused_with_the_holders_name(tmp_path: Path) -> None:
    with (
        held_by_another_process(tmp_path, 60),
        pytest.raises(BusyError, match="the night of 2024-05-01") as caught,
        hold_the_warehouse(Home(tmp_path), "me", wait_seconds=0),
    ):
        pass

    assert caught.value.exit_code == 3
    assert "--wait" in str(caught.value)


def test_waiting_gets_the_right_to_write_when_the_holder_is_done(tmp_path: Path) -> None:
    with (
        held_by_another_process(tmp_path, 1.0),
        hold_the_warehouse(Home(tmp_path), "me", wait_seconds=30),
    ):
        assert "me" in Home(tmp_path).lock_file.read_text()


def test_a_killed_holder_leaves_nothing_locked(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, 60):
        pass

    with hold_the_warehouse(Home(tmp_path), "me", wait_seconds=0):
        assert "me" in Home(tmp_path).lock_file.read_text()


def test_the_same_process_may_take_it_again_inside(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with hold_the_warehouse(home, "outer", wait_seconds=0):
        with hold_the_warehouse(home, "inner", wait_seconds=0):
            pass
        assert "outer" in home.lock_file.read_text()

    assert home.lock_file.read_text() == ""
