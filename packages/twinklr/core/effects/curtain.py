"""Curtain: coloured drapery that opens and closes from an edge or the middle, with a swag at its hem."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, frame_numbers, frames_of, painted, repeat_position

VERTICAL_EDGES = frozenset({"top", "middle", "bottom"})
CENTERED_EDGES = frozenset({"center", "middle"})
# Curtains of these edges are drawn from the cell numbered 0; the others from the far end.
LOW_EDGES = frozenset({"right", "top"})


def render_curtain(call: EffectCall) -> Pixels:
    """Paint the Curtain effect."""
    edge = call.settings.choice("CHOICE_Curtain_Edge", "left")
    vertical = edge in VERTICAL_EDGES
    length, depth = (call.height, call.width) if vertical else (call.width, call.height)
    centered = edge in CENTERED_EDGES
    drawn = _drawn(call, length)
    place = call.rows if vertical else call.columns
    if centered:
        # Each half takes every second cell of the way; both share the middle cell of an odd length.
        drawn = (drawn + 1) // 2
        place = np.minimum(place, length - 1 - place)
    elif edge not in LOW_EDGES:
        place = length - 1 - place
    hem = drawn[:, None] + _swag(call, depth)
    lit = place < hem[:, call.columns if vertical else call.rows]
    shade = np.tile(np.arange(length) / length, (frames_of(call), 1))
    colors = blend_palette(call.palette, shade, circular=True)[:, place]
    return painted(colors, lit)


def _drawn(call: EffectCall, length: int) -> NDArray[np.int64]:
    """Cells the hem of the curtain reaches from its edge, per frame; -1 when it is all the way back."""
    speed = call.settings.over_time("Curtain_Speed", "TEXTCTRL_Curtain_Speed", 1.0, frames_of(call))
    if call.settings.flag("CHECKBOX_Curtain_Repeat"):
        position = repeat_position(call, speed)
    else:
        position = np.minimum(frame_numbers(call) * speed / max(call.frame_count - 1, 1), 1.0)
    kind = call.settings.choice("CHOICE_Curtain_Effect", "open")
    first_half = position <= 0.5
    opening = np.full(position.shape, kind == "open")
    if " then " in kind:
        opening = first_half == kind.startswith("open")
        position = np.where(first_half, position, position - 0.5) * 2.0
    moved = np.floor(position * length + 1e-9).astype(np.int64)
    return np.where(opening, length - 1 - moved, moved)


def _swag(call: EffectCall, depth: int) -> NDArray[np.int64]:
    """Cells each line of the drapery hangs beyond the hem, per frame, ``(frames, depth)``.

    The swag is a parabola from the curtain's foot up to the far side of the buffer.
    """
    swag = call.settings.over_time("Curtain_Swag", "SLIDER_Curtain_Swag", 3, frames_of(call))
    reach = np.floor(swag * call.width / 40.0).astype(np.int64) * (call.height > 1)
    cells = np.arange(max(int(reach.max()), 1))
    foot = np.floor((depth - 1) * cells[None, :] ** 2 / np.maximum(reach[:, None], 1) ** 2)
    hangs = (np.arange(depth)[None, :, None] > foot[:, None, :]) & (cells < reach[:, None, None])
    result: NDArray[np.int64] = hangs.sum(axis=2)
    return result


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Curtain": render_curtain})
POINTWISE = frozenset(EFFECTS)
