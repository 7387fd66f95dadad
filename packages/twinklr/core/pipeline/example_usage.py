"""A complete example: a song and three groups of props become a plan. Runs offline, needs no key.

    python -m twinklr.core.pipeline.example_usage [SONG]

Without a song it takes the demo song that comes with the project.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from twinklr.core.agents import OfflineProvider, create_llm_logger
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.pipeline import PipelineContext, PipelineExecutor, PipelineResult
from twinklr.core.planning import GroupPlan, MacroPlan
from twinklr.core.sequencer import create_sequencer_pipeline

DISPLAY_GROUPS: list[dict[str, Any]] = [
    {"role_key": "mega_tree", "model_count": 1, "group_type": "single"},
    {"role_key": "arch", "model_count": 4, "group_type": "ordered_row"},
    {"role_key": "roof_line", "model_count": 3, "group_type": "family"},
]
"""What a small display has, in the form planners read."""


def find_demo_song() -> Path:
    """The demo song, in a checkout or in the installed package.

    Raises:
        FileNotFoundError: If neither has it.
    """
    here = Path(__file__).resolve()
    for folder in (here.parents[4] / "examples", here.parents[2] / "examples"):
        songs = sorted(folder.glob("demo_song.*g")) + sorted(folder.glob("demo_song.flac"))
        if songs:
            return songs[0]
    raise FileNotFoundError("the demo song is not installed; name a song: python -m ... SONG")


async def plan_song(audio_path: str | Path, output_dir: Path | None = None) -> PipelineResult:
    """Plan a song for the small display.

    Args:
        audio_path: The song.
        output_dir: Where a journal would go if a language model were asked.
    """
    pipeline = create_sequencer_pipeline(DISPLAY_GROUPS)
    findings = pipeline.validate()
    if findings:
        raise ValueError("; ".join(findings))
    context = PipelineContext(
        provider=OfflineProvider(),
        app_config=AppConfig(),
        job_config=JobConfig(),
        llm_logger=create_llm_logger(output_dir),
        output_dir=output_dir,
    )
    executor = PipelineExecutor()
    return await executor.execute(pipeline, str(audio_path), context)


def describe(macro_plan: MacroPlan, group_plans: list[GroupPlan]) -> str:
    """The plan as a few lines of text."""
    lines = [f"palette: {macro_plan.palette}"]
    for section in macro_plan.sections:
        parts = [
            f"{plan.group_id}={part.look or part.base}"
            for plan in group_plans
            if (part := plan.section(section.section_id)).look or part.base
        ]
        lines.append(f"{section.section_id:<14} {section.intensity.value:<8} {'  '.join(parts)}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Plan the song that was named, or the demo song, and print the plan."""
    given = sys.argv[1:] if arguments is None else arguments
    result = asyncio.run(plan_song(given[0] if given else find_demo_song()))
    if not result.success:
        for stage_id in result.failed_stages:
            sys.stderr.write(f"{stage_id}: {result.stage_results[stage_id].error}\n")
        return 1
    sys.stdout.write(describe(result.outputs["macro"], result.outputs["groups"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
