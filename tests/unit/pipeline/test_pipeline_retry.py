"""Trying again, and the bounds of a run, on a virtual clock."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.pipeline import (
    AttemptFailed,
    Budget,
    BudgetExceeded,
    ExecutionPattern,
    PipelineContext,
    PipelineDefinition,
    RateLimiter,
    RetryConfig,
    StageDefinition,
    StageResult,
    TenacityPolicy,
)
from twinklr.core.pipeline.policy import retry_after_ms
from twinklr.core.pipeline.testing import Faults, RecordingExecutor, run_stage, run_virtual


class RateLimited(Exception):
    retry_after = 7


def pauses(policy: RetryConfig, error: BaseException | None = None, **settings: Any) -> list[float]:
    """The pauses a stage that always fails makes."""

    async def failing(value: Any, context: PipelineContext) -> None:
        raise error or ValueError("no")

    executor = RecordingExecutor()
    pipeline = PipelineDefinition("p", [StageDefinition("s", failing, retry=policy, **settings)])
    context = PipelineContext(rng=random.Random(1))
    result = run_virtual(executor.execute(pipeline, None, context))
    found = [event.delay_ms for event in executor.events if isinstance(event, AttemptFailed)]
    assert result.stage_results["s"].attempts == len(found) + 1
    assert result.total_duration_ms == pytest.approx(sum(found))
    return found


def test_exponential_with_a_cap():
    policy = RetryConfig(5, initial_delay_ms=1000, backoff_multiplier=3, max_delay_ms=5000, jitter=False)
    assert pauses(policy) == [1000, 3000, 5000, 5000]


def test_full_jitter_is_repeatable_by_seed():
    policy = RetryConfig(4, initial_delay_ms=1000)
    first = pauses(policy)
    assert first == pauses(policy)
    assert all(0 <= pause <= 1000 * 2**n for n, pause in enumerate(first))


@given(st.integers(1, 10_000), st.floats(1, 100), st.integers(0, 2**32))
def test_no_pause_is_longer_than_the_cap(attempt: int, multiplier: float, seed: int):
    policy = RetryConfig(20_000, initial_delay_ms=10, backoff_multiplier=multiplier, max_delay_ms=500)
    pause = policy.next_delay_ms(StageResult.failure("x"), attempt, 0, random.Random(seed))
    assert pause is not None
    assert 0 <= pause <= 500


def test_classes_decide():
    assert pauses(RetryConfig(3, jitter=False, retry_on=(KeyError,))) == []
    assert len(pauses(RetryConfig(3, jitter=False, retry_on=(ValueError, KeyError)))) == 2


def test_a_returned_failure_is_tried_again_unless_classes_are_named():
    failure = StageResult.failure("busy")
    assert RetryConfig(jitter=False).next_delay_ms(failure, 1, 0, random.Random()) == 1000
    assert RetryConfig(retry_on=KeyError).next_delay_ms(failure, 1, 0, random.Random()) is None
    named = StageResult.failure(KeyError("x"))
    assert RetryConfig(retry_on=KeyError, jitter=False).next_delay_ms(named, 1, 0, random.Random()) == 1000


def test_retry_after_is_the_least_pause_even_beyond_the_cap():
    assert pauses(RetryConfig(3, initial_delay_ms=100, max_delay_ms=500, jitter=False), RateLimited()) == [7000, 7000]


class Response:
    def __init__(self, **headers: str) -> None:
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class HttpError(Exception):
    def __init__(self, **headers: str) -> None:
        self.response = Response(**headers)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HttpError(Retry_After="3"), 3000),
        (HttpError(retry_after_ms="250"), 250),
        (HttpError(date="Tue, 01 Dec 2026 10:00:00 GMT", retry_after="Tue, 01 Dec 2026 10:00:30 GMT"), 30_000),
        (HttpError(retry_after="soon"), None),
        (ValueError(), None),
    ],
)
def test_where_retry_after_is_found(error: BaseException, expected: float | None):
    assert retry_after_ms(StageResult.failure(error)) == expected


def test_the_total_time_is_bounded():
    assert pauses(RetryConfig(9, initial_delay_ms=1000, jitter=False, max_total_ms=4000)) == [1000, 2000]


def test_a_poor_answer_is_tried_again_by_predicate():
    answers = iter([1, 2, 30])

    async def answer(value: Any, context: PipelineContext) -> int:
        return next(answers)

    policy = RetryConfig(5, jitter=False, retry_if=lambda result: not result.success or result.output < 10)
    result = run_virtual(run_stage(answer, retry=policy))
    assert (result.output, result.attempts) == (30, 3)


def test_a_timeout_is_a_failure_like_others():
    async def slow(value: Any, context: PipelineContext) -> None:
        await asyncio.sleep(5)

    result = run_virtual(run_stage(slow, timeout_ms=100, retry=RetryConfig(2, jitter=False, retry_on=TimeoutError)))
    assert result.attempts == 2
    assert result.error == "the attempt took longer than 100 ms"
    assert result.finished_ms == pytest.approx(1200)


def test_a_timeout_of_the_stage_itself_is_told_apart():
    async def inner(value: Any, context: PipelineContext) -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)

    assert run_virtual(run_stage(inner, timeout_ms=100)).error == "TimeoutError"


def test_what_failed_attempts_wrote_is_kept_in_the_run():
    tries = iter([False, True])

    async def stage(value: Any, context: PipelineContext) -> int:
        context.increment_metric("tries")
        if not next(tries):
            raise ValueError
        return 1

    context = PipelineContext()
    run_virtual(run_stage(stage, None, context, retry=RetryConfig()))
    assert context.metrics == {"tries": 2}


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        RetryConfig(max_attempts=0)
    with pytest.raises(ValueError, match="negative"):
        RetryConfig(initial_delay_ms=-1)


def test_stamina_words():
    policy = RetryConfig.from_stamina(ValueError, attempts=3, timeout=None, wait_initial=0.5, wait_max=1)
    assert (policy.max_attempts, policy.initial_delay_ms, policy.max_delay_ms) == (3, 500, 1000)


def test_tenacity_policies():
    tenacity = pytest.importorskip("tenacity")
    policy = tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_fixed(2),
        retry=tenacity.retry_if_exception_type(ValueError),
    )
    assert pauses(TenacityPolicy(policy)) == [2000, 2000]
    assert pauses(TenacityPolicy(policy), KeyError("x")) == []


# Bounds


def test_requests_per_minute():
    async def main() -> list[float]:
        limiter = RateLimiter(requests_per_minute=60)
        loop, begun = asyncio.get_running_loop(), []

        async def call() -> None:
            async with limiter.slot():
                begun.append(loop.time())

        await asyncio.gather(*(call() for _ in range(63)))
        return begun

    begun = run_virtual(main())
    assert begun[:60] == [0.0] * 60
    assert begun[60:] == pytest.approx([1, 2, 3])


def test_tokens_are_corrected_to_what_was_really_used():
    async def main() -> list[float]:
        limiter = RateLimiter(tokens_per_minute=600)
        loop, begun = asyncio.get_running_loop(), []
        for used in (600, 0, 300):
            async with limiter.slot(tokens=300) as slot:
                begun.append(loop.time())
                slot.used(used)
        async with limiter.slot(tokens=100_000):  # more than a minute's worth waits for a full bucket
            begun.append(loop.time())
        return begun

    assert run_virtual(main()) == pytest.approx([0, 30, 30, 90])


def test_concurrent_calls_are_bounded():
    async def main() -> float:
        limiter = RateLimiter(max_concurrent=2)

        async def call() -> None:
            async with limiter.slot():
                await asyncio.sleep(1)

        await asyncio.gather(*(call() for _ in range(5)))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 3


def test_a_budget_fails_the_stage_that_breaks_it():
    async def spend(amount: float, context: PipelineContext) -> None:
        assert context.budget is not None
        context.budget.spend(amount)

    context = PipelineContext(budget=Budget(10, "USD"))
    assert run_virtual(run_stage(spend, 6, context)).success
    failed = run_virtual(run_stage(spend, 6, context))
    assert failed.error == "spent 12 of 10 USD; raise the budget"
    assert isinstance(failed.exception, BudgetExceeded)
    with pytest.raises(BudgetExceeded):
        context.budget.check()


def test_faults():
    add = StageDefinition(
        "add", lambda n: n + 1, ExecutionPattern.FAN_OUT, ["input"], retry=RetryConfig(3, jitter=False)
    )
    pipeline = PipelineDefinition("p", [add])
    executor = RecordingExecutor()
    result = run_virtual(executor.execute(Faults().fail("add", [1]).delay("add", 50).apply(pipeline), [1, 2]))
    assert result.outputs["add"] == [2, 3]
    assert executor.attempts("add") == 4
    assert result.total_duration_ms == pytest.approx(1100)
    assert "injected fault" in str(run_virtual(executor.execute(Faults().fail("add").apply(pipeline), [1])).error)
    cancelled = run_virtual(executor.execute(Faults().delay("add", 9).cancel("add").apply(pipeline), [1]))
    assert cancelled.error == "cancelled by 'add'"
    with pytest.raises(KeyError, match="no stage 'sub'"):
        Faults().fail("sub").apply(pipeline)
