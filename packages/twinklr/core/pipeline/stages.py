"""The stages of a light show: thin wrappers that call the parts, with the names of the migration guide.

Not part of the framework: this module stands at the top and knows the parts, the framework never imports it.
A stage reads ``provider``, ``app_config``, ``job_config`` and ``llm_logger`` from the context where they are given and
falls back to the offline provider and default settings where not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from twinklr.core.agents import (
    GroupPlanner,
    LlmLogger,
    MacroPlanner,
    OfflineProvider,
    Planner,
    run_audio_profile,
    run_lyrics_async,
)
from twinklr.core.audio import AudioAnalyzer, SongBundle
from twinklr.core.choreography import RenderedShow, choreograph, render_safely, render_show
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.display import Display, display_groups, read_display
from twinklr.core.effects.clips import can_read_clips
from twinklr.core.effects.media import media_shown
from twinklr.core.errors import InputError
from twinklr.core.pipeline.codec import Artifact
from twinklr.core.pipeline.context import PipelineContext
from twinklr.core.pipeline.result import StageResult
from twinklr.core.planning import (
    AudioProfile,
    GroupPlan,
    GroupPlanningContext,
    LyricContext,
    MacroPlan,
    PlanningContext,
    read_display_groups,
)
from twinklr.core.report import FinishedShow, ShowScore, export_show, score_show
from twinklr.core.xlights import Sequence as XlightsSequence

S = TypeVar("S")

RENDER_FOLDER = ".render"
"""Where a show is rendered, below the output folder."""


def _service(context: PipelineContext, name: str, default: S) -> S:
    """A service of the context, or the default where none was handed in."""
    found: S = getattr(context, name) if context.services.get(name) is not None else default
    return found


def _job(context: PipelineContext) -> JobConfig:
    return _service(context, "job_config", JobConfig())


def _provider(context: PipelineContext) -> Planner:
    default: Planner = OfflineProvider()
    return _service(context, "provider", default)


def _journal(context: PipelineContext) -> LlmLogger | None:
    default: LlmLogger | None = None
    return _service(context, "llm_logger", default)


def _output_dir(context: PipelineContext) -> Path:
    if context.output_dir is None:
        raise InputError(
            "no output folder", where="PipelineContext", cure="hand one in: PipelineContext(output_dir=...)"
        )
    return context.output_dir


def _groups_of(groups: Sequence[Mapping[str, Any]] | None, display: Display | None) -> list[Mapping[str, Any]]:
    """The groups a stage was made with, else those of the display."""
    if groups is not None:
        return list(groups)
    if display is None:
        raise InputError(
            "there are no groups to plan for",
            where="create_sequencer_pipeline",
            cure="hand in display_groups or show_dir",
        )
    return list(display_groups(display))


class AudioAnalysisStage:
    """Song file to `SongBundle`; stores ``has_lyrics`` for the lyrics stage."""

    @property
    def name(self) -> str:
        """Name in results."""
        return "audio_analysis"

    async def execute(self, input: str | Path, context: PipelineContext) -> StageResult[SongBundle]:
        """Listen to the song at a path."""
        analyzer = AudioAnalyzer(_service(context, "app_config", AppConfig()), _job(context))
        bundle = await analyzer.analyze(input)
        context.set_state("has_lyrics", bundle.lyrics is not None)
        context.set_metric("song_ms", bundle.duration_ms)
        return StageResult.success(bundle, stage_name=self.name)


class DisplayStage:
    """Show folder to `Display`.

    Args:
        show_dir: The show folder.
    """

    def __init__(self, show_dir: str | Path) -> None:
        self.show_dir = Path(show_dir)

    @property
    def name(self) -> str:
        """Name in results."""
        return "display"

    def execute(self, input: Any, context: PipelineContext) -> StageResult[Display]:
        """Read the folder; the run's initial input is not needed."""
        display = read_display(self.show_dir)
        if not any(prop.active and not prop.ignored for prop in display.props):
            raise InputError(
                "the layout has no models to light: every one is switched off or ignored",
                where=self.show_dir,
                expected="at least one active model",
                cure="activate models in xLights, or take them off the ignore list in twinklr.toml",
            )
        context.set_metric("models", len(display.props))
        context.set_metric("channels", display.channel_count)
        return StageResult.success(display, stage_name=self.name)


class AudioProfileStage:
    """`SongBundle` to `AudioProfile`."""

    @property
    def name(self) -> str:
        """Name in results."""
        return "audio_profile"

    async def execute(self, input: SongBundle, context: PipelineContext) -> StageResult[AudioProfile]:
        """Describe the song for planners."""
        agent = _job(context).agent.plan_agent
        profile = await run_audio_profile(input, _provider(context), _journal(context), agent.model, agent.temperature)
        return StageResult.success(profile, stage_name=self.name)


class LyricsStage:
    """`SongBundle` to `LyricContext`; skipped for songs without words."""

    @property
    def name(self) -> str:
        """Name in results."""
        return "lyrics"

    async def execute(self, input: SongBundle, context: PipelineContext) -> StageResult[LyricContext]:
        """Read the words of the song for planners."""
        agent = _job(context).agent.plan_agent
        lyrics = await run_lyrics_async(input, _provider(context), _journal(context), agent.model, agent.temperature)
        return StageResult.success(lyrics, stage_name=self.name)


class MacroPlannerStage:
    """Profile and words to `MacroPlan`.

    Args:
        display_groups: Groups to plan for; those of the ``display`` input where left out.
    """

    def __init__(self, display_groups: Sequence[Mapping[str, Any]] | None = None) -> None:
        self.display_groups = display_groups

    @property
    def name(self) -> str:
        """Name in results."""
        return "macro_planner"

    async def execute(self, input: Mapping[str, Any], context: PipelineContext) -> StageResult[MacroPlan]:
        """Plan the whole display; ``input`` holds profile, lyrics (or None) and, without groups, display."""
        job = _job(context)
        groups = _groups_of(self.display_groups, input.get("display"))
        planning_context = PlanningContext(
            audio_profile=input["profile"],
            lyric_context=input.get("lyrics"),
            display_groups=read_display_groups(groups),
            seed=job.seed,
        )
        orchestrator = MacroPlanner(_provider(context), _journal(context), job.agent)
        result = await orchestrator.run(planning_context)
        if result.findings:
            return StageResult.failure(
                f"no usable macro plan from {result.source}: {'; '.join(map(str, result.findings[:3]))}",
                stage_name=self.name,
            )
        context.set_metric("macro_plan_source", result.source)
        return StageResult.success(result.plan, stage_name=self.name)


class GroupPlanningContextBuilder:
    """Plan, profile and words to one `GroupPlanningContext` per group, as a list for the fan-out.

    Args:
        display_groups: Groups to plan for; those of the ``display`` input where left out.
    """

    def __init__(self, display_groups: Sequence[Mapping[str, Any]] | None = None) -> None:
        self.display_groups = display_groups

    @property
    def name(self) -> str:
        """Name in results."""
        return "group_contexts"

    async def execute(
        self, input: Mapping[str, Any], context: PipelineContext
    ) -> StageResult[list[GroupPlanningContext]]:
        """Build the contexts in the order of the groups."""
        groups = read_display_groups(_groups_of(self.display_groups, input.get("display")))
        contexts = [
            GroupPlanningContext(
                audio_profile=input["profile"],
                macro_plan=input["macro"],
                group_id=group.role_key,
                lyric_context=input.get("lyrics"),
                prop_role=group.prop_role,
                group_type=group.group_type,
                model_count=group.model_count,
                seed=_job(context).seed,
            )
            for group in groups
        ]
        return StageResult.success(contexts, stage_name=self.name)


class GroupPlannerStage:
    """One `GroupPlanningContext` to one `GroupPlan`; run as a fan-out."""

    @property
    def name(self) -> str:
        """Name in results."""
        return "group_planner"

    async def execute(self, input: GroupPlanningContext, context: PipelineContext) -> StageResult[GroupPlan]:
        """Plan one group."""
        orchestrator = GroupPlanner(_provider(context), _journal(context), _job(context).agent)
        result = await orchestrator.run_single_group(input)
        if result.findings:
            return StageResult.failure(
                f"no usable plan for {input.group_id} from {result.source}: {'; '.join(map(str, result.findings[:3]))}",
                stage_name=self.name,
            )
        return StageResult.success(result.plan, stage_name=self.name)


class ChoreographyStage:
    """Plans, song and house to an xLights sequence.

    Args:
        display_groups: The groups planned for; those of the ``display`` input where left out.
    """

    def __init__(self, display_groups: Sequence[Mapping[str, Any]] | None = None) -> None:
        self.display_groups = display_groups

    @property
    def name(self) -> str:
        """Name in results."""
        return "choreography"

    def execute(self, input: Mapping[str, Any], context: PipelineContext) -> StageResult[XlightsSequence]:
        """Place effects; ``input`` holds audio, display, macro and groups."""
        job = _job(context)
        sequence = choreograph(
            input["audio"],
            input["display"],
            input["macro"],
            input["groups"],
            seed=job.seed,
            frame_ms=job.frame_ms,
            groups=_groups_of(self.display_groups, input["display"]),
        )
        context.set_metric("effects", sum(1 for _ in sequence.effects()))
        return StageResult.success(sequence, stage_name=self.name)


class RenderStage:
    """Sequence and house to light: an ``.fseq`` below the output folder, and the colour of every prop over time.

    Args:
        show_dir: The show folder, where pictures and videos are looked for; None where there are none.
    """

    cache_key = "media by what a sequence shows: see depends_on"
    """Stands for the folder, of which most files are never looked at."""

    def __init__(self, show_dir: str | Path | None = None) -> None:
        self.media_folders = () if show_dir is None else (str(show_dir),)

    @property
    def name(self) -> str:
        """Name in results."""
        return "render"

    def depends_on(self, input: Mapping[str, Any]) -> dict[str, Any]:
        """What the light depends on, as the ``key`` of a `CachePolicy`: the input, and all it shows by content."""
        files = media_shown(input["choreograph"], input["display"], self.media_folders)
        shown = {name: Artifact(path) for name, path in files.items()}
        return {**input, "media": shown, "clips": bool(shown) and can_read_clips()}

    def execute(self, input: Mapping[str, Any], context: PipelineContext) -> StageResult[RenderedShow]:
        """Render; ``input`` holds choreograph, display and audio."""
        render = partial(
            render_show,
            display=input["display"],
            folder=_output_dir(context) / RENDER_FOLDER,
            seed=_job(context).seed,
            song=input["audio"],
            media_folders=self.media_folders,
        )
        rendered = render_safely(input["choreograph"], input["display"], render)
        context.set_metric("frames", rendered.frame_count)
        return StageResult.success(rendered, stage_name=self.name)


class ScoreStage:
    """Rendered light to a score."""

    @property
    def name(self) -> str:
        """Name in results."""
        return "score"

    def execute(self, input: Mapping[str, Any], context: PipelineContext) -> StageResult[ShowScore]:
        """Measure the light against the song; ``input`` holds render, audio and choreograph."""
        score = score_show(input["render"], input["audio"], input["render"].calmed or input["choreograph"])
        context.set_metric("score", score.total)
        return StageResult.success(score, stage_name=self.name)


class ExportStage:
    """Everything to files in the output folder: path of each by its purpose."""

    @property
    def name(self) -> str:
        """Name in results."""
        return "export"

    def execute(self, input: Mapping[str, Any], context: PipelineContext) -> StageResult[dict[str, Path]]:
        """Write the files; ``input`` holds the outputs of all stages before."""
        show = FinishedShow(
            bundle=input["audio"],
            display=input["display"],
            macro_plan=input["macro"],
            group_plans=input["groups"],
            sequence=input["render"].calmed or input["choreograph"],
            rendered=input["render"],
            score=input["score"],
        )
        paths = export_show(show, _output_dir(context), seed=_job(context).seed)
        return StageResult.success(paths, stage_name=self.name)
