"""Wave: a line that swings up and down while it runs along the buffer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, frame_numbers, frames_of, painted, rainbow

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

RADIAN = 3.1415926 / 180.0
"""A degree as xLights has it for its sines: cut short, which decides where peaks on a cell's edge fall."""


def render_wave(call: EffectCall) -> Pixels:
    """Paint the Wave effect: sine, triangle, square and decaying sine."""
    low, high = _band(call)
    rows = call.rows[None]
    low, high = low[:, call.columns], high[:, call.columns]
    # A mirrored wave is reflected at the middle row.
    pixels = _fill(call, rows, low, high)
    if call.settings.flag("CHECKBOX_Mirror_Wave"):
        reflected = _fill(call, call.height - rows, low, high)
        pixels = np.where(pixels[..., 3:] > 0, pixels, reflected)
    return pixels


def _fill(call: EffectCall, rows: Whole, low: Whole, high: Whole) -> Pixels:
    lit = (rows >= low) & (rows <= high)
    kind = call.settings.choice("CHOICE_Fill_Colors", "None")
    across = np.clip((rows - low) / np.maximum(high - low, 1), 0.0, 1.0)
    if kind == "Rainbow":
        return painted(rainbow(across), lit)
    if kind == "Palette":
        return painted(blend_palette(call.palette, across, circular=False), lit)
    return painted(call.palette.color(0)[:, None, None, :], lit)


def _degrees(call: EffectCall) -> Floats:
    """Phase of the wave at every column, per frame, ``(frames, width)``."""
    settings = call.settings
    frames = frames_of(call)
    speed = settings.over_time("Wave_Speed", "TEXTCTRL_Wave_Speed", 10.0, frames)
    # The plain number may be stored under either control.
    key = "TEXTCTRL_Number_Waves" if "TEXTCTRL_Number_Waves" in settings.values else "SLIDER_Number_Waves"
    waves = settings.over_time("Number_Waves", key, 2.5, frames)
    moved = (frame_numbers(call) + 1) * speed * call.frame_ms / 50.0
    if settings.choice("CHOICE_Wave_Direction", "Right to Left") == "Left to Right":
        moved = -moved
    return np.arange(call.width)[None, :] * (waves * 360.0 / call.width)[:, None] + moved[:, None]


def _band(call: EffectCall) -> tuple[Whole, Whole]:
    """Lowest and highest row of the line at every column, per frame."""
    settings = call.settings
    frames = frames_of(call)
    degrees = _degrees(call)
    middle = call.height / 2.0
    swing = middle * settings.over_time("Wave_Height", "SLIDER_Wave_Height", 50, frames)[:, None] / 100.0
    lift = settings.over_time("Wave_YOffset", "SLIDER_Wave_YOffset", 0, frames)[:, None]
    share = settings.over_time("Thickness_Percentage", "SLIDER_Thickness_Percentage", 5, frames)[:, None]
    half = middle * share / 100.0
    base = middle + np.trunc(lift * call.height / 100.0)
    kind = settings.choice("CHOICE_Wave_Type", "Sine")
    if kind == "Square":
        return _square(call, degrees, base, swing, half)
    if kind == "Triangle":
        center = np.ceil(base - swing - 0.5) + _zigzag(call, swing)
    else:
        if kind == "Decaying Sine":
            swing = swing * (1.0 - np.arange(call.width) / call.width)
        center = np.trunc(base + swing * np.sin(degrees * RADIAN))
    low, high = np.trunc(center - half), np.trunc(center + half)
    high = np.where(high <= low, low + 1, high)
    return low.astype(np.int64), high.astype(np.int64)


def _zigzag(call: EffectCall, swing: Floats) -> Floats:
    """Rows above its lowest one of a triangle wave, which climbs one row per column whatever its length."""
    speed = call.settings.over_time("Wave_Speed", "TEXTCTRL_Wave_Speed", 10.0, frames_of(call))
    moved = np.trunc((frame_numbers(call) + 1) * speed * call.frame_ms / 500.0)
    if call.settings.choice("CHOICE_Wave_Direction", "Right to Left") == "Left to Right":
        moved = -moved
    climb = np.trunc(2.0 * swing)
    along = np.mod(np.arange(call.width)[None, :] + moved[:, None], np.maximum(2.0 * climb, 1.0))
    result: Floats = np.abs(along - climb)
    return result


def _square(call: EffectCall, degrees: Floats, base: Floats, swing: Floats, half: Floats) -> tuple[Whole, Whole]:
    """A square wave, whose flanks are drawn in the first column of each half wave."""
    step = degrees[:, 1:2] - degrees[:, :1] if call.width > 1 else np.zeros((len(degrees), 1))
    up = np.sin(np.radians(degrees)) > 0
    before = np.sin(np.radians(np.concatenate([degrees[:, :1] - step, degrees[:, :-1]], axis=1))) > 0
    bottom, top = np.trunc(base - swing), np.trunc(base + swing)
    thick = np.trunc(2.0 * half)
    low = np.where(up, np.minimum(np.floor(base + swing + 0.5), max(call.height - 1, 0)), bottom)
    high = low + np.maximum(thick, 1)
    flank = up != before
    return np.where(flank, bottom, low).astype(np.int64), np.where(flank, top, high).astype(np.int64)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Wave": render_wave})
POINTWISE = frozenset(EFFECTS)
