"""The shapes of value curves that depend on an effect's own course alone, as polylines. See `value_curves`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twinklr.core.effects.value_curves import ValueCurve

Floats = NDArray[np.float64]
Shape = Callable[["ValueCurve"], Floats]

GRID = 200
"""xLights keeps the corners of a curve on a grid of 1/200 of its length."""


def _on_grid(x: float) -> float:
    return round(x * GRID) / GRID


def _corners(*pairs: tuple[float, float]) -> Floats:
    """Corners as an array, x on the grid and never running backwards (np.interp needs it sorted)."""
    array = np.array([(_on_grid(x), y) for x, y in pairs], dtype=np.float64)
    array[:, 0] = np.maximum.accumulate(array[:, 0])
    return array


def _sampled(curve: ValueCurve, function: Callable[[Floats], Floats], segments: int) -> Floats:
    """Corners of a formula. One that leaves the limits stops there, or comes in at the other side in a jump."""
    x = np.linspace(0.0, 1.0, segments + 1)
    raw = function(x)
    outside = (raw < 0.0) | (raw > 1.0)
    if not (curve.wrap and outside.any()):
        return np.stack([x, np.clip(raw, 0.0, 1.0)], axis=1)
    levels = np.where(outside, raw - np.floor(raw), raw)
    pairs: list[tuple[float, float]] = []
    for place, level, jumps in zip(x, levels, outside, strict=True):
        if jumps and pairs:
            # A level that came in at the other side holds from the corner before it.
            pairs.append((pairs[-1][0], level))
        pairs.append((place, level))
    return np.array(pairs)


def along(corners: Floats, position: Floats) -> Floats:
    """Levels on a polyline. Single precision, as in xLights, for the cut to whole numbers that follows shows it.

    Where two corners share a place the first one counts there, and the second one after it.
    """
    x, y = corners[:, 0].astype(np.float32), corners[:, 1].astype(np.float32)
    places = np.clip(position.astype(np.float32), x[0], x[-1])
    before = np.clip(np.searchsorted(x, places, side="left") - 1, 0, len(x) - 2)
    width = x[before + 1] - x[before]
    climbed = (y[before + 1] - y[before]) * (places - x[before]) / np.where(width > 0, width, np.float32(1.0))
    level = np.where(places == x[before + 1], y[before + 1], y[before] + climbed)
    result: Floats = np.where(places == x[0], y[0], level).astype(np.float64)
    return result


def flat(curve: ValueCurve) -> Floats:
    """One level all along."""
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
    halves = 2 * _cycles(curve)
    low, high = curve.level(1), curve.level(2)
    return _corners(*[(index / halves, high if index % 2 else low) for index in range(halves + 1)])


def _square(curve: ValueCurve) -> Floats:
    halves = 2 * _cycles(curve)
    pairs: list[tuple[float, float]] = []
    for index in range(halves):
        height = curve.level(2) if index % 2 else curve.level(1)
        pairs += [(index / halves, height), ((index + 1) / halves, height)]
    array = _corners(*pairs)
    # Two corners at one place make the jump; a hair between them keeps it on the right side of the boundary.
    array[2::2, 0] += 1e-9
    return array


def _cycles(curve: ValueCurve) -> int:
    """Whole cycles over the effect; more than the grid has places for would be lost."""
    return min(max(int(curve.parameters[2]), 1), GRID)


def _shift(level: float) -> float:
    """Shift of a curve that 50 percent leaves in place, twice as fine as the levels."""
    return (level * 100.0 - 50.0) / 50.0


def _bent(formula: Callable[[ValueCurve, Floats], Floats]) -> Shape:
    """A shape from a formula of the curve and x that gives heights, mostly in 0..1."""

    def corners(curve: ValueCurve) -> Floats:
        found = _sampled(curve, lambda x: formula(curve, x), 20)
        if curve.between:
            found[:, 1] = curve.level(3) + found[:, 1] * (curve.level(4) - curve.level(3))
        return found

    return corners


def _parabola(curve: ValueCurve, x: Floats, sign: int) -> Floats:
    steepness = int(curve.parameters[0]) if curve.parameters[0] else 1
    result: Floats = curve.level(2) + sign * steepness * (x - 0.5) ** 2
    return result


def _exponential(curve: ValueCurve, x: Floats) -> Floats:
    bend = curve.figure(1) / 10.0 or 0.1
    result: Floats = np.expm1(bend * x) / np.expm1(bend)
    return result


def _logarithmic_up(curve: ValueCurve, x: Floats) -> Floats:
    bend = curve.figure(1) / 25.0 or 0.04
    result: Floats = _shift(curve.level(2)) + np.log(bend * (1.0 + x)) + 1.0
    return result


def _logarithmic_down(curve: ValueCurve, x: Floats) -> Floats:
    bend = curve.figure(1) / 10.0 or 0.1
    result: Floats = _shift(curve.level(2)) + 1.5 - np.exp2(bend * x - 1.0)
    return result


def _waved(formula: Callable[[ValueCurve, Floats], Floats]) -> Shape:
    """A shape from a formula of the curve and the angle in radians."""

    def corners(curve: ValueCurve) -> Floats:
        turns = max(curve.figure(3) / 10.0, 0.1)
        start = curve.parameters[0] / 100.0
        return _sampled(curve, lambda x: formula(curve, 2.0 * np.pi * np.stack([x * turns + start, x * turns])), 40)

    return corners


def _sine(curve: ValueCurve, angle: Floats) -> Floats:
    swing = max(curve.level(2), 0.01)
    result: Floats = 0.5 + _shift(curve.level(4)) + np.sin(angle[0]) * swing / 2.0
    return result


def _abs_sine(curve: ValueCurve, angle: Floats) -> Floats:
    result: Floats = _shift(curve.level(4)) + np.abs(np.sin(angle[0]) * max(curve.level(2), 0.01))
    return result


def _decaying_sine(curve: ValueCurve, angle: Floats) -> Floats:
    swing = max(curve.parameters[1], 1.0) / 100.0
    calming = np.exp(-0.1 * angle[1])
    result: Floats = 0.5 + _shift(curve.parameters[3] / 100.0) + calming * np.cos(angle[0]) * swing / 2.0
    return result


def _custom(curve: ValueCurve) -> Floats:
    return np.array([(_on_grid(x), y) for x, y in curve.points]) if curve.points else flat(curve)


def _random(curve: ValueCurve) -> Floats:
    if curve.points:
        return _custom(curve)
    count = min(max(int(curve.parameters[2]), 1), GRID)
    rng = np.random.default_rng(count)
    inner = np.sort(rng.choice(np.arange(1, GRID), max(count - 2, 0), replace=False)) / GRID
    share = rng.random(len(inner) + 2) if count > 1 else np.full(2, rng.random())
    levels = curve.level(1) + share * (curve.level(2) - curve.level(1))
    return np.stack([np.concatenate([[0.0], inner, [1.0]]), levels], axis=1)


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "Flat": flat,
        "Ramp": _ramp,
        "Ramp Up/Down": _ramp_up_down,
        "Ramp Up/Down Hold": _ramp_up_down_hold,
        "Saw Tooth": _saw_tooth,
        "Square": _square,
        "Parabolic Down": _bent(lambda curve, x: _parabola(curve, x, 1)),
        "Parabolic Up": _bent(lambda curve, x: _parabola(curve, x, -1)),
        "Logarithmic Up": _bent(_logarithmic_up),
        "Logarithmic Down": _bent(_logarithmic_down),
        "Exponential Up": _bent(lambda curve, x: _shift(curve.level(2)) + _exponential(curve, x)),
        "Exponential Down": _bent(lambda curve, x: _shift(curve.level(2)) + 1.0 - _exponential(curve, x)),
        "Sine": _waved(_sine),
        "Abs Sine": _waved(_abs_sine),
        "Decaying Sine": _waved(_decaying_sine),
        "Custom": _custom,
        "Random": _random,
    }
)
"""Shapes that depend on the effect's own course alone: name -> corners ``(n, 2)`` of x and level."""
