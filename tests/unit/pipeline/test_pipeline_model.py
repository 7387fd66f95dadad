"""Random pipelines against a reference interpreter of 30 lines that knows no time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.pipeline import (
    CancelToken,
    ExecutionPattern,
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    RetryConfig,
    RunStatus,
    StageDefinition,
    StageResult,
    StageStatus,
)
from twinklr.core.pipeline.testing import run_virtual

PATTERNS = list(ExecutionPattern)
Outcome = tuple[str, Any]


@dataclass(frozen=True)
class Plan:
    """One stage of a random pipeline."""

    inputs: tuple[int, ...]
    pattern: ExecutionPattern
    delay_ms: int
    fails: bool
    condition: bool
    critical: bool
    on_skip: str
    on_item_error: str
    retried: bool


@st.composite
def plans(draw: st.DrawFn) -> list[Plan]:
    stages = []
    for index in range(draw(st.integers(1, 8))):
        inputs = draw(st.sets(st.integers(0, index - 1), max_size=3)) if index else set()
        pattern = draw(st.sampled_from(PATTERNS))
        if pattern is ExecutionPattern.FAN_OUT:
            if not index:
                pattern = ExecutionPattern.SEQUENTIAL
            else:
                inputs = {draw(st.integers(0, index - 1))}
        stages.append(
            Plan(
                tuple(sorted(inputs)),
                pattern,
                draw(st.integers(0, 50)),
                draw(st.integers(0, 4)) == 0,
                draw(st.booleans()),
                draw(st.integers(0, 3)) > 0,
                draw(st.sampled_from(["run", "skip"])) if inputs else "run",
                draw(st.sampled_from(["fail", "skip", "collect"])),
                draw(st.booleans()),
            )
        )
    return stages


def total(value: Any) -> int:
    """Any value as a number, failures and None included."""
    if isinstance(value, dict):
        return sum((position + 1) * total(one) for position, one in enumerate(value.values()))
    if isinstance(value, list):
        return sum((position + 1) * total(one) for position, one in enumerate(value))
    return value if isinstance(value, int) else 1000


def work(value: Any) -> list[int]:
    count = total(value)
    return [(count + step) % 97 for step in range(count % 5)]


def item_fails(plan: Plan, item: Any) -> bool:
    return plan.fails and total(item) % 3 == 0


# The reference: every stage after all it waits for, one after the other.


def reference(stages: list[Plan], initial: Any) -> list[Outcome]:
    found: list[Outcome] = []
    for plan in stages:
        parents = [found[index] for index in plan.inputs]
        values = {f"s{index}": found[index][1] for index in plan.inputs}
        value = initial if not values else next(iter(values.values())) if len(values) == 1 else values
        blocked = any(status in ("not_run", "failed!") or (status == "cancelled") for status, _ in parents)
        if blocked:
            found.append(("not_run", None))
        elif (plan.on_skip == "skip" and any(status == "skipped" for status, _ in parents)) or (
            plan.pattern is ExecutionPattern.CONDITIONAL and not plan.condition
        ):
            found.append(("skipped", None))
        elif plan.pattern is ExecutionPattern.FAN_OUT:
            found.append(fan_out(plan, value or []))
        elif plan.fails and not plan.retried:
            found.append(("failed!" if plan.critical else "failed", None))
        else:
            found.append(("succeeded", work(value)))
    return found


def fan_out(plan: Plan, items: list[Any]) -> Outcome:
    outputs: list[Any] = []
    for item in items:
        if item == "failure" or not item_fails(plan, item) or plan.retried:
            outputs.append(item if item == "failure" else total(item) * 3 + 1)
        elif plan.on_item_error == "fail":
            return ("failed!" if plan.critical else "failed", None)
        elif plan.on_item_error == "collect":
            outputs.append("failure")
    return ("succeeded", outputs)


# The same as a pipeline.


def definition(stages: list[Plan], fail_fast: bool) -> PipelineDefinition:
    return PipelineDefinition("random", [stage(index, plan) for index, plan in enumerate(stages)], fail_fast=fail_fast)


def stage(index: int, plan: Plan) -> StageDefinition:
    tried: set[int | None] = set()

    async def body(value: Any, context: PipelineContext) -> Any:
        await asyncio.sleep((plan.delay_ms + (context.item or 0) % 3) / 1000)
        is_item = plan.pattern is ExecutionPattern.FAN_OUT
        first, _ = context.item not in tried, tried.add(context.item)
        if (item_fails(plan, value) if is_item else plan.fails) and (first or not plan.retried):
            if index % 2:
                return StageResult.failure("fault")
            raise ValueError("fault")
        return total(value) * 3 + 1 if is_item else work(value)

    conditional = plan.pattern is ExecutionPattern.CONDITIONAL
    only_fan_out = {"on_item_error": plan.on_item_error} if plan.pattern is ExecutionPattern.FAN_OUT else {}
    return StageDefinition(
        f"s{index}",
        body,
        plan.pattern,
        [f"s{one}" for one in plan.inputs],
        condition=(lambda context: plan.condition) if conditional else None,
        critical=plan.critical,
        on_skip=plan.on_skip,  # type: ignore[arg-type]
        retry=RetryConfig(2, initial_delay_ms=5) if plan.retried else None,
        **only_fan_out,  # type: ignore[arg-type]
    )


def plain(value: Any) -> Any:
    """An output in the reference's words."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return "failure" if isinstance(value, StageResult) else value


def outcome(result: StageResult[Any], plan: Plan) -> Outcome:
    status = result.status.value
    if status == "failed" and plan.critical:
        status = "failed!"
    return status, plain(result.output)


@settings(max_examples=150, deadline=None)
@given(plans(), st.integers(0, 50))
def test_without_fail_fast_every_stage_ends_as_the_reference_says(stages: list[Plan], initial: int):
    result = run_virtual(PipelineExecutor().execute(definition(stages, fail_fast=False), initial))
    expected = reference(stages, initial)
    found = [outcome(one, plan) for one, plan in zip(result.stage_results.values(), stages, strict=True)]
    # A fan-out fed by a fan-out that failed had begun already: it was stopped, not "not run".
    found = [("not_run", None) if status == "cancelled" else (status, value) for status, value in found]
    assert found == expected
    assert result.success == all(status != "failed!" for status, _ in expected)
    assert result.findings == ()


@settings(max_examples=100, deadline=None)
@given(plans(), st.integers(0, 50))
def test_with_fail_fast_what_ended_is_right_and_nothing_outlives_the_failure(stages: list[Plan], initial: int):
    result = run_virtual(PipelineExecutor().execute(definition(stages, fail_fast=True), initial))
    expected = reference(stages, initial)
    assert result.success == all(status != "failed!" for status, _ in expected)
    for one, plan, wanted in zip(result.stage_results.values(), stages, expected, strict=True):
        assert one.finished_ms <= result.total_duration_ms
        if one.status in (StageStatus.CANCELLED, StageStatus.NOT_RUN):
            assert not result.success
        else:
            assert outcome(one, plan) == wanted
    failures = [one for one in result.stage_results.values() if one.status is StageStatus.FAILED]
    if not result.success:
        assert result.total_duration_ms == max(one.finished_ms for one in failures)


@settings(max_examples=80, deadline=None)
@given(plans(), st.integers(0, 120), st.booleans())
def test_cancelling_at_any_moment_stops_everything(stages: list[Plan], moment_ms: int, by_token: bool):
    expected = reference(stages, 7)

    async def main() -> Any:
        token = CancelToken()
        run = PipelineExecutor().execute(definition(stages, fail_fast=False), 7, PipelineContext(cancellation=token))
        task = asyncio.create_task(run)
        await asyncio.sleep(moment_ms / 1000)
        token.cancel("enough") if by_token else task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            return None
        finally:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert not others
            assert asyncio.get_running_loop().time() * 1000 <= moment_ms + 1e-6

    result = run_virtual(main())
    if result is None:
        return
    if result.status is RunStatus.CANCELLED:
        assert result.error is not None
    for one, plan, wanted in zip(result.stage_results.values(), stages, expected, strict=True):
        if one.status not in (StageStatus.CANCELLED, StageStatus.NOT_RUN):
            assert outcome(one, plan) == wanted
