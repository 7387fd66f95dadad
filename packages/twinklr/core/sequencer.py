"""`create_sequencer_pipeline`: the whole show as one pipeline.

Given display groups alone it plans (the pipeline of the migration guide); given a show folder it makes the show:
audio, display, profile, lyrics, macro, group_contexts, groups, choreograph, render, score, export.

What is worth keeping is kept: listening and rendering take nearly all of the time and are cached by what they depend
on (the song's and lyrics' bytes; the sequence, the house and the pictures shown on it). Everything between takes
milliseconds offline and is always computed anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twinklr.core.audio import analysis_inputs
from twinklr.core.errors import InputError
from twinklr.core.pipeline import CachePolicy, ExecutionPattern, PipelineContext, PipelineDefinition, StageDefinition
from twinklr.core.pipeline.stages import (
    AudioAnalysisStage,
    AudioProfileStage,
    ChoreographyStage,
    DisplayStage,
    ExportStage,
    GroupPlannerStage,
    GroupPlanningContextBuilder,
    LyricsStage,
    MacroPlannerStage,
    RenderStage,
    ScoreStage,
)
from twinklr.core.planning import read_display_groups

AUDIO_VERSION = "2"
RENDER_VERSION = "2"


def create_sequencer_pipeline(
    display_groups: Sequence[Mapping[str, Any]] | None = None,
    *,
    show_dir: str | Path | None = None,
) -> PipelineDefinition:
    """The pipeline from a song's path to plans or, with a show folder, to a finished show.

    Args:
        display_groups: Groups to plan for, ``{"role_key", "model_count", "group_type"}`` each. With a show folder
            they may be left out: then the folder's own groups are planned.
        show_dir: An xLights show folder.

    Returns:
        A definition to run with ``PipelineExecutor().execute(pipeline, audio_path, context)``. The show is written to
        ``context.output_dir``.

    Raises:
        InputError: If neither groups nor a folder are given, or the groups are not usable.

    Example:
        >>> groups = [{"role_key": "arch", "model_count": 4, "group_type": "family"}]
        >>> [stage.id for stage in create_sequencer_pipeline(groups).stages]
        ['audio', 'profile', 'lyrics', 'macro', 'group_contexts', 'groups']
    """
    if display_groups is None and show_dir is None:
        raise InputError(
            "there is nothing to plan for",
            where="create_sequencer_pipeline",
            cure="hand in display_groups or show_dir",
        )
    if display_groups is not None:
        read_display_groups(display_groups)
    stages = _planning(display_groups, with_display=show_dir is not None)
    if show_dir is None:
        return PipelineDefinition(name="twinklr_sequencer", stages=stages, description="A song becomes a plan.")
    display = StageDefinition("display", DisplayStage(show_dir), cache=False, description="Read the show folder.")
    return PipelineDefinition(
        name="twinklr_sequencer",
        stages=[stages[0], display, *stages[1:], *_light(display_groups, show_dir)],
        description="A song becomes a show.",
    )


def _planning(groups: Sequence[Mapping[str, Any]] | None, *, with_display: bool) -> list[StageDefinition]:
    """From the song's path to the plans of all groups."""
    display = ["display"] if with_display and groups is None else []
    return [
        StageDefinition(
            "audio",
            AudioAnalysisStage(),
            cache=CachePolicy(version=AUDIO_VERSION, key=_song_files, config=_hearing),
            description="Listen to the song.",
        ),
        StageDefinition(
            "profile", AudioProfileStage(), inputs=["audio"], cache=False, description="Describe the song."
        ),
        StageDefinition(
            "lyrics",
            LyricsStage(),
            pattern=ExecutionPattern.CONDITIONAL,
            inputs=["audio"],
            condition=lambda context: bool(context.get_state("has_lyrics", False)),
            cache=False,
            description="Read the words.",
        ),
        StageDefinition(
            "macro",
            MacroPlannerStage(groups),
            inputs=["profile", "lyrics", *display],
            cache=False,
            description="Plan the whole display.",
        ),
        StageDefinition(
            "group_contexts",
            GroupPlanningContextBuilder(groups),
            inputs=["macro", "profile", "lyrics", *display],
            cache=False,
            description="Tell each group what it needs to know.",
        ),
        StageDefinition(
            "groups",
            GroupPlannerStage(),
            pattern=ExecutionPattern.FAN_OUT,
            inputs=["group_contexts"],
            cache=False,
            description="Plan each group of props.",
        ),
    ]


def _light(groups: Sequence[Mapping[str, Any]] | None, show_dir: str | Path) -> list[StageDefinition]:
    """From plans to files."""
    render = RenderStage(show_dir)
    return [
        StageDefinition(
            "choreograph",
            ChoreographyStage(groups),
            inputs=["audio", "display", "macro", "groups"],
            cache=False,
            description="Place effects on the beat grid.",
        ),
        StageDefinition(
            "render",
            render,
            inputs=["choreograph", "display", "audio"],
            cache=CachePolicy(version=RENDER_VERSION, key=render.depends_on, config=_rendering),
            description="Compute the light.",
        ),
        StageDefinition(
            "score", ScoreStage(), inputs=["render", "audio", "choreograph"], cache=False, description="Measure it."
        ),
        StageDefinition(
            "export",
            ExportStage(),
            inputs=["audio", "display", "macro", "groups", "choreograph", "render", "score"],
            cache=False,
            description="Write the files.",
        ),
    ]


def _song_files(song: str | Path) -> list[Path]:
    """The files a song's analysis depends on, by content: itself, and words and corrections beside it."""
    return list(analysis_inputs(song))


def _hearing(context: PipelineContext) -> list[Any]:
    """Settings the analysis depends on."""
    app, job = context.services.get("app_config"), context.services.get("job_config")
    given = [job.lyrics_path, job.corrections_path, job.beats_path, job.stems_dir] if job is not None else []
    return [app.audio if app is not None else None, *given]


def _rendering(context: PipelineContext) -> int:
    """Settings the light depends on besides the sequence."""
    job = context.services.get("job_config")
    return job.seed if job is not None else 0
