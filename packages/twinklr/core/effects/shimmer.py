"""Lights that go on and off: Shimmer (all together, colour after colour) and Strobe (flashes at random places)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, loudness_since_start, scattered
from twinklr.core.effects.paint import frame_numbers, frames_of, opaque, painted, pick

Shape = tuple[tuple[int, int], ...]
"""Cells of a flash around its centre as (across, up)."""

FLASHES: Mapping[int, tuple[Shape, ...]] = MappingProxyType(
    {
        1: ((),),
        2: (((-1, 0), (1, 0)), ((0, -1), (0, 1))),
        3: (((-1, 0), (1, 0), (0, -1), (0, 1)),),
        4: (((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)),),
    }
)
"""Arms of a flash by strobe type; of several shapes one is drawn anew on every frame."""

DYING = (1.0, 0.5, 0.75)
"""Level of the arms by frames left to live; older ones and the centre are at full."""

CHUNK = 32
"""Frames worked on at a time."""


def render_shimmer(call: EffectCall) -> Pixels:
    """Paint Shimmer: each cycle shows one colour for a share of its frames, then nothing."""
    settings = call.settings
    frames = frames_of(call)
    duty = settings.over_time("Shimmer_Duty_Factor", "SLIDER_Shimmer_Duty_Factor", 50.0, frames) / 100.0
    cycles = settings.over_time("Shimmer_Cycles", "TEXTCTRL_Shimmer_Cycles", 1.0, frames)
    number = frame_numbers(call)
    if settings.flag("CHECKBOX_PRE_2017_7"):
        length = np.maximum(call.frame_count / np.maximum(cycles * call.palette.size, 1e-9), 2.0)
        cycle = np.ceil((number + 1) / length - 1e-9).astype(np.int64) - 1
        lit = number - np.floor(cycle * length) < np.ceil(length * duty)
    else:
        # No cycle is shorter than one frame on and one frame off.
        length = np.maximum(call.frame_count / np.maximum(cycles, 1e-9), 2.0)
        cycle = np.floor((number + 1e-9) / length).astype(np.int64)
        lit = (number - cycle * length) / (length - 1.0) <= np.minimum(duty, 1.0) - 1e-9
        lit |= number - cycle * length < 1.0 - 1e-9
    shape = (frames, call.height, call.width)
    if settings.flag("CHECKBOX_Shimmer_Use_All_Colors"):
        slots = chance(call).integers(0, call.palette.size, (call.stop, *shape[1:]))[call.first :]
        return painted(pick(call.palette, slots), np.broadcast_to(lit[:, None, None], shape))
    colors = pick(call.palette, cycle)
    pixels = opaque(colors[:, None, None, :], shape)
    pixels[~lit] = 0
    return pixels


def render_strobe(call: EffectCall) -> Pixels:
    """Paint Strobe: every frame some new flashes at random places, each living for the same number of frames."""
    rng = chance(call)
    settings = call.settings
    number = max(int(settings.number("SLIDER_Number_Strobes", 3.0)), 1)
    life = max(int(settings.number("SLIDER_Strobe_Duration", 10.0)), 1)
    born, dies = _lives(call, rng, number, life)
    column = rng.integers(0, call.width, len(born))
    row = rng.integers(0, call.height, len(born))
    slot = rng.integers(0, call.palette.size, len(born))
    shapes = FLASHES.get(int(settings.number("SLIDER_Strobe_Type", 1.0)), FLASHES[1])
    pixels = call.blank()
    for start in range(call.first, call.stop, CHUNK):
        frames = np.arange(start, min(start + CHUNK, call.stop))
        window, flash = np.nonzero((born <= frames[:, None]) & (frames[:, None] < dies))
        x, y, left = column[flash], row[flash], dies[flash] - frames[window]
        window += start - call.first
        colors = call.palette.colors[window, slot[flash]]
        chosen = (scattered(call.seed, window + call.first, flash) * len(shapes)).astype(np.int64)
        arm_level = np.where(left < len(DYING), np.take(DYING, left, mode="clip"), 1.0)
        arms = (colors * arm_level[:, None]).astype(np.uint8)
        for index, shape in enumerate(shapes):
            mine = chosen == index
            for across, up in shape:
                _dot(pixels, window[mine], x[mine] + across, y[mine] + up, arms[mine])
        _dot(pixels, window, x, y, colors)
    return pixels


def _lives(
    call: EffectCall, rng: np.random.Generator, number: int, life: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First frame and end of every flash. The effect starts in full swing: with flashes of every age."""
    fresh = np.full(call.frame_count, number)
    if call.settings.flag("CHECKBOX_Strobe_Music"):
        fresh = np.round(number * loudness_since_start(call)).astype(np.int64)
    fresh[:1] = 0
    born = np.repeat(np.arange(call.frame_count), fresh)
    if call.settings.flag("CHECKBOX_Strobe_Music"):
        return born, born + life
    aged = rng.integers(0, life, number * life)
    return np.concatenate([np.zeros(len(aged), dtype=np.int64), born]), np.concatenate([aged, born + life])


def _dot(
    pixels: Pixels, window: NDArray[np.int64], x: NDArray[np.int64], y: NDArray[np.int64], colors: NDArray[np.uint8]
) -> None:
    """Paint single cells; what lies outside is left out."""
    inside = (x >= 0) & (x < pixels.shape[2]) & (y >= 0) & (y < pixels.shape[1])
    pixels[window[inside], y[inside], x[inside], :3] = colors[inside]
    pixels[window[inside], y[inside], x[inside], 3] = 255


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Shimmer": render_shimmer, "Strobe": render_strobe})
