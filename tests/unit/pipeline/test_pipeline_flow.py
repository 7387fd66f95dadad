"""The semantics of a run, on a virtual clock: what starts when, what stops when, who gets what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from twinklr.core.pipeline import (
    CancelToken,
    ExecutionPattern,
    PipelineContext,
    PipelineDefinition,
    PipelineError,
    PipelineExecutor,
    PipelineResult,
    PipelineValidationError,
    RetryConfig,
    RunStatus,
    StageDefinition,
    StageResult,
    StageStatus,
)
from twinklr.core.pipeline.testing import RecordingExecutor, run_virtual

FAN_OUT = ExecutionPattern.FAN_OUT
CONDITIONAL = ExecutionPattern.CONDITIONAL


def after(delay_ms: float, output: Any = None, error: str = "") -> Callable[..., Any]:
    """A stage that takes a time, then fails or gives an output (its input by default)."""

    async def stage(value: Any, context: PipelineContext) -> Any:
        await asyncio.sleep(delay_ms / 1000)
        if error:
            raise ValueError(error)
        return value if output is None else output

    return stage


def run(stages: list[StageDefinition], initial: Any = None, context: Any = None, **settings: Any) -> PipelineResult:
    pipeline = PipelineDefinition("test", stages, **settings)
    return run_virtual(PipelineExecutor().execute(pipeline, initial, context))


def times(result: PipelineResult) -> dict[str, tuple[int, int]]:
    return {name: (round(stage.started_ms), round(stage.finished_ms)) for name, stage in result.stage_results.items()}


def test_a_stage_starts_the_moment_its_own_inputs_are_there():
    result = run(
        [
            StageDefinition("a", after(10)),
            StageDefinition("b", after(100)),
            StageDefinition("after_a", after(90), inputs=["a"]),
            StageDefinition("after_b", after(10), inputs=["b"]),
            StageDefinition("end", sorted, inputs=["after_a", "after_b"], runs_on="loop"),
        ]
    )
    assert times(result) == {
        "a": (0, 10), "b": (0, 100), "after_a": (10, 100), "after_b": (100, 110), "end": (110, 110),
    }  # fmt: skip
    assert result.outputs["end"] == ["after_a", "after_b"]
    assert result.critical_path() == ["b", "after_b", "end"]


def test_a_failure_is_reported_when_it_happens_with_the_others_stopped_and_awaited():
    cleaned = []

    async def long(value: Any, context: PipelineContext) -> None:
        try:
            await asyncio.sleep(0.6)
        finally:
            await asyncio.sleep(0.005)
            cleaned.append("long")

    result = run(
        [
            StageDefinition("bad", after(50, error="no")),
            StageDefinition("long", long),
            StageDefinition("behind", after(1), inputs=["long"]),
        ]
    )
    assert round(result.total_duration_ms) == 55
    assert cleaned == ["long"]
    assert result.failed_stages == ["bad"]
    assert result.cancelled_stages == ["long"]
    assert result.not_run_stages == ["behind"]
    assert result.error == "stage 'bad': ValueError: no"
    assert "in stage" in result.stage_results["bad"].traceback
    with pytest.raises(ValueError, match="no"):
        result.raise_for_failure()


def test_without_fail_fast_independent_branches_finish():
    result = run(
        [
            StageDefinition("bad", after(5, error="no")),
            StageDefinition("after_bad", after(5), inputs=["bad"]),
            StageDefinition("end_bad", after(5), inputs=["after_bad", "good"]),
            StageDefinition("good", after(50, "fine")),
        ],
        fail_fast=False,
    )
    assert not result.success
    assert result.outputs == {"good": "fine"}
    assert result.not_run_stages == ["after_bad", "end_bad"]
    assert result.stage_results["after_bad"].error == "its input 'bad' failed"


def test_a_failed_stage_that_is_not_critical_arrives_as_none():
    result = run(
        [
            StageDefinition("extra", after(5, error="no"), critical=False),
            StageDefinition("main", after(1, 7)),
            StageDefinition("end", after(1), inputs=["main", "extra"]),
        ]
    )
    assert result.success
    assert result.failed_stages == ["extra"]
    assert result.outputs["end"] == {"main": 7, "extra": None}


def test_a_join_behind_a_branch_not_taken_runs_with_none_or_skips_if_told():
    def pipeline(on_skip: Any) -> list[StageDefinition]:
        return [
            StageDefinition("a", after(1, 1)),
            StageDefinition("maybe", after(1), CONDITIONAL, ["a"], condition=lambda context: False),
            StageDefinition("end", after(1), inputs=["a", "maybe"], on_skip=on_skip),
        ]

    assert run(pipeline("run")).outputs == {"a": 1, "maybe": None, "end": {"a": 1, "maybe": None}}
    skipped = run(pipeline("skip"))
    assert skipped.success
    assert skipped.skipped_stages == ["maybe", "end"]


def test_a_fan_out_behind_a_skipped_stage_gives_an_empty_list():
    result = run(
        [
            StageDefinition("maybe", after(1), CONDITIONAL, condition=lambda context: False),
            StageDefinition("each", after(1), FAN_OUT, ["maybe"]),
            StageDefinition("each_again", after(1), FAN_OUT, ["each"]),
        ]
    )
    assert result.outputs == {"maybe": None, "each": [], "each_again": []}


async def later(context: PipelineContext) -> bool:
    await asyncio.sleep(0.01)
    return context.get_state("wanted", False)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_condition_may_be_async_and_sees_upstream_state(wanted: bool):
    async def first(value: Any, context: PipelineContext) -> None:
        context.set_state("wanted", wanted)

    result = run([StageDefinition("a", first), StageDefinition("b", after(1, 1), CONDITIONAL, ["a"], condition=later)])
    assert result.stage_results["b"].status is (StageStatus.SUCCEEDED if wanted else StageStatus.SKIPPED)
    assert result.findings == ()


def test_fan_out_behind_fan_out_passes_items_on_as_they_finish():
    delays = [100, 10, 200, 300, 150]

    async def first(delay: float, context: PipelineContext) -> float:
        await asyncio.sleep(delay / 1000)
        return delay

    async def second(delay: float, context: PipelineContext) -> str:
        await asyncio.sleep((310 - delay) / 1000)
        return f"{delay}"

    result = run(
        [
            StageDefinition("items", after(0, delays)),
            StageDefinition("f", first, FAN_OUT, ["items"]),
            StageDefinition("g", second, FAN_OUT, ["f"]),
        ]
    )
    assert round(result.total_duration_ms) == 310
    assert result.outputs["g"] == ["100", "10", "200", "300", "150"]


def test_fan_out_is_bounded_and_keeps_input_order():
    running = peak = 0

    async def each(delay: int, context: PipelineContext) -> int:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(delay / 1000)
        running -= 1
        return delay

    delays = [30, 10, 20, 5, 40, 1, 2]
    result = run([StageDefinition("each", each, FAN_OUT, ["input"], max_concurrency=3)], delays)
    assert result.outputs["each"] == delays
    assert peak == 3


def test_fan_out_takes_any_iterable_and_pulls_it_as_needed():
    pulled = []

    def numbers() -> Any:
        for number in range(100):
            pulled.append(number)
            yield number

    async def each(number: int, context: PipelineContext) -> int:
        if number == 5:
            raise ValueError("five")
        await asyncio.sleep(0.001)
        return number

    result = run([StageDefinition("each", each, FAN_OUT, ["input"], max_concurrency=2)], numbers())
    assert result.error == "stage 'each': item 5: ValueError: five"
    assert len(pulled) <= 7


def test_fan_out_takes_an_async_iterable():
    async def numbers() -> Any:
        for number in range(5):
            await asyncio.sleep(0.01)
            yield number

    result = run([StageDefinition("each", after(20), FAN_OUT, ["input"])], numbers())
    assert result.outputs["each"] == [0, 1, 2, 3, 4]
    assert round(result.total_duration_ms) == 70


def test_an_iterable_that_raises_fails_the_stage():
    def numbers() -> Any:
        yield 1
        raise OSError("disk gone")

    result = run([StageDefinition("each", after(5), FAN_OUT, ["input"])], numbers())
    assert result.error == "stage 'each': OSError: disk gone"


async def odd_fails(number: int, context: PipelineContext) -> int:
    await asyncio.sleep(0.001)
    if number % 2:
        raise ValueError(f"odd {number}")
    return number


def test_failed_items_can_be_left_out():
    result = run(
        [
            StageDefinition("each", odd_fails, FAN_OUT, ["input"], on_item_error="skip"),
            StageDefinition("next", after(1), FAN_OUT, ["each"]),
        ],
        range(5),
    )
    assert result.outputs == {"each": [0, 2, 4], "next": [0, 2, 4]}
    assert [item.success for item in result.stage_results["each"].items] == [True, False, True, False, True]


def test_failed_items_can_be_collected_and_pass_through_the_next_fan_out():
    result = run(
        [
            StageDefinition("each", odd_fails, FAN_OUT, ["input"], on_item_error="collect"),
            StageDefinition("next", after(1), FAN_OUT, ["each"]),
        ],
        range(3),
    )
    assert result.success
    for outputs in (result.outputs["each"], result.outputs["next"]):
        assert outputs[0::2] == [0, 2]
        assert outputs[1].error == "ValueError: odd 1"


def test_an_item_that_fails_stops_its_siblings_and_the_fan_out_behind():
    started = []

    async def each(number: int, context: PipelineContext) -> int:
        await asyncio.sleep(0.01 * (number + 1))
        if number == 3:
            raise ValueError("three")
        return number

    async def behind(number: int, context: PipelineContext) -> int:
        started.append(number)
        await asyncio.sleep(1)
        return number

    stages = [StageDefinition("f", each, FAN_OUT, ["input"]), StageDefinition("g", behind, FAN_OUT, ["f"])]
    for fail_fast in (True, False):
        started.clear()
        result = run(stages, range(9), fail_fast=fail_fast)
        assert round(result.total_duration_ms) == 40
        assert (result.failed_stages, result.cancelled_stages) == (["f"], ["g"])
        assert started == [0, 1, 2]


def test_retry_and_timeout_apply_to_every_item():
    tried: dict[int, int] = {}

    async def each(number: int, context: PipelineContext) -> int:
        tried[number] = tried.get(number, 0) + 1
        if tried[number] < 3:
            await asyncio.sleep(10)
        return number

    retry = RetryConfig(max_attempts=3, initial_delay_ms=100, jitter=False)
    result = run([StageDefinition("each", each, FAN_OUT, ["input"], retry=retry, timeout_ms=50)], range(40))
    assert result.outputs["each"] == list(range(40))
    assert {item.attempts for item in result.stage_results["each"].items} == {3}
    # Two attempts of 50 ms and pauses of 100 and 200 ms, for 40 items through 32 workers.
    assert round(result.total_duration_ms) == 800


def test_the_deadline_of_a_stage_spans_its_attempts():
    retry = RetryConfig(max_attempts=100, initial_delay_ms=10, jitter=False, backoff_multiplier=1)
    result = run([StageDefinition("a", after(20, error="no"), retry=retry, deadline_ms=100)])
    assert result.error == "stage 'a': the stage took longer than 100 ms"
    assert round(result.total_duration_ms) == 100


def test_the_deadline_of_a_run():
    result = run([StageDefinition("a", after(10)), StageDefinition("b", after(500), inputs=["a"])], deadline_ms=100)
    assert result.status is RunStatus.FAILED
    assert result.error == "the run took longer than 100 ms"
    assert result.cancelled_stages == ["b"]
    with pytest.raises(PipelineError, match="took longer"):
        result.raise_for_failure()


def test_a_chain_of_1200_stages_and_one_that_never_waits():
    for delay in (0.1, 0):
        stages = [StageDefinition("s0", after(delay))]

        async def plus_one(value: int, context: PipelineContext, delay: float = delay) -> int:
            if delay:
                await asyncio.sleep(delay / 1000)
            return value + 1

        stages += [StageDefinition(f"s{n}", plus_one, inputs=[f"s{n - 1}"]) for n in range(1, 1200)]
        assert run(stages, 0).outputs["s1199"] == 1199


def test_cancelling_by_token_reports_what_was_stopped():
    token = CancelToken()

    async def cancel(value: Any, context: PipelineContext) -> None:
        await asyncio.sleep(0.02)
        token.cancel("enough")
        await asyncio.sleep(1)

    context = PipelineContext(cancellation=token)
    result = run([StageDefinition("a", cancel), StageDefinition("b", after(1), inputs=["a"])], context=context)
    assert result.status is RunStatus.CANCELLED
    assert (result.error, result.cancelled_stages, result.not_run_stages) == ("enough", ["a"], ["b"])
    assert round(result.total_duration_ms) == 20


def test_cancelling_the_task_awaits_clean_up_and_passes_on():
    cleaned = []

    async def long(value: Any, context: PipelineContext) -> None:
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(value)

    async def main() -> None:
        executor = RecordingExecutor()
        pipeline = PipelineDefinition(
            "p", [StageDefinition("one", long), StageDefinition("many", long, FAN_OUT, ["input.items"])]
        )
        task = asyncio.create_task(executor.execute(pipeline, {"items": [1, 2]}))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(cleaned) == 3
        assert set(executor.finished) == {"one", "many"}

    run_virtual(main())


def test_a_stage_that_swallows_its_cancellation_is_the_last_one():
    async def stubborn(value: Any, context: PipelineContext) -> str:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            return "still here"
        return ""

    stages = [
        StageDefinition("stubborn", stubborn),
        StageDefinition("behind", after(0), inputs=["stubborn"]),
        StageDefinition("bad", after(1, error="no")),
    ]
    result = run(stages)
    assert result.not_run_stages == ["behind"]


def test_running_into_somebody_elses_cancellation_is_a_failure():
    async def awaits_cancelled(value: Any, context: PipelineContext) -> None:
        task = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(0.001)
        task.cancel()
        await task

    stages = [
        StageDefinition("odd", awaits_cancelled, critical=False),
        StageDefinition("each", awaits_cancelled, FAN_OUT, ["input.items"], on_item_error="collect"),
        StageDefinition("fine", after(50, 1)),
        StageDefinition("end", after(1, 2), inputs=["odd", "fine"]),
    ]
    result = run(stages, {"items": [1, 2]})
    assert result.outputs["end"] == 2
    assert result.stage_results["odd"].error == "something it waited for was cancelled"
    assert len(result.outputs["each"]) == 2


def test_a_condition_may_ask():
    def condition(context: PipelineContext) -> bool:
        return bool(context.ask("really", "Really?"))

    pipeline = PipelineDefinition("p", [StageDefinition("a", after(1, 1), CONDITIONAL, condition=condition)])
    assert run_virtual(PipelineExecutor().execute(pipeline)).status is RunStatus.PAUSED
    assert run_virtual(PipelineExecutor().execute(pipeline, answers={"really": True})).outputs == {"a": 1}


def test_services_with_a_name_of_the_contexts_own_are_refused():
    with pytest.raises(TypeError, match="'metrics' is a name of the context itself"):
        PipelineContext(metrics={})
    with pytest.raises(AttributeError, match="did you mean 'provider'"):
        assert PipelineContext(provider=1).providr


def test_keyboard_interrupt_passes():
    async def interrupted(value: Any, context: PipelineContext) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([StageDefinition("a", interrupted), StageDefinition("b", after(1000))])


def test_inputs_by_number():
    seen = {}

    async def note(value: Any, context: PipelineContext) -> str:
        seen[context.stage_id] = value
        return context.stage_id

    run(
        [
            StageDefinition("none", note),
            StageDefinition("one", note, inputs=["none"]),
            StageDefinition("two", note, inputs=["none", "one"]),
            StageDefinition("whole", note, inputs=["input"]),
            StageDefinition("part", note, inputs=["input.song"]),
            StageDefinition("mixed", note, inputs=["input.song", "one"]),
        ],
        {"song": "carol.ogg"},
    )
    assert seen == {
        "none": {"song": "carol.ogg"},
        "one": "none",
        "two": {"none": "none", "one": "one"},
        "whole": {"song": "carol.ogg"},
        "part": "carol.ogg",
        "mixed": {"song": "carol.ogg", "one": "one"},
    }


def test_a_missing_part_of_the_initial_input_is_a_failure_that_says_so():
    result = run([StageDefinition("a", after(0), inputs=["input.song"])], {"show": 1})
    assert "has no 'song'; hand it in" in str(result.error)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"contexts": [1, 2]}, "gave a dict; its key 'contexts' holds a list: return that list itself"),
        ({"a": 1}, "gave a dict; return a list"),
        ("abc", "gave a str; return a list"),
        (7, "gave a int; return a list"),
    ],
)
def test_a_fan_out_over_something_else_says_what_to_do(items: Any, message: str):
    result = run([StageDefinition("build", after(0, items)), StageDefinition("groups", after(0), FAN_OUT, ["build"])])
    assert result.failed_stages == ["groups"]
    assert "FAN_OUT needs a list" in str(result.error)
    assert message in str(result.error)
    assert "'groups'" in str(result.error)


def test_unpacking_several_inputs_is_explained():
    async def three(input: Any, context: PipelineContext) -> None:
        _profile, _lyrics, _display = input["x"]

    async def two(input: Any, context: PipelineContext) -> int:
        profile, _lyrics = input
        return profile.tempo

    parents = [StageDefinition("profile", after(0)), StageDefinition("lyrics", after(0))]
    result = run([*parents, StageDefinition("macro", two, inputs=["profile", "lyrics"])])
    assert "read input['stage id']" in str(result.error)
    assert "takes its input apart like a tuple" in result.findings[0]
    assert "read input" not in str(run([*parents, StageDefinition("m", three, inputs=["profile", "lyrics"])]).error)


def test_a_condition_on_state_nobody_wrote_is_a_finding_with_the_near_name():
    async def first(value: Any, context: PipelineContext) -> None:
        context.set_state("has_lyrics", True)

    result = run(
        [
            StageDefinition("audio", first),
            StageDefinition(
                "lyrics", after(0), CONDITIONAL, ["audio"], condition=lambda c: c.get_state("lyrics") is not None
            ),
        ]
    )
    assert result.skipped_stages == ["lyrics"]
    assert len(result.findings) == 1
    for part in ("'lyrics'", "no upstream stage wrote", "did you mean 'has_lyrics'?", "set_state"):
        assert part in result.findings[0]


def test_state_written_or_read_without_an_order_is_a_finding():
    async def write(value: Any, context: PipelineContext) -> None:
        context.set_state("key", context.stage_id)

    async def read(value: Any, context: PipelineContext) -> Any:
        return context.get_state("key")

    stages = [StageDefinition("a", write), StageDefinition("b", write)]
    assert "neither waits for the other" in run(stages).findings[0]
    assert not run([stages[0], StageDefinition("b", write, inputs=["a"])]).findings
    assert "which is not upstream" in run([stages[0], StageDefinition("r", read)]).findings[0]
    assert not run([stages[0], StageDefinition("r", read, inputs=["a"])]).findings
    assert "several items write" in run([StageDefinition("each", write, FAN_OUT, ["input"])], [1, 2]).findings[0]


def test_a_condition_that_raises_fails_its_stage():
    def broken(context: PipelineContext) -> bool:
        raise KeyError("x")

    result = run([StageDefinition("a", after(0), CONDITIONAL, condition=broken)])
    assert result.error == "stage 'a': its condition raised KeyError: 'x'"


def test_metrics_and_state_are_shared():
    async def count(value: Any, context: PipelineContext) -> None:
        context.increment_metric("calls")
        with context.time_metric("waited_ms"):
            await asyncio.sleep(0.01)
        context.set_metric("last", value)

    context = PipelineContext()
    result = run([StageDefinition("each", count, FAN_OUT, ["input"], max_concurrency=1)], [1, 2, 3], context)
    assert result.metrics["calls"] == 3
    assert result.metrics["last"] == 3
    assert round(result.metrics["waited_ms"]) == 30


def test_returned_results():
    async def failing(value: Any, context: PipelineContext) -> StageResult[int]:
        return StageResult.failure("not today", stage_name="named")

    async def skipping(value: Any, context: PipelineContext) -> StageResult[int]:
        return StageResult.skipped("nothing to do")

    result = run([StageDefinition("a", skipping), StageDefinition("b", failing, inputs=["a"])])
    assert result.skipped_stages == ["a"]
    assert result.stage_results["b"].stage_name == "named"
    assert result.stage_results["a"].stage_name == "a"
    with pytest.raises(PipelineError, match="not today"):
        result.raise_for_failure()


def test_sub_pipelines():
    inner = PipelineDefinition(
        "inner",
        [
            StageDefinition("mark", lambda n, c: c.set_state("n", n) or n, runs_on="loop"),
            StageDefinition(
                "double",
                lambda n: n * 2,
                CONDITIONAL,
                ["mark"],
                condition=lambda c: c.get_state("n") > 1,
                runs_on="loop",
            ),
        ],
    )
    executor = RecordingExecutor()
    pipeline = PipelineDefinition(
        "outer", [StageDefinition("each", inner, FAN_OUT, ["input"]), StageDefinition("end", sum, inputs=["rest"]),
                  StageDefinition("rest", lambda found: [n for n in found if n], inputs=["each"])]
    )  # fmt: skip
    result = run_virtual(executor.execute(pipeline, [1, 2, 3]))
    assert result.outputs["each"] == [None, 4, 6]
    assert result.outputs["end"] == 10
    assert result.findings == ()
    assert "each[1]/double" in executor.finished


def test_a_failure_inside_a_sub_pipeline_names_both():
    inner = PipelineDefinition("inner", [StageDefinition("bad", after(1, error="no"))])
    result = run([StageDefinition("sub", inner)])
    assert result.error == "stage 'sub': stage 'bad': ValueError: no"
    assert isinstance(result.stage_results["sub"].exception, ValueError)


def test_an_invalid_pipeline_is_refused_with_its_findings():
    pipeline = PipelineDefinition("p", [StageDefinition("a", after(0), inputs=["b"])])
    with pytest.raises(PipelineValidationError) as caught:
        run_virtual(PipelineExecutor().execute(pipeline))
    assert caught.value.findings == pipeline.validate()
    with pytest.raises(PipelineValidationError, match="no place this executor knows"):
        run([StageDefinition("a", after(0), runs_on="cluster")])


def test_an_observer_that_raises_is_dropped_and_reported():
    def broken(event: Any) -> None:
        raise RuntimeError("oops")

    pipeline = PipelineDefinition("p", [StageDefinition("a", after(1, 5))])
    result = run_virtual(PipelineExecutor(observers=[broken]).execute(pipeline))
    assert result.success
    assert "observer 'broken' raised RuntimeError: oops" in result.findings[0]


def test_a_run_inside_a_loop_that_is_busy_elsewhere_shares_time():
    """Items that never wait let others run now and then."""
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    async def main() -> None:
        heart = asyncio.create_task(beat())
        await asyncio.sleep(0)
        await PipelineExecutor().execute(
            PipelineDefinition("p", [StageDefinition("each", lambda n: n, FAN_OUT, ["input"], runs_on="loop")]),
            range(20_000),
        )
        heart.cancel()

    run_virtual(main())
    assert beats > 8
