"""Stages at the top level of a module of their own, where worker processes find them."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from twinklr.core.pipeline import (
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    StageDefinition,
    StageResult,
)


class Odd(Exception):
    """An exception whose constructor pickle cannot call."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} is not {two}")


class Squares:
    async def execute(self, input: int, context: PipelineContext) -> StageResult[int]:
        context.set_state(f"square_{input}", input**2)
        context.increment_metric("squares")
        return StageResult.success(input**2)


def where(value: Any) -> int:
    return os.getpid()


def fails(value: Any) -> None:
    raise ValueError(f"no {value}")


def fails_oddly(value: Any) -> None:
    raise Odd(1, 2)


def dies(value: Any) -> None:
    os._exit(3)


def reads(value: Any, context: PipelineContext) -> Any:
    return (context.get_state("mode"), context.greeting, context.output_dir)


def reads_lock(value: Any, context: PipelineContext) -> Any:
    return context.lock


def asks(value: Any, context: PipelineContext) -> Any:
    return context.ask("colour", "Which colour?")


def never_ends_on_a_thread(marker: Path) -> None:
    marker.with_name("thread").write_text("there")
    while True:
        time.sleep(0.01)


def never_ends(marker: Path) -> None:
    marker.write_text(str(os.getpid()))
    while True:
        time.sleep(0.01)


if __name__ == "__main__":
    from unit.pipeline import pipeline_stages_for_processes as stages

    endless = PipelineDefinition(
        "endless",
        [
            StageDefinition("process", stages.never_ends, runs_on="process"),
            StageDefinition("thread", stages.never_ends_on_a_thread),
        ],
    )
    try:
        asyncio.run(PipelineExecutor().execute(endless, Path(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(130)
