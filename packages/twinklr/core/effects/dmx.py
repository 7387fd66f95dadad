"""DMX: fixed or curved values straight to a fixture's channels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels

CHANNELS = 48
"""Channels the effect has sliders for."""


def render_dmx(call: EffectCall) -> Pixels:
    """Paint DMX: node n of the fixture gets the value of slider n, as a grey that a single channel shows unchanged."""
    pixels = call.blank()
    settings = call.settings
    frames = call.stop - call.first
    for number, cells in enumerate(call.surroundings.node_cells[:CHANNELS], 1):
        values = np.clip(settings.over_time(f"DMX{number}", f"SLIDER_DMX{number}", 0.0, frames), 0.0, 255.0)
        if settings.flag(f"CHECKBOX_INVDMX{number}"):
            values = 255.0 - values
        for y, x in cells:
            if 0 <= y < call.height and 0 <= x < call.width:
                pixels[:, y, x, :3] = values.astype(np.uint8)[:, None]
                pixels[:, y, x, 3] = 255
    return pixels


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"DMX": render_dmx})
