"""Plasma: slow interfering waves, coloured by the palette or by one of four fixed mixtures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, frame_numbers, frames_of, opaque

Floats = NDArray[np.float64]

FULL, DARK = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)
PRESETS: Mapping[str, tuple[tuple[float, float, float], ...]] = MappingProxyType(
    {
        "Preset Colors 1": ((1.0, 0.0, 0.0), (1.0, np.pi / 2.0, 0.0), DARK),
        "Preset Colors 2": (FULL, (1.0, np.pi / 2.0, 0.0), (1.0, 0.0, 0.0)),
        "Preset Colors 3": ((1.0, 0.0, 0.0), (1.0, 2.0 * np.pi / 3.0, 0.0), (1.0, 4.0 * np.pi / 3.0, 0.0)),
        "Preset Colors 4": ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
    }
)
"""For red, green and blue: height, phase and offset of the sine the waves go through, from -1 dark to 1 full."""

PALETTE_PHASE = 2.0 * np.pi / 3.0


def render_plasma(call: EffectCall) -> Pixels:
    """Paint the Plasma effect."""
    settings = call.settings
    # A speed of 100 still needs three frames for a unit of the waves' time.
    pace = (101.0 - settings.over_time("Plasma_Speed", "SLIDER_Plasma_Speed", 10, frames_of(call))) * 3.0
    time = (frame_numbers(call) * call.frame_ms / 50.0 + 1.0) / np.maximum(pace, 1.0)
    angles = np.empty(call.shape)
    across, up = max(call.width - 1, 1), max(call.height - 1, 1)
    rows = np.ascontiguousarray(np.broadcast_to(call.rows / up, call.shape[1:]))
    _interfere(angles, call.columns[0] / across, rows, time, max(settings.number("SLIDER_Plasma_Style", 1), 0.0))
    angles *= np.pi * settings.number("SLIDER_Plasma_Line_Density", 1)
    preset = PRESETS.get(settings.choice("CHOICE_Plasma_Color", "Normal"))
    if preset is None:
        return opaque(
            blend_palette(call.palette, (np.sin(angles + PALETTE_PHASE) + 1.0) / 2.0, circular=False), call.shape
        )
    return opaque(_mixture(angles, preset), call.shape)


def _mixture(angles: Floats, preset: tuple[tuple[float, float, float], ...]) -> NDArray[np.uint8]:
    """Colours of a preset at the waves' angles."""
    colors = np.empty((*angles.shape, 3), dtype=np.uint8)
    for channel, (height, phase, offset) in enumerate(preset):
        level = height * np.sin(angles + phase) + offset
        colors[..., channel] = np.clip((level + 1.0) * 128.0, 0.0, 255.0)
    return colors


@njit(cache=True, nogil=True)
def _interfere(angles: Floats, columns: Floats, rows: Floats, times: Floats, style: float) -> None:
    """Half the sum of seven waves at each cell; ``columns`` and ``rows`` run from 0 to 1 over the buffer."""
    for frame in range(angles.shape[0]):
        time = times[frame]
        tilt_x, tilt_y = 10.0 * np.sin(time / 2.0), 10.0 * np.cos(time / 3.0)
        drift_x, drift_y = 0.5 * np.sin(time / 5.0), 0.5 * np.cos(time / 3.0)
        for row in range(angles.shape[1]):
            for column in range(angles.shape[2]):
                x, y = columns[column], rows[row, column]
                away_x, away_y = x + drift_x, y + drift_y
                waves = np.sin(x * 10.0 + time) + np.sin(x * tilt_x + y * tilt_y + time)
                waves += np.sin(np.sqrt(style * 50.0 * (away_x * away_x + away_y * away_y) + time))
                waves += np.sin(x + time) + np.sin((y + time) / 2.0) + np.sin((x + y + time) / 2.0)
                waves += np.sin(np.sqrt(x * x + y * y) + time)
                angles[frame, row, column] = waves / 2.0


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Plasma": render_plasma})

POINTWISE = frozenset(EFFECTS)
