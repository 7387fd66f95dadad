"""Threads and processes: nothing stalls the loop, everything stops at once, writes come back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from twinklr.core.pipeline import (
    CancelToken,
    ExecutionPattern,
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    RetryConfig,
    RunStatus,
    StageDefinition,
)
from twinklr.core.pipeline.testing import run_stage, run_virtual
from unit.pipeline import pipeline_stages_for_processes as remote

FAN_OUT = ExecutionPattern.FAN_OUT


def run(stages: list[StageDefinition], initial: Any = None, context: Any = None, **settings: Any) -> Any:
    return asyncio.run(PipelineExecutor(**settings).execute(PipelineDefinition("p", stages), initial, context))


def test_a_synchronous_stage_does_not_stall_the_loop():
    held = threading.Event()
    order = []

    def blocking(value: Any) -> str:
        held.wait(5)
        order.append("blocking")
        return threading.current_thread().name

    async def quick(value: Any, context: PipelineContext) -> None:
        order.append("quick")
        held.set()

    result = run([StageDefinition("blocking", blocking), StageDefinition("quick", quick)])
    assert order == ["quick", "blocking"]
    assert result.outputs["blocking"] == "pipeline-stage"


def test_places():
    def name(value: Any) -> str:
        return threading.current_thread().name

    async def async_name(value: Any, context: PipelineContext) -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    def gives_coroutine(value: Any, context: PipelineContext) -> Any:
        return async_name(value, context)

    main = threading.current_thread().name
    expected = {
        ("sync", "auto"): "pipeline-stage",
        ("sync", "loop"): main,
        ("async", "auto"): main,
        ("async", "thread"): "pipeline-stage",
        ("coroutine", "auto"): main,
    }
    stages = {"sync": name, "async": async_name, "coroutine": gives_coroutine}
    for (kind, place), thread in expected.items():
        assert asyncio.run(run_stage(stages[kind], runs_on=place)).output == thread


def test_an_exception_in_a_thread_keeps_its_traceback():
    result = asyncio.run(run_stage(remote.fails, 7))
    assert result.error == "ValueError: no 7"
    assert "in fails" in result.traceback


def test_stop_iteration_in_a_thread_is_a_failure():
    assert "StopIteration" in asyncio.run(run_stage(lambda _: next(iter(())))).error


def test_thread_stages_stop_at_once_and_learn_of_it():
    started, learned = threading.Event(), threading.Event()

    def endless(value: Any, context: PipelineContext) -> None:
        started.set()
        while not context.cancelled:
            time.sleep(0.001)
        learned.set()

    async def fail(value: Any, context: PipelineContext) -> None:
        while not started.is_set():  # noqa: ASYNC110 - it is set by a thread
            await asyncio.sleep(0.001)
        raise ValueError("no")

    begun = time.monotonic()
    result = run([StageDefinition("endless", endless), StageDefinition("fail", fail)])
    assert time.monotonic() - begun < 1
    assert result.cancelled_stages == ["endless"]
    assert learned.wait(5)


def test_a_thread_stage_that_times_out_is_tried_again():
    tries = []

    def slow_first(value: Any, context: PipelineContext) -> int:
        tries.append(1)
        while len(tries) == 1 and not context.cancelled:
            time.sleep(0.001)
        return len(tries)

    result = asyncio.run(run_stage(slow_first, timeout_ms=30, retry=RetryConfig(initial_delay_ms=1)))
    assert (result.output, result.attempts) == (2, 2)


def test_threads_under_virtual_time():
    """The clock stands still while a thread works, and no timeout fires."""
    result = run_virtual(run_stage(lambda _: time.sleep(0.05), timeout_ms=10))
    assert result.success


def test_process_stages_run_elsewhere_and_their_writes_come_back():
    context = PipelineContext()
    stages = [
        StageDefinition("pid", remote.where, runs_on="process"),
        StageDefinition("squares", remote.Squares(), FAN_OUT, ["input"], runs_on="process"),
    ]
    result = run(stages, [1, 2, 3], context)
    assert result.success, result.error
    assert result.outputs["pid"] != os.getpid()
    assert result.outputs["squares"] == [1, 4, 9]
    assert context.state == {"square_1": 1, "square_2": 4, "square_3": 9}
    assert result.metrics == {"squares": 3}


def test_what_a_process_stage_sees(tmp_path: Path):
    context = PipelineContext(greeting="hello", lock=threading.Lock(), output_dir=tmp_path)
    context.set_state("mode", "a")

    async def several() -> list[Any]:
        executor = PipelineExecutor()
        stages = {
            "reads": remote.reads, "reads_lock": remote.reads_lock, "fails": remote.fails,
            "fails_oddly": remote.fails_oddly, "dies": remote.dies, "asks": remote.asks, "local": lambda _: 1,
        }  # fmt: skip
        definitions = [
            StageDefinition(name, stage, runs_on="process", critical=False) for name, stage in stages.items()
        ]
        result = await executor.execute(PipelineDefinition("p", definitions), 1, context, answers={"colour": "red"})
        return [result.stage_results[name] for name in stages]

    reads, reads_lock, fails, fails_oddly, dies, asks, local = asyncio.run(several())
    assert reads.output == ("a", "hello", tmp_path)
    assert "service 'lock' cannot be pickled" in reads_lock.error
    assert fails.error == "ValueError: no 1"
    assert "in fails" in fails.traceback
    assert "Odd: 1 is not 2" in fails_oddly.error
    assert "ended (exit code 3)" in dies.error
    assert asks.output == "red"
    assert "cannot be sent to a process" in local.error


@pytest.mark.parametrize("how", ["token", "timeout"])
def test_a_process_stage_is_killed(tmp_path: Path, how: str):
    marker = tmp_path / "pid"
    token = CancelToken()

    async def stop(value: Any, context: PipelineContext) -> None:
        while not (marker.exists() and marker.read_text()):  # noqa: ASYNC110 - it is written by a process
            await asyncio.sleep(0.01)
        token.cancel("enough")

    stages = [StageDefinition("endless", remote.never_ends, runs_on="process", critical=False)]
    if how == "token":
        stages.append(StageDefinition("stop", stop))
    else:
        # Starting a process takes a while on a busy machine, and counts.
        stages = [StageDefinition("endless", remote.never_ends, runs_on="process", timeout_ms=800)]
    result = run(stages, marker, PipelineContext(cancellation=token))
    if how == "token":
        assert result.status is RunStatus.CANCELLED
    else:
        assert "took longer than 800 ms" in str(result.error)
    if marker.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(marker.read_text()), 0)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_stops_everything_at_once(tmp_path: Path):
    marker = tmp_path / "pid"
    tests = Path(remote.__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), *sys.path])}
    command = [sys.executable, remote.__file__, str(marker)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as child:
        try:
            while not ((tmp_path / "thread").exists() and marker.exists() and marker.read_text()):
                assert child.poll() is None, child.communicate()[1]
                time.sleep(0.01)
            child.send_signal(signal.SIGINT)
            _, errors = child.communicate(timeout=60)  # the stages never end by themselves
        finally:
            child.kill()
    assert child.returncode == 130
    assert errors == b""
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)


class Doubling:
    """A backend of the user's own."""

    def __init__(self) -> None:
        self.closed = False

    async def call(self, body: Any, value: Any, context: PipelineContext) -> Any:
        return body(value * 2, context)

    def close(self) -> None:
        self.closed = True


def test_other_backends():
    backend = Doubling()
    result = run([StageDefinition("s", lambda n: n + 1, runs_on="twice")], 5, backends={"twice": backend})
    assert result.outputs == {"s": 11}
    assert not backend.closed  # it belongs to who made it


def test_context_variables_reach_threads():
    import contextvars

    name: contextvars.ContextVar[str] = contextvars.ContextVar("name")

    async def main() -> Any:
        name.set("main")
        return await run_stage(lambda _: name.get())

    assert asyncio.run(main()).output == "main"


def test_functions_of_any_shape():
    class Callable:
        def __call__(self, value: int) -> int:
            return value + 1

    async def none() -> int:
        return 1

    def defaults(value: int, factor: int = 3) -> int:
        return value * factor

    def with_context(input: int, context: PipelineContext | None = None) -> bool:
        return context is not None

    import functools

    for function, expected in [
        (Callable(), 8), (none, 1), (defaults, 21), (with_context, True), (functools.partial(pow, 2), 128),
        (str, "7"), (lambda *both: len(both), 2),
    ]:  # fmt: skip
        stage = function if not isinstance(function, type) else (lambda value, kind=function: kind(value))
        result = asyncio.run(run_stage(stage, 7))
        assert result.output == expected, (function, result.error)


def test_abandoned_threads_do_not_keep_the_loop():
    async def main() -> None:
        executor = PipelineExecutor()
        pipeline = PipelineDefinition("p", [StageDefinition("s", lambda _: time.sleep(0.5))])
        task = asyncio.create_task(executor.execute(pipeline))
        await asyncio.sleep(0.05)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    begun = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - begun < 0.4
