"""Videos as effects use them: frames at wanted times, scaled to a buffer, through PyAV where that is installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.media import MAX_PIXELS, Picture
from twinklr.core.xlights.media_files import file_stamp

CURE = "needs a decoder: install twinklr[aac]"
"""What to do where videos cannot be read."""

MAX_SIDE = 4096
"""Width or height a frame is scaled to at most."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A video file.

    Attributes:
        path: Where it is.
        width: Pixels across.
        height: Pixels up.
        duration_ms: Its length.
    """

    path: Path
    width: int
    height: int
    duration_ms: float


def can_read_clips() -> bool:
    """Whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def open_clip(path: Path) -> Clip | None:
    """What is known of a video; None for a file that is none, is too large, or cannot be read here."""
    return _opened(path, file_stamp(path)) if can_read_clips() else None


@lru_cache(maxsize=32)
def _opened(path: Path, _stamp: tuple[int, int, int]) -> Clip | None:
    av = importlib.import_module("av")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return None
            stream = container.streams.video[0]
            width, height = int(stream.width), int(stream.height)
            length_ms = _length_ms(container, stream)
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    if not 0 < width * height <= MAX_PIXELS or length_ms <= 0.0:
        return None
    return Clip(path, width, height, length_ms)


def _length_ms(container: Any, stream: Any) -> float:
    if stream.duration is not None:
        return float(stream.duration * stream.time_base * 1000)
    return float(container.duration or 0) / 1000.0


def clip_frames(clip: Clip, times_ms: NDArray[np.float64], width: int, height: int) -> dict[float, Picture]:
    """The frame that shows at each time, ``(height, width, 4)`` with row 0 at the bottom.

    Times at which nothing can be decoded are left out. Only the part of the file around the times is read, and the
    same time gives the same frame whichever others are asked for with it.

    Args:
        clip: The video.
        times_ms: Wanted times from its start.
        width: Cells to scale it to, across.
        height: Cells up.
    """
    av = importlib.import_module("av")
    wanted = np.unique(np.clip(times_ms, 0.0, None))
    found: dict[float, Picture] = {}
    if not len(wanted):
        return found
    size = min(max(width, 1), MAX_SIDE), min(max(height, 1), MAX_SIDE)
    shown: Any = None
    next_wanted = 0
    for time_ms, frame in _decoded(av, clip.path, float(wanted[0])):
        while next_wanted < len(wanted) and wanted[next_wanted] < time_ms - 0.5 and shown is not None:
            found[float(wanted[next_wanted])] = _picture(shown, size)
            next_wanted += 1
        if next_wanted == len(wanted):
            return found
        shown = frame
    for time in wanted[next_wanted:] if shown is not None else ():
        found[float(time)] = _picture(shown, size)
    return found


def _decoded(av: ModuleType, path: Path, from_ms: float) -> Iterator[tuple[float, Any]]:
    """Frames with their times in order, from the last one that can stand alone before a time."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            begin = int(stream.start_time or 0)
            container.seek(begin + int(from_ms / 1000.0 / stream.time_base), stream=stream)
            for frame in container.decode(stream):
                if frame.pts is not None:
                    yield float((frame.pts - begin) * stream.time_base * 1000), frame
    except av.error.FFmpegError:
        return  # a damaged rest is not shown; what came before it is


def _picture(frame: Any, size: tuple[int, int]) -> Picture:
    rgba = frame.reformat(width=size[0], height=size[1], format="rgba", interpolation="BILINEAR").to_ndarray()
    return np.ascontiguousarray(rgba[::-1])
