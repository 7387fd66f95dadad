"""Life: cells that live and die by their neighbours, on a buffer whose edges meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance
from twinklr.core.effects.paint import blend_palette
from twinklr.core.effects.palette import Palette

RULES: tuple[tuple[str, str], ...] = (("3", "23"), ("35", "236"), ("357", "1358"), ("378", "235678"), ("25678", "5678"))
"""Numbers of neighbours with which a cell is born, and with which it survives, by the seed setting."""

STEP_UNITS = 20.0
"""Speed units that make a generation, at 50 ms a frame."""


def render_life(call: EffectCall) -> Pixels:
    """Paint Life: the first frame already shows the second generation. A cell keeps the colour it was born with."""
    settings = call.settings
    rule = RULES[int(np.clip(settings.number("SLIDER_Life_Seed", 0.0), 0, len(RULES) - 1))]
    fates = np.array([[str(neighbours) in part for neighbours in range(9)] for part in rule])
    speed = settings.number("SLIDER_Life_Speed", 10.0) * call.frame_ms / 50.0
    generation = 1 + np.floor(np.arange(call.stop) * speed / STEP_UNITS + 1e-9).astype(np.int64)
    seeds = int(call.width * call.height * settings.number("SLIDER_Life_Count", 50.0) / 200.0)
    pixels = call.blank()
    for window, tint in _generations(call, generation, fates, seeds):
        alive = tint > 0
        pixels[window, ..., :3] = _colors(call, window, tint) * alive[..., None]
        pixels[window, ..., 3] = alive * np.uint8(255)
    return pixels


def _generations(
    call: EffectCall, generation: NDArray[np.int64], fates: NDArray[np.bool_], seeds: int
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """For each painted frame its window index and the living cells' tints, above 0; dead cells have 0."""
    rng = chance(call)
    tint = np.zeros((call.height, call.width))
    tint[rng.integers(0, call.height, seeds), rng.integers(0, call.width, seeds)] = 1.0 - rng.random(seeds)
    done = 0
    for frame in range(call.stop):
        while done < generation[frame]:
            alive = tint > 0
            rows = alive.astype(np.int8)
            rows = rows + np.roll(rows, 1, axis=0) + np.roll(rows, -1, axis=0)
            around = rows + np.roll(rows, 1, axis=1) + np.roll(rows, -1, axis=1) - alive
            born = fates[0, around] & ~alive
            tint = np.where(alive & fates[1, around], tint, 0.0)
            tint[born] = 1.0 - rng.random(int(born.sum()))
            done += 1
        if frame >= call.first:
            yield frame - call.first, tint


def _colors(call: EffectCall, window: int, tint: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Colours along the palette of one frame."""
    palette = Palette(call.palette.colors[window : window + 1])
    colors: NDArray[np.uint8] = blend_palette(palette, tint[None], circular=False)[0]
    return colors


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Life": render_life})
