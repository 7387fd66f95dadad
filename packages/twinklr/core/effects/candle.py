"""Candle: the unsteady light of a flame in a draught."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, since_start


def render_candle(call: EffectCall) -> Pixels:
    """Paint Candle: red and green follow wandering targets; a gust of wind sets new ones.

    Both rise towards their targets by the flame's agility each frame. A target itself rises by one each frame until
    a gust draws another. Green never outshines half of red, and a gust sets it there at once. Gusts grow rare with
    the square of the wind's calmness.
    """
    rng = chance(call)
    cells = call.width * call.height if call.settings.flag("CHECKBOX_PerNode") else 1
    agility = since_start(call, "Candle_FlameAgility", "TEXTCTRL_Candle_FlameAgility", 2.0)
    calm = since_start(call, "Candle_WindCalmness", "TEXTCTRL_Candle_WindCalmness", 2.0)
    gusts = 0.2 / np.maximum(calm, 1.0) ** 2
    red, red_target, green_target = rng.uniform(0.0, 255.0, (3, cells))
    green = rng.uniform(0.0, 1.0, cells) * red
    flame = np.empty((call.stop - call.first, cells, 2))
    for frame in range(call.stop):
        gust = rng.random(cells) < gusts[frame]
        red_target = np.where(gust, rng.uniform(0.0, 255.0, cells), np.minimum(red_target + 1.0, 255.0))
        green_target = np.where(gust, rng.uniform(0.0, 255.0, cells), np.minimum(green_target + 1.0, 255.0))
        red = np.clip(red + np.where(red < red_target, agility[frame], -agility[frame]), 0.0, 255.0)
        green = np.where(gust, red, green + np.where(green < green_target, agility[frame], -agility[frame]))
        green = np.clip(green, 0.0, red)
        if frame >= call.first:
            flame[frame - call.first] = np.stack([red, green / 2.0], axis=-1)
    return _lit(call, flame)


def _lit(call: EffectCall, flame: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> Pixels:
    """Pixels of flames ``(frames, cells, 2)``: red and green as they are, or as levels of two palette colours."""
    colors = np.zeros((*flame.shape[:2], 3))
    if call.settings.flag("CHECKBOX_UsePalette"):
        first, second = call.palette.color(0)[:, None, :], call.palette.color(1)[:, None, :]
        mixed = first + (second.astype(np.float64) - first) * (flame[..., 1:] / 128.0)
        colors = np.clip(mixed * flame[..., :1] / 255.0, 0.0, 255.0)
    else:
        colors[..., :2] = flame
    pixels = np.full((len(flame), call.height, call.width, 4), 255, dtype=np.uint8)
    per_cell = colors.shape[1] > 1
    shape = (len(flame), call.height, call.width, 3) if per_cell else (len(flame), 1, 1, 3)
    pixels[..., :3] = colors.astype(np.uint8).reshape(shape)
    return pixels


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Candle": render_candle})
