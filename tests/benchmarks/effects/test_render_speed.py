"""How fast shows are rendered, and what each kind of effect costs. Run: ``pytest -m benchmark -s``.

The rival is xLights' own multi-threaded renderer: on two quiet cores of a like machine it renders the bench show at 433
frames/s and the house song at 131-155.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from twinklr.core.display import read_display
from twinklr.core.effects import Renderer
from twinklr.core.xlights import read_sequence

SHOWS = {
    "bench show": ("reference/bench_show", "reference/bench_show/bench.xsq", 433.0),
    "house song": ("shows/large_v7", "sequences/large_v7_house_song.xsq", 155.0),
    "dense song": ("shows/large_v7", "sequences/large_v7_dense_song.xsq", 0.0),
}


@pytest.mark.benchmark
@pytest.mark.reference
@pytest.mark.parametrize("name", SHOWS)
def test_frames_per_second(reference: Path, name: str) -> None:
    folder, sequence, rival = SHOWS[name]
    renderer = Renderer(read_sequence(reference / sequence), read_display(reference / folder))
    renderer.frames(0, 2)  # compiles the loops
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    frames = sum(len(window) for window in renderer.windows(renderer.window_frames))
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    rate = frames / wall_s
    channels = renderer.channel_count
    print(f"\n{name}: {frames} frames of {channels} channels, rival {rival:.0f} frames/s")
    print(f"  {rate:.0f} frames/s, {rate * channels / 1e6:.1f} million channels/s")
    print(f"  {frames / cpu_s:.0f} frames a cpu-second")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    for effect, cost in renderer.costs.items():
        print(f"  {effect:<14} {cost.cpu_s:7.2f} s {100 * cost.cpu_s / cpu_s:5.1f} % {cost.calls:6d} calls")
    assert frames == renderer.frame_count


@pytest.mark.benchmark
@pytest.mark.reference
def test_short_windows_are_cheap(reference: Path) -> None:
    folder, sequence, _ = SHOWS["bench show"]
    renderer = Renderer(read_sequence(reference / sequence), read_display(reference / folder))
    renderer.node_colors(0, 2)
    begun = time.perf_counter()
    for start in range(0, 4000, 400):
        renderer.node_colors(start, start + 10)
    print(f"\n10 frames somewhere: {(time.perf_counter() - begun) * 100:.0f} ms")
