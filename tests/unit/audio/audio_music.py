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
    """Drums, bass and chords of a plain song (I V vi IV, or i V VI iv), a crotchet or dotted crotchet a beat."""
    period = 60 / bpm
    lead_s = 0.1
    beats_s = lead_s + np.arange(bars * meter) * period
    track = np.zeros(round((beats_s[-1] + 2 * period) * RATE_HZ))
    degrees = (0, 7, 8, 5) if minor else (0, 7, 9, 5)
    thirds = (3, 4, 4, 3) if minor else (4, 4, 3, 4)
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


def voice(seconds: float, midi: float = 57, seed: int = 0) -> Sound:
    """Something like a sung or spoken vowel: a wavering pitch through three formants that move."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rng = np.random.default_rng(seed)
    wander = np.interp(times, np.linspace(0, seconds, 6), rng.uniform(-1.5, 1.5, 6)) + 0.3 * np.sin(33 * times)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((midi + wander - 69) / 12)) / RATE_HZ
    formants = [np.interp(times, np.linspace(0, seconds, 4), centre * rng.uniform(0.7, 1.3, 4))
                for centre in (600, 1400, 2600)]  # fmt: skip
    total = np.zeros(len(times))
    for partial in range(1, 30):
        hz = partial * 440 * 2 ** ((midi - 69) / 12)
        level = sum(np.exp(-(((hz - centre) / 160) ** 2)) for centre in formants)
        total += (level + 0.02) * np.sin(partial * phase)
    return 0.12 * total * np.minimum(1, np.minimum(times, seconds - times) * 25)


def speech(seconds: float = 20.0, seed: int = 4) -> Sound:
    """Something like talk: syllables of uneven length, hisses before some, pauses between sentences."""
    rng = np.random.default_rng(seed)
    track = np.zeros(round(seconds * RATE_HZ))
    at_s = 0.3
    while at_s < seconds - 1:
        for _ in range(rng.integers(2, 7)):
            length_s = rng.uniform(0.08, 0.35)
            place(track, at_s, voice(length_s, 48 + rng.uniform(-4, 4), int(rng.integers(1000))))
            if rng.random() < 0.5:
                place(track, at_s - 0.06, 0.1 * burst(0.06, int(rng.integers(1000)), 0.0))
            at_s += length_s + rng.uniform(0, 0.08)
        at_s += rng.uniform(0.2, 0.9)
    return track


def make_stems(bars: int = 12, bpm: float = 120.0) -> tuple[dict[str, Sound], dict[str, Sound]]:
    """A song in four stems, and what is true of it: times of kick and snare, spans in which somebody sings."""
    period = 60 / bpm
    beats_s = 0.1 + np.arange(bars * 4) * period
    length = round((beats_s[-1] + 2 * period) * RATE_HZ)
    stems = {name: np.zeros(length) for name in ("vocals", "drums", "bass", "other")}
    for index, at_s in enumerate(beats_s):
        bar, position = divmod(index, 4)
        root = 48 + (0, 7, 9, 5)[bar % 4]
        place(stems["drums"], at_s, burst(0.15, index) if position % 2 else thump())
        place(stems["bass"], at_s, note(root - 12, period, 0.3))
        if position == 0:
            for interval in (0, 4 if bar % 4 != 2 else 3, 7):
                place(stems["other"], at_s, note(root + 12 + interval, 4 * period, 0.3))
        if bar % 4 in (1, 2) and position % 2 == 0:
            place(stems["vocals"], at_s, voice(1.8 * period, 57 + position, index))
    spans = np.array([[beats_s[bar * 4], beats_s[bar * 4] + 8 * period] for bar in range(1, bars, 4)])
    truth = {"kick": beats_s[::2], "snare": beats_s[1::2], "sung": spans, "beats": beats_s}
    return stems, truth


WriteSound = Callable[..., Path]
