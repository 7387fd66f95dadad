"""Bounds a whole run shares: stopping it, spending, and calls per minute. All go into the context as services.

```python
context = PipelineContext(limiter=RateLimiter(requests_per_minute=60, tokens_per_minute=90_000), budget=Budget(2.50))
...
async with context.limiter.slot(tokens=1_200) as slot:
    reply = await ask_the_model()
    slot.used(reply.total_tokens)          # what it really was; the difference is given back or taken
context.budget.spend(reply.cost)           # raises BudgetExceeded, which fails the stage
```
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from twinklr.core.pipeline.clock import Clock, SystemClock
from twinklr.core.pipeline.faults import BudgetExceeded


class CancelToken:
    """Stops a run from outside: another task, a thread, a signal handler.

    Example:
        >>> token = CancelToken()
        >>> token.cancel("the window was closed")
        >>> token.cancelled, token.reason
        (True, 'the window was closed')
    """

    def __init__(self) -> None:
        self._reason: str | None = None
        self._callbacks: list[Callable[[str], None]] = []
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        """True once `cancel` was called. Long synchronous stages look here now and then."""
        return self._reason is not None

    @property
    def reason(self) -> str:
        """Why it was cancelled; empty before."""
        return self._reason or ""

    def cancel(self, reason: str = "cancelled") -> None:
        """Stop everything that listens. The first reason stays."""
        with self._lock:
            if self._reason is not None:
                return
            self._reason = reason
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(reason)

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back on `cancel`, at once if it was called already; returns the way to unsubscribe."""
        with self._lock:
            if self._reason is None:
                self._callbacks.append(callback)
                return lambda: self._callbacks.remove(callback)
        callback(self._reason)
        return lambda: None


class Budget:
    """An amount of anything (money, tokens, calls) that a run may spend.

    Args:
        limit: What may be spent in all.
        unit: For messages: "USD", "tokens".

    Example:
        >>> budget = Budget(10, "tokens")
        >>> budget.spend(8)
        >>> budget.left
        2.0
    """

    def __init__(self, limit: float, unit: str = "") -> None:
        self.limit = float(limit)
        self.unit = unit
        self.spent = 0.0
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """What remains; never below zero."""
        return max(0.0, self.limit - self.spent)

    def spend(self, amount: float) -> None:
        """Count what was spent.

        Raises:
            BudgetExceeded: If that is more than was left. It is counted all the same: it has been spent.
        """
        with self._lock:
            self.spent += amount
            spent = self.spent
        if spent > self.limit:
            raise BudgetExceeded(f"spent {spent:g} of {self.limit:g} {self.unit}".rstrip() + "; raise the budget")

    def check(self) -> None:
        """Refuse to begin anything more once nothing is left.

        Raises:
            BudgetExceeded: If nothing is left.
        """
        if self.spent >= self.limit:
            raise BudgetExceeded(f"nothing left of {self.limit:g} {self.unit}".rstrip() + "; raise the budget")


@dataclass(slots=True)
class _Bucket:
    """Fills steadily up to one minute's worth; may go into debt when a call used more than it said."""

    per_minute: float
    level: float
    at_ms: float

    def wait_ms(self, amount: float, now_ms: float) -> float:
        """Time until ``amount`` is there. More than a minute's worth waits for a full bucket."""
        # Not below nothing: a limiter made outside a virtual loop was made "later" than the loop's first moment.
        passed_ms = max(0.0, now_ms - self.at_ms)
        self.level = min(self.per_minute, self.level + passed_ms * self.per_minute / 60_000.0)
        self.at_ms = now_ms
        missing = min(amount, self.per_minute) - self.level
        # A rest below a millionth is rounding of the clock, and waiting for it would never end.
        return max(0.0, missing / self.per_minute * 60_000.0) if missing > 1e-6 else 0.0


class Slot:
    """One call let through by a `RateLimiter`."""

    def __init__(self, tokens: float) -> None:
        self.estimated = tokens
        self.actual = tokens

    def used(self, tokens: float) -> None:
        """Say what the call really used, once it is known."""
        self.actual = tokens


class RateLimiter:
    """Requests and tokens per minute, first come first served, over all stages of all runs that share it.

    Args:
        requests_per_minute: Calls let through per minute; None for no bound.
        tokens_per_minute: Tokens per minute; None for no bound.
        max_concurrent: Calls under way at the same time; None for no bound.
        clock: Where time comes from.
    """

    def __init__(
        self,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        max_concurrent: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        now = self._clock.now_ms()
        self._requests = _Bucket(requests_per_minute, requests_per_minute, now) if requests_per_minute else None
        self._tokens = _Bucket(tokens_per_minute, tokens_per_minute, now) if tokens_per_minute else None
        self._turn = asyncio.Lock()
        self._room = asyncio.Semaphore(max_concurrent) if max_concurrent else None

    @asynccontextmanager
    async def slot(self, tokens: float = 0.0) -> AsyncIterator[Slot]:
        """Wait for a turn, then hold it for the length of the call.

        Args:
            tokens: The best guess at what the call will use; correct it with `Slot.used`.
        """
        if self._room is not None:
            await self._room.acquire()
        try:
            async with self._turn:
                await self._take(self._requests, 1.0)
                await self._take(self._tokens, tokens)
            slot = Slot(tokens)
            try:
                yield slot
            finally:
                if self._tokens is not None:
                    self._tokens.level += slot.estimated - slot.actual
        finally:
            if self._room is not None:
                self._room.release()

    async def _take(self, bucket: _Bucket | None, amount: float) -> None:
        if bucket is None:
            return
        while pause := bucket.wait_ms(amount, self._clock.now_ms()):
            await self._clock.sleep(pause)
        bucket.level -= amount
