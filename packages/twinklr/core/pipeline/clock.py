"""Time, handed in. The framework never asks the operating system for the time on its own.

`SystemClock` follows the running event loop, so a virtual event loop (`twinklr.core.pipeline.testing.run_virtual`)
moves retries, timeouts, rate limits and timings together, and a test of an hour's back-off takes a millisecond.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now_ms(self) -> float:
        """Milliseconds of a clock that never goes back; only differences mean something."""

    def timer(self, since_ms: float) -> Callable[[], float]:
        """A function that gives the milliseconds since a moment; asked for on the event loop."""

    def wall(self) -> float:
        """Seconds since 1970, for log lines and file ages."""

    async def sleep(self, delay_ms: float) -> None:
        """Come back after a time."""


class SystemClock:
    """The running event loop's clock, or the machine's where no loop runs (inside a thread stage)."""

    def now_ms(self) -> float:
        """Milliseconds of the event loop."""
        try:
            return asyncio.get_running_loop().time() * 1000.0
        except RuntimeError:
            return time.monotonic() * 1000.0

    def timer(self, since_ms: float) -> Callable[[], float]:
        """The loop's own clock, asked directly: a run reads it twice per stage."""
        time_s = asyncio.get_running_loop().time
        return lambda: time_s() * 1000.0 - since_ms

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, delay_ms: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(delay_ms / 1000.0)
