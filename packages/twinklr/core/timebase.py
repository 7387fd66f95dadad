"""Time as a light show counts it: integer milliseconds at every border, frames inside a renderer.

xLights rounds every effect to a whole frame and drops what has no length afterwards, so everything that is
placed goes through `snap_to_frame` first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def snap_to_frame(time_ms: float, frame_ms: int) -> int:
    """The frame boundary nearest to a time, in milliseconds; halves go up.

    Example:
        >>> snap_to_frame(1012.4, 25), snap_to_frame(1012.5, 25)
        (1000, 1025)
    """
    return int(time_ms / frame_ms + 0.5) * frame_ms


def frame_count(duration_ms: int, frame_ms: int) -> int:
    """How many whole frames a duration holds.

    Example:
        >>> frame_count(1000, 50)
        20
    """
    return duration_ms // frame_ms


def interval_index(starts_ms: Sequence[int], time_ms: int) -> int:
    """Index of the interval a time lies in, given sorted interval starts; -1 before the first.

    Example:
        >>> interval_index([0, 500, 900], 500)
        1
    """
    return bisect_right(starts_ms, time_ms) - 1
