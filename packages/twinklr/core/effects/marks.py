"""Timing tracks as effects see them: marks in frames of the effect, their labels, and what sounds now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one layer of a timing track, in order.

    Attributes:
        start: int64, first frame of each mark, counted from the effect's start; negative when it began before.
        end: int64, frame each mark ends on, exclusive.
        labels: Texts of the marks.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    labels: tuple[str, ...]

    def at(self, frame: int) -> int:
        """Number of the mark a frame lies in, or -1."""
        number = int(np.searchsorted(self.start, frame, side="right")) - 1
        return number if number >= 0 and frame < self.end[number] else -1


def read_marks(call: EffectCall, track: str, layer: int = -1) -> Marks:
    """Marks of a layer of a track (the last one by default); none when the sequence has no such track."""
    found = call.surroundings.timing_tracks.get(track)
    if found is None or not found.layers:
        return Marks(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), ())
    effects = found.layers[layer if layer < len(found.layers) else -1].effects
    start = np.array([mark.start_ms for mark in effects], dtype=np.int64) // call.frame_ms - call.start_frame
    end = np.array([mark.end_ms for mark in effects], dtype=np.int64) // call.frame_ms - call.start_frame
    return Marks(start, end, tuple(mark.label for mark in effects))


def mark_starts(call: EffectCall, track: str) -> NDArray[np.int64]:
    """Frames inside the effect on which a mark of a track begins."""
    start = read_marks(call, track).start
    return start[(start >= 0) & (start < call.frame_count)]
