"""Fill: colour that fills the buffer up to a position, whole or in bands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, frames_of, in_columns, in_rows, painted, pick, span_position


def render_fill(call: EffectCall) -> Pixels:
    """Paint the Fill effect."""
    settings = call.settings
    frames = frames_of(call)
    way = settings.choice("CHOICE_Fill_Direction", "Up")
    vertical = way in ("Up", "Down")
    length = call.height if vertical else call.width
    position, band, skip, offset = (
        settings.over_time(f"Fill_{name}", f"SLIDER_Fill_{name}", default, frames)[:, None]
        for name, default in (("Position", 100), ("Band_Size", 0), ("Skip_Size", 0), ("Offset", 0))
    )
    if not settings.flag("CHECKBOX_Fill_Offset_In_Pixels", default=True):
        offset = np.trunc(offset * length / 100.0)
    place = np.arange(length)[None, :] - offset
    if settings.flag("CHECKBOX_Fill_Wrap", default=True):
        place = np.mod(place, length)
    lit = (place >= 0) & (place < np.round(position * length / 100.0))
    banded = (band > 0) & (skip > 0)
    step = np.where(banded, band + skip, 1)
    lit &= ~banded | (np.mod(place, step) < band)
    shade = np.clip(place / max(length - 1, 1), 0.0, 1.0)
    if settings.flag("CHECKBOX_Fill_Color_Time"):
        shade = np.broadcast_to(span_position(call)[:, None], shade.shape)
    colors = blend_palette(call.palette, np.broadcast_to(shade, (frames, length)), circular=False)
    by_band = pick(
        call.palette, np.broadcast_to(np.floor_divide(np.maximum(place, 0), step), (frames, length)).astype(int)
    )
    line = painted(np.where(banded[..., None], by_band, colors), lit)
    if way in ("Down", "Left"):
        line = line[:, ::-1]
    return in_rows(call, line) if vertical else in_columns(call, line)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Fill": render_fill})
POINTWISE = frozenset(EFFECTS)
