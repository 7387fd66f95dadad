"""kill -9 at any moment, then resume: nothing that was reported finished is done again."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from twinklr.core.pipeline.store import Store
from unit.pipeline import pipeline_killed_child as child


def start(store: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(Path(child.__file__)), str(store)])


def check(store: Path) -> None:
    """No work after its report, and the report of everything in the end."""
    reported: set[str] = set()
    did: dict[str, int] = {}
    for line in (store / "log.txt").read_text().splitlines():
        kind, _, unit = line.partition(" ")
        if kind == "reported":
            reported.add(unit)
            continue
        did[unit] = did.get(unit, 0) + 1
        assert unit not in reported, f"{unit} was done again after it was reported finished"
    assert {f"first[{item}]" for item in range(child.ITEMS)} <= reported
    assert "end" in reported
    result = child.run(store)
    assert result.outputs["end"] == sum(3 * item for item in range(child.ITEMS))
    assert result.outputs["second"] == [3 * item for item in range(child.ITEMS)]
    assert result.metrics == {"items": child.ITEMS}
    assert result.stage_results["end"].cached
    with Store(store) as opened:
        assert opened.verify() == []


def kill_and_resume(folder: Path, kills: int, seed: int) -> int:
    """Kill runs at random moments; a new store whenever one got through. How many were really killed."""
    moments = random.Random(seed)
    killed, number = 0, 0
    (folder / "unbroken").mkdir()
    # The moments lie within the length of an unbroken run, so that kills hit on fast and slow machines alike.
    begun = time.monotonic()
    assert start(folder / "unbroken").wait() == 0
    longest_s = time.monotonic() - begun
    while killed < kills:
        store = folder / f"store{number}"
        store.mkdir(exist_ok=True)
        process = start(store)
        try:
            code = process.wait(moments.uniform(0.3, 1.0) * longest_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
            continue
        assert code == 0
        check(store)
        number += 1
    assert start(store).wait() == 0
    check(store)
    return killed


def test_killed_twice(tmp_path: Path):
    assert kill_and_resume(tmp_path, 2, seed=1) == 2


@pytest.mark.slow
def test_killed_fifty_times(tmp_path: Path):
    assert kill_and_resume(tmp_path, 50, seed=2) == 50
