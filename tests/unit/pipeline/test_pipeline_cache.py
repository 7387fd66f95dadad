"""What is kept, when it is used again, and that nothing finished is done twice."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twinklr.core.pipeline import (
    Artifact,
    CachePolicy,
    ExecutionPattern,
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    PipelineResult,
    RunStatus,
    StageDefinition,
    StageResult,
    StoreError,
)
from twinklr.core.pipeline import store as store_module
from twinklr.core.pipeline.store import Store

FAN_OUT = ExecutionPattern.FAN_OUT
CALLS: list[Any] = []


@pytest.fixture(autouse=True)
def _fresh_calls() -> None:
    CALLS.clear()


def run(store: Path, stages: list[StageDefinition], initial: Any = 1, context: Any = None, **settings: Any) -> Any:
    pipeline = PipelineDefinition("test", stages)
    result: PipelineResult = asyncio.run(PipelineExecutor(store=store).execute(pipeline, initial, context, **settings))
    return result


async def double(value: Any, context: PipelineContext) -> Any:
    CALLS.append(value)
    context.set_state("seen", value)
    context.increment_metric("doubled")
    return value * 2


CACHED = StageDefinition("double", double, cache=True)


def test_a_hit_gives_the_output_and_replays_state_and_metrics(tmp_path: Path):
    run(tmp_path, [CACHED], 4)
    context = PipelineContext()
    result = run(tmp_path, [CACHED], 4, context)
    assert CALLS == [4]
    assert result.outputs == {"double": 8}
    assert result.stage_results["double"].cached
    assert result.stage_results["double"].attempts == 0
    assert context.get_state("seen") == 4
    assert result.metrics == {"doubled": 1}


def test_other_input_version_id_or_config_is_a_miss(tmp_path: Path):
    for initial, stage in [
        (4, CACHED),
        (5, CACHED),
        (4, StageDefinition("double", double, cache=CachePolicy(version="2"))),
        (4, StageDefinition("twice", double, cache=True)),
        (4, StageDefinition("double", double, cache=CachePolicy(config={"fps": 40}))),
        (4, StageDefinition("double", double, cache=CachePolicy(config=lambda context: {"fps": 20}))),
    ]:
        assert not run(tmp_path, [stage], initial).stage_results[stage.id].cached
    assert len(CALLS) == 6


class Times:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    async def execute(self, input: int, context: PipelineContext) -> StageResult[int]:
        CALLS.append(self.factor)
        return StageResult.success(input * self.factor)


def test_what_a_stage_was_made_with_counts(tmp_path: Path):
    for factor, calls in ((2, 1), (3, 2), (2, 2)):
        assert run(tmp_path, [StageDefinition("s", Times(factor), cache=True)], 5).outputs == {"s": 5 * factor}
        assert len(CALLS) == calls


def test_code_counts(tmp_path: Path):
    def made(text: str) -> Any:
        names: dict[str, Any] = {"__name__": __name__}
        exec(text, names)
        return names["stage"]

    source = "TABLE = {'a': 1}\ndef helper(x): return x + TABLE['a']\ndef stage(value): return helper(value)"
    outputs = []
    for text in (source, source.replace("x + ", "x - "), source.replace("1}", "9}"), source + "\n# a remark"):
        result = run(tmp_path, [StageDefinition("s", made(text), cache=True, runs_on="loop")], 10)
        outputs.append((result.outputs["s"], result.stage_results["s"].cached))
    assert outputs == [(11, False), (9, False), (19, False), (11, True)]


async def reader(value: Any, context: PipelineContext) -> Any:
    CALLS.append("read")
    return (context.get_state("mode"), context.job.fps)


@dataclass(frozen=True)
class Job:
    fps: int


def test_state_and_services_read_count_though_nobody_declared_them(tmp_path: Path):
    def go(mode: str, fps: int) -> Any:
        async def write(value: Any, context: PipelineContext) -> None:
            context.set_state("mode", mode)

        stages = [StageDefinition("w", write, cache=False), StageDefinition("r", reader, inputs=["w"], cache=True)]
        return run(tmp_path, stages, 1, PipelineContext(job=Job(fps))).outputs["r"]

    for _ in range(2):
        assert go("a", 20) == ("a", 20)
        assert go("b", 20) == ("b", 20)
        assert go("b", 40) == ("b", 40)
    assert len(CALLS) == 3


class Model:
    """A service that is called, has no value, and says what stands for it."""

    def __init__(self, name: str, *, named: bool) -> None:
        self.lock = threading.Lock()
        self.name = name
        if named:
            self.cache_key = name

    def __call__(self, value: Any) -> str:
        CALLS.append(self.name)
        return f"{self.name} {value}"


async def uses_model(value: Any, context: PipelineContext) -> str:
    return str(context.model(value))


def test_services_count_by_their_cache_key_else_by_type_and_are_never_called(tmp_path: Path):
    stage = StageDefinition("s", uses_model, cache=True)

    def go(name: str, named: bool) -> str:
        return str(run(tmp_path, [stage], 1, PipelineContext(model=Model(name, named=named))).outputs["s"])

    assert [go("a", True), go("b", True), go("a", True)] == ["a 1", "b 1", "a 1"]
    assert [go("c", False), go("d", False)] == ["c 1", "c 1"]
    assert CALLS == ["a", "b", "c"]


def test_with_a_declared_config_services_do_not_count(tmp_path: Path):
    stage = StageDefinition("r", reader, cache=CachePolicy(config=lambda context: "fixed"))
    assert run(tmp_path, [stage], 1, PipelineContext(job=Job(20), x=1)).outputs["r"] == (None, 20)
    assert run(tmp_path, [stage], 1, PipelineContext(job=Job(40))).outputs["r"] == (None, 20)


async def read_file(value: Any, context: PipelineContext) -> str:
    CALLS.append(value)
    return Path(value).read_text()  # noqa: ASYNC240 - a few bytes


@pytest.mark.parametrize("kind", [str, Path])
def test_files_count_by_content(tmp_path: Path, kind: Any):
    song = tmp_path / "song.txt"
    stage = StageDefinition("s", read_file, cache=True)
    for text, calls in (("one", 1), ("one", 1), ("two", 2), ("one", 2)):
        song.write_text(text)
        assert run(tmp_path / "store", [stage], kind(song)).outputs["s"] == text
        assert len(CALLS) == calls


def test_folders_count_by_names_sizes_and_times_or_by_a_key(tmp_path: Path):
    show = tmp_path / "show"
    show.mkdir()
    (show / "layout.xml").write_text("a")

    async def look(folder: Path, context: PipelineContext) -> list[str]:
        return sorted(path.name for path in folder.iterdir())  # noqa: ASYNC240 - two files

    whole = StageDefinition("whole", look, cache=True)
    keyed = StageDefinition("keyed", look, cache=CachePolicy(key=lambda folder: folder / "layout.xml"))
    run(tmp_path / "store", [whole, keyed], show)
    (show / "more.txt").write_text("b")
    result = run(tmp_path / "store", [whole, keyed], show)
    assert result.outputs == {"whole": ["layout.xml", "more.txt"], "keyed": ["layout.xml"]}


async def render(value: Any, context: PipelineContext) -> dict[str, Any]:
    CALLS.append("render")
    path = context.output_dir / "show.fseq"
    path.write_bytes(b"frames")
    return {"file": Artifact(path), "frames": np.zeros((300, 400), np.uint8)}


def test_files_as_outputs_are_kept_and_damage_is_noticed(tmp_path: Path):
    stage = StageDefinition("render", render, cache=True)
    after = StageDefinition("after", lambda made: made["file"].path.read_bytes(), inputs=["render"], cache=True)
    store = tmp_path / "store"

    def go(name: str) -> Any:
        (tmp_path / name).mkdir()
        return run(store, [stage, after], 1, PipelineContext(output_dir=tmp_path / name))

    first, second = go("a"), go("b")
    assert CALLS == ["render"]
    kept = second.outputs["render"]["file"].path
    assert kept != first.outputs["render"]["file"].path
    assert kept.read_bytes() == b"frames"
    assert kept.suffix == ".fseq"
    assert second.stage_results["after"].cached  # the kept file counts as the original does
    with Store(store) as opened:
        assert opened.verify() == []
    kept.write_bytes(b"ruined")
    third = go("c")
    assert CALLS == ["render", "render"]
    assert "was changed after it was stored" in third.findings[0]
    assert third.outputs["render"]["file"].path.read_bytes() == b"frames"
    assert go("d").stage_results["render"].cached


def test_damaged_blobs_and_rows_are_found_reported_and_made_again(tmp_path: Path):
    async def big(value: Any, context: PipelineContext) -> Any:
        CALLS.append(value)
        return np.full(100_000, value, np.uint8)

    stage = StageDefinition("big", big, cache=True)
    run(tmp_path, [stage], 7)
    (blob,) = (tmp_path / "blobs").glob("*/*")
    for damage in (blob.read_bytes()[:1000], b"", None):
        if damage is None:
            blob.unlink()
        else:
            blob.write_bytes(damage)
        with Store(tmp_path) as store:
            assert len(store.verify()) == 1
        result = run(tmp_path, [stage], 7)
        assert result.success
        assert "cannot be used" in result.findings[0]
        assert result.outputs["big"].sum() == 700_000
        assert run(tmp_path, [stage], 7).stage_results["big"].cached
    assert len(CALLS) == 4


def test_a_ruined_index_is_put_aside(tmp_path: Path):
    run(tmp_path, [CACHED])
    for path in tmp_path.glob("index.db*"):
        path.write_bytes(b"not a database at all" * 200)
    result = run(tmp_path, [CACHED])
    assert result.success
    assert "was damaged" in result.findings[0]
    assert list(tmp_path.glob("index.db.broken-*"))
    assert run(tmp_path, [CACHED]).stage_results["double"].cached


def test_what_cannot_be_kept_is_a_finding_that_names_the_field(tmp_path: Path):
    async def lock(value: Any, context: PipelineContext) -> Any:
        return {"client": threading.Lock()}

    result = run(tmp_path, [StageDefinition("s", lock, cache=True)])
    assert result.success
    assert result.findings == (
        "stage 's': its output is not kept: output['client'] is a _thread.lock, which cannot be stored; "
        "keep it out of the output, or set cache=False on the stage",
    )
    result = run(tmp_path, [StageDefinition("s", double, cache=True)], [threading.Lock()])
    assert "is not cached: input[0] is a _thread.lock" in result.findings[0]
    result = run(tmp_path, [StageDefinition("s", Times(threading.Lock()), cache=True)])  # type: ignore[arg-type]
    assert "its attribute 'factor' cannot be part of a cache key" in result.findings[0]


def test_failures_are_not_kept(tmp_path: Path):
    async def fails(value: Any, context: PipelineContext) -> Any:
        CALLS.append(value)
        return StageResult.failure("no")

    for _ in range(2):
        run(tmp_path, [StageDefinition("s", fails, cache=True)])
    assert len(CALLS) == 2


async def some(value: Any, context: PipelineContext) -> Any:
    CALLS.append(value)
    if value == 3 and context.broken:
        raise ValueError("three")
    return value * 10


def test_resume_repeats_nothing_that_finished(tmp_path: Path):
    stages = [
        StageDefinition("first", double),
        StageDefinition("each", some, FAN_OUT, ["input.items"], max_concurrency=1),
        StageDefinition("never", double, cache=False),
        StageDefinition("end", lambda both: both, inputs=["first", "each"]),
    ]
    stages[0] = StageDefinition("first", double, inputs=["input.n"])
    stages[2] = StageDefinition("never", double, inputs=["input.n"], cache=False)
    initial = {"n": 1, "items": [1, 2, 3, 4]}
    context = PipelineContext(broken=True)
    assert run(tmp_path, stages, initial, context).failed_stages == ["each"]
    CALLS.clear()
    context = PipelineContext(broken=False)
    result = run(tmp_path, stages, initial, context, resume=True)
    assert sorted(CALLS) == [1, 3, 4]
    assert result.outputs["end"] == {"first": 2, "each": [10, 20, 30, 40]}
    CALLS.clear()
    assert run(tmp_path, stages, initial, context, resume=True).success
    assert CALLS == [1]
    CALLS.clear()
    run(tmp_path, stages, initial, context)
    assert len(CALLS) == 6  # without resume only stages that ask for caching use what is kept


def test_old_entries_are_not_used(tmp_path: Path):
    stage = StageDefinition("double", double, cache=CachePolicy(max_age_s=0.0))
    run(tmp_path, [stage])
    run(tmp_path, [stage])
    assert len(CALLS) == 2


def test_pause_and_answer(tmp_path: Path):
    async def approve(value: Any, context: PipelineContext) -> Any:
        CALLS.append(value)
        return context.ask("plan_ok", "Is the plan good?") and value

    async def ship(value: Any, context: PipelineContext) -> str:
        return f"shipped {value}"

    stages = [
        StageDefinition("plan", double),
        StageDefinition("approve", approve, inputs=["plan"]),
        StageDefinition("side", double, inputs=["plan"]),
        StageDefinition("ship", ship, inputs=["approve"]),
    ]
    first = run(tmp_path, stages, 2)
    assert first.status is RunStatus.PAUSED
    assert not first.success
    assert [(question.id, question.stage_id) for question in first.questions] == [("plan_ok", "approve")]
    assert first.outputs == {"plan": 4, "side": 8}
    assert first.not_run_stages == ["ship"]
    assert CALLS == [2, 4, 4]
    second = run(tmp_path, stages, 2, resume=True, answers={"plan_ok": True})
    assert second.outputs["ship"] == "shipped 4"
    assert CALLS == [2, 4, 4, 4]
    third = run(tmp_path, stages, 2, resume=True)  # the answer is remembered
    assert third.success
    assert CALLS == [2, 4, 4, 4]
    other = run(tmp_path, stages, 3, resume=True)  # but only for the input it was given for
    assert other.status is RunStatus.PAUSED
    changed = run(tmp_path, stages, 2, resume=True, answers={"plan_ok": False})
    assert changed.outputs["ship"] == "shipped False"


def test_pause_without_a_store_and_in_a_fan_out():
    async def ask(value: Any, context: PipelineContext) -> Any:
        return value if value < 2 else context.ask(f"item {value}", "ok?")

    pipeline = PipelineDefinition("p", [StageDefinition("each", ask, FAN_OUT, ["input"])])
    executor = PipelineExecutor()
    first = asyncio.run(executor.execute(pipeline, [1, 2, 3]))
    assert [question.id for question in first.questions] == ["item 2", "item 3"]
    second = asyncio.run(executor.execute(pipeline, [1, 2, 3], answers={"item 2": "a", "item 3": "b"}))
    assert second.outputs["each"] == [1, "a", "b"]


def test_two_runs_share_a_store_at_the_same_time(tmp_path: Path):
    stages = [StageDefinition("each", double, FAN_OUT, ["input"], cache=True)]

    async def both() -> None:
        runs = [PipelineExecutor(store=tmp_path).execute(PipelineDefinition("p", stages), range(50)) for _ in range(3)]
        for result in await asyncio.gather(*runs):
            assert result.success
            assert not [finding for finding in result.findings if "several items" not in finding]

    asyncio.run(both())
    with Store(tmp_path) as store:
        assert store.verify() == []
        assert [(row.stage, row.entries) for row in store.usage()] == [("each", 50)]


def test_prune_by_age_and_size(tmp_path: Path):
    async def big(value: Any, context: PipelineContext) -> Any:
        return np.full(50_000, value, np.uint8)

    run(tmp_path, [StageDefinition("each", big, FAN_OUT, ["input"], cache=True, max_concurrency=1)], range(5))
    with Store(tmp_path) as store:
        dropped, freed = store.prune(max_bytes=120_000)
        assert dropped == 3
        assert freed > 150_000
        assert len(list((tmp_path / "blobs").glob("*/*"))) == 2
        assert store.prune(max_age_s=3600) == (0, 0)
        assert store.prune(max_age_s=-1)[0] == 2
        assert store.verify() == []


def test_history(tmp_path: Path):
    run(tmp_path, [CACHED])
    with Store(tmp_path) as store:
        (record,) = store.runs()
    assert (record.pipeline, record.status) == ("test", "succeeded")
    assert record.stages[0][:2] == ("double", "succeeded")


def test_history_of_a_run_that_was_cancelled(tmp_path: Path):
    async def endless(value: Any, context: PipelineContext) -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        pipeline = PipelineDefinition("p", [StageDefinition("s", endless)])
        async with asyncio.timeout(0.05):
            await PipelineExecutor(store=tmp_path).execute(pipeline)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    with Store(tmp_path) as store:
        assert [record.status for record in store.runs()] == ["cancelled"]


def test_the_items_of_a_fan_out_over_a_pipeline_keep_by_content_not_by_place(tmp_path: Path):
    inner = PipelineDefinition("inner", [StageDefinition("double", double, cache=True)])
    stages = [StageDefinition("each", inner, FAN_OUT, ["input"])]
    run(tmp_path, stages, [1, 2])
    assert run(tmp_path, stages, [0, 1, 2]).outputs["each"] == [0, 2, 4]
    assert sorted(CALLS) == [0, 1, 2]


def test_a_store_that_cannot_be_opened_is_a_finding_unless_it_is_needed(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    result = run(tmp_path / "file", [CACHED])
    assert result.success
    assert "nothing is cached: " in result.findings[0]
    with pytest.raises(StoreError, match="cannot be used as a store"):
        run(tmp_path / "file", [CACHED], resume=True)


def test_rows_are_in_one_transaction_or_few(tmp_path: Path):
    """Group commit: a thousand small outputs are far fewer commits."""
    run(tmp_path, [StageDefinition("each", some, FAN_OUT, ["input"], cache=True)], list(range(10, 1010)))
    with sqlite3.connect(tmp_path / "index.db") as connection:
        assert connection.execute("SELECT COUNT(*) FROM entries").fetchone() == (1000,)
    connection.close()


@pytest.fixture
def _all_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once, so that their digests are noted."""
    monkeypatch.setattr(store_module, "SETTLED_NS", -(10**18))


@pytest.mark.usefixtures("_all_settled")
def test_a_file_that_is_changed_and_made_as_old_as_before_counts_anew(tmp_path: Path):
    file = tmp_path / "input"
    digests = []
    for content in (b"one", b"two"):
        file.write_bytes(content)
        os.utime(file, ns=(0, 0))
        with Store(tmp_path / "store") as store:
            digests.append(store.file_digest(file))
    assert digests[0] != digests[1]


@pytest.mark.usefixtures("_all_settled")
def test_a_store_may_be_closed_while_abandoned_stages_still_use_it(tmp_path: Path):
    (tmp_path / "input").write_bytes(b"")
    errors: list[StoreError] = []

    def use(store: Store, begun: threading.Barrier) -> None:
        begun.wait()
        while True:
            try:
                store.runs()
                store.file_digest(tmp_path / "input")
            except StoreError as error:
                errors.append(error)
                return

    for number in range(20):
        store = Store(tmp_path / str(number))
        begun = threading.Barrier(4)
        threads = [threading.Thread(target=use, args=(store, begun)) for _ in range(3)]
        for thread in threads:
            thread.start()
        begun.wait()
        store.file_digest(tmp_path / "input")
        store.close()
        for thread in threads:
            thread.join()
    assert len(errors) == 60
    assert all("closed" in str(error) for error in errors)
