"""How loud the song is, over time: BS.1770 loudness, the energy curve, and the silence at both ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, BIN_MS, SILENT_PEAK

Doubles = NDArray[np.float64]
QUIETEST_LUFS = -70.0
"""The absolute gate of BS.1770; also what silence is reported as."""
CURVE_HOP_MS = BIN_MS


def to_lufs(powers: Doubles) -> Doubles:
    """K-weighted power -> LUFS, floored at the absolute gate.

    Example:
        >>> to_lufs(np.array([0.0, 1.0])).round(3).tolist()
        [-70.0, -0.691]
    """
    levels: Doubles = -0.691 + 10 * np.log10(np.maximum(powers, 1e-12))
    return np.maximum(levels, QUIETEST_LUFS)


def integrated_lufs(powers: Doubles) -> float:
    """Programme loudness: 400 ms blocks every 100 ms, gated at -70 LUFS and 10 LU below the mean."""
    window = 400 // BIN_MS
    if len(powers) < window:
        return float(to_lufs(np.array([powers.mean() if len(powers) else 0.0]))[0])
    sums = np.convolve(powers, np.ones(window) / window, mode="valid")[:: 100 // BIN_MS]
    loud = sums[to_lufs(sums) > QUIETEST_LUFS]
    if not len(loud):
        return QUIETEST_LUFS
    gate = float(to_lufs(np.array([loud.mean()]))[0]) - 10.0
    kept = loud[to_lufs(loud) > gate]
    return float(to_lufs(np.array([kept.mean()]))[0])


def short_term_lufs(powers: Doubles) -> Doubles:
    """Loudness over 3 s around each bin."""
    width = min(3000 // BIN_MS, max(1, len(powers)))
    return to_lufs(uniform_filter1d(powers, width, mode="nearest"))


def energy_curve(powers: Doubles) -> Doubles:
    """Short-term energy 0..1 relative to this song, one value per bin.

    Decibels over 300 ms, from the song's quiet end (fifth percentile of what is not silent) to its loud end. At
    least 12 dB are spread over the scale, so that a song of one level does not show its noise as dynamics.
    """
    levels = to_lufs(uniform_filter1d(powers, 300 // BIN_MS, mode="nearest"))
    heard = levels[levels > QUIETEST_LUFS + 0.1]
    if not len(heard):
        return np.zeros(len(levels))
    top = float(np.percentile(heard, 98))
    span = float(np.clip(top - np.percentile(heard, 5), 12.0, 40.0))
    return np.clip(1.0 + (levels - top) / span, 0.0, 1.0)


def music_span(samples: NDArray[np.float32]) -> tuple[int, int] | None:
    """First and last sample of what is heard, 60 dB below the peak and above dither; None for silence."""
    level = np.abs(samples)
    peak = float(level.max(initial=0.0))
    if peak <= SILENT_PEAK:
        return None
    heard = level > max(peak * 1e-3, SILENT_PEAK / 2)
    start = int(heard.argmax())
    end = len(heard) - int(heard[::-1].argmax())
    return start, end


def reference_level(samples: NDArray[np.float32]) -> float:
    """The level of the song's loud passages (95th percentile of 50 ms RMS): divide by it to forget the gain."""
    size = ANALYSIS_RATE_HZ * BIN_MS // 1000
    whole = len(samples) // size * size
    if not whole:
        return max(float(np.sqrt(np.mean(np.square(samples)))), 1e-9)
    levels = np.sqrt(np.mean(np.square(samples[:whole].reshape(-1, size)), axis=1))
    heard = levels[levels > levels.max() * 1e-2]
    return max(float(np.percentile(heard, 95)) if len(heard) else 0.0, 1e-9)
