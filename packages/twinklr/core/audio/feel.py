"""Feel: what the beat falls into.

Straight music has its off-beat at a half, a shuffle at two thirds; in compound time (6/8, 12/8) something sounds on
both thirds. A bass in halves against it, which is common, does not hide that: beats that fall into three without any
half are counted, and straight music has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.onsets import pick_peaks
from twinklr.core.audio.spectra import FRAME_S

Doubles = NDArray[np.float64]

_PHASES = 24
"""Steps in which a beat is looked at."""
_EARLIEST, _LATEST = 0.45, 0.78
ONSET = 0.4
"""How sure the net must be that something begins."""
NEAR_THIRD, NEAR_THIRD_S = 0.04, 0.02
"""Of a beat, or in seconds if that is more: an onset this near to a third is on it; three eighths lie just beyond."""
NEAR_HALF = 0.07
LEAST_TRIPLETS, TRIPLETS_PER_HALF, TRIPLETS_PER_SWUNG = 0.08, 0.3, 0.5
FEW = 4
"""Fewer triplets than this may be chance, as in speech."""


@dataclass(frozen=True)
class Division:
    """What beats fall into, as shares of all beats.

    Attributes:
        halves: Something begins in the middle.
        triplets: Something begins on both thirds, and nothing in the middle.
        swung: Something begins on the second third alone.
        beats: How many beats were looked at.
    """

    halves: float = 0.0
    triplets: float = 0.0
    swung: float = 0.0
    beats: int = 0

    @property
    def compound(self) -> bool:
        """Whether beats fall into three: straight music never does, a shuffle only into a long and a short."""
        least = max(LEAST_TRIPLETS, TRIPLETS_PER_HALF * self.halves, TRIPLETS_PER_SWUNG * self.swung)
        return self.triplets >= least and round(self.triplets * self.beats) >= FEW


@dataclass(frozen=True)
class Feel:
    """How beats divide.

    Attributes:
        swing: Place of the off-beat within the beat.
        confidence: How much of an off-beat there is, 0..1.
        compound: Beats fall into three.
    """

    swing: float = 0.5
    confidence: float = 0.0
    compound: bool = False


def estimate_feel(beats_s: Doubles, strength: NDArray[np.float32], chance: Doubles) -> Feel:
    """Feel from the mean onset strength over the phase of the beat, and from the onsets the net heard.

    Args:
        beats_s: Beat times.
        strength: Onset strength per fast frame.
        chance: Of an onset per fast frame, by the net.
    """
    if len(beats_s) < 8:
        return Feel()
    times = beats_s[:-1, None] + np.diff(beats_s)[:, None] * np.arange(_PHASES) / _PHASES
    frames = np.rint(times / FRAME_S).astype(int)
    near = [strength[np.clip(frames + shift, 0, len(strength) - 1)] for shift in (-1, 0, 1)]
    profile = np.max(near, axis=0).mean(axis=0).astype(np.float64)
    profile -= np.median(profile)
    profile /= max(float(profile[0]), 1e-6)
    first = round(_EARLIEST * _PHASES)
    peak = first + int(profile[first : round(_LATEST * _PHASES)].argmax())
    compound = divide(beats_s, heard_s(chance, ONSET)).compound
    return Feel(round(peak / _PHASES, 3), round(float(np.clip(profile[peak], 0, 1)), 3), compound)


def heard_s(chance: Doubles, least: float) -> Doubles:
    """Times of the peaks of what the net heard."""
    return np.asarray(pick_peaks(chance, least), np.float64) * FRAME_S


def divide(beats_s: Doubles, onsets_s: Doubles) -> Division:
    """How these beats divide, by where between them something begins.

    Args:
        beats_s: Beat times.
        onsets_s: Times at which anything begins.
    """
    if len(beats_s) < 2:
        return Division()
    inside_s = onsets_s[(onsets_s >= beats_s[0]) & (onsets_s < beats_s[-1])]
    places = np.interp(inside_s, beats_s, np.arange(len(beats_s)))
    beats = places.astype(int)
    near_third = max(NEAR_THIRD, NEAR_THIRD_S / float(np.median(np.diff(beats_s))))

    def with_onset(place: float, near: float) -> NDArray[np.bool_]:
        found = np.zeros(len(beats_s) - 1, bool)
        found[beats[np.abs(places - beats - place) <= near]] = True
        return found

    third, half, two_thirds = with_onset(1 / 3, near_third), with_onset(0.5, NEAR_HALF), with_onset(2 / 3, near_third)
    return Division(
        halves=float(half.mean()),
        triplets=float((third & two_thirds & ~half).mean()),
        swung=float((two_thirds & ~third & ~half).mean()),
        beats=len(beats_s) - 1,
    )
