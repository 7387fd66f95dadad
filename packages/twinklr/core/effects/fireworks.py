"""Fireworks: bursts of sparks that fly apart, fall and fade."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, loudness_since_start, since_start
from twinklr.core.effects.marks import mark_starts

GRAVITY = 0.03
"""How much faster sparks fall each frame, in cells."""

CHUNK = 64
"""Frames worked on at a time."""


def render_fireworks(call: EffectCall) -> Pixels:
    """Paint Fireworks: every burst sets off its sparks from one cell, each with its own direction and speed."""
    rng = chance(call)
    settings = call.settings
    born = _bursts(call, rng)
    count = int(np.clip(since_start(call, "Fireworks_Count", "SLIDER_Fireworks_Count", 50.0)[0], 1, 500))
    fade = np.maximum(since_start(call, "Fireworks_Fade", "SLIDER_Fireworks_Fade", 50.0)[born], 1.0)
    speed = since_start(call, "Fireworks_Velocity", "SLIDER_Fireworks_Velocity", 2.0)[born, None]
    wind_x = since_start(call, "Fireworks_XVelocity", "SLIDER_Fireworks_XVelocity", 0.0)[born, None] / 10.0
    wind_y = since_start(call, "Fireworks_YVelocity", "SLIDER_Fireworks_YVelocity", 0.0)[born, None] / 10.0
    start_x = _place(call, rng, "XLocation", call.width, born)
    start_y = _place(call, rng, "YLocation", call.height, born)
    slot = rng.integers(0, call.palette.size, len(born))
    angle = rng.uniform(0.0, 2.0 * np.pi, (len(born), count))
    radius = rng.uniform(0.0, 1.0, (len(born), count)) * speed
    fall = GRAVITY if settings.flag("CHECKBOX_Fireworks_Gravity", default=True) else 0.0
    held = settings.flag("CHECKBOX_Fireworks_HoldColour", default=True)
    pixels = call.blank()
    for start in range(call.first, call.stop, CHUNK):
        frames = np.arange(start, min(start + CHUNK, call.stop))
        age = frames[:, None] - born[None, :]
        row, burst = np.nonzero((age >= 0) & (age * 2.0 < fade[None, :]))
        old = age[row, burst][:, None]
        along, rise = radius[burst] * np.cos(angle[burst]), radius[burst] * np.sin(angle[burst])
        x = np.floor(start_x[burst, None] + old * (along + wind_x[burst])).astype(np.int64)
        y = np.floor(start_y[burst, None] + old * (rise + wind_y[burst]) - fall * old * (old - 1) / 2.0).astype(
            np.int64
        )
        window = row + (start - call.first)
        shown = np.maximum(born[burst] - call.first, 0) if held else window
        colors = (call.palette.colors[shown, slot[burst]] * (1.0 - 2.0 * old / fade[burst, None])).astype(np.uint8)
        which, spark = np.nonzero((x >= 0) & (x < call.width) & (y >= 0) & (y < call.height))
        pixels[window[which], y[which, spark], x[which, spark], :3] = colors[which]
        pixels[window[which], y[which, spark], x[which, spark], 3] = 255
    return pixels


def _bursts(call: EffectCall, rng: np.random.Generator) -> NDArray[np.int64]:
    """Frames on which a burst goes off, in order: at random, on the marks of a track, or where the song gets loud."""
    settings = call.settings
    if settings.flag("CHECKBOX_FIRETIMING"):
        return mark_starts(call, settings.choice("CHOICE_FIRETIMINGTRACK", ""))
    if settings.flag("CHECKBOX_Fireworks_UseMusic"):
        loud = loudness_since_start(call) > settings.number("SLIDER_Fireworks_Sensitivity", 50.0) / 100.0
        return np.nonzero(loud & ~np.concatenate([[False], loud[:-1]]))[0]
    number = max(int(settings.number("SLIDER_Fireworks_Explosions", 16.0)), 1)
    return np.sort(rng.integers(0, max(call.frame_count - 1, 1), number))


def _place(
    call: EffectCall, rng: np.random.Generator, axis: str, length: int, born: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Cells the bursts start from along an axis: where told, else anywhere in the middle half."""
    percent = since_start(call, f"Fireworks_{axis}", f"SLIDER_Fireworks_{axis}", -1.0)[born]
    low = length // 4
    anywhere = rng.integers(low, max(length - low, low + 1), len(born))
    return np.where(percent >= 0, (percent * (length - 1) / 100.0).astype(np.int64), anywhere)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Fireworks": render_fireworks})
