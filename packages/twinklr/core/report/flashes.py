"""Photosensitive safety: how much of the display flashes more than three times in a second.

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
    if not level.size:
        return 0.0
    turns = _turns(level)
    second = max(1, 1000 // frame_ms)
    total = np.concatenate([np.zeros((1, level.shape[1])), np.cumsum(turns, axis=0)])
    stop = np.minimum(np.arange(len(level)) + second, len(level))
    within = total[stop] - total[: len(level)]
    return float((within > 2 * MOST_FLASHES).mean(axis=1).max())


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
