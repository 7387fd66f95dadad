"""Pinwheel: arms or slices of the palette's colours that turn around a point."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import by_frame, dim, frame_numbers, frames_of, paint_slots, steady

Floats = NDArray[np.float64]


def render_pinwheel(call: EffectCall) -> Pixels:
    """Paint the Pinwheel effect: thin arms without thickness, slices with it."""
    frames = frames_of(call)
    thickness = call.settings.over_time("Pinwheel_Thickness", "SLIDER_Pinwheel_Thickness", 0, frames)
    arms = max(int(call.settings.number("SLIDER_Pinwheel_Arms", 3)), 1)
    turn = _turn(call)
    center = _center(call)
    size = call.settings.over_time("Pinwheel_ArmSize", "SLIDER_Pinwheel_ArmSize", 100, frames) / 100.0
    twist = call.settings.over_time("Pinwheel_Twist", "SLIDER_Pinwheel_Twist", 0, frames).astype(np.float64)
    if thickness.any():
        return _paint_slices(call, arms, thickness / 100.0, (turn, center, size, twist))
    drawn = np.full((frames, call.height, call.width), -1, dtype=np.int16)
    _draw_arms(drawn, arms, turn, np.floor(center), max(call.width, call.height) // 2 * size, twist)
    return paint_slots(call.palette, drawn[:, call.rows, call.columns])


def _turn(call: EffectCall) -> Floats:
    """Degrees the wheel has turned per frame, counter-clockwise."""
    settings = call.settings
    frames = frames_of(call)
    speed = settings.over_time("Pinwheel_Speed", "SLIDER_Pinwheel_Speed", 10, frames)
    offset = settings.over_time("Pinwheel_Offset", "SLIDER_Pinwheel_Offset", 0, frames)
    # The speed is in degrees per frame of 50 ms.
    turned = frame_numbers(call) * speed * call.frame_ms / 50.0 + offset
    result: Floats = turned if settings.flag("CHECKBOX_Pinwheel_Rotation", default=True) else -turned
    return result


def _center(call: EffectCall) -> Floats:
    """Hub of the wheel in cells per frame, ``(frames, 2)`` of x, y."""
    frames = frames_of(call)
    across = call.settings.over_time("PinwheelXC", "SLIDER_PinwheelXC", 0, frames)
    up = call.settings.over_time("PinwheelYC", "SLIDER_PinwheelYC", 0, frames)
    half_width, half_height = call.width / 2.0, call.height / 2.0
    # Offsets are cut off to whole cells.
    shift = np.trunc(np.stack([across * half_width, up * half_height], axis=1) / 100.0)
    return np.array([half_width, half_height]) + shift


@njit(cache=True, nogil=True)
def _draw_arms(
    drawn: NDArray[np.int16], arms: int, turn: Floats, center: Floats, radius: Floats, twist: Floats
) -> None:
    """Number the arm on top of each cell, ``(frames, height, width)``; arms are numbered from 1."""
    frames, height, width = drawn.shape
    for frame in range(frames):
        for arm in range(1, arms + 1):
            angle = (arm - 1) * (360 // arms) + turn[frame]
            for half in range(int(radius[frame] * 2) + 1):
                reach = half / 2.0
                bend = twist[frame] * reach / radius[frame] if radius[frame] > 0 else 0.0
                # Single precision decides into which cells arms at 120 and 240 degrees fall.
                phi = np.float32(np.radians(angle + bend))
                x = int(np.float32(reach) * np.float32(np.cos(phi)) + np.float32(center[frame, 0]))
                y = int(np.float32(reach) * np.float32(np.sin(phi)) + np.float32(center[frame, 1]))
                if 0 <= x < width and 0 <= y < height:
                    drawn[frame, y, x] = arm


def _paint_slices(call: EffectCall, arms: int, share: Floats, wheel: tuple[Floats, Floats, Floats, Floats]) -> Pixels:
    """Slices of the circle; ``share`` is the part of the way from arm to arm that is filled."""
    turn, center, size, twist = wheel
    columns = call.columns - by_frame(steady(center[:, 0]))
    rows = call.rows - by_frame(steady(center[:, 1]))
    radius = np.hypot(call.width / 2.0, call.height / 2.0) * size
    slots = np.full(call.shape, -1, dtype=np.int16)
    into = np.zeros(call.shape)
    geometry = np.degrees(np.arctan2(columns, rows)), np.hypot(columns, rows)
    _cut_slices(slots, into, *geometry, np.stack([turn, radius, twist, share], axis=1), 360.0 / arms)
    pixels = paint_slots(call.palette, slots)
    style = call.settings.choice("CHOICE_Pinwheel_3D", "None")
    if style in ("3D", "3D Inverted"):
        level = np.clip(1.0 - into if style == "3D" else into, 0.0, 1.0)
        pixels[..., :3] = dim(pixels[..., :3], level)
    return pixels


@njit(cache=True, nogil=True)
def _cut_slices(
    slots: NDArray[np.int16], into: Floats, clockwise: Floats, distance: Floats, wheel: Floats, step: float
) -> None:
    """Number the slice each cell lies in, and how far into it, 0 to 1; -1 is between slices or beyond the radius.

    ``wheel`` has per frame the degrees turned, the radius in cells, the twist in degrees and the filled share.
    """
    for frame in range(slots.shape[0]):
        # Geometry that never changes is there only once.
        source = frame if clockwise.shape[0] > 1 else 0
        turn, radius, twist, share = wheel[frame]
        wide = share * step
        bend = twist / max(radius, 1e-6)
        for row in range(slots.shape[1]):
            for column in range(slots.shape[2]):
                away = distance[source, row, column]
                if away > radius:
                    continue
                angle = (clockwise[source, row, column] + turn + away * bend) % 360.0
                slot = int(angle / step)
                part = angle - slot * step
                if part <= wide:
                    slots[frame, row, column] = slot
                    into[frame, row, column] = part / max(wide, 1e-6)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Pinwheel": render_pinwheel})
POINTWISE = frozenset(EFFECTS)
