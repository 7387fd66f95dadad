"""A song and a show folder become a finished show, orchestrated by hand: how it was done before the framework.

    uv run python scripts/demo_sequencer_pipeline_old.py [SONG] [--show DIR] [--out DIR] [--seed N]

Kept beside `demo_sequencer_pipeline.py` to compare: every dependency, every parallel step, every error and every
timing is spelled out here, groups are planned one after the other, and a new step means touching all of it. Both
scripts give the same files.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinklr.core.agents import (
    GroupPlanner,
    LlmLogger,
    MacroPlanner,
    OfflineProvider,
    Planner,
    create_llm_logger,
    run_audio_profile,
    run_lyrics_async,
)
from twinklr.core.audio import AudioAnalyzer, SongBundle
from twinklr.core.choreography import RenderedShow, choreograph, render_show
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.display import Display, display_groups, read_display
from twinklr.core.errors import TwinklrError
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

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@dataclass
class Run:
    """What every step needs, carried around by hand.

    Attributes:
        options: The command line.
        app_config: Settings of this machine.
        job_config: Settings of this show.
        provider: Who decides.
        llm_logger: Journal of requests.
        timings: Milliseconds of each step.
    """

    options: argparse.Namespace
    app_config: AppConfig
    job_config: JobConfig
    provider: Planner
    llm_logger: LlmLogger
    timings: dict[str, float] = field(default_factory=dict)

    def finish(self, step: str, started: float) -> None:
        """Note how long a step took."""
        self.timings[step] = 1000.0 * (time.perf_counter() - started)


class StepFailed(Exception):
    """A step did not work out; everything after it is given up."""

    def __init__(self, step: str, error: BaseException) -> None:
        super().__init__(f"{step}: {error}")
        self.step = step


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line; without arguments the demo song and the demo show."""
    parser = argparse.ArgumentParser(description="Make a light show, orchestrated by hand.")
    parser.add_argument("song", nargs="?", type=Path, default=EXAMPLES / "demo_song.ogg")
    parser.add_argument("--show", type=Path, default=EXAMPLES / "demo_show", help="xLights show folder")
    parser.add_argument("--out", type=Path, default=Path("demo_output_old"), help="folder for the finished show")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


# Stage 1: audio analysis, and the show folder


async def analyze_audio(run: Run) -> SongBundle:
    """Listen to the song."""
    started = time.perf_counter()
    try:
        analyzer = AudioAnalyzer(run.app_config, run.job_config)
        bundle = await analyzer.analyze(str(run.options.song))
    except TwinklrError as error:
        raise StepFailed("audio", error) from error
    run.finish("audio", started)
    return bundle


def load_display(run: Run) -> tuple[Display, list[dict[str, Any]]]:
    """Read the show folder and its groups."""
    started = time.perf_counter()
    try:
        display = read_display(run.options.show)
        groups = list(display_groups(display))
    except TwinklrError as error:
        raise StepFailed("display", error) from error
    run.finish("display", started)
    return display, groups


# Stage 2: profile and lyrics, at the same time


async def describe_song(run: Run, bundle: SongBundle) -> tuple[AudioProfile, LyricContext | None]:
    """Profile and words; the second only for songs that have words."""
    started = time.perf_counter()
    agent = run.job_config.agent.plan_agent
    audio_task = run_audio_profile(bundle, run.provider, run.llm_logger, agent.model, agent.temperature)
    try:
        if bundle.lyrics is None:
            audio_profile, lyric_context = await audio_task, None
        else:
            lyrics_task = run_lyrics_async(bundle, run.provider, run.llm_logger, agent.model, agent.temperature)
            audio_profile, lyric_context = await asyncio.gather(audio_task, lyrics_task)
    except TwinklrError as error:
        raise StepFailed("profile and lyrics", error) from error
    run.finish("profile and lyrics", started)
    return audio_profile, lyric_context


# Stage 3: the plan of the whole display


async def plan_display(
    run: Run, audio_profile: AudioProfile, lyric_context: LyricContext | None, groups: Sequence[Mapping[str, Any]]
) -> MacroPlan:
    """Ask the macro planner."""
    started = time.perf_counter()
    try:
        planning_context = PlanningContext(
            audio_profile=audio_profile,
            lyric_context=lyric_context,
            display_groups=read_display_groups(groups),
            seed=run.job_config.seed,
        )
        orchestrator = MacroPlanner(run.provider, run.llm_logger, run.job_config.agent)
        result = await orchestrator.run(planning_context)
    except TwinklrError as error:
        raise StepFailed("macro", error) from error
    if result.findings:
        raise StepFailed("macro", ValueError("; ".join(map(str, result.findings))))
    run.finish("macro", started)
    return result.plan


# Stage 4: the plans of the groups, one after the other


async def plan_groups(
    run: Run,
    audio_profile: AudioProfile,
    lyric_context: LyricContext | None,
    macro_plan: MacroPlan,
    groups: Sequence[Mapping[str, Any]],
) -> list[GroupPlan]:
    """Ask the group planner once for each group."""
    started = time.perf_counter()
    orchestrator = GroupPlanner(run.provider, run.llm_logger, run.job_config.agent)
    group_plans = []
    for group in read_display_groups(groups):
        ctx = GroupPlanningContext(
            audio_profile=audio_profile,
            macro_plan=macro_plan,
            group_id=group.role_key,
            lyric_context=lyric_context,
            prop_role=group.prop_role,
            group_type=group.group_type,
            model_count=group.model_count,
            seed=run.job_config.seed,
        )
        try:
            result = await orchestrator.run_single_group(ctx)
        except TwinklrError as error:
            raise StepFailed(f"groups: {group.role_key}", error) from error
        if result.findings:
            raise StepFailed(f"groups: {group.role_key}", ValueError("; ".join(map(str, result.findings))))
        group_plans.append(result.plan)
    run.finish("groups", started)
    return group_plans


# Stage 5: effects, light, score and files


async def place_effects(
    run: Run, bundle: SongBundle, display: Display, macro_plan: MacroPlan, group_plans: list[GroupPlan]
) -> XlightsSequence:
    """Turn plans into effects."""
    started = time.perf_counter()
    try:
        sequence = await asyncio.to_thread(
            choreograph,
            bundle,
            display,
            macro_plan,
            group_plans,
            seed=run.job_config.seed,
            frame_ms=run.job_config.frame_ms,
        )
    except TwinklrError as error:
        raise StepFailed("choreograph", error) from error
    run.finish("choreograph", started)
    return sequence


async def compute_light(run: Run, sequence: XlightsSequence, display: Display) -> RenderedShow:
    """Render the sequence."""
    started = time.perf_counter()
    try:
        rendered = await asyncio.to_thread(
            render_show, sequence, display, run.options.out / ".render", seed=run.job_config.seed
        )
    except TwinklrError as error:
        raise StepFailed("render", error) from error
    run.finish("render", started)
    return rendered


def write_files(run: Run, show: FinishedShow) -> dict[str, Path]:
    """Write everything."""
    started = time.perf_counter()
    try:
        paths = export_show(show, run.options.out, seed=run.job_config.seed)
    except TwinklrError as error:
        raise StepFailed("export", error) from error
    run.finish("export", started)
    return paths


@dataclass(frozen=True)
class Outcome:
    """What a run gives: plans, score and files."""

    macro_plan: MacroPlan
    group_plans: list[GroupPlan]
    score: ShowScore
    paths: dict[str, Path]


async def make_show(run: Run) -> Outcome:
    """All steps in order, each handed what it needs."""
    bundle = await analyze_audio(run)
    display, groups = load_display(run)
    audio_profile, lyric_context = await describe_song(run, bundle)
    macro_plan = await plan_display(run, audio_profile, lyric_context, groups)
    group_plans = await plan_groups(run, audio_profile, lyric_context, macro_plan, groups)
    sequence = await place_effects(run, bundle, display, macro_plan, group_plans)
    rendered = await compute_light(run, sequence, display)
    score = score_show(rendered, bundle, sequence)
    show = FinishedShow(
        bundle=bundle,
        display=display,
        macro_plan=macro_plan,
        group_plans=group_plans,
        sequence=sequence,
        rendered=rendered,
        score=score,
    )
    return Outcome(macro_plan, group_plans, score, write_files(run, show))


def report(run: Run, outcome: Outcome) -> None:
    """Print what happened."""
    print("Completed!")
    for step, duration_ms in run.timings.items():
        print(f"  {step:<20} {duration_ms:8.0f} ms")
    plan = outcome.macro_plan
    print(f"Palette {plan.palette}, {len(plan.sections)} sections, {len(outcome.group_plans)} groups")
    print(f"Score {outcome.score.total}")
    for purpose, path in outcome.paths.items():
        print(f"  {purpose:<20} {path}")


def main(arguments: list[str] | None = None) -> int:
    """Make the show and report."""
    options = parse_arguments(arguments)
    run = Run(
        options=options,
        app_config=AppConfig(),
        job_config=JobConfig(seed=options.seed),
        provider=OfflineProvider(),
        llm_logger=create_llm_logger(options.out),
    )
    try:
        outcome = asyncio.run(make_show(run))
    except StepFailed as error:
        print(f"Failed: {error}")
        return 1
    report(run, outcome)
    return 0


if __name__ == "__main__":
    sys.exit(main())
