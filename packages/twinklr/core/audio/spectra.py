"""The spectra everything else listens to: a fast log-mel for rhythm and timbre, a slow log-frequency one for harmony.

Both are computed once. The signal comes in with its gain taken out (`loudness.reference_level`), so nothing that
follows depends on how loud the file was mastered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.signal import get_window

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ

Floats = NDArray[np.float32]

HOP = 220
WINDOW = 1024
FRAME_S = HOP / ANALYSIS_RATE_HZ
"""Seconds from one fast frame to the next (about 10 ms)."""
MEL_BANDS = 48
MEL_LOW_HZ, MEL_HIGH_HZ = 30.0, 10500.0

SLOW_HOP = 1102
SLOW_WINDOW = 8192
SLOW_FRAME_S = SLOW_HOP / ANALYSIS_RATE_HZ
"""Seconds from one slow frame to the next (about 50 ms)."""
BINS_PER_SEMITONE = 3
LOWEST_MIDI, HIGHEST_MIDI = 33, 96
"""A1 (55 Hz) to C7 (2093 Hz)."""


@dataclass(frozen=True, eq=False)
class Spectra:
    """Shared spectra of one song.

    Attributes:
        mel: Magnitudes, fast frames x `MEL_BANDS`.
        pitch: Magnitudes, slow frames x (`BINS_PER_SEMITONE` bins a semitone from `LOWEST_MIDI`).
    """

    mel: Floats
    pitch: Floats

    @property
    def duration_s(self) -> float:
        """Length covered by the fast frames."""
        return len(self.mel) * FRAME_S


def compute_spectra(samples: Floats) -> Spectra:
    """Both spectra of a mono signal at the analysis rate; frame i is centred on sample ``i * hop``."""
    return Spectra(
        mel=compute_mel(samples),
        pitch=_magnitudes(samples, SLOW_WINDOW, SLOW_HOP, pitch_bank()),
    )


def compute_mel(samples: Floats) -> Floats:
    """The fast log-mel magnitudes alone (see `Spectra.mel`)."""
    return _magnitudes(samples, WINDOW, HOP, mel_bank())


def _magnitudes(samples: Floats, window: int, hop: int, bank: Floats) -> Floats:
    count = len(samples) // hop + 1
    shape = get_window("hann", window).astype(np.float32)
    padded = np.zeros((count - 1) * hop + window, np.float32)
    stop = min(len(samples), len(padded) - window // 2)
    padded[window // 2 : window // 2 + stop] = samples[:stop]
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    result = np.empty((count, bank.shape[1]), np.float32)
    step = max(1, (1 << 21) // window)
    highest = int(np.flatnonzero(bank.any(axis=1))[-1]) + 1
    for start in range(0, count, step):
        spectrum = np.abs(rfft(frames[start : start + step] * shape, axis=1)[:, :highest])
        result[start : start + step] = spectrum @ bank[:highest]
    return result


def mel_centres_hz() -> NDArray[np.float64]:
    """Centre frequency of each mel band."""
    return _mel_edges_hz()[1:-1]


def _mel_edges_hz() -> NDArray[np.float64]:
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (MEL_LOW_HZ, MEL_HIGH_HZ))
    edges: NDArray[np.float64] = 700 * (10 ** (np.linspace(low, high, MEL_BANDS + 2) / 2595) - 1)
    return edges


@cache
def mel_bank() -> Floats:
    """Triangles from FFT bins to mel bands, each with unit sum."""
    hz = np.arange(WINDOW // 2 + 1) * ANALYSIS_RATE_HZ / WINDOW
    edges = _mel_edges_hz()
    bank = np.zeros((len(hz), MEL_BANDS))
    width = ANALYSIS_RATE_HZ / WINDOW
    for band in range(MEL_BANDS):
        left, centre, right = edges[band : band + 3]
        rise = (hz - left) / max(centre - left, width)
        fall = (right - hz) / max(right - centre, width)
        bank[:, band] = np.clip(np.minimum(rise, fall), 0, None)
        if not bank[:, band].any():
            bank[round(centre / width), band] = 1.0
    normal: Floats = (bank / bank.sum(axis=0)).astype(np.float32)
    return normal


@cache
def pitch_bank() -> Floats:
    """Narrow bells from FFT bins to thirds of a semitone."""
    hz = np.arange(SLOW_WINDOW // 2 + 1) * ANALYSIS_RATE_HZ / SLOW_WINDOW
    midi = np.arange(LOWEST_MIDI - 1 / 3, HIGHEST_MIDI + 0.5, 1 / BINS_PER_SEMITONE)
    centres = 440 * 2 ** ((midi - 69) / 12)
    # At least one FFT bin wide: low notes lie closer together than the transform resolves.
    widths = np.maximum(centres * (2 ** (0.5 / 12 / BINS_PER_SEMITONE * 2) - 1), 0.6 * ANALYSIS_RATE_HZ / SLOW_WINDOW)
    bank = np.exp(-0.5 * ((hz[:, None] - centres) / widths) ** 2)
    bank[bank < 1e-3] = 0
    normal: Floats = (bank / bank.sum(axis=0)).astype(np.float32)
    return normal
