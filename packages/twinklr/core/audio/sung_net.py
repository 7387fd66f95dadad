"""Our own small net that hears singing: where somebody sings, and which speech sound each moment is.

The same kind of net as `beat_net` (dilated convolutions with a way around each), on finer bands and slower frames:
a sung sound lasts longer than a hit, and its vowels lie in the bands. It was trained on synthetic voices only, sung
over music of our own making (``tools/make_sung_lines.py``, ``tools/train_sung_net.py``); the weights lie beside this
file. What it has never heard is a human singer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.signal import get_window

from twinklr.core.audio.beat_net import run_net
from twinklr.core.audio.pronunciation import VOWELS
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
WEIGHTS = "sung_net.npz"
HOP, WINDOW = 441, 1024
FRAME_S = HOP / ANALYSIS_RATE_HZ
"""Seconds from one frame to the next: 20 ms."""
BANDS, LOW_HZ, HIGH_HZ = 64, 80.0, 8000.0
FLOOR = 0.1
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N"),
    *("NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
SOUNDS = (*sorted(VOWELS), *CONSONANTS)
"""Speech sounds the net tells apart, as the CMU dictionary names them; vowels first."""
SILENCE = len(SOUNDS)
"""The output for "no speech sound"; the next are the voice and the beginning of a syllable."""
_BATCH = 512


@dataclass(frozen=True, eq=False)
class Singing:
    """What the net heard, every `FRAME_S`.

    Attributes:
        voice: Log-odds that somebody sings.
        sounds: Log-chances of each of the `SOUNDS` and of silence: frames x (sounds + 1).
        begins: Log-odds that the vowel of a syllable begins.
    """

    voice: Doubles
    sounds: Floats
    begins: Floats


def hear_singing(samples: Floats, level: float) -> Singing:
    """Run the net over a song.

    Args:
        samples: Mono at the analysis rate.
        level: RMS of the loud passages.
    """
    logits = run_net(net_input(voice_mel(samples / np.float32(level))), _weights())
    sounds = logits[:, : SILENCE + 1]
    highest = sounds.max(axis=1, keepdims=True)
    total = np.log(np.exp(sounds - highest).sum(axis=1, keepdims=True)) + highest
    return Singing(
        voice=logits[:, SILENCE + 1].astype(np.float64),
        sounds=(sounds - total).astype(np.float32),
        begins=logits[:, SILENCE + 2].astype(np.float32),
    )


def voice_mel(samples: Floats) -> Floats:
    """Magnitudes in the bands of the voice, frames x `BANDS`; frame i is centred on sample ``i * HOP``."""
    count = len(samples) // HOP + 1
    shape = get_window("hann", WINDOW).astype(np.float32)
    padded = np.zeros((count - 1) * HOP + WINDOW, np.float32)
    stop = min(len(samples), len(padded) - WINDOW // 2)
    padded[WINDOW // 2 : WINDOW // 2 + stop] = samples[:stop]
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    bank = _bank()
    result = np.empty((count, BANDS), np.float32)
    for start in range(0, count, _BATCH):
        spectrum = np.abs(rfft(frames[start : start + _BATCH] * shape, axis=1)[:, : len(bank)])
        result[start : start + _BATCH] = spectrum @ bank
    return result


def net_input(mel: Floats) -> Floats:
    """Features of the net: the level of every band in nepers, against the song's own mean colour."""
    levels = np.log(mel + np.float32(FLOOR))
    colour = levels.mean(axis=0, keepdims=True)
    features: Floats = ((levels - colour) / 2).astype(np.float32)
    return features


@cache
def _bank() -> Floats:
    """Triangles from FFT bins to bands, each with unit sum."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOW_HZ, HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    width = ANALYSIS_RATE_HZ / WINDOW
    hz = np.arange(int(edges[-1] / width) + 2) * width
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rise = (hz[:, None] - left) / np.maximum(centre - left, width)
    fall = (right - hz[:, None]) / np.maximum(right - centre, width)
    bank = np.clip(np.minimum(rise, fall), 0, None)
    normal: Floats = (bank / bank.sum(axis=0)).astype(np.float32)
    return normal


@cache
def _weights() -> dict[str, Floats]:
    file = resources.files(__package__).joinpath(WEIGHTS)
    with file.open("rb") as stream, np.load(stream) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
