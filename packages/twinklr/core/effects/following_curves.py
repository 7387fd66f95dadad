"""The shapes of value curves that follow the song or a timing track. See `value_curves`.

Without a song or the track they stay at their resting level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twinklr.core.effects.value_curves import CurveSources, ValueCurve

Floats = NDArray[np.float64]


def _frames_at(position: Floats, sources: CurveSources) -> NDArray[np.int64]:
    """Frames of the effect, from its first on."""
    frames: NDArray[np.int64] = np.round(position * max(sources.frame_count - 1, 0)).astype(np.int64)
    return frames


def _music(curve: ValueCurve, position: Floats, sources: CurveSources) -> Floats:
    loud = sources.loudness_at(position)
    if loud is None:
        return np.zeros(len(position))
    loud = np.clip(loud * (1.0 + curve.parameters[2] / 100.0), 0.0, 1.0)
    return 1.0 - loud if curve.shape == "Inverted Music" else loud


def _trigger(curve: ValueCurve, position: Floats, sources: CurveSources) -> Floats:
    """At the peak while the song is louder than the trigger; afterwards back to rest, at once if that is higher."""
    whole = sources.loudness_at(np.linspace(0.0, 1.0, max(sources.frame_count, 1)))
    if whole is None:
        return np.zeros(len(position))
    frames = np.arange(len(whole))
    last = np.maximum.accumulate(np.where(whole * 100.0 > curve.parameters[2], frames, -1))
    fade = max(curve.parameters[3], 1.0) if curve.parameters[1] > curve.parameters[0] else 1.0
    share = np.where(last < 0, 0.0, np.clip(1.0 - (frames - last) / fade, 0.0, 1.0))
    result: Floats = share[_frames_at(position, sources)]
    return result


def _toggle(curve: ValueCurve, position: Floats, sources: CurveSources) -> Floats:
    """From one level to the other at the start of the first mark within the effect and at every start and end after."""
    starts, ends = sources.marks(curve.track)
    since = sources.start_frame * sources.frame_ms
    first = starts[starts >= since].min(initial=np.inf)
    edges = np.unique(np.concatenate([starts, ends]))
    edges = edges[edges >= first]
    times = since + _frames_at(position, sources) * sources.frame_ms
    result: Floats = (np.searchsorted(edges, times + 0.5, side="right") % 2).astype(np.float64)
    return result


def _fade(curve: ValueCurve, position: Floats, sources: CurveSources) -> Floats:
    """At the peak at every mark, then back to rest in some frames or in some percent of the mark."""
    starts, ends = sources.marks(curve.track)
    times = (sources.start_frame + _frames_at(position, sources)) * sources.frame_ms
    index = np.searchsorted(starts, times + 0.5, side="right") - 1
    if not len(starts) or not (index >= 0).any():
        return np.zeros(len(position))
    begun = starts[np.maximum(index, 0)]
    frames = np.full(len(times), max(curve.parameters[2], 1.0))
    if curve.shape == "Timing Track Fade Proportional":
        # Between marks the time runs to the start of the next one; after the last one nothing is left of it.
        following = np.append(starts, starts[-1])[index + 1]
        until = np.where(times < ends[np.maximum(index, 0)], ends[np.maximum(index, 0)], following)
        percent = curve.parameters[2] or 100.0
        frames = (until - begun) / sources.frame_ms * percent // 100
    share = 1.0 - (times - begun) // sources.frame_ms / np.maximum(frames, 1.0)
    return np.where((index >= 0) & (frames > 0), np.clip(share, 0.0, 1.0), 0.0)


FOLLOWING: Mapping[str, Callable[[ValueCurve, Floats, CurveSources], Floats]] = MappingProxyType(
    {
        "Music": _music,
        "Inverted Music": _music,
        "Music Trigger Fade": _trigger,
        "Timing Track Toggle": _toggle,
        "Timing Track Fade Fixed": _fade,
        "Timing Track Fade Proportional": _fade,
    }
)
"""Shapes that follow the song or a timing track: name -> how far the value is from P1 to P2."""
