"""Where somebody sings, and the phrases of it.

The voice of the net that hears singing (`sung_net`), smoothed over half a second: sung consonants and short breaths do
not end a phrase. It is measured on an absolute scale: a percentile of the song itself would call a fixed share of every
song sung, the instrumental ones too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from twinklr.core.audio.bundle import Span
from twinklr.core.audio.sung_net import FRAME_S, Singing

Doubles = NDArray[np.float64]
VOCAL_HOP_MS = 50
SMOOTH_S = 0.5
EVEN_LOG_ODDS, LOG_ODDS_SPREAD = 0.5, 1.2
"""Smoothed log-odds of the net at which a voice in music is as likely as not, and how fast that changes."""
THRESHOLD = 0.5
SHORTEST_S, GAP_S = 0.6, 0.7


def voice_curve(singing: Singing) -> Doubles:
    """How likely somebody sings, 0..1 every `VOCAL_HOP_MS`."""
    odds = uniform_filter1d(singing.voice, round(SMOOTH_S / FRAME_S), mode="nearest")
    activity = 1 / (1 + np.exp(-(odds - EVEN_LOG_ODDS) / LOG_ODDS_SPREAD))
    times = np.arange(0, max(len(activity), 1) * FRAME_S, VOCAL_HOP_MS / 1000)
    curve: Doubles = np.interp(times, np.arange(len(activity)) * FRAME_S, activity)
    return curve


def vocal_spans(activity: Doubles, offset_s: float = 0.0, threshold: float = THRESHOLD) -> tuple[Span, ...]:
    """Phrases: stretches above the threshold, short gaps closed, short ones dropped."""
    hop_s = VOCAL_HOP_MS / 1000
    active = np.concatenate([[False], activity > threshold, [False]])
    starts = np.flatnonzero(active[1:] & ~active[:-1]) * hop_s
    ends = np.flatnonzero(~active[1:] & active[:-1]) * hop_s
    merged: list[list[float]] = []
    for start, end in zip(starts, ends, strict=True):
        if merged and start - merged[-1][1] < GAP_S:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return tuple(
        Span(start_ms=round((offset_s + start) * 1000), end_ms=round((offset_s + end) * 1000))
        for start, end in merged
        if end - start >= SHORTEST_S
    )
