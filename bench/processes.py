"""Child processes with the seconds and the memory that they took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Linux counts the peak in KiB, macOS in bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
LINES_OF_A_FAILURE = 25


class ChildError(Exception):
    """A child process that failed, with the last lines it wrote."""


@dataclass(frozen=True)
class Finished:
    """A child process that went well.

    Attributes
    ----------
    seconds : from its start to its end, imports included.
    processor_seconds : of all its threads and of what it started.
    peak_bytes : the greatest resident memory of the process or of one that it started.
    """

    output: str = field(repr=False)
    seconds: float
    processor_seconds: float
    peak_bytes: int

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "output"}


def run_child(
    arguments: Sequence[str],
    *,
    python: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a Python process from the project's folder; return its standard output and its cost.

    The kernel starts the child's peak at what this process holds at that moment, so whoever calls
    this must stay small: everything that handles data is a child.

    Raises
    ------
    ChildError
        If it ends with anything but 0.
    """
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        child = subprocess.Popen(
            [str(python or sys.executable), *arguments],
            cwd=ROOT,
            env=variables,
            stdout=output,
            stderr=errors,
        )
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            # Stopped by a person or a signal: nothing may run on behind a benchmark that is gone.
            child.terminate()
            child.wait()
            raise
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        for stream in (output, errors):
            stream.seek(0)
        text = output.read().decode()
        if child.returncode != 0:
            said = (errors.read().decode() + text).splitlines()[-LINES_OF_A_FAILURE:]
            words = " ".join(arguments)[:200]
            raise ChildError(f"`{words}` ended with {child.returncode}:\n" + "\n".join(said))
    processor_seconds = round(usage.ru_utime + usage.ru_stime, 2)
    return Finished(text, round(seconds, 2), processor_seconds, usage.ru_maxrss * RSS_UNIT)
