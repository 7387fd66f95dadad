"""Effects that give the whole buffer one colour at a time: Off, On and Color Wash."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels


def render_off(call: EffectCall) -> Pixels:
    """Paint opaque black."""
    pixels = call.blank()
    pixels[..., 3] = 255
    return pixels


def render_on(call: EffectCall) -> Pixels:
    """Paint one level of the first colour, moving from a start to an end level in each cycle.

    With shimmer every second frame shows the second colour, or black where there is only one.
    """
    frames = np.arange(call.first, call.stop)
    settings = call.settings
    start = settings.number("TEXTCTRL_Eff_On_Start", 100.0) / 100.0
    end = settings.number("TEXTCTRL_Eff_On_End", 100.0) / 100.0
    position = cycle_position(call, settings.number("TEXTCTRL_On_Cycles", 1.0))
    level = start + (end - start) * position
    colors = call.palette.color(0)
    if settings.flag("CHECKBOX_On_Shimmer"):
        other = call.palette.color(1) if call.palette.size > 1 else np.zeros_like(colors)
        colors = np.where((frames % 2 == 1)[:, None], other, colors)
    lit = np.floor(colors * level[:, None] + 0.5).astype(np.uint8)
    transparency = settings.over_time("On_Transparency", "TEXTCTRL_On_Transparency", 0.0, len(frames))
    alpha = 255 - np.clip(transparency * 2.55 + 1e-9, 0, 255).astype(np.int64)
    return _full(lit, alpha, call)


def render_color_wash(call: EffectCall) -> Pixels:
    """Paint a colour that runs through the palette, fading out towards the edges on demand."""
    frames = np.arange(call.first, call.stop)
    settings = call.settings
    cycles = settings.over_time("ColorWash_Cycles", "TEXTCTRL_ColorWash_Cycles", 1.0, len(frames))
    position = cycle_position(call, cycles)
    colors = blend_along(call.palette.colors, position, circular=settings.flag("CHECKBOX_ColorWash_CircularPalette"))
    alpha = np.full(len(frames), 255)
    if settings.flag("CHECKBOX_ColorWash_Shimmer"):
        colors[frames % 2 == 1] = 0
    pixels = _full(colors, alpha, call)
    across, up = settings.flag("CHECKBOX_ColorWash_HFade"), settings.flag("CHECKBOX_ColorWash_VFade")
    if across or up:
        reverse = settings.flag("CHECKBOX_ColorWash_ReverseFades")
        fade = np.ones(call.shape[1:], dtype=np.float32)
        if across:
            fade = fade * _edge_fade(call.columns, call.width, reverse)
        if up:
            fade = fade * _edge_fade(call.rows, call.height, reverse)
        pixels[..., 3] = (fade * np.float32(255.0)).astype(np.uint8)[None]
    return pixels


def cycle_position(call: EffectCall, cycles: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Position in the running cycle, 0 at its first frame and 1 at its last, of an effect of so many cycles."""
    frames = np.arange(call.first, call.stop, dtype=np.float64)
    length = call.frame_count / np.maximum(cycles, 1e-9)
    into = np.mod(frames + 1e-9, length)
    result: NDArray[np.float64] = np.clip(into / np.maximum(length - 1.0, 1e-9), 0.0, 1.0)
    return np.where(length <= 1.0, 0.0, result)


def blend_along(
    colors: NDArray[np.uint8], position: NDArray[np.float64], *, circular: bool = False
) -> NDArray[np.uint8]:
    """Colour per frame at a position 0..1 along the palette ``(frames, slots, 3)``, rounded to the nearest value."""
    slots = colors.shape[1]
    if slots == 1:
        return colors[:, 0].copy()
    real = np.clip(position, 0.0, 0.99999) * (slots if circular else slots - 1)
    slot = real.astype(np.int64)
    frames = np.arange(len(colors))
    first, second = colors[frames, slot].astype(np.float64), colors[frames, (slot + 1) % slots]
    result: NDArray[np.uint8] = (first + np.floor((second - first) * (real - slot)[:, None] + 0.5)).astype(np.uint8)
    return result


def _edge_fade(place: NDArray[np.int64], length: int, reverse: bool) -> NDArray[np.float32]:
    """1 in the middle, 0 at both edges, or the other way round; in single precision as the rounding shows."""
    half = np.float32((length - 1) / 2.0)
    away: NDArray[np.float32] = np.abs(half - place.astype(np.float32)) / (half if half > 0 else np.float32(1.0))
    return away if reverse else np.float32(1.0) - away


def _full(colors: NDArray[np.uint8], alpha: NDArray[np.int64], call: EffectCall) -> Pixels:
    rgba = np.concatenate([colors, alpha[:, None].astype(np.uint8)], axis=1)
    pixels = np.empty((*call.shape, 4), dtype=np.uint8)
    # A whole pixel at a time is several times faster than byte by byte.
    pixels.view(np.uint32)[...] = np.ascontiguousarray(rgba).view(np.uint32)[:, None, :, None]
    return pixels


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType(
    {"Off": render_off, "On": render_on, "Color Wash": render_color_wash}
)

POINTWISE = frozenset(EFFECTS)
