"""Fire: heat that rises from one edge of the buffer, cooling as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.color import hsv_to_rgb
from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import loudness_since_start, since_start
from twinklr.core.effects.paint import steady
from twinklr.core.effects.solid import cycle_position

HEATS = 200
"""Steps of heat: up to 99 red glows up, from 100 on it turns yellow."""

HEIGHT_IN_SILENCE = 10.0
"""Percent of the height that a fire which grows with the music keeps."""

EMBERS = 150
"""The burning edge flickers between this heat and the last."""


def render_fire(call: EffectCall) -> Pixels:
    """Paint Fire: every cell becomes the mean of the cells below it on the frame before, a step cooler or hotter."""
    sideways = call.settings.choice("CHOICE_Fire_Location", "Bottom") in ("Left", "Right")
    height, width = (call.width, call.height) if sideways else (call.height, call.width)
    steps = (25500.0 / height / _heights(call)).astype(np.int64)
    heat = np.zeros((call.stop - call.first, height, width), dtype=np.uint8)
    _burn(heat, steps[: call.stop], call.first, call.seed & 0x7FFFFFFF)
    shift = call.settings.over_time("Fire_HueShift", "SLIDER_Fire_HueShift", 0.0, call.stop - call.first)
    glow = _glow(steady(shift))
    colors = glow[0][heat] if len(glow) == 1 else glow[np.arange(len(heat))[:, None, None], heat]
    location = call.settings.choice("CHOICE_Fire_Location", "Bottom")
    if location == "Top":
        colors = colors[:, ::-1]
    elif sideways:
        colors = colors.transpose(0, 2, 1, 3)
        colors = colors[:, :, ::-1] if location == "Right" else colors
    pixels = np.full((*colors.shape[:3], 4), 255, dtype=np.uint8)
    pixels[..., :3] = colors
    return pixels


def _heights(call: EffectCall) -> NDArray[np.float64]:
    """Height of the fire in percent per frame since the start: as set, growing in cycles, or with the music."""
    heights = since_start(call, "Fire_Height", "SLIDER_Fire_Height", 50.0)
    cycles = call.settings.over_time("Fire_GrowthCycles", "TEXTCTRL_Fire_GrowthCycles", 0.0, call.stop - call.first)
    if call.settings.flag("CHECKBOX_Fire_GrowWithMusic"):
        heights = np.maximum(heights * loudness_since_start(call), HEIGHT_IN_SILENCE)
    elif len(cycles) and cycles.max() > 0:
        turn = cycle_position(replace(call, first=0), float(cycles.max()))
        heights = heights + (100.0 - heights) * (1.0 - np.abs(2.0 * turn - 1.0))
    return np.maximum(heights, 1.0)


def _glow(shift: NDArray[np.float64]) -> NDArray[np.uint8]:
    """RGB of every heat per frame, ``(frames, 200, 3)``, with the hue shifted by some percent.

    A shifted fire dims with the square of the heat, in xLights too.
    """
    heat = np.arange(HEATS)
    hsv = np.ones((len(shift), HEATS, 3))
    hsv[..., 0] = np.where(heat < 100, 0.0, (heat - 100) / 600.0) + shift[:, None] / 100.0
    level = np.minimum(heat / 100.0, 1.0)
    hsv[..., 2] = np.where(shift[:, None] > 0.0, level**2, level)
    return hsv_to_rgb(hsv)


@njit(cache=True, nogil=True)
def _burn(heat: NDArray[np.uint8], steps: NDArray[np.int64], first: int, seed: int) -> None:
    """Fill the frames from ``first`` on. On the very first frame heat runs up the whole buffer at once."""
    np.random.seed(seed)
    _, height, width = heat.shape
    now = np.zeros((height, width), dtype=np.int64)
    before = np.zeros((height, width), dtype=np.int64)
    for frame in range(len(steps)):
        before[:] = now
        for x in range(width):
            now[0, x] = EMBERS + np.random.randint(0, HEATS - EMBERS)
        for y in range(1, height):
            below = now if frame == 0 else before
            for x in range(width):
                total = below[y - 1, x]
                count = 1
                if x > 0:
                    total += below[y - 1, x - 1]
                    count += 1
                if x < width - 1:
                    total += below[y - 1, x + 1]
                    count += 1
                if y > 1:
                    total += below[y - 2, x]
                    count += 1
                mean = total // count
                if mean > 0:
                    if np.random.randint(0, 100) < 20:
                        mean = min(mean + steps[frame], HEATS - 1)
                    else:
                        mean = max(mean - steps[frame], 0)
                now[y, x] = mean
        if frame >= first:
            heat[frame - first] = now


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Fire": render_fire})
