"""A song and a show folder become a finished show, with the pipeline framework.

    uv run python scripts/demo_sequencer_pipeline.py [SONG] [--show DIR] [--out DIR] [--seed N]

What the framework does here is done by hand in `demo_sequencer_pipeline_old.py`; both give the same files.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from twinklr.core.agents import OfflineProvider, create_llm_logger
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.pipeline import PipelineContext, PipelineExecutor, PipelineResult
from twinklr.core.sequencer import create_sequencer_pipeline

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line; without arguments the demo song and the demo show."""
    parser = argparse.ArgumentParser(description="Make a light show with the pipeline framework.")
    parser.add_argument("song", nargs="?", type=Path, default=EXAMPLES / "demo_song.ogg")
    parser.add_argument("--show", type=Path, default=EXAMPLES / "demo_show", help="xLights show folder")
    parser.add_argument("--out", type=Path, default=Path("demo_output"), help="folder for the finished show")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


async def make_show(options: argparse.Namespace) -> PipelineResult:
    """Define the pipeline, hand in what stages need, run it."""
    pipeline = create_sequencer_pipeline(show_dir=options.show)

    errors = pipeline.validate()
    if errors:
        raise SystemExit(f"Validation errors: {errors}")

    context = PipelineContext(
        provider=OfflineProvider(),
        app_config=AppConfig(),
        job_config=JobConfig(seed=options.seed),
        llm_logger=create_llm_logger(options.out),
        output_dir=options.out,
    )
    executor = PipelineExecutor()
    return await executor.execute(pipeline, str(options.song), context)


def report(result: PipelineResult) -> int:
    """Print what happened; 0 if all went well."""
    if not result.success:
        print(f"Failed stages: {result.failed_stages}")
        for stage_id in result.failed_stages:
            print(f"  {stage_id}: {result.stage_results[stage_id].error}")
        return 1

    print("Pipeline completed!")
    for stage_id, stage in result.stage_results.items():
        print(f"  {stage_id:<16} {stage.duration_ms:8.0f} ms")

    macro_plan = result.outputs["macro"]
    group_plans = result.outputs["groups"]
    print(f"Palette {macro_plan.palette}, {len(macro_plan.sections)} sections, {len(group_plans)} groups")
    print(f"Score {result.outputs['score'].total}")
    for purpose, path in result.outputs["export"].items():
        print(f"  {purpose:<16} {path}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Make the show and report."""
    return report(asyncio.run(make_show(parse_arguments(arguments))))


if __name__ == "__main__":
    sys.exit(main())
