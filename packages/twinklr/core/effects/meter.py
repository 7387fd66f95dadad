"""What a VU Meter goes by: the song's level and notes, and the events of a timing track or of a level that rises."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall
from twinklr.core.effects.history import loudness_since_start
from twinklr.core.effects.marks import Marks, read_marks

Floats = NDArray[np.float64]

NOTES = (36, 84)
"""MIDI numbers of the first and last note where none are set."""


@dataclass(frozen=True, eq=False, slots=True)
class Beat:
    """Where each painted frame stands among the events.

    Attributes:
        number: Number of the last event, -1 before the first.
        age: Frames since it; large before the first.
        length: Frames from it to the mark's end, or to the next event.
        strength: Level at the event, 0..1.
    """

    number: NDArray[np.int64]
    age: NDArray[np.int64]
    length: NDArray[np.int64]
    strength: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Meter:
    """The settings all types share, and what is heard, over the painted frames."""

    bars: int
    threshold: float
    level: Floats
    notes: Floats | None
    """Level of each bar's notes, ``(frames, bars)``."""


def hear_meter(call: EffectCall) -> Meter:
    """The settings of a VU Meter, and what it hears."""
    settings = call.settings
    bars = max(int(settings.number("SLIDER_VUMeter_Bars", 6.0)), 1)
    gain = settings.number("SLIDER_VUMeter_Gain", settings.number("TEXTCTRL_VUMeter_Gain", 0.0))
    level = np.clip(loudness_since_start(call) * (1.0 + gain / 100.0), 0.0, 1.0)
    notes = note_levels(call, bars, "VUMeter", NOTES)
    notes = None if notes is None else np.clip(notes * (1.0 + gain / 100.0), 0.0, 1.0)
    threshold = settings.number("SLIDER_VUMeter_Sensitivity", 70.0) / 100.0
    return Meter(bars, threshold, level, notes)


def note_levels(call: EffectCall, bars: int, prefix: str, notes: tuple[int, int]) -> Floats | None:
    """Level of the notes of each bar of the effect, ``(call.frame_count, bars)``; None without a spectrum."""
    spectrum = call.surroundings.spectrum
    if spectrum is None:
        return None
    low = int(np.clip(call.settings.number(f"SLIDER_{prefix}_StartNote", notes[0]), 0, spectrum.shape[1] - 1))
    high = int(np.clip(call.settings.number(f"SLIDER_{prefix}_EndNote", notes[1]), low, spectrum.shape[1] - 1))
    part = np.zeros((call.frame_count, high - low + 1))
    heard = spectrum[call.start_frame : call.start_frame + call.frame_count, low : high + 1]
    part[: len(heard)] = heard
    edges = np.linspace(0, part.shape[1], bars + 1).astype(np.int64)
    return np.stack([part[:, a : max(b, a + 1)].max(axis=1) for a, b in pairwise(edges)], axis=1)


def marks_beat(call: EffectCall, _meter: Meter) -> Beat:
    """Events are the marks of the timing track."""
    marks = read_marks(call, call.settings.choice("CHOICE_VUMeter_TimingTrack", ""))
    return _beat(call, marks, np.ones(call.frame_count))


def level_beat(call: EffectCall, meter: Meter) -> Beat:
    """Events are where the level rises over the threshold."""
    return _rising(call, meter.level, meter.threshold)


def note_beat(call: EffectCall, meter: Meter) -> Beat:
    """Events are where the loudest note rises over the threshold."""
    heard = meter.notes.max(axis=1) if meter.notes is not None else np.zeros(call.frame_count)
    return _rising(call, heard, meter.threshold)


def _rising(call: EffectCall, level: Floats, threshold: float) -> Beat:
    over = level > threshold
    start = np.nonzero(over & ~np.concatenate([[False], over[:-1]]))[0]
    end = np.append(start[1:], call.frame_count)
    return _beat(call, Marks(start, end[: len(start)], ("",) * len(start)), level)


def _beat(call: EffectCall, marks: Marks, level: Floats) -> Beat:
    frames = np.arange(call.first, call.stop)
    number = np.searchsorted(marks.start, frames, side="right") - 1
    known = number >= 0
    if not len(marks.start):
        far = np.full(len(frames), 1 << 20)
        return Beat(number, far, np.ones_like(far), np.zeros(len(frames)))
    start, end = marks.start[np.maximum(number, 0)], marks.end[np.maximum(number, 0)]
    age = np.where(known, frames - start, 1 << 20)
    strength = level[np.clip(start, 0, call.frame_count - 1)]
    return Beat(number, age, np.maximum(end - start, 1), np.where(known, strength, 0.0))
