"""Value curves: a parameter that moves while its effect runs.

xLights stores a curve as ``Active=TRUE|Id=...|Type=Ramp|Min=0.00|Max=400.00|P1=0.00|P2=200.00|RV=TRUE|``. ``Min`` and
``Max`` are the parameter's own limits. Every shape is a polyline over the effect's length: x runs from 0 at the
effect's first frame to 1 at its last, y from 0 (``Min``) to 1 (``Max``). Which of ``P1`` to ``P4`` are levels in the
parameter's units and which are plain figures differs from shape to shape; `SHAPES` says so.

Example:
    >>> curve = parse_value_curve("Active=TRUE|Id=ID_VALUECURVE_Brightness|Type=Ramp|Min=0.00|Max=400.00|P2=200.00|")
    >>> curve.evaluate(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 100.0, 200.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.xlights.sequence import TimingTrack

Floats = NDArray[np.float64]

GRID = 200
"""xLights keeps the corners of a curve on a grid of 1/200 of its length."""


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
        moved = position + self.time_offset / 100.0
        moved = np.where(moved > 1.0, moved - 1.0, moved) if self.time_offset else moved
        if self.shape in FOLLOWING:
            level = FOLLOWING[self.shape](self, moved, sources or CurveSources())
        else:
            corners = SHAPES.get(self.shape, _flat)(self)
            level = np.interp(moved, corners[:, 0], corners[:, 1])
        level = np.mod(level, 1.0 + 1e-12) if self.wrap else np.clip(level, 0.0, 1.0)
        result: Floats = (self.minimum + level * (self.maximum - self.minimum)) / self.divisor
        return result

    def level(self, index: int) -> float:
        """Parameter ``P<index>`` as a level 0..1 of the range."""
        value = self.parameters[index - 1]
        if not self.real_values:
            return value / 100.0
        span = self.maximum - self.minimum
        return (value - self.minimum) / span if span else 0.0


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
        real_values=values.get("RV", "").upper() == "TRUE" or "RV" not in values,
        wrap=values.get("WRAP", "").upper() == "TRUE",
        time_offset=_number(values.get("TO"), 0.0),
        divisor=divisor,
    )


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text is not None else default
    except ValueError:
        return default


def _points(text: str) -> tuple[tuple[float, float], ...]:
    points = []
    for pair in text.split(";"):
        x, colon, y = pair.partition(":")
        if colon:
            points.append((_number(x, 0.0), _number(y, 0.0)))
    return tuple(sorted(points))


def _on_grid(x: float) -> float:
    return round(x * GRID) / GRID


def _corners(*pairs: tuple[float, float]) -> Floats:
    """Corners as an array, x on the grid and never running backwards (np.interp needs it sorted)."""
    array = np.array([(_on_grid(x), y) for x, y in pairs], dtype=np.float64)
    array[:, 0] = np.maximum.accumulate(array[:, 0])
    return array


def _sampled(function: Callable[[Floats], Floats], segments: int) -> Floats:
    x = np.linspace(0.0, 1.0, segments + 1)
    return np.stack([x, np.clip(function(x), 0.0, 1.0)], axis=1)


def _flat(curve: ValueCurve) -> Floats:
    return _corners((0.0, curve.level(1)), (1.0, curve.level(1)))


def _ramp(curve: ValueCurve) -> Floats:
    return _corners((0.0, curve.level(1)), (1.0, curve.level(2)))


def _ramp_up_down(curve: ValueCurve) -> Floats:
    return _corners((0.0, curve.level(1)), (0.5, curve.level(2)), (1.0, curve.level(3)))


def _ramp_up_down_hold(curve: ValueCurve) -> Floats:
    hold = min(max(curve.parameters[2] / 100.0, 0.0), 1.0)
    low, high = curve.level(1), curve.level(2)
    edge = 0.5 - hold / 2.0
    return _corners((0.0, low), (edge, high), (1.0 - edge, high), (1.0, low))


def _saw_tooth(curve: ValueCurve) -> Floats:
    cycles = max(curve.parameters[2], 1.0)
    low, high = curve.level(1), curve.level(2)
    halves = int(np.ceil(cycles * 2.0))
    pairs = [(min(index / (cycles * 2.0), 1.0), high if index % 2 else low) for index in range(halves + 1)]
    return _corners(*pairs)


def _square(curve: ValueCurve) -> Floats:
    cycles = max(curve.parameters[2], 1.0)
    halves = max(int(np.ceil(cycles * 2.0)), 1)
    pairs: list[tuple[float, float]] = []
    for index in range(halves):
        height = curve.level(2) if index % 2 else curve.level(1)
        pairs += [(index / (cycles * 2.0), height), (min((index + 1) / (cycles * 2.0), 1.0), height)]
    array = _corners(*pairs)
    # Two corners at one place make the jump; a hair between them keeps it on the right side of the boundary.
    array[2::2, 0] += 1e-9
    return array


def _parabola(curve: ValueCurve, sign: float) -> Floats:
    steepness, foot = curve.parameters[0], curve.level(2)
    if sign > 0:
        return _sampled(lambda x: steepness * (x - 0.5) ** 2 + foot, 20)
    return _sampled(lambda x: foot - steepness * (x - 0.5) ** 2, 20)


def _sine(curve: ValueCurve, fold: bool = False, decay: bool = False) -> Floats:
    phase = curve.parameters[0] / 100.0
    swing, cycles = curve.level(2), curve.parameters[2] / 10.0
    # The middle is a figure in percent of the range with 50 for the middle of it, twice as fine as the levels.
    shift = (curve.level(4) * 100.0 - 50.0) / 50.0

    def wave(x: Floats) -> Floats:
        swinging = np.sin(2.0 * np.pi * (phase + x * cycles))
        swinging = np.abs(swinging) * 2.0 - 1.0 if fold else swinging
        swinging = swinging * (1.0 - x) if decay else swinging
        result: Floats = 0.5 + shift + swinging * swing / 2.0
        return result

    return _sampled(wave, 40 if cycles <= 4 else GRID)


def _exponential(curve: ValueCurve, rising: bool) -> Floats:
    gain = max(curve.parameters[0], 1e-3)
    shift = (curve.level(2) * 100.0 - 50.0) / 50.0

    def bend(x: Floats) -> Floats:
        way = x if rising else 1.0 - x
        result: Floats = (np.exp(way * gain / 10.0) - 1.0) / max(np.exp(gain / 10.0) - 1.0, 1e-9) + shift
        return result

    return _sampled(bend, 40)


def _logarithmic(curve: ValueCurve, rising: bool) -> Floats:
    gain = max(curve.parameters[0], 1e-3)
    shift = (curve.level(2) * 100.0 - 50.0) / 50.0

    def bend(x: Floats) -> Floats:
        way = x if rising else 1.0 - x
        result: Floats = np.log1p(way * gain) / np.log1p(gain) + shift
        return result

    return _sampled(bend, 40)


def _custom(curve: ValueCurve) -> Floats:
    return np.array(curve.points, dtype=np.float64) if curve.points else _flat(curve)


def _random(curve: ValueCurve) -> Floats:
    low, high, count = curve.level(1), curve.level(2), max(int(curve.parameters[2]), 2)
    heights = np.random.default_rng(count).uniform(min(low, high), max(low, high), count + 1)
    return np.stack([np.linspace(0.0, 1.0, count + 1), heights], axis=1)


SHAPES: Mapping[str, Callable[[ValueCurve], Floats]] = MappingProxyType(
    {
        "Flat": _flat,
        "Ramp": _ramp,
        "Ramp Up/Down": _ramp_up_down,
        "Ramp Up/Down Hold": _ramp_up_down_hold,
        "Saw Tooth": _saw_tooth,
        "Square": _square,
        "Parabolic Down": lambda curve: _parabola(curve, 1.0),
        "Parabolic Up": lambda curve: _parabola(curve, -1.0),
        "Logarithmic Up": lambda curve: _logarithmic(curve, True),
        "Logarithmic Down": lambda curve: _logarithmic(curve, False),
        "Exponential Up": lambda curve: _exponential(curve, True),
        "Exponential Down": lambda curve: _exponential(curve, False),
        "Sine": _sine,
        "Abs Sine": lambda curve: _sine(curve, fold=True),
        "Decaying Sine": lambda curve: _sine(curve, decay=True),
        "Custom": _custom,
        "Random": _random,
    }
)
"""Shapes that depend on the effect's own course alone: name -> corners ``(n, 2)`` of x and level."""


def _frames_at(position: Floats, sources: CurveSources) -> NDArray[np.int64]:
    frames: NDArray[np.int64] = np.round(position * max(sources.frame_count - 1, 0)).astype(np.int64)
    return frames + sources.start_frame


def _music(curve: ValueCurve, position: Floats, sources: CurveSources) -> Floats:
    low, high = curve.level(1), curve.level(2)
    if sources.loudness is None or not len(sources.loudness):
        return np.full(len(position), low)
    frames = np.clip(_frames_at(position, sources), 0, len(sources.loudness) - 1)
    loud = sources.loudness[frames].astype(np.float64)
    if curve.shape == "Inverted Music":
        loud = 1.0 - loud
    if curve.shape == "Music Trigger Fade":
        loud = (loud >= curve.parameters[3] / 100.0).astype(np.float64)
    result: Floats = low + (high - low) * loud
    return result


def _track(curve: ValueCurve, position: Floats, sources: CurveSources) -> Floats:
    low, high = curve.level(1), curve.level(2)
    track = sources.timing_tracks.get(curve.track)
    marks = track.layers[0].effects if track is not None and track.layers else ()
    times = _frames_at(position, sources) * float(sources.frame_ms)
    if not marks:
        return np.full(len(position), low)
    starts = np.array([mark.start_ms for mark in marks], dtype=np.float64)
    index = np.searchsorted(starts, times + 0.5, side="right") - 1
    if curve.shape == "Timing Track Toggle":
        return np.where(index % 2 == 0, high, low)
    ends = np.array([mark.end_ms for mark in marks], dtype=np.float64)
    safe = np.maximum(index, 0)
    span = np.maximum(ends[safe] - starts[safe], 1.0)
    inside = np.clip((times - starts[safe]) / span, 0.0, 1.0)
    fading = inside if "Fixed" not in curve.shape else np.clip(inside * span / 500.0, 0.0, 1.0)
    return np.where(index < 0, low, high + (low - high) * fading)


FOLLOWING: Mapping[str, Callable[[ValueCurve, Floats, CurveSources], Floats]] = MappingProxyType(
    {
        "Music": _music,
        "Inverted Music": _music,
        "Music Trigger Fade": _music,
        "Timing Track Toggle": _track,
        "Timing Track Fade Fixed": _track,
        "Timing Track Fade Proportional": _track,
    }
)
"""Shapes that follow the song or a timing track."""
