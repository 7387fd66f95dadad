"""How fast shows are rendered, in how much memory, and what each kind of effect costs. Run: ``pytest -m benchmark -s``.

The rival is xLights' own multi-threaded renderer: on two quiet cores of a like machine it renders the bench show at 433
frames/s and the house song at 131-155. We compare with the frames we render in a second of *one* core's time, which
other work on the machine does not change: whoever passes is at least twice as fast on two quiet cores.

Every show is rendered in a process of its own, for a process never gives its peak of memory back.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from twinklr.core.display import read_display
from twinklr.core.effects import Renderer
from twinklr.core.xlights import Sequence, read_sequence
from twinklr.core.xlights.sequence import EffectLayer

SHOWS = {
    "bench show": ("reference/bench_show", "reference/bench_show/bench.xsq", 433.0),
    "house song": ("shows/large_v7", "sequences/large_v7_house_song.xsq", 155.0),
    "dense song": ("shows/large_v7", "sequences/large_v7_dense_song.xsq", 0.0),
}
MEMORY_MIB = 1024.0
LONGER = 3


@dataclass(frozen=True)
class Figures:
    """What rendering a show took; costs are processor seconds and calls by kind of effect."""

    frames: int
    channels: int
    wall_s: float
    cpu_s: float
    memory_mib: float
    costs: dict[str, tuple[float, int]]


def repeated(sequence: Sequence, times: int) -> Sequence:
    """A sequence played several times over; rows of submodels and strands are left as they are."""

    def again(layer: EffectLayer) -> EffectLayer:
        shifts = (turn * sequence.duration_ms for turn in range(times))
        moved = (
            replace(effect, start_ms=effect.start_ms + shift, end_ms=effect.end_ms + shift)
            for shift in shifts
            for effect in layer.effects
        )
        return replace(layer, effects=tuple(moved))

    rows = tuple(replace(row, layers=tuple(again(layer) for layer in row.layers)) for row in sequence.rows)
    return replace(sequence, rows=rows, duration_ms=sequence.duration_ms * times)


def measured(folder: Path, sequence: Path, times: int) -> Figures:
    """Render a show here and now, in windows."""
    show = repeated(read_sequence(sequence), times) if times > 1 else read_sequence(sequence)
    display = read_display(folder)
    renderer = Renderer(show, display)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    frames = sum(len(window) for window in renderer.windows(renderer.window_frames))
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    costs = {name: (cost.cpu_s, cost.calls) for name, cost in renderer.costs.items()}
    return Figures(frames, renderer.channel_count, wall_s, cpu_s, peak, costs)


def figures(reference: Path, name: str, times: int = 1) -> Figures:
    """Render a show in a process of its own."""
    folder, sequence, _ = SHOWS[name]
    command = [sys.executable, __file__, str(reference / folder), str(reference / sequence), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Figures(**json.loads(done.stdout))


@pytest.mark.benchmark
@pytest.mark.reference
@pytest.mark.parametrize("name", SHOWS)
def test_faster_than_the_rival(reference: Path, name: str) -> None:
    rival = SHOWS[name][2]
    figures(reference, name)  # the first run compiles what is not compiled yet
    found = figures(reference, name)
    rate, of_a_core = found.frames / found.wall_s, found.frames / found.cpu_s
    print(f"\n{name}: {found.frames} frames of {found.channels} channels; rival {rival:.0f} frames/s on two cores")
    print(f"  {rate:.0f} frames/s, {rate * found.channels / 1e6:.1f} million channels/s")
    print(f"  {of_a_core:.0f} frames, {of_a_core * found.channels / 1e6:.1f} million channels a cpu-second")
    print(f"  peak memory {found.memory_mib:.0f} MiB")
    for effect, (cpu_s, calls) in found.costs.items():
        print(f"  {effect:<14} {cpu_s:7.2f} s {100 * cpu_s / found.cpu_s:5.1f} % {calls:6d} calls")
    assert of_a_core >= rival
    assert found.memory_mib < MEMORY_MIB


@pytest.mark.benchmark
@pytest.mark.reference
def test_memory_does_not_grow_with_the_song(reference: Path) -> None:
    once, longer = figures(reference, "bench show"), figures(reference, "bench show", LONGER)
    print(
        f"\npeak memory of {once.frames} frames {once.memory_mib:.0f} MiB, of {longer.frames} {longer.memory_mib:.0f}"
    )
    assert longer.frames == LONGER * once.frames
    # The sequence itself is three times as long: some 25 MiB of 12,500 more effects.
    assert longer.memory_mib < once.memory_mib * 1.1 + 25.0


@pytest.mark.benchmark
@pytest.mark.reference
@pytest.mark.parametrize("name", SHOWS)
def test_short_windows_are_cheap(reference: Path, name: str) -> None:
    folder, sequence, _ = SHOWS[name]
    display, show = read_display(reference / folder), read_sequence(reference / sequence)
    dice = random.Random(1)
    frame_count = Renderer(show, display).frame_count
    starts = [dice.randrange(frame_count - 10) for _ in range(100)]
    rates = []
    for renderer in (Renderer(show, display), Renderer(show, display)):
        for _ in range(2):
            begun = time.process_time()
            for start in starts:
                renderer.node_colors(start, start + 10)
            rates.append((time.process_time() - begun) / len(starts) * 1e6)
    print(f"\n{name}: 10 frames somewhere cost {rates[2]:.0f} us, the same again {rates[3]:.0f} us")
    assert rates[2] < 100_000


if __name__ == "__main__":
    json.dump(asdict(measured(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))), sys.stdout)
