"""Butterfly: moving interference patterns in rainbow or palette colours, styles 1 to 5."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, by_frame, frame_numbers, frames_of, painted, rainbow

Floats = NDArray[np.float64]

TURN = 2.0 * math.pi


def render_butterfly(call: EffectCall) -> Pixels:
    """Paint the Butterfly effect; styles without a formula here stay dark."""
    settings = call.settings
    frames = frames_of(call)
    style = STYLES.get(int(settings.number("SLIDER_Butterfly_Style", 1)))
    if style is None:
        return call.blank()
    speed = settings.over_time("Butterfly_Speed", "SLIDER_Butterfly_Speed", 10, frames)
    # Hues beyond the circle stay at its ends.
    hue = np.clip(style(call, frame_numbers(call) * speed * call.frame_ms / 50.0), 0.0, 1.0)
    chunks = by_frame(settings.over_time("Butterfly_Chunks", "SLIDER_Butterfly_Chunks", 1, frames))
    skip = by_frame(np.maximum(settings.over_time("Butterfly_Skip", "SLIDER_Butterfly_Skip", 2, frames), 1))
    lit = chunks <= 1
    if not lit.all():
        lit = lit | (np.mod(np.trunc(hue * chunks), skip) != 0)
    if settings.choice("CHOICE_Butterfly_Colors", "Rainbow") == "Rainbow":
        return painted(rainbow(hue), lit)
    return painted(blend_palette(call.palette, hue, circular=False), lit)


def _grid(call: EffectCall) -> tuple[Floats, Floats]:
    return call.columns.astype(np.float64)[None], call.rows.astype(np.float64)[None]


def _saddle(call: EffectCall, state: Floats, wave: float) -> Floats:
    """A saddle surface multiplied by a diagonal wave of ``wave`` cells, over the squared distance from the corner."""
    x, y = _grid(call)
    way = -1.0 if call.settings.choice("CHOICE_Butterfly_Direction", "Normal") == "Reverse" else 1.0
    around = x * x + y * y
    surface = (x * x - y * y) / np.where(around > 0.001, around, 1.0)
    diagonal = np.broadcast_to((x + y) * TURN / wave, surface.shape)
    moved = way * state / 200.0
    # The sine of a sum, so that no sine is taken per cell and frame.
    slow, fast = surface * np.cos(diagonal), surface * np.sin(diagonal)
    result: Floats = by_frame(np.sin(moved)) * slow + by_frame(np.cos(moved)) * fast
    return result


def _wings(call: EffectCall, state: Floats) -> Floats:
    return np.abs(_saddle(call, state, call.height + call.width))


def _open_wings(call: EffectCall, state: Floats) -> Floats:
    return np.mod(_saddle(call, state, call.height + call.width), 1.0)


def _fine_wings(call: EffectCall, state: Floats) -> Floats:
    return np.abs(_saddle(call, state, call.height * call.width))


def _zoom(call: EffectCall, state: Floats) -> Floats:
    """A number of cells that grows to the height and back."""
    longest = call.height * 2
    frame = np.mod(np.trunc(call.height * np.trunc(state) / 200.0), longest)
    return by_frame(np.where(frame < longest / 2, frame + 1, longest - frame))


def _rings(call: EffectCall, state: Floats) -> Floats:
    x, y = _grid(call)
    zoom = _zoom(call, state)
    return np.hypot((x - call.width / 2.0) / zoom, (y - call.height / 2.0) / zoom)


def _lattice(call: EffectCall, state: Floats) -> Floats:
    x, y = _grid(call)
    zoom = _zoom(call, state) * 0.1 + call.height / 60.0
    return np.sin((x - call.width / 2.0) / zoom) * np.cos((y - call.height / 2.0) / zoom)


STYLES: Mapping[int, Callable[[EffectCall, Floats], Floats]] = MappingProxyType(
    {1: _wings, 2: _rings, 3: _lattice, 4: _open_wings, 5: _fine_wings}
)

EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Butterfly": render_butterfly})
POINTWISE = frozenset(EFFECTS)

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"Butterfly": tuple(("SLIDER_Butterfly_Style", str(style)) for style in range(1, 11) if style not in STYLES)}
)
"""By effect: the settings, key and value, with which nothing is painted."""
