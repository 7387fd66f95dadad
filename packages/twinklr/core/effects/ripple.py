"""Ripple: rings of a shape that run outwards from, or inwards to, a point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import dim, frames_of, painted, pick, repeat_position
from twinklr.core.effects.ripple_bands import BANDS, SHAPES, band_levels
from twinklr.core.effects.shapes import draw_shape

Floats = NDArray[np.float64]

DEGREE = math.pi / 180.0
GOLDEN_STAR = 2.618034
"""Outer to inner radius of a star whose sides run straight through."""

COSINES = np.cos(np.arange(360) * DEGREE)
SINES = np.sin(np.arange(360) * DEGREE)

OUTLINES: Mapping[str, int] = MappingProxyType({"Circle": 0, "Square": 1, "Star": 2, "Polygon": 3, "Triangle": 3})


@njit(cache=True, nogil=True)
def _plot(canvas: NDArray[np.int16], x: int, y: int, value: int) -> None:
    if 0 <= y < canvas.shape[0] and 0 <= x < canvas.shape[1]:
        canvas[y, x] = value


@njit(cache=True, nogil=True)
def _draw_line(canvas: NDArray[np.int16], x0: int, y0: int, x1: int, y1: int, value: int) -> None:
    dx, dy = abs(x1 - x0), abs(y1 - y0)
    sx = 1 if x1 > x0 else -1
    sy = 1 if y1 > y0 else -1
    error = dx - dy
    for _ in range(max(dx, dy) + 1):
        _plot(canvas, x0, y0, value)
        twice = 2 * error
        if twice > -dy:
            error -= dy
            x0 += sx
        if twice < dx:
            error += dx
            y0 += sy


@njit(cache=True, nogil=True)
def _draw_circle(canvas: NDArray[np.int16], cx: float, cy: float, radius: float, value: int) -> None:
    """One point per degree, as xLights draws it."""
    for degree in range(360):
        _plot(canvas, int(cx + radius * COSINES[degree]), int(cy + radius * SINES[degree]), value)


@njit(cache=True, nogil=True)
def _draw_corners(
    canvas: NDArray[np.int16], cx: float, cy: float, radii: tuple[float, float], points: int, turn: float, value: int
) -> None:
    """A closed outline through corners that alternate between two radii; the first points up."""
    corners = 2 * points
    for corner in range(corners):
        a = (90.0 + turn + corner * 360.0 / corners) * DEGREE
        b = (90.0 + turn + (corner + 1) * 360.0 / corners) * DEGREE
        ra, rb = radii[corner % 2], radii[(corner + 1) % 2]
        if corner % 2 == 0:
            # Sides are drawn from the inner corner outwards.
            a, b, ra, rb = b, a, rb, ra
        _draw_line(
            canvas,
            int(cx + ra * math.cos(a)),
            int(cy + ra * math.sin(a)),
            int(cx + rb * math.cos(b)),
            int(cy + rb * math.sin(b)),
            value,
        )


@njit(cache=True, nogil=True)
def _draw_box(canvas: NDArray[np.int16], cx: float, cy: float, half: tuple[float, float], value: int) -> None:
    left, right = int(cx - half[0]), int(cx + half[0])
    bottom, top = int(cy - half[1]), int(cy + half[1])
    for x in range(left, right + 1):
        _plot(canvas, x, bottom, value)
        _plot(canvas, x, top, value)
    for y in range(bottom, top + 1):
        _plot(canvas, left, y, value)
        _plot(canvas, right, y, value)


@njit(cache=True, nogil=True)
def _draw_rings(
    rings: NDArray[np.int16],
    shape: int,
    center: Floats,
    radius: Floats,
    growth: int,
    thickness: Floats,
    points: int,
    turn: Floats,
) -> None:
    """Number the ring on top of each cell, ``(frames, height, width)``; -1 where there is none."""
    frames, height, width = rings.shape
    longest = max(width, height) / 2.0
    for frame in range(frames):
        size = radius[frame]
        canvas = rings[frame]
        for ring in range(int(2 * thickness[frame])):
            # Rings lie half a cell further apart each time.
            size += growth * ring / 2.0
            if size < 0.0:
                break
            cx, cy = center[frame, 0], center[frame, 1]
            if shape == 0:
                _draw_circle(canvas, cx, cy, size, ring)
            elif shape == 1:
                half = (size * width / (2.0 * longest), size * height / (2.0 * longest))
                _draw_box(canvas, cx, cy, half, ring)
            elif shape == 2:
                _draw_corners(canvas, cx, cy, (size, size / 2.618034), points, turn[frame], ring)
            else:
                flat = size * math.cos(math.pi / points)
                _draw_corners(canvas, cx, cy, (size, flat), points, turn[frame], ring)


def render_ripple(call: EffectCall) -> Pixels:
    """Paint the Ripple effect: rings in its old style, or a band around an outline in the others.

    The old style is proven by reference light for circle, square and star; the remaining shapes are not.
    """
    settings = call.settings
    name = settings.choice("CHOICE_Ripple_Object_To_Draw", "Circle")
    movement = settings.choice("CHOICE_Ripple_Movement", "")
    style = BANDS.get(settings.choice("CHOICE_Ripple_Draw_Style", "Old"))
    if name == "SVG" or (name == "Square" and not movement and style is None):
        # A square without a stored movement is not drawn by xLights either.
        return call.blank()
    cycles = settings.over_time("Ripple_Cycles", "TEXTCTRL_Ripple_Cycles", 1.0, frames_of(call))
    position = repeat_position(call, cycles)
    longest = (max(call.width, call.height) + 1) // 2
    radius = longest * ((1.0 - position) if movement == "Implode" else position)
    if style is not None:
        scale = settings.over_time("Ripple_Scale", "SLIDER_Ripple_Scale", 100, frames_of(call)) / 100.0
        radius = longest * scale if movement == "None" else radius * scale
        level = band_levels(call, style, name, _center(call), radius)
        lit = level > 0.0
    else:
        rings, count = _rings(call, name, radius, movement)
        level, lit = 1.0 - np.maximum(rings, 0) / count, rings >= 0
    slots = np.minimum((position * call.palette.size).astype(np.int64), call.palette.size - 1)
    colors = np.broadcast_to(pick(call.palette, slots)[:, None, None, :], (*call.shape, 3))
    if style is not None or settings.flag("CHECKBOX_Ripple3D"):
        colors = dim(colors, level)
    return painted(colors, lit)


def _rings(call: EffectCall, name: str, radius: Floats, movement: str) -> tuple[NDArray[np.int16], Floats]:
    """The ring on top of each cell, -1 for none, and how many rings there are."""
    settings = call.settings
    frames = frames_of(call)
    thickness = settings.over_time("Ripple_Thickness", "SLIDER_Ripple_Thickness", 3, frames).astype(np.float64)
    turn = settings.over_time("Ripple_Rotation", "SLIDER_Ripple_Rotation", 0, frames).astype(np.float64)
    rings = np.full(call.shape, -1, dtype=np.int16)
    growth = 1 if movement == "Explode" else -1
    if name in OUTLINES:
        points = 3 if name == "Triangle" else int(settings.number("SLIDER_RIPPLE_POINTS", 5))
        _draw_rings(rings, OUTLINES[name], _center(call), radius, growth, thickness, points, turn)
    else:
        _draw_figures(rings, SHAPES.get(name, name), _center(call), radius, growth, thickness, turn)
    return rings, 2.0 * thickness[:, None, None]


def _draw_figures(
    rings: NDArray[np.int16],
    name: str,
    center: Floats,
    radius: Floats,
    growth: int,
    thickness: Floats,
    turn: Floats,
) -> None:
    """Rings of a shape that has no straight way around it, at the same sizes as the others."""
    frames, height, width = rings.shape
    for frame in range(frames):
        sizes = radius[frame] + growth * np.cumsum(np.arange(int(2 * thickness[frame]))) / 2.0
        for ring, size in enumerate(sizes[: len(sizes) if (sizes >= 0.0).all() else int((sizes < 0.0).argmax())]):
            middle = (float(center[frame, 0]) + 0.5, float(center[frame, 1]) + 0.5)
            shape = draw_shape(name, width, height, middle, float(size), thickness=1.0, turn=float(turn[frame]))
            rings[frame][shape] = ring


def _center(call: EffectCall) -> Floats:
    """Centre of the rings in cells per frame, ``(frames, 2)`` of x, y."""
    frames = frames_of(call)
    across = call.settings.over_time("Ripple_XC", "SLIDER_Ripple_XC", 0, frames)
    up = call.settings.over_time("Ripple_YC", "SLIDER_Ripple_YC", 0, frames)
    half = np.array([call.width // 2, call.height // 2])
    # Offsets are cut off to whole cells.
    return half + np.trunc(np.stack([across * call.width, up * call.height], axis=1) / 200.0)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Ripple": render_ripple})

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"Ripple": (("CHOICE_Ripple_Object_To_Draw", "SVG"),)}
)
"""By effect: the settings, key and value, with which nothing is painted."""


def lacking(settings: Mapping[str, str]) -> str | None:
    """What of a Ripple is not painted: rings started by a timing track, and a centre that drifts."""
    if settings.get("CHOICE_Ripple_TimingTrack", ""):
        return "Timing Track"
    drifts = settings.get("TEXTCTRL_Ripple_Velocity", "0") or "0"
    return "Velocity" if drifts.strip("0.") or "VALUECURVE_Ripple_Velocity" in settings else None


LACKING = MappingProxyType({"Ripple": lacking})
"""By effect: names what else is not painted."""
