"""Trying again: when, how often, after which pause.

The executor knows only `RetryPolicy`; `RetryConfig` is the one most people need, and `TenacityPolicy` wraps a
`tenacity` policy that exists already. The loop that applies it is `twinklr.core.pipeline.attempts`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from twinklr.core.pipeline.result import StageResult

RetryOn = type[BaseException] | Collection[type[BaseException]]


class RetryPolicy(Protocol):
    """Decides after a failed attempt."""

    def next_delay_ms(
        self, result: StageResult[Any], attempt: int, elapsed_ms: float, rng: random.Random
    ) -> float | None:
        """How long to wait before the next attempt, or None to give up.

        Args:
            result: What the attempt gave.
            attempt: How many attempts there were, 1 after the first.
            elapsed_ms: Time since the first attempt started.
            rng: The run's source of randomness.
        """


@dataclass(frozen=True, slots=True)
class RetryConfig:
    """Exponential back-off with full jitter.

    The pause before attempt ``n + 1`` is drawn evenly from 0 to ``initial_delay_ms * backoff_multiplier ** (n - 1)``,
    at most ``max_delay_ms`` (without ``jitter`` it is exactly that), so that many clients who failed together do not
    come back together. When the failure says how long to wait (an HTTP ``Retry-After``), that is the least pause.

    Attributes:
        max_attempts: Attempts in all; 1 means no retry.
        initial_delay_ms: Longest pause before the second attempt.
        backoff_multiplier: How the longest pause grows.
        max_delay_ms: Where it stops growing. A longer Retry-After is still honoured.
        jitter: Draw the pause at random.
        retry_on: Exception classes worth another attempt. With the default every failure is, also one returned
            without an exception; with narrower classes a returned failure needs a matching ``exception``.
        retry_if: Asked last, with the result of the attempt, also a successful one: True tries again (a poor answer),
            False gives up. None leaves the decision to ``retry_on``.
        max_total_ms: No pause is begun that would end later than this after the first attempt's start.

    Example:
        >>> policy = RetryConfig(max_attempts=3, initial_delay_ms=100, jitter=False)
        >>> failure = StageResult.failure("busy")
        >>> [policy.next_delay_ms(failure, attempt, 0.0, random.Random(0)) for attempt in (1, 2, 3)]
        [100.0, 200.0, None]
    """

    max_attempts: int = 3
    initial_delay_ms: float = 1000.0
    backoff_multiplier: float = 2.0
    max_delay_ms: float = 30_000.0
    jitter: bool = True
    retry_on: RetryOn = Exception
    retry_if: Callable[[StageResult[Any]], bool] | None = None
    max_total_ms: float | None = None

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError(f"max_attempts is {self.max_attempts}; it counts the first attempt, so it is at least 1")
        if min(self.initial_delay_ms, self.backoff_multiplier, self.max_delay_ms) < 0:
            raise ValueError("initial_delay_ms, backoff_multiplier and max_delay_ms cannot be negative")

    @classmethod
    def from_stamina(
        cls,
        on: RetryOn,
        *,
        attempts: int = 10,
        timeout: float | None = 45.0,
        wait_initial: float = 0.1,
        wait_max: float = 5.0,
        wait_exp_base: float = 2.0,
    ) -> RetryConfig:
        """The same policy written with the argument names (and seconds) of ``stamina.retry``; full jitter."""
        return cls(
            max_attempts=attempts,
            initial_delay_ms=wait_initial * 1000,
            backoff_multiplier=wait_exp_base,
            max_delay_ms=wait_max * 1000,
            retry_on=on,
            max_total_ms=None if timeout is None else timeout * 1000,
        )

    def next_delay_ms(
        self, result: StageResult[Any], attempt: int, elapsed_ms: float, rng: random.Random
    ) -> float | None:
        """How long to wait before the next attempt, or None to give up."""
        if attempt >= self.max_attempts or not self._worth_it(result):
            return None
        longest = self.initial_delay_ms
        if attempt > 1 and longest:
            # The exponent stops mattering once the cap is reached; a power of thousands would overflow.
            longest *= self.backoff_multiplier ** min(attempt - 1, 64)
        longest = min(longest, self.max_delay_ms)
        pause = rng.uniform(0.0, longest) if self.jitter else float(longest)
        pause = max(pause, retry_after_ms(result) or 0.0)
        if self.max_total_ms is not None and elapsed_ms + pause > self.max_total_ms:
            return None
        return pause

    def _worth_it(self, result: StageResult[Any]) -> bool:
        if self.retry_if is not None:
            return self.retry_if(result)
        if result.success:
            return False
        if result.exception is None:
            return self.retry_on is Exception or (not isinstance(self.retry_on, type) and Exception in self.retry_on)
        return isinstance(result.exception, self.retry_on if isinstance(self.retry_on, type) else tuple(self.retry_on))


def retry_after_ms(result: StageResult[Any]) -> float | None:
    """How long a failure asks us to wait, in milliseconds, if it says so.

    Looked for in ``result.retry_after_ms``, then on the exception: ``retry_after_ms``, ``retry_after`` (seconds), and
    the headers of ``response`` as HTTP libraries keep them (``Retry-After`` as seconds or a date, ``Retry-After-Ms``).
    """
    if result.retry_after_ms is not None:
        return result.retry_after_ms
    error = result.exception
    if error is None:
        return None
    for name, unit in (("retry_after_ms", 1.0), ("retry_after", 1000.0)):
        value = getattr(error, name, None)
        if isinstance(value, int | float):
            return float(value) * unit
    headers = getattr(getattr(error, "response", error), "headers", None)
    return _from_headers(headers) if hasattr(headers, "items") else None


def _from_headers(headers: Any) -> float | None:
    lower = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 1.0), ("retry-after", 1000.0)):
        text = lower.get(name, "")
        if text.replace(".", "", 1).isdigit():
            return float(text) * unit
    try:
        until = parsedate_to_datetime(lower["retry-after"])
        now = parsedate_to_datetime(lower["date"]) if "date" in lower else datetime.now(UTC)
    except (KeyError, ValueError, TypeError):
        return None
    return max(0.0, (until - now).total_seconds() * 1000.0)


class TenacityPolicy:
    """A `tenacity` policy (``tenacity.AsyncRetrying(stop=..., wait=..., retry=...)``) as a `RetryPolicy`.

    Only its ``stop``, ``wait`` and ``retry`` are used; sleeping and counting stay with the executor, so timeouts,
    events and the virtual clock work as ever. tenacity is imported when the first attempt fails.
    """

    def __init__(self, policy: Any) -> None:
        self.policy = policy

    def next_delay_ms(
        self, result: StageResult[Any], attempt: int, elapsed_ms: float, rng: random.Random
    ) -> float | None:
        """Ask the wrapped policy."""
        # Optional: only people who have a policy have tenacity.
        import tenacity  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415

        state = tenacity.RetryCallState(retry_object=self.policy, fn=None, args=(), kwargs={})
        state.attempt_number = attempt
        state.outcome_timestamp = state.start_time + elapsed_ms / 1000.0
        outcome = tenacity.Future(attempt)
        if result.success:
            outcome.set_result(result.output)
        else:
            outcome.set_exception(result.exception or RuntimeError(result.error))
        state.outcome = outcome
        if not self.policy.retry(state) or self.policy.stop(state):
            return None
        pause = retry_after_ms(result) or 0.0
        return max(pause, 1000.0 * float(self.policy.wait(state) if self.policy.wait else 0.0))
