"""A run that gets killed: every piece of work notes that it was done, and every event that it was reported done."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from twinklr.core.pipeline import (
    ExecutionPattern,
    ItemFinished,
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    StageDefinition,
    StageFinished,
)

ITEMS = 60


def note(path: Path, line: str) -> None:
    """Append a line in one write, so that a kill never splits it."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


async def each(value: int, context: PipelineContext) -> dict[str, Any]:
    await asyncio.sleep(0.004)
    context.increment_metric("items")
    note(context.log, f"did {context.stage_id}[{context.item}]")
    return {"value": value * 3, "padding": bytes(value * 1000)}


async def collect(value: list[dict[str, Any]], context: PipelineContext) -> int:
    context.set_state("count", len(value))
    note(context.log, f"did {context.stage_id}")
    return sum(one["value"] for one in value)


class Log:
    """Where notes go; not part of any cache key."""

    cache_key = "log"

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


def pipeline() -> PipelineDefinition:
    fan_out = ExecutionPattern.FAN_OUT
    return PipelineDefinition(
        "killed",
        [
            StageDefinition("first", each, fan_out, ["input"], max_concurrency=4),
            StageDefinition("second", lambda found: found["value"], fan_out, ["first"], runs_on="loop"),
            StageDefinition("end", collect, inputs=["first"]),
        ],
    )


def run(store: Path) -> Any:
    log = store / "log.txt"

    def observe(event: Any) -> None:
        if isinstance(event, ItemFinished):
            note(log, f"reported {event.stage_id}[{event.item}]")
        elif isinstance(event, StageFinished) and event.status == "succeeded":
            note(log, f"reported {event.stage_id}")

    executor = PipelineExecutor(store=store, observers=[observe])
    return asyncio.run(executor.execute(pipeline(), range(ITEMS), PipelineContext(log=Log(log)), resume=True))


if __name__ == "__main__":
    result = run(Path(sys.argv[1]))
    sys.exit(0 if result.success else 1)
