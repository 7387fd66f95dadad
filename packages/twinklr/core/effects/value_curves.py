"""Value curves: a parameter that moves while its effect runs.

xLights stores a curve as ``Active=TRUE|Id=...|Type=Ramp|Min=0.00|Max=400.00|P1=0.00|P2=200.00|RV=TRUE|``. ``Min`` and
``Max`` are the parameter's own limits. Most shapes are a polyline over the effect's length: x runs from 0 at the
effect's first frame to 1 at its last, y from 0 (``Min``) to 1 (``Max``). Levels are in the parameter's units (with
``RV``), or in percent of its range (files before 2017); the rest are plain figures:

| type | P1 | P2 | P3 | P4 | compared with xLights |
|---|---|---|---|---|---|
| Flat | level | | | | by its meaning |
| Ramp | first level | last level | | | yes |
| Ramp Up/Down | first level | middle level | last level | | yes |
| Ramp Up/Down Hold | outer level | middle level | percent held | | by its meaning |
| Saw Tooth, Square | level | level | cycles | | yes |
| Parabolic Down / Up | steepness | foot / top | | | Down yes, Up by its meaning |
| Logarithmic, Exponential Up / Down | bend | 50 % for no shift | | | Exponential Up yes, others by meaning |
| Sine | phase in percent | swing | tenths of a cycle | middle | yes |
| Abs Sine | phase in percent | height | tenths of a cycle | 50 % for no shift | by its meaning |
| Decaying Sine | phase in percent | swing in percent | tenths of a cycle | middle in percent | by its meaning |
| Custom | | | | | yes (points in ``Values``) |
| Random | lowest | highest | number of points | | chance, unless ``Values`` keeps the points |
| Music, Inverted Music | level when silent | level when loudest | gain in percent | | by their meaning |
| Music Trigger Fade | rest | peak | trigger in percent | frames of the fade | by its meaning |
| Timing Track Toggle | level | other level | | | by its meaning |
| Timing Track Fade Fixed | rest | peak | frames of the fade | | by its meaning |
| Timing Track Fade Proportional | rest | peak | percent of the mark | | by its meaning |

With ``SE`` the parabolic, logarithmic and exponential shapes run between the levels P3 and P4.

Example:
    >>> text = "Active=TRUE|Id=ID_VALUECURVE_Brightness|Type=Ramp|Min=0.00|Max=400.00|P2=200.00|RV=TRUE|"
    >>> curve = parse_value_curve(text)
    >>> curve.evaluate(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 100.0, 200.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.curve_shapes import SHAPES, along, flat
from twinklr.core.effects.following_curves import FOLLOWING
from twinklr.core.xlights.sequence import TimingTrack

Floats = NDArray[np.float64]

MAX_NUMBER = 1e30
"""Limits and levels beyond it count as no number: a range of such would not fit single precision."""


@dataclass(frozen=True, eq=False, slots=True)
class CurveSources:
    """What curves that follow the song or a timing track look at.

    Attributes:
        start_frame: Frame of the sequence the effect starts on.
        frame_count: Length of the effect in frames.
        frame_ms: Length of a frame.
        timing_tracks: Tracks of the sequence by name.
        loudness: Volume of the song per frame of the sequence in 0..1, or None.
    """

    start_frame: int = 0
    frame_count: int = 1
    frame_ms: int = 50
    timing_tracks: Mapping[str, TimingTrack] = field(default_factory=dict)
    loudness: NDArray[np.float32] | None = None

    def loudness_at(self, position: Floats) -> Floats | None:
        """Volume of the song 0..1 at positions of the effect, or None without a song."""
        if self.loudness is None or not len(self.loudness):
            return None
        frames = self.start_frame + np.round(position * max(self.frame_count - 1, 0)).astype(np.int64)
        return self.loudness[np.clip(frames, 0, len(self.loudness) - 1)].astype(np.float64)

    def marks(self, track: str) -> tuple[Floats, Floats]:
        """Starts and ends in milliseconds of a timing track's marks; empty where there is no such track."""
        found = self.timing_tracks.get(track)
        marks = found.layers[0].effects if found is not None and found.layers else ()
        starts = np.array([mark.start_ms for mark in marks], dtype=np.float64)
        return starts, np.array([mark.end_ms for mark in marks], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ValueCurve:
    """One parsed curve.

    Attributes:
        shape: xLights' type name ("Ramp Up/Down").
        minimum: Lower limit of the parameter.
        maximum: Upper limit of the parameter.
        parameters: P1 to P4 as stored.
        points: Corners of a custom curve, ``(x, y)`` in 0..1.
        track: Timing track the curve follows, if any.
        real_values: The levels are in the parameter's units (all files since 2017); else in percent of its range.
        wrap: Values beyond the limits come in again at the other side instead of stopping.
        between: Bent shapes run between the levels P3 and P4 (``SE``).
        time_offset: Shift of the curve in percent of its length.
        divisor: The stored values are this many times the parameter's real ones (10 for one decimal).
    """

    shape: str
    minimum: float
    maximum: float
    parameters: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    points: tuple[tuple[float, float], ...] = ()
    track: str = ""
    real_values: bool = True
    wrap: bool = False
    between: bool = False
    time_offset: float = 0.0
    divisor: float = 1.0

    @property
    def follows_time(self) -> bool:
        """Whether the values depend on where in the sequence the effect stands, not on its own course alone."""
        return self.shape in FOLLOWING

    def evaluate(self, position: Floats, sources: CurveSources | None = None) -> Floats:
        """The parameter's value at positions 0..1 of the effect.

        Args:
            position: Where in the effect: 0 at its first frame, 1 at its last.
            sources: What the curves "Music" and "Timing Track" follow; without it they stay at their start level.
        """
        if self.shape in FOLLOWING:
            share = FOLLOWING[self.shape](self, position, sources or CurveSources())
            level = self.level(1) + (self.level(2) - self.level(1)) * share
        else:
            moved = position + self.time_offset / 100.0
            moved = np.where(moved > 1.0, moved - 1.0, moved) if self.time_offset else moved
            corners = SHAPES.get(self.shape, flat)(self)
            level = np.clip(along(corners, moved), 0.0, 1.0)
        value = np.float32(self.minimum) + level.astype(np.float32) * np.float32(self.maximum - self.minimum)
        low, high = sorted((self.minimum, self.maximum))
        result: Floats = np.clip(value.astype(np.float64), low, high) / self.divisor
        return result

    def level(self, index: int) -> float:
        """Parameter ``P<index>`` as a level 0..1 of the range."""
        value = self.parameters[index - 1]
        if not self.real_values:
            return min(max(value / 100.0, 0.0), 1.0)
        span = self.maximum - self.minimum
        return min(max((value - self.minimum) / span, 0.0), 1.0) if span else 0.0

    def figure(self, index: int) -> float:
        """Parameter ``P<index>`` as a plain figure of 0..100."""
        return min(max(self.parameters[index - 1], 0.0), 100.0)


def parse_value_curve(text: str, divisor: float = 1.0) -> ValueCurve | None:
    """Read a stored curve; None where it is switched off or is no curve at all."""
    values: dict[str, str] = {}
    for part in text.split("|"):
        key, equals, value = part.partition("=")
        if equals:
            values[key.strip()] = value
    if values.get("Active", "").upper() != "TRUE":
        return None
    parameters = tuple(_number(values.get(f"P{index}"), 0.0) for index in range(1, 5))
    return ValueCurve(
        shape=values.get("Type", "Flat"),
        minimum=_number(values.get("Min"), 0.0),
        maximum=_number(values.get("Max"), 100.0),
        parameters=(parameters[0], parameters[1], parameters[2], parameters[3]),
        points=_points(values.get("Values", "")),
        track=values.get("TT", ""),
        real_values="RV" in values,
        wrap="WRAP" in values,
        between="SE" in values,
        time_offset=_number(values.get("TO"), 0.0),
        divisor=divisor,
    )


def _number(text: str | None, default: float) -> float:
    """The number a text says; what says none, or one no parameter can have, counts as the default."""
    try:
        number = float(text) if text is not None else default
    except ValueError:
        return default
    return number if abs(number) <= MAX_NUMBER else default  # never true of nan


def _points(text: str) -> tuple[tuple[float, float], ...]:
    points = []
    for pair in text.split(";"):
        x, colon, y = pair.partition(":")
        if colon:
            points.append((_number(x, 0.0), _number(y, 0.0)))
    return tuple(sorted(points))
