"""Seconds of the clock beside those of the processor, which other work on the machine leaves be."""

import time


class Stopwatch:
    """Counts from its making, and anew after each lap."""

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def lap(self) -> dict[str, float]:
        """Return `seconds` of the clock and `processor_seconds` of all threads since the last."""
        clock, processor = time.perf_counter(), time.process_time()
        taken = {
            "seconds": round(clock - self._clock, 2),
            "processor_seconds": round(processor - self._processor, 2),
        }
        self._clock, self._processor = clock, processor
        return taken
