"""Music made on the spot: small, exact, with known beats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 22050
Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Tune:
    """Sound with its truth: beat times in seconds, beats per bar."""

    sound: Sound
    beats_s: Sound
    meter: int


def burst(seconds: float, seed: int = 0, decay: float = 60.0) -> Sound:
    """A noise that dies away: snare-like, or a hat when short."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.random.default_rng(seed).normal(0, 0.3, len(times)) * np.exp(-times * decay)


def thump(seconds: float = 0.25) -> Sound:
    """A falling sine: a kick."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return 0.9 * np.sin(2 * np.pi * (50 * times + 4 * (1 - np.exp(-times * 30)))) * np.exp(-times * 14)


def note(midi: float, seconds: float, level: float = 0.15) -> Sound:
    """A plucked tone with five partials."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hz = 440 * 2 ** ((midi - 69) / 12)
    tone = sum(np.sin(2 * np.pi * hz * k * times) / k**1.5 for k in range(1, 6))
    return level * np.asarray(tone) * np.exp(-times * 1.5) * np.minimum(1, times * 200)


def place(track: Sound, at_s: float, sound: Sound) -> None:
    """Add a sound to a track."""
    start = round(at_s * RATE_HZ)
    part = track[start : start + len(sound)]
    part += sound[: len(part)]


def make_tune(
    *, bpm: float = 120.0, meter: int = 4, bars: int = 16, tonic: int = 48, minor: bool = False, compound: bool = False
) -> Tune:
    """Drums, bass and chords of a plain song (I V vi IV), a crotchet or dotted crotchet a beat."""
    period = 60 / bpm
    lead_s = 0.1
    beats_s = lead_s + np.arange(bars * meter) * period
    track = np.zeros(round((beats_s[-1] + 2 * period) * RATE_HZ))
    degrees = (0, 7, 8, 5) if minor else (0, 7, 9, 5)
    thirds = (3, 3, 4, 3) if minor else (4, 4, 3, 4)
    for index, at_s in enumerate(beats_s):
        bar, position = divmod(index, meter)
        root = tonic + degrees[bar % 4]
        if position == 0:
            for interval in (0, thirds[bar % 4], 7):
                place(track, at_s, note(root + 12 + interval, meter * period))
            place(track, at_s, note(root - 12, meter * period, 0.3))
        backbeat = position == 1 if meter == 2 else position % 2 == 1 if meter == 4 else position > 0
        place(track, at_s, burst(0.15, index) if backbeat else thump())
        for step in (1, 2) if compound else (1,):
            place(track, at_s + period * step / (3 if compound else 2), 0.4 * burst(0.05, index + 900, 120))
    return Tune(track, beats_s, meter)


WriteSound = Callable[..., Path]
