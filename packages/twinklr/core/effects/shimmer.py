"""Lights that go on and off: Shimmer (all together, colour after colour) and Strobe (flashes at random places)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, loudness_since_start, scattered, stirred, unit_share
from twinklr.core.effects.paint import frame_numbers, frames_of, opaque, pick

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
    if settings.flag("CHECKBOX_Shimmer_Use_All_Colors"):
        pixels = call.blank()
        cells = np.broadcast_to(call.rows * call.width + call.columns, call.shape[1:])
        _speckle(
            pixels, np.ascontiguousarray(call.palette.colors), cells, np.where(lit, number, -1), np.uint64(call.seed)
        )
        return pixels
    pixels = opaque(pick(call.palette, cycle)[:, None, None, :], call.shape)
    pixels[~lit] = 0
    return pixels


@njit(cache=True, nogil=True)
def _speckle(
    pixels: Pixels, colors: NDArray[np.uint8], cells: NDArray[np.int64], numbers: NDArray[np.int64], seed: np.uint64
) -> None:
    """Give each cell a colour by chance; ``numbers`` are those of the frames, -1 where all is dark."""
    for frame in range(len(numbers)):
        if numbers[frame] < 0:
            continue
        dice = stirred(seed, np.uint64(numbers[frame]))
        for row in range(cells.shape[0]):
            for column in range(cells.shape[1]):
                share = unit_share(stirred(dice, np.uint64(cells[row, column])))
                pixels[frame, row, column, :3] = colors[frame, int(share * colors.shape[1])]
                pixels[frame, row, column, 3] = 255


def render_strobe(call: EffectCall) -> Pixels:
    """Paint Strobe: every frame some new flashes at random places, each living for the same number of frames."""
    rng = chance(call)
    settings = call.settings
    number = max(int(settings.number("SLIDER_Number_Strobes", 3.0)), 1)
    life = max(int(settings.number("SLIDER_Strobe_Duration", 10.0)), 1)
    born, dies = _lives(call, number, life)
    column = rng.integers(0, call.width, len(born))
    row = rng.integers(0, call.height, len(born))
    slot = rng.integers(0, call.palette.size, len(born))
    shapes = FLASHES.get(int(settings.number("SLIDER_Strobe_Type", 1.0)), FLASHES[1])
    across, up = np.array([((0, 0), *shape) for shape in shapes]).transpose(2, 0, 1)
    is_arm = np.arange(across.shape[1]) > 0
    pixels = call.blank()
    for start in range(call.first, call.stop, CHUNK):
        frames = np.arange(start, min(start + CHUNK, call.stop))
        window, flash = np.nonzero((born <= frames[:, None]) & (frames[:, None] < dies))
        x, y, left = column[flash], row[flash], dies[flash] - frames[window]
        window += start - call.first
        chosen = (scattered(call.seed, window + call.first, flash) * len(shapes)).astype(np.int64)
        arm_level = np.where(left < len(DYING), np.take(DYING, left, mode="clip"), 1.0)
        level = np.where(is_arm, arm_level[:, None], 1.0)
        colors = (call.palette.colors[window, slot[flash]][:, None, :] * level[..., None]).astype(np.uint8)
        # Flash after flash, so that a later one covers an earlier one's centre too.
        to_x, to_y = x[:, None] + across[chosen], y[:, None] + up[chosen]
        inside = (to_x >= 0) & (to_x < call.width) & (to_y >= 0) & (to_y < call.height)
        at = np.broadcast_to(window[:, None], inside.shape)[inside], to_y[inside], to_x[inside]
        pixels[(*at, slice(3))] = colors[inside]
        pixels[(*at, 3)] = 255
    return pixels


def _lives(call: EffectCall, number: int, life: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First frame and end of every flash.

    The effect starts as if it had gone on for a life, with as many flashes of each age but the last. The missing ones
    come on the second frame; so once a life a frame has no new flash, and the next has twice as many.
    """
    frames = np.arange(call.frame_count)
    if call.settings.flag("CHECKBOX_Strobe_Music"):
        fresh = np.round(number * loudness_since_start(call)).astype(np.int64)
        fresh[:1] = 0
        born = np.repeat(frames, fresh)
        return born, born + life
    first = np.maximum(np.arange(life), 1)
    fresh = number * (frames[:, None] % life == first % life).sum(axis=1)
    fresh[:1] = 0
    born = np.repeat(frames, fresh)
    aged = np.repeat(np.arange(life), number)
    return np.concatenate([np.zeros(len(aged), dtype=np.int64), born]), np.concatenate([aged, born + life])


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Shimmer": render_shimmer, "Strobe": render_strobe})

POINTWISE = frozenset({"Shimmer"})
