"""What users' own objects may do without anything but a `StageResult` coming of it, and what threads may do at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from twinklr.core.pipeline import (
    ExecutionPattern,
    JsonLines,
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    PipelineResult,
    RateLimiter,
    StageDefinition,
    StageResult,
)
from twinklr.core.pipeline.policy import retry_after_ms
from twinklr.core.pipeline.testing import run_stage, run_virtual

FAN_OUT = ExecutionPattern.FAN_OUT


async def same(value: Any) -> Any:
    return value


def run(stage: StageDefinition, initial: Any = None, **settings: Any) -> PipelineResult:
    return run_virtual(PipelineExecutor(**settings).execute(PipelineDefinition("p", [stage]), initial))


class NoItems(list[int]):
    def __iter__(self) -> Iterator[int]:
        raise OSError("the disk is gone")


class NoLength(list[int]):
    def __len__(self) -> int:
        raise OSError("the disk is gone")


class NoPart:
    @property
    def part(self) -> int:
        raise OSError("the disk is gone")


class NoKey:
    @property
    def cache_key(self) -> str:
        raise OSError("the disk is gone")

    async def execute(self, input: Any, context: PipelineContext) -> int:
        return 1


@pytest.mark.parametrize(
    ("stage", "initial"),
    [
        (StageDefinition("a", same, FAN_OUT, ["input"]), NoItems()),
        (StageDefinition("a", same, FAN_OUT, ["input"]), NoLength()),
        (StageDefinition("a", same, inputs=["input.part"]), NoPart()),
        (StageDefinition("a", NoKey(), cache=True), None),
    ],
    ids=["items", "length", "part", "key"],
)
def test_objects_of_the_user_that_raise_fail_their_stage(stage: StageDefinition, initial: Any, tmp_path: Path):
    result = run(stage, initial, store=tmp_path)
    assert result.failed_stages == ["a"]
    assert "the disk is gone" in (result.error or "")


@dataclass(slots=True)
class HalfMade:
    value: int = 1
    unset: int = field(init=False)


def test_an_output_that_cannot_be_read_is_not_kept_but_good(tmp_path: Path):
    async def make() -> HalfMade:
        return HalfMade()

    result = run(StageDefinition("a", make, cache=True), store=tmp_path)
    assert result.success
    assert "its output is not kept" in result.findings[0]


def test_an_async_generator_is_closed_before_the_run_ends():
    log = []

    async def source() -> AsyncIterator[int]:
        try:
            for number in range(100):
                yield number
        finally:
            await asyncio.sleep(0)
            log.append("closed")

    async def broken(number: int) -> None:
        raise ValueError(number)

    async def main() -> None:
        stages = [StageDefinition("source", source), StageDefinition("each", broken, FAN_OUT, ["source"])]
        assert not (await PipelineExecutor().execute(PipelineDefinition("p", stages))).success
        assert log == ["closed"]

    run_virtual(main())


def test_threads_that_count_at_once_lose_nothing():
    def count(item: int, context: PipelineContext) -> None:
        for _ in range(2_000):
            context.increment_metric("n")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        result = run(StageDefinition("a", count, FAN_OUT, ["input"]), range(16))
    finally:
        sys.setswitchinterval(interval)
    assert result.metrics["n"] == 32_000


def test_a_rate_limiter_made_outside_a_virtual_loop_is_exact_inside():
    limiter = RateLimiter(60)

    async def call(item: int) -> float:
        async with limiter.slot():
            return asyncio.get_running_loop().time()

    times = run(StageDefinition("a", call, FAN_OUT, ["input"]), range(62)).outputs["a"]
    assert times[59] == 0.0
    assert times[60:] == pytest.approx([1.0, 2.0])


def test_a_date_to_come_back_at_counts_from_now_where_the_answer_has_no_date():
    error = OSError("busy")
    error.headers = {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}  # type: ignore[attr-defined]
    assert (retry_after_ms(StageResult.failure(error)) or 0.0) > 1e9


def test_a_log_and_a_report_take_a_path_as_text(tmp_path: Path):
    result = run(StageDefinition("a", same), 1, observers=[JsonLines(str(tmp_path / "run.jsonl"))])
    result.write_report(str(tmp_path / "report.html"))
    assert not result.findings
    assert len((tmp_path / "run.jsonl").read_text().splitlines()) == 4
    assert (tmp_path / "report.html").exists()


def keeps_a_function(input: Any, context: PipelineContext) -> int:
    context.set_state("made", lambda: 1)
    return 1


def test_state_that_cannot_leave_a_process_is_named():
    result = asyncio.run(run_stage(keeps_a_function, runs_on="process"))
    assert "wrote to state, cannot be pickled" in (result.error or "")


def test_reading_what_nobody_wrote_is_one_finding_however_many_items_do():
    async def look(item: int, context: PipelineContext) -> Any:
        return context.get_state("nothing")

    result = run(StageDefinition("a", look, FAN_OUT, ["input"]), range(1_000))
    assert len(result.findings) == 1
