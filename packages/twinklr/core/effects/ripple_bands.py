"""Ripple's drawing styles beyond the old one: bands of lines, of solid light or of fading light around an outline.

Not proven by reference light: what each style shows follows its name and the meaning of its parameters. A band is as
many cells wide as the thickness; lines in it are as wide as the outline and as far apart as the spacing. The styles
called "Ripple" rise and fall in brightness like a wave across their band.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall
from twinklr.core.effects.paint import frames_of
from twinklr.core.effects.shapes import EXTENTS, polygon

Floats = NDArray[np.float64]

SHAPES: Mapping[str, str] = MappingProxyType({"Snow Flake": "Snowflake"})
"""Names of shapes that Ripple writes in its own way."""


@dataclass(frozen=True, slots=True)
class Band:
    """The light around an outline.

    Attributes:
        inward: It reaches inside the outline.
        outward: It reaches outside.
        fill: "Lines", "Solid" or "Highlight".
        wave: Its brightness rises and falls across it.
    """

    inward: bool
    outward: bool
    fill: str
    wave: bool


BANDS: Mapping[str, Band] = MappingProxyType(
    {
        f"{fill} {side}{wave}": Band(side != "Outward", side != "Inward", fill, bool(wave))
        for fill in ("Lines", "Solid", "Highlight")
        for side in ("Inward", "Outward", "Both")
        for wave in ("", " Ripple")
    }
)
"""Drawing style -> the band it draws."""


def band_levels(call: EffectCall, band: Band, name: str, center: Floats, radius: Floats) -> Floats:
    """Brightness 0..1 of every cell, ``(frames, height, width)``.

    Args:
        call: The effect.
        band: What is drawn around the outline.
        name: Shape of the outline.
        center: Its middle in cells per frame, ``(frames, 2)`` of x, y.
        radius: Its size in cells per frame.
    """
    settings = call.settings
    frames = frames_of(call)
    turn = settings.over_time("Ripple_Rotation", "SLIDER_Ripple_Rotation", 0, frames)
    twist = settings.over_time("Ripple_Twist", "TEXTCTRL_Ripple_Twist", 0.0, frames)
    wide = settings.over_time("Ripple_Thickness", "SLIDER_Ripple_Thickness", 3, frames)
    outline = settings.over_time("Ripple_Outline", "TEXTCTRL_Ripple_Outline", 1.0, frames)
    spacing = settings.over_time("Ripple_Spacing", "TEXTCTRL_Ripple_Spacing", 1.0, frames)
    extent = polygon(int(settings.number("SLIDER_RIPPLE_POINTS", 5))) if name == "Polygon" else _extent(name)
    levels = np.zeros(call.shape)
    for frame in np.flatnonzero(radius > 0.0):
        outwards = _away(call, extent, center[frame], radius[frame], (turn[frame], twist[frame]))
        levels[frame] = _lit(band, outwards, wide[frame], (outline[frame], spacing[frame]))
    return levels


def _extent(name: str) -> Callable[[Floats, Floats], Floats]:
    return EXTENTS.get(SHAPES.get(name, name), EXTENTS["Circle"])


def _away(
    call: EffectCall,
    extent: Callable[[Floats, Floats], Floats],
    center: Floats,
    radius: float,
    turned: tuple[float, float],
) -> Floats:
    """Cells by which every cell lies outside the outline; negative inside."""
    across = (call.columns - center[0]) / radius
    up = (call.rows - center[1]) / radius
    # A twist turns what lies further out further.
    angle = np.radians(turned[0] + turned[1] * (np.hypot(across, up) - 1.0))
    cosine, sine = np.cos(angle), np.sin(angle)
    return (extent(across * cosine + up * sine, up * cosine - across * sine) - 1.0) * radius


def _lit(band: Band, outwards: Floats, wide: float, line: tuple[float, float]) -> Floats:
    """Brightness by the distance from the outline."""
    away = np.abs(outwards)
    reached = ((outwards <= 0.5) & band.inward) | ((outwards >= -0.5) & band.outward)
    outline, spacing = line
    reach = wide * max(outline + spacing, 1e-6) if band.fill == "Lines" else wide
    lit = reached & (away <= reach)
    if band.fill == "Lines":
        lit &= np.mod(away, max(outline + spacing, 1e-6)) <= max(outline, 0.5)
    level = lit.astype(np.float64)
    share = np.clip(away / max(reach, 1e-6), 0.0, 1.0)
    if band.fill == "Highlight":
        level *= 1.0 - share
    if band.wave:
        level *= 0.5 + 0.5 * np.cos(2.0 * np.pi * share)
    return level
