"""The stages of a show: what runs at the same time, what a failure of each does, and what they say when misused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.songs import SHORT_FORM, small_song
from twinklr.core.agents import Attempt, OfflineProvider, OpenAIProvider, Task
from twinklr.core.agents.ports import Answer
from twinklr.core.audio import SongBundle
from twinklr.core.config import JobConfig
from twinklr.core.errors import InputError, ProviderError
from twinklr.core.pipeline import PipelineContext, PipelineDefinition, PipelineExecutor, RetryConfig, StageResult
from twinklr.core.pipeline.stages import (
    AudioAnalysisStage,
    AudioProfileStage,
    DisplayStage,
    GroupPlannerStage,
    GroupPlanningContextBuilder,
    MacroPlannerStage,
    RenderStage,
)
from twinklr.core.pipeline.testing import Faults, RecordingExecutor, run_stage, run_virtual
from twinklr.core.planning import MacroPlan
from twinklr.core.sequencer import create_sequencer_pipeline
from unit.choreography.small_show import small_groups, small_house

SHOW_STAGES = [
    "audio",
    "display",
    "profile",
    "lyrics",
    "macro",
    "group_contexts",
    "groups",
    "choreograph",
    "render",
    "score",
    "export",
]


class HeardBefore:
    """Stands in for listening: the song is known already."""

    def __init__(self, bundle: SongBundle) -> None:
        self.bundle = bundle

    async def execute(self, input: Any, context: PipelineContext) -> StageResult[SongBundle]:
        """Give the song."""
        context.set_state("has_lyrics", self.bundle.lyrics is not None)
        return StageResult.success(self.bundle)


class SeenBefore:
    """Stands in for reading a folder."""

    async def execute(self, input: Any, context: PipelineContext) -> StageResult[Any]:
        """Give the small house."""
        return StageResult.success(small_house(("Matrix", "Arch 1", "Arch 2", "Star", "Moving Head")))


def known(pipeline: PipelineDefinition, bundle: SongBundle) -> PipelineDefinition:
    """A pipeline whose song and house are known already."""
    fixed = {"audio": HeardBefore(bundle), "display": SeenBefore()}
    stages = [replace(s, stage=fixed[s.id], cache=False) if s.id in fixed else s for s in pipeline.stages]
    return replace(pipeline, stages=stages)


class SlowProvider(OfflineProvider):
    """Thinks for a second of virtual time before it answers."""

    async def plan(self, task: Task[Answer], previous: Attempt[Answer] | None = None) -> Answer:
        """Answer late."""
        await asyncio.sleep(1.0)
        return await super().plan(task, previous)


def test_profile_and_lyrics_overlap_and_so_do_the_groups() -> None:
    pipeline = known(create_sequencer_pipeline(small_groups()), small_song())
    result = run_virtual(PipelineExecutor().execute(pipeline, "song", PipelineContext(provider=SlowProvider())))
    assert result.success
    profile, lyrics, macro, groups = (result.stage_results[name] for name in ("profile", "lyrics", "macro", "groups"))
    assert profile.started_ms < lyrics.finished_ms
    assert lyrics.started_ms < profile.finished_ms
    assert macro.started_ms >= max(profile.finished_ms, lyrics.finished_ms)
    assert len(groups.items) == len(small_groups())
    assert max(item.started_ms for item in groups.items) < min(item.finished_ms for item in groups.items)
    assert result.total_duration_ms == pytest.approx(3000, abs=1), "three thoughts one after the other, not fifteen"


def test_a_song_without_words_skips_the_lyrics() -> None:
    pipeline = known(create_sequencer_pipeline(small_groups()), small_song(lyrics=False))
    result = run_virtual(PipelineExecutor().execute(pipeline, "song", PipelineContext()))
    assert result.success
    assert result.skipped_stages == ["lyrics"]
    assert result.outputs["lyrics"] is None
    assert isinstance(result.outputs["macro"], MacroPlan)


def _downstream(pipeline: PipelineDefinition, stage_id: str) -> set[str]:
    found = {stage_id}
    for stage in pipeline.stages:
        if found.intersection(stage.inputs):
            found.add(stage.id)
    return found - {stage_id}


@pytest.mark.parametrize("stage_id", SHOW_STAGES)
def test_a_failure_in_any_stage_stops_the_show_and_says_where(stage_id: str, tmp_path: Path) -> None:
    pipeline = known(create_sequencer_pipeline(show_dir="unused"), small_song(form=SHORT_FORM))
    assert [stage.id for stage in pipeline.stages] == SHOW_STAGES
    fault = InputError("the dog ate it", where="homework", cure="write it again")
    broken = Faults().fail(stage_id, error=fault).apply(pipeline)
    executor = RecordingExecutor()
    result = asyncio.run(executor.execute(broken, "song", PipelineContext(output_dir=tmp_path)))
    assert not result.success
    assert result.failed_stages == [stage_id]
    assert (result.stage_results[stage_id].error or "").endswith("homework: the dog ate it; write it again")
    assert stage_id in (result.error or "")
    assert _downstream(pipeline, stage_id) <= {*result.not_run_stages, *result.cancelled_stages}
    assert not _downstream(pipeline, stage_id).intersection(executor.started)
    assert not list(tmp_path.glob("*.xsq")), "nothing half-written"
    with pytest.raises(InputError, match="the dog ate it"):
        result.raise_for_failure()


def test_a_provider_that_recovers_is_asked_again() -> None:
    pipeline = known(create_sequencer_pipeline(small_groups()[:3]), small_song())
    retry = RetryConfig(max_attempts=3, initial_delay_ms=1000, jitter=False)
    patient = replace(pipeline, stages=[replace(s, retry=retry) if s.id == "groups" else s for s in pipeline.stages])
    flaky = Faults().fail("groups", attempts=[1], error=ProviderError("busy")).apply(patient)
    executor = RecordingExecutor()
    result = run_virtual(executor.execute(flaky, "song", PipelineContext()))
    assert result.success
    assert executor.attempts("groups") == 6


def test_a_missing_song_is_one_line_with_a_cure(tmp_path: Path) -> None:
    result = asyncio.run(run_stage(AudioAnalysisStage(), str(tmp_path / "no.mp3")))
    assert not result.success
    assert "no.mp3" in (result.error or "")
    assert "\n" not in (result.error or "")


def test_a_provider_that_is_not_built_in_says_so() -> None:
    result = asyncio.run(
        run_stage(AudioProfileStage(), small_song(), PipelineContext(provider=OpenAIProvider(api_key="k")))
    )
    assert not result.success
    assert "--provider offline" in (result.error or "")
    assert isinstance(result.exception, ProviderError)


def test_planning_without_groups_says_what_to_hand_in() -> None:
    profile = asyncio.run(run_stage(AudioProfileStage(), small_song())).output
    result = asyncio.run(run_stage(MacroPlannerStage(), {"profile": profile, "lyrics": None}))
    assert not result.success
    assert "display_groups or show_dir" in (result.error or "")


def test_rendering_without_an_output_folder_says_what_to_hand_in() -> None:
    result = asyncio.run(run_stage(RenderStage(), {"choreograph": None, "display": None}))
    assert not result.success
    assert "PipelineContext(output_dir=...)" in (result.error or "")


def test_a_folder_that_is_no_show_folder_is_refused(tmp_path: Path) -> None:
    result = asyncio.run(run_stage(DisplayStage(tmp_path), None))
    assert not result.success
    assert isinstance(result.exception, InputError)


def test_the_seed_reaches_the_planners() -> None:
    def plans(seed: int) -> list[Any]:
        pipeline = known(create_sequencer_pipeline(small_groups()), small_song())
        context = PipelineContext(job_config=JobConfig(seed=seed))
        result = run_virtual(PipelineExecutor().execute(pipeline, "song", context))
        return [result.outputs["macro"], *result.outputs["groups"]]

    assert plans(4) == plans(4)
    assert plans(4) != plans(5)


def test_contexts_are_built_in_the_order_of_the_groups() -> None:
    profile = asyncio.run(run_stage(AudioProfileStage(), small_song())).output
    macro = asyncio.run(run_stage(MacroPlannerStage(small_groups()), {"profile": profile})).output
    given = {"profile": profile, "macro": macro, "lyrics": None}
    contexts = asyncio.run(run_stage(GroupPlanningContextBuilder(small_groups()), given)).output
    assert contexts is not None
    assert [one.group_id for one in contexts] == [group["role_key"] for group in small_groups()]
    plan = asyncio.run(run_stage(GroupPlannerStage(), contexts[0])).output
    assert plan is not None
    assert plan.group_id == contexts[0].group_id
