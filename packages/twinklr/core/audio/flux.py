"""Where sound begins: spectral flux of the log-mel spectrum, per band: low, mid and high.

SuperFlux (Böck & Widmer 2013): each mel band is compared with the loudest of its neighbours two frames earlier, so a
vibrato or a glide does not count as a new note.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from twinklr.core.audio.bundle import Band
from twinklr.core.audio.spectra import FRAME_S, mel_centres_hz

Floats = NDArray[np.float32]
LAG = 2
COMPRESSION = 4.0
BANDS_HZ: dict[Band, tuple[float, float]] = {"low": (0.0, 180.0), "mid": (180.0, 2000.0), "high": (2000.0, 20000.0)}


@dataclass(frozen=True, eq=False)
class Flux:
    """Rise of loudness per fast frame and band, each scaled so that a strong hit of this song is about 1.

    Attributes:
        rises: Of each mel band, frames x mel bands.
        low: Sum over this of the `BANDS_HZ`; likewise `mid` and `high`, and `full` over all.
        size: What a strong hit is before it is scaled: about 2 for steady noise, 4 for bowed strings, 8 for drums.
    """

    rises: Floats
    low: Floats
    mid: Floats
    high: Floats
    full: Floats
    size: float = 0.0


def log_mel(mel: Floats) -> Floats:
    """Compressed magnitudes: close to what the ear calls loudness, zero for silence."""
    levels: Floats = np.log10(1 + COMPRESSION * mel, dtype=np.float32)
    return levels


def compute_flux(mel: Floats) -> Flux:
    """Flux of a mel spectrogram (see `Flux`)."""
    levels = log_mel(mel)
    rises = np.zeros_like(levels)
    # Before the first frame there was silence, so a song may begin with an onset.
    rises[:LAG] = levels[:LAG]
    if len(levels) > LAG:
        before = maximum_filter1d(levels[:-LAG], 3, axis=1, mode="nearest")
        np.maximum(levels[LAG:] - before, 0, out=rises[LAG:])
    curves = {band: scaled(rises[:, inside].sum(axis=1)) for band, inside in mel_bands_in().items()}
    full = rises.sum(axis=1)
    return Flux(rises=rises, full=scaled(full), size=_strong(full), **curves)


@cache
def mel_bands_in() -> dict[Band, NDArray[np.bool_]]:
    """Which mel bands lie in each of the `BANDS_HZ`."""
    centres = mel_centres_hz()
    return {band: (centres >= low_hz) & (centres < high_hz) for band, (low_hz, high_hz) in BANDS_HZ.items()}


def scaled(curve: Floats) -> Floats:
    """A curve divided by its strong peaks (98th percentile of what is above zero)."""
    size = _strong(curve)
    return (curve / size).astype(np.float32) if size > 0 else np.zeros_like(curve)


def _strong(curve: Floats) -> float:
    above = curve[curve > 1e-6]
    return float(np.percentile(above, 98)) if len(above) > 1 else 0.0


def frame_of(seconds: float) -> int:
    """The fast frame nearest to a time."""
    return round(seconds / FRAME_S)
