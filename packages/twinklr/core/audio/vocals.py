"""Where somebody sings, and the phrases of it.

A speech detector (`voice_net`) runs over the full mix. Its chances are tiny in music, so its log-odds are smoothed
instead, and measured on an absolute scale: a percentile of the song itself would call a fixed share of every song
sung, the instrumental ones too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from twinklr.core.audio.bundle import Span
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ
from twinklr.core.audio.voice_net import CHUNK_S, voice_log_odds

Doubles = NDArray[np.float64]
VOCAL_HOP_MS = 50
LEVEL = 0.1
"""Loud passages are brought to this RMS: the level of recorded speech the net expects."""
SMOOTH_S = 1.6
EVEN_LOG_ODDS, LOG_ODDS_SPREAD = -4.0, 0.7
"""Smoothed log-odds of the net at which a voice in music is as likely as not, and how fast that changes."""
THRESHOLD = 0.5
SHORTEST_S, GAP_S = 0.6, 0.7


def hear_voice(samples: NDArray[np.float32], level: float) -> Doubles:
    """How likely somebody sings, 0..1 every `VOCAL_HOP_MS`.

    Args:
        samples: Mono at the analysis rate.
        level: RMS of the loud passages.
    """
    raw = voice_log_odds(samples * np.float32(LEVEL / level), ANALYSIS_RATE_HZ)
    if not len(raw):
        return np.zeros(1)
    odds = uniform_filter1d(raw, max(1, round(SMOOTH_S / CHUNK_S)), mode="nearest")
    activity = 1 / (1 + np.exp(-(odds - EVEN_LOG_ODDS) / LOG_ODDS_SPREAD))
    times = np.arange(0, len(samples) / ANALYSIS_RATE_HZ, VOCAL_HOP_MS / 1000)
    resampled: Doubles = np.interp(times, (np.arange(len(activity)) + 0.5) * CHUNK_S, activity)
    return resampled


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
