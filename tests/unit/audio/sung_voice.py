"""A small singer: a buzz or a hiss through resonators, one setting per speech sound. Enough to be understood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

RATE_HZ = 22050
Sound = NDArray[np.float64]

FORMANTS_HZ: dict[str, tuple[tuple[float, ...], ...]] = {
    "AA": ((730, 1090, 2440),),
    "AH": ((640, 1190, 2390),),
    "IY": ((270, 2290, 3010),),
    "UW": ((300, 870, 2240),),
    "AY": ((730, 1090, 2440), (300, 2200, 2900)),
    "OW": ((500, 900, 2400), (330, 800, 2300)),
    "M": ((250, 1000, 2200),),
    "N": ((250, 1500, 2500),),
    "L": ((360, 1100, 2600),),
    "R": ((330, 1060, 1400),),
}
"""Vowels and sounding consonants after Peterson and Barney; a diphthong moves from one set to the other."""
HISS_HZ = {"S": (5200, 7500), "SH": (2600, 4500), "F": (1500, 7000)}
SOFT = {"M": 0.35, "N": 0.35, "L": 0.5, "R": 0.6}
CONSONANT_S = 0.1


@dataclass(frozen=True)
class SungLine:
    """Words with their pronunciation, the beat each vowel falls on, and its pitch."""

    words: tuple[tuple[str, tuple[str, ...]], ...]
    start_s: float
    step_s: float = 0.6
    hz: tuple[float, ...] = (196.0, 220.0, 247.0, 220.0)


def sing(lines: tuple[SungLine, ...], seconds: float) -> tuple[Sound, list[list[tuple[str, float]]]]:
    """The voice, and the start of every word in seconds."""
    voice = np.zeros(round(seconds * RATE_HZ))
    truth = []
    for line in lines:
        starts, note = [], 0
        at_s = line.start_s
        for text, sounds in line.words:
            begin = at_s
            for index, name in enumerate(sounds):
                vowels_left = sum(one in ("AA", "AH", "IY", "UW", "AY", "OW") for one in sounds[index:])
                long = name in ("AA", "AH", "IY", "UW", "AY", "OW")
                length = line.step_s - CONSONANT_S * (len(sounds) - 1) if long else CONSONANT_S
                part = _sound(name, length, line.hz[note % len(line.hz)])
                first = round(at_s * RATE_HZ)
                voice[first : first + len(part)] += part
                at_s += length
                note += long and vowels_left > 0
            starts.append((text, begin))
        truth.append(starts)
    return voice, truth


def band(seconds: float, level: float = 0.02) -> Sound:
    """A soft chord and a bass to sing over."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tones = [np.sin(2 * np.pi * hz * times) / number for number, hz in enumerate((98.0, 196.0, 246.9, 293.7), 1)]
    chord: Sound = level * np.sum(tones, axis=0) * (0.6 + 0.4 * np.exp(-3 * (times % 0.6)))
    return chord


def _sound(name: str, seconds: float, hz: float) -> Sound:
    count = round(seconds * RATE_HZ)
    times = np.arange(count) / RATE_HZ
    fade = np.minimum(1, np.minimum(times, times[::-1]) / 0.012)
    if name in HISS_HZ:
        noise = np.random.default_rng(count).normal(0, 1, count)
        low, high = HISS_HZ[name]
        shaped = _resonate(noise, (low + high) / 2, high - low)
        hiss: Sound = 0.06 * fade * shaped / np.abs(shaped).max()
        return hiss
    phase = np.cumsum(hz * (1 + 0.006 * np.sin(2 * np.pi * 5.5 * times))) / RATE_HZ
    buzz = np.diff(np.floor(phase), prepend=0.0)
    buzz = lfilter([1.0], [1.0, -0.9], buzz)
    sets = FORMANTS_HZ[name]
    shares = np.clip(2 * times / max(seconds, 1e-6) - 0.6, 0, 1) if len(sets) > 1 else np.zeros(count)
    mouths = []
    for formants in sets:
        voice = buzz
        for centre, width in zip((*formants, 3600.0), (70, 100, 130, 200), strict=True):
            voice = _resonate(voice, centre, width)
        mouths.append(voice / np.sqrt(np.mean(voice**2)))
    mixed = mouths[0] * (1 - shares) + mouths[-1] * shares
    sung: Sound = 0.12 * SOFT.get(name, 1.0) * fade * mixed
    return sung


def _resonate(signal: Sound, centre_hz: float, width_hz: float) -> Sound:
    radius = np.exp(-np.pi * width_hz / RATE_HZ)
    angle = 2 * np.pi * centre_hz / RATE_HZ
    feedback = [1.0, -2 * radius * np.cos(angle), radius**2]
    result: Sound = lfilter([sum(feedback)], feedback, signal)
    return result
