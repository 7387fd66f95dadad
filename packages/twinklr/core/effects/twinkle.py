"""Twinkle: lights that glow up and die away at random places."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import since_start, stirred, unit_share


def render_twinkle(call: EffectCall) -> Pixels:
    """Paint Twinkle.

    A light's phase counts the frames of its life: it glows up to half of its steps and dies away to zero at the last.
    In the new method a dead light starts again at another dark cell, anywhere in its life; in the old one the lights
    stand on a regular grid and just go on. Lights live on the whole grid; only those in painted cells are painted.
    """
    steps = np.maximum(since_start(call, "Twinkle_Steps", "SLIDER_Twinkle_Steps", 30.0).astype(np.int64), 2)
    counts = since_start(call, "Twinkle_Count", "SLIDER_Twinkle_Count", 3.0)
    cells = call.width * call.height
    lights = np.clip(np.floor(cells * counts / 100.0 + 0.5).astype(np.int64), 1, cells)
    settings = call.settings
    strobe = settings.flag("CHECKBOX_Twinkle_Strobe")
    pixels = call.blank()
    flat, places = pixels.reshape(len(pixels), -1, 4), call.places.reshape(-1)
    colors, seed = np.ascontiguousarray(call.palette.colors), call.seed & 0x7FFFFFFF
    if settings.choice("CHOICE_Twinkle_Style", "New Render Method").startswith("Old"):
        grid = np.arange(0, cells, max(cells // int(lights[0]), 1))
        again = settings.flag("CHECKBOX_Twinkle_ReRandom")
        _stand(flat, places[grid], colors, steps, call.first, strobe, again, np.uint64(seed))
    else:
        _wander(flat, places, colors, lights[: call.stop], steps[: call.stop], call.first, strobe, seed)
    return pixels


@njit(cache=True, nogil=True)
def _glow(pixel: NDArray[np.uint8], color: NDArray[np.uint8], phase: int, steps: int, strobe: bool) -> None:
    """Paint one light by its phase; a strobe shows its peak alone."""
    half = steps // 2
    level = phase / half if phase <= half else max((steps - phase) / half, 0.0)
    if strobe:
        level = 1.0 if phase == half else 0.0
    for part in range(3):
        pixel[part] = int(color[part] * min(level, 1.0) + 1e-6)
    pixel[3] = 255


@njit(cache=True, nogil=True)
def _wander(
    flat: NDArray[np.uint8],
    places: NDArray[np.int32],
    colors: NDArray[np.uint8],
    lights: NDArray[np.int64],
    steps: NDArray[np.int64],
    first: int,
    strobe: bool,
    seed: int,
) -> None:
    """Lights that move to a dark cell each time they die.

    ``order`` holds the places of all cells: of those with a light first, then of the dark ones.
    """
    np.random.seed(seed)
    cells, most, slots = len(places), lights.max(), colors.shape[1]
    order = places.copy()
    phase, slot = np.empty(most, np.int64), np.empty(most, np.int64)
    for light in range(most):
        other = np.random.randint(light, cells)
        order[light], order[other] = order[other], order[light]
        phase[light], slot[light] = np.random.randint(1, steps[0] + 1), np.random.randint(0, slots)
    for frame in range(len(steps)):
        if frame >= first:
            for light in range(lights[frame]):
                place = order[light]
                if place >= 0:
                    color = colors[frame - first, slot[light]]
                    _glow(flat[frame - first, place], color, phase[light], steps[frame], strobe)
        for light in range(most):
            phase[light] += 1
            if phase[light] > steps[frame]:
                target = np.random.randint(0, cells - most + 1)
                if target > 0:  # 0 is its own cell, which is dark now as well.
                    other = most - 1 + target
                    order[light], order[other] = order[other], order[light]
                phase[light], slot[light] = np.random.randint(1, steps[frame] + 1), np.random.randint(0, slots)


@njit(cache=True, nogil=True)
def _stand(
    flat: NDArray[np.uint8],
    places: NDArray[np.int32],
    colors: NDArray[np.uint8],
    steps: NDArray[np.int64],
    first: int,
    strobe: bool,
    again: bool,
    seed: np.uint64,
) -> None:
    """Lights at fixed cells that run through their lives over and over, each time anew where ``again`` says so.

    Chance depends on the light and on how often it has lived alone, so that lights nobody sees cost nothing.
    """
    slots = colors.shape[1]
    for light in range(len(places)):
        if places[light] < 0:
            continue
        dice = stirred(seed, np.uint64(light))
        phase, slot = 1 + _throw(dice, 0, steps[0]), _throw(dice, 1, slots)
        for frame in range(first + len(flat)):
            if frame >= first:
                _glow(flat[frame - first, places[light]], colors[frame - first, slot], phase, steps[frame], strobe)
            phase += 1
            if phase > steps[frame]:
                phase = 1
                if again:
                    dice = stirred(dice, np.uint64(frame))
                    phase, slot = 1 + _throw(dice, 0, steps[frame]), _throw(dice, 1, slots)


@njit(cache=True, nogil=True)
def _throw(dice: np.uint64, number: int, sides: int) -> int:
    """A whole number from 0 to below ``sides``: throw ``number`` of some dice."""
    return int(unit_share(stirred(dice, np.uint64(number))) * sides)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Twinkle": render_twinkle})

POINTWISE = frozenset(EFFECTS)
