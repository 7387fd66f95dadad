"""The framework against raw asyncio and its rivals.

Run with ``uv run --group bench pytest -m benchmark tests/benchmarks/framework -s``. Each contender runs in a process
of its own, in turn with raw asyncio on the same load. A rival that is not installed is left out, with the reason.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from benchmarks.framework import contenders

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

CPU_TARGETS = {"twinklr": 2.0, "twinklr, watched": 3.0}
COLUMNS = [*contenders.UNITS, *contenders.IDEAL_MS]


def measured(name: str) -> dict[str, dict[str, float]]:
    script = Path(contenders.__file__)
    packages = script.parents[3] / "packages"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")])}
    run = subprocess.run(
        [sys.executable, str(script), name], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found: dict[str, dict[str, float]] = json.loads(run.stdout.splitlines()[-1])
    return found


def show(rows: dict[str, dict[str, dict[str, float]] | str]) -> None:
    print("\n" + " " * 18 + "".join(f"{column:>16}" for column in COLUMNS))
    print(" " * 18 + "".join(f"{'us of CPU' if c in contenders.UNITS else 'ms':>16}" for c in COLUMNS))
    for name, row in rows.items():
        if isinstance(row, str):
            print(f"{name:<18}{row}")
            continue
        cells = [f"{row[c]['value']:.1f} ({row[c]['ratio']:.2f}x)" if c in row else "-" for c in COLUMNS]
        print(f"{name:<18}" + "".join(f"{cell:>16}" for cell in cells))


def test_against_raw_asyncio_and_rivals():
    rows: dict[str, Any] = {}
    for name, (_, module) in contenders.CONTENDERS.items():
        absent = module is not None and importlib.util.find_spec(module) is None
        rows[name] = f"not installed ({module}): uv run --group bench" if absent else measured(name)
    show(rows)
    for name, most in CPU_TARGETS.items():
        for load in contenders.UNITS:
            assert rows[name][load]["ratio"] <= most, (name, load)
    for load in ("uneven", "piped"):
        assert rows["twinklr"][load]["ratio"] <= 1.1, load


def test_maps_are_flat_from_a_thousand_to_a_hundred_thousand():
    spent = {}
    for count in (1_000, 10_000, 100_000):
        run = contenders.Twinklr().map(count)
        asyncio.run(run())
        begun = time.process_time()
        asyncio.run(run())
        spent[count] = (time.process_time() - begun) / count * 1e6
    print("\nmap: " + ", ".join(f"{count:,} items {us:.1f} us each" for count, us in spent.items()))
    assert spent[100_000] < 1.5 * spent[1_000]


def test_memory_per_pending_item():
    from twinklr.core.pipeline import ExecutionPattern, PipelineDefinition, PipelineExecutor, StageDefinition

    count = 10_000

    async def main() -> float:
        release, all_started, started = asyncio.Event(), asyncio.Event(), 0

        async def stage(value: int, context: Any) -> int:
            nonlocal started
            started += 1
            if started == count:
                all_started.set()
            await release.wait()
            return value

        fan_out = StageDefinition("map", stage, ExecutionPattern.FAN_OUT, ["input"], max_concurrency=count)
        tracemalloc.start()
        task = asyncio.create_task(PipelineExecutor().execute(PipelineDefinition("p", [fan_out]), range(count)))
        await all_started.wait()
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        release.set()
        await task
        return used / count

    each = asyncio.run(main())
    print(f"\n{each:.0f} bytes per item under way")
    assert each < 2048


def test_import_time():
    code = "import time; t = time.process_time(); import twinklr.core.pipeline; print(time.process_time() - t)"
    spent = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))
    print(f"\nimport: {spent * 1000:.0f} ms of CPU")
    assert spent < 0.150


def test_look_ups_and_keeps(tmp_path: Path):
    """What caching adds to a small item: not a target of the comparison, printed to be known."""
    from twinklr.core.pipeline import ExecutionPattern, PipelineDefinition, PipelineExecutor, StageDefinition

    async def stage(value: int, context: Any) -> int:
        return value + 1

    pipeline = PipelineDefinition("p", [StageDefinition("map", stage, ExecutionPattern.FAN_OUT, ["input"], cache=True)])
    for what in ("kept", "found"):
        begun = time.perf_counter()
        result = asyncio.run(PipelineExecutor(store=tmp_path).execute(pipeline, range(5_000)))
        print(f"\n5,000 small items {what}: {(time.perf_counter() - begun) / 5_000 * 1e6:.0f} us each")
        assert result.success
