"""Photosensitive safety: how much of the display flashes more than three times in a second, and how to calm it.

After WCAG 2.2 success criterion 2.3.1: a flash is a pair of opposing changes in relative luminance of 10 % or more
of full where the darker of the two is below 80 %. More than three flashes within any one second over a quarter of
the view is unsafe.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST_CHANGE = 0.1
DARK_LEVEL = 0.8
MOST_FLASHES = 3
UNSAFE_SHARE = 0.25
"""Share of the display from which flashing is unsafe."""

Step = tuple[int, int]
"""Start and end in milliseconds."""


def flashing_share(level: NDArray[np.float64], frame_ms: int) -> float:
    """Largest share of props that flash more than three times within one second, at any moment.

    Args:
        level: Brightness 0..1 of each prop, ``(frames, props)``.
        frame_ms: Length of a frame in milliseconds.

    Example:
        >>> strobe = np.tile([[0.0], [1.0]], (40, 4))
        >>> flashing_share(strobe, 50), flashing_share(np.ones((80, 4)), 50)
        (1.0, 0.0)
    """
    return float(_flashing(level, frame_ms).mean(axis=1).max()) if level.size else 0.0


def flashing_spans(level: NDArray[np.float64], frame_ms: int) -> list[list[Step]]:
    """When each prop has a part in unsafe flashing: for each of the props, spans in milliseconds.

    Args:
        level: Brightness 0..1 of each prop, ``(frames, props)``.
        frame_ms: Length of a frame in milliseconds.

    Example:
        >>> strobe = np.tile([[0.0], [1.0]], (20, 1))
        >>> flashing_spans(np.concatenate([np.ones((20, 1)), strobe]), 50)
        [[(400, 3000)]]
    """
    if not level.size:
        return []
    flashing = _flashing(level, frame_ms)
    flashing &= flashing.mean(axis=1, keepdims=True) >= UNSAFE_SHARE
    second = max(1, 1000 // frame_ms)
    spans = []
    for prop in range(level.shape[1]):
        begins = np.flatnonzero(flashing[:, prop])
        apart = np.flatnonzero(np.diff(begins) > second) + 1
        runs = [run for run in np.split(begins, apart) if len(run)]
        spans.append([(int(run[0]) * frame_ms, min(int(run[-1]) + second, len(level)) * frame_ms) for run in runs])
    return spans


def _flashing(level: NDArray[np.float64], frame_ms: int) -> NDArray[np.bool_]:
    """Where a prop flashes too often within the second that begins with a frame, ``(frames, props)``."""
    turns = _turns(level)
    second = max(1, 1000 // frame_ms)
    total = np.concatenate([np.zeros((1, level.shape[1])), np.cumsum(turns, axis=0)])
    stop = np.minimum(np.arange(len(level)) + second, len(level))
    return np.asarray(total[stop] - total[: len(level)] > 2 * MOST_FLASHES)


def _turns(level: NDArray[np.float64]) -> NDArray[np.int8]:
    """1 where a prop's brightness has turned by at least the smallest change, ``(frames, props)``."""
    turns = np.zeros(level.shape, dtype=np.int8)
    extreme = level[0].copy()
    rising = np.zeros(level.shape[1], dtype=bool)
    for frame in range(1, len(level)):
        now = level[frame]
        swing = np.where(rising, extreme - now, now - extreme)
        turned = (swing >= SMALLEST_CHANGE) & (np.minimum(now, extreme) < DARK_LEVEL)
        further = np.where(rising, now > extreme, now < extreme)
        turns[frame] = turned
        rising ^= turned
        extreme = np.where(turned | further, now, extreme)
    return turns
