"""Half-beat slips: where a part is drummed on its off-beats, a tracker follows the drums half a beat aside.

Heard alone such a part is ambiguous (a snare on every off-beat is a snare on every beat of the other reading), so no
weight on a slip mends it. What does: music that keeps one tempo to the metronome does not lose half a beat and find it
again. The song is read once more deaf to which half of the beat is louder; if that grid is steady, and the beats
stand on it and half beside it by turns, one half is chosen for the whole song.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.beats import explain, read_held, steady_tempo_bpm
from twinklr.core.audio.spectra import FRAME_S

Doubles = NDArray[np.float64]
NEAR = 0.12
"""Of a beat: this near to a line of the grid, or to the middle between two, a beat stands on it."""
LEAST_SLIPPED, LEAST_ON_GRID = 0.05, 0.9
STEADY = 0.01
"""Largest deviation of the tempo over eight beats that a metronome explains."""


def in_one_phase(beats_s: Doubles, activation: Doubles, chance: Doubles) -> Doubles:
    """The same beats, without half-beat slips where the song keeps a steady tempo.

    Args:
        beats_s: Beats as tracked.
        activation: How much each fast frame sounds like a beat.
        chance: How likely the net thinks each is one.
    """
    if len(beats_s) < 16:
        return beats_s
    bpm = steady_tempo_bpm(beats_s)
    half = round(30 / bpm / FRAME_S)
    padded = np.pad(activation, half)
    either = np.maximum(activation, np.maximum(padded[2 * half :], padded[: len(activation)]))
    grid_s = read_held(either, bpm)
    if len(grid_s) < 16 or _unsteadiness(grid_s) > STEADY:
        return beats_s
    place = np.interp(beats_s, grid_s, np.arange(len(grid_s))) % 1
    on = float(np.mean(np.minimum(place, 1 - place) < NEAR))
    beside = float(np.mean(np.abs(place - 0.5) < NEAR))
    if on + beside < LEAST_ON_GRID or min(on, beside) < LEAST_SLIPPED:
        return beats_s
    middles_s = np.append((grid_s[1:] + grid_s[:-1]) / 2, grid_s[-1] + 30 / bpm)
    return max(grid_s, middles_s, key=lambda reading: explain(chance, reading))


def _unsteadiness(beats_s: Doubles, reach: int = 8) -> float:
    """How far the tempo over some beats strays from its median, all but the worst twentieth."""
    periods = beats_s[reach:] - beats_s[:-reach]
    return float(np.percentile(np.abs(periods / np.median(periods) - 1), 95))
