"""Feel: what the beat falls into.

Straight music has its off-beat at a half, a shuffle at two thirds; in compound time (6/8, 12/8) something sounds on
both thirds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.spectra import FRAME_S

_PHASES = 24
"""Steps in which a beat is looked at; halves, thirds and quarters fall on them."""
_EARLIEST, _LATEST = 0.45, 0.78
LEAST_THIRD = 0.1
"""Onset strength on each third, of that on the beat, that makes time compound; straight music stays below."""
THIRDS_OVER_HALF = 1.2


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


def estimate_feel(beats_s: NDArray[np.float64], strength: NDArray[np.float32]) -> Feel:
    """Feel from the mean onset strength over the phase of the beat.

    Args:
        beats_s: Beat times.
        strength: Onset strength per fast frame.
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
    third, half, two_thirds = (_around(profile, phase) for phase in (1 / 3, 1 / 2, 2 / 3))
    compound = min(third, two_thirds) >= LEAST_THIRD and third + two_thirds >= THIRDS_OVER_HALF * half
    return Feel(round(peak / _PHASES, 3), round(float(np.clip(profile[peak], 0, 1)), 3), compound)


def _around(profile: NDArray[np.float64], phase: float) -> float:
    place = round(phase * _PHASES)
    return float(profile[place - 1 : place + 2].max())
