"""Onsets: every note or hit that begins, its band, its strength and which drums sound in it.

The net says that something begins, and which drum it is; the flux, at twice its frame rate, says exactly when.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from twinklr.core.audio.bundle import Band, Drum
from twinklr.core.audio.flux import Flux, mel_bands_in
from twinklr.core.audio.spectra import FRAME_S

Doubles = NDArray[np.float64]
ONSET_THRESHOLD = 0.5
DRUM_THRESHOLDS: dict[Drum, float] = {"kick": 0.4, "snare": 0.4, "hat": 0.4}
CLEAR_HIT = 0.77
"""In music with drums, a quarter of the kicks or of the snares is at least this sure."""
DRUM_BANDS: dict[Drum, Band] = {"kick": "low", "snare": "mid"}
"""A snare fills the whole spectrum, yet its body is what it is known by; hats go along with other notes too often."""
LEAST_USUAL = 0.5
"""A band with less than this of the strongest one is not raised to it: there is little but what leaks."""
PEAK_FRAMES = 5
"""An onset is the highest of this many frames."""
SNAP_FRAMES = 2
TOGETHER_S = 0.03
"""A drum this near to an onset is part of it."""


@dataclass(frozen=True)
class RawOnset:
    """An onset in seconds from the start of the music.

    `band` is the strongest one, though most sounds fill several; `drums` holds every drum heard in it, the
    likeliest first.
    """

    at_s: float
    band: Band
    strength: float
    drums: tuple[Drum, ...]


def detect_onsets(flux: Flux, chances: dict[str, Doubles]) -> list[RawOnset]:
    """Onsets of all bands, in order and apart.

    Args:
        flux: Rise of loudness.
        chances: What the net heard: ``onset``, ``kick``, ``snare`` and ``hat`` per fast frame.
    """
    curve = flux.full.astype(np.float64)
    if not len(curve):
        return []
    frames = np.array(pick_peaks(chances["onset"], ONSET_THRESHOLD), np.int64)
    # What the flux says to begin at one moment is one onset; per drum in it, how sure the net is.
    at: dict[int, dict[Drum, float]] = {_snap(curve, frame): {} for frame in frames}
    reach = round(TOGETHER_S / FRAME_S)
    for drum, hits in find_hits(chances).items():
        for hit in hits:
            near = frames[np.searchsorted(frames, hit - reach) : np.searchsorted(frames, hit + reach + 1)]
            place = _snap(curve, near[np.abs(near - hit).argmin()] if len(near) else hit)
            sure = at.setdefault(place, {})
            sure[drum] = max(float(chances[drum][hit]), sure.get(drum, 0.0))
    ceiling = max(float(np.percentile(curve, 99)), 1e-9)
    places = sorted(at)
    result: list[RawOnset] = []
    for place, strongest in zip(places, strongest_bands(flux, places), strict=True):
        strength = float(np.clip(curve[max(0, place - 1) : place + 2].max() / ceiling, 0, 1))
        named = tuple(sorted(at[place], key=lambda drum: (at[place][drum], drum), reverse=True))
        band = next((DRUM_BANDS[drum] for drum in ("kick", "snare") if drum in named), strongest)
        result.append(RawOnset(float(place * FRAME_S), band, round(strength, 3), named))
    return result


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
    first = max(0, int(frame) - SNAP_FRAMES)
    return first + int(curve[first : frame + SNAP_FRAMES + 1].argmax())


def strongest_bands(flux: Flux, places: list[int]) -> list[Band]:
    """The one band in which each onset rises most, beside what is usual there among the onsets of the song.

    A loud bass rises further than all else; beside it, every note would be low.
    """
    members = mel_bands_in()
    rises = np.array([flux.rises[max(0, place - 1) : place + 2].max(axis=0) for place in places], np.float64)
    if not len(rises):
        return []
    each = np.stack([rises[:, inside].mean(axis=1) for inside in members.values()], axis=1)
    usual = np.median(each, axis=0)
    relative = each / np.maximum(usual, max(LEAST_USUAL * float(usual.max()), 1e-9))
    bands = list(members)
    return [bands[number] for number in relative.argmax(axis=1)]
