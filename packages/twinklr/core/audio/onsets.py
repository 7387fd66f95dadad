"""Onsets: every note or hit that begins, its register, its strength and which drums sound in it.

The net says that something begins, and which drum it is; the flux, at twice its frame rate, says exactly when.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from twinklr.core.audio.bundle import Band, Drum
from twinklr.core.audio.flux import Flux
from twinklr.core.audio.spectra import FRAME_S, mel_centres_hz

Doubles = NDArray[np.float64]
ONSET_THRESHOLD = 0.5
DRUM_THRESHOLDS: dict[Drum, float] = {"kick": 0.4, "snare": 0.4, "hat": 0.4}
CLEAR_HIT = 0.77
"""In music with drums, a quarter of the kicks or of the snares is at least this sure."""
PEAK_FRAMES = 5
"""An onset is the highest of this many frames."""
SNAP_FRAMES = 2
TOGETHER_S = 0.03
"""A drum this near to an onset is part of it."""


@dataclass(frozen=True)
class RawOnset:
    """An onset in seconds from the start of the music; `drums` holds every drum heard in it, the likeliest first."""

    at_s: float
    band: Band
    strength: float
    drums: tuple[Drum, ...]


def detect_onsets(flux: Flux, chances: dict[str, Doubles]) -> list[RawOnset]:
    """Onsets of all registers, in order.

    Args:
        flux: Rise of loudness.
        chances: What the net heard: ``onset``, ``kick``, ``snare`` and ``hat`` per fast frame.
    """
    curve = flux.full.astype(np.float64)
    if not len(curve):
        return []
    drums: dict[int, list[tuple[float, Drum]]] = {frame: [] for frame in pick_peaks(chances["onset"], ONSET_THRESHOLD)}
    frames = np.array(sorted(drums), np.int64)
    reach = round(TOGETHER_S / FRAME_S)
    for drum, hits in find_hits(chances).items():
        for hit in hits:
            near = frames[np.searchsorted(frames, hit - reach) : np.searchsorted(frames, hit + reach + 1)]
            frame = int(near[np.abs(near - hit).argmin()]) if len(near) else int(hit)
            drums.setdefault(frame, []).append((float(chances[drum][hit]), drum))
    centres = mel_centres_hz()
    ceiling = max(float(np.percentile(curve, 99)), 1e-9)
    result: list[RawOnset] = []
    for frame in sorted(drums):
        place = _snap(curve, frame)
        shape = flux.bands[max(0, place - 1) : place + 2].max(axis=0).astype(np.float64)
        strength = float(np.clip(curve[max(0, place - 1) : place + 2].max() / ceiling, 0, 1))
        named = tuple(drum for _, drum in sorted(drums[frame], reverse=True))
        band: Band = "low" if "kick" in named else _band(shape, centres)
        result.append(RawOnset(float(place * FRAME_S), band, round(strength, 3), named))
    return sorted(result, key=lambda onset: onset.at_s)


def find_hits(chances: dict[str, Doubles]) -> dict[Drum, list[int]]:
    """Frames in which each drum is struck; none at all where no kit plays.

    A plucked string passes for a faint kick now and then. In music with drums a good part of the kicks or snares is
    beyond doubt, so where neither has such hits, the faint ones are no drums either.
    """
    hits = {drum: pick_peaks(chances[drum], threshold) for drum, threshold in DRUM_THRESHOLDS.items()}
    clear = [np.percentile(chances[drum][hits[drum]], 75) for drum in ("kick", "snare") if hits[drum]]
    return hits if max(clear, default=0.0) >= CLEAR_HIT else {drum: [] for drum in hits}


def pick_peaks(curve: Doubles, threshold: float) -> list[int]:
    """Frames that are local maxima above a threshold, plateaus counted once."""
    high = np.flatnonzero((curve >= maximum_filter1d(curve, PEAK_FRAMES)) & (curve > threshold))
    kept: list[int] = []
    for frame in high:
        if not kept or frame - kept[-1] >= PEAK_FRAMES // 2 + 1:
            kept.append(int(frame))
    return kept


def _snap(curve: Doubles, frame: int) -> int:
    """The highest flux near a frame of the net."""
    first = max(0, frame - SNAP_FRAMES)
    return first + int(curve[first : frame + SNAP_FRAMES + 1].argmax())


def _band(shape: Doubles, centres: Doubles) -> Band:
    low = shape[centres < 180].mean()
    mid = shape[(centres >= 180) & (centres < 2000)].mean()
    high = shape[centres >= 2000].mean()
    if low >= mid and low >= high:
        return "low"
    return "mid" if mid >= high else "high"
