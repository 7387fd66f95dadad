"""Palettes as xLights stores them: eight slots, each a plain colour or a colour curve over the effect's length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import RGB, parse_hex
from twinklr.core.effects.palette import Palette

SLOTS = 8
WHITE: RGB = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class ColorCurve:
    """A slot's colour over time: corners ``(x, colour)`` with x in 0..1 of the effect, blended or stepped between.

    A plain colour is a curve of one corner.

    Attributes:
        corners: Sorted by x.
        stepped: Each colour holds until the next one instead of blending into it.
        course: What the curve runs along: 0 for time, else xLights' number of a direction across the buffer.
    """

    corners: tuple[tuple[float, RGB], ...]
    stepped: bool = False
    course: int = 0

    def evaluate(self, position: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Colours ``(n, 3)`` at positions 0..1."""
        x = np.array([corner[0] for corner in self.corners])
        colors = np.array([corner[1] for corner in self.corners], dtype=np.float64)
        if self.stepped:
            index = np.maximum(np.searchsorted(x, position, side="right") - 1, 0)
            return colors[index].astype(np.uint8)
        blended = np.stack([np.interp(position, x, colors[:, channel]) for channel in range(3)], axis=1)
        result: NDArray[np.uint8] = (blended + 1e-9).astype(np.uint8)
        return result


def parse_color(text: str) -> ColorCurve:
    """Read one ``C_BUTTON_PaletteN`` value; what is no colour is black, as in xLights."""
    if "Values=" not in text:
        return ColorCurve(((0.0, _color(text)),))
    fields = dict(part.partition("=")[::2] for part in text.split("|") if "=" in part)
    corners = []
    for corner in fields.get("Values", "").split(";"):
        place, _, color = corner.replace("@", ",").partition("^")
        x = place.partition("=")[2]
        if color.startswith("c="):
            corners.append((_float(x), _color(color[2:])))
    if fields.get("Active", "TRUE").upper() != "TRUE" or not corners:
        return ColorCurve(((0.0, corners[0][1] if corners else WHITE),))
    return ColorCurve(
        tuple(sorted(corners)), fields.get("Type", "Gradient") == "None", int(_float(fields.get("Timecurve", "0")))
    )


def _color(text: str) -> RGB:
    try:
        return parse_hex(text.strip())
    except ValueError:
        return (0, 0, 0)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def enabled_colors(settings: Mapping[str, str]) -> tuple[ColorCurve, ...]:
    """The enabled slots of parsed ``C_`` settings, in order; white where none is enabled.

    Args:
        settings: Keys with their prefix: ``C_BUTTON_Palette1``, ``C_CHECKBOX_Palette1``.
    """
    slots = [
        parse_color(settings.get(f"C_BUTTON_Palette{slot}", "#FFFFFF"))
        for slot in range(1, SLOTS + 1)
        if settings.get(f"C_CHECKBOX_Palette{slot}") == "1"
    ]
    return tuple(slots) or (ColorCurve(((0.0, WHITE),)),)


def palette_at(colors: tuple[ColorCurve, ...], position: NDArray[np.float64]) -> Palette:
    """The palette over frames at positions 0..1 of the effect."""
    if all(len(color.corners) == 1 for color in colors):
        plain = np.array([[color.corners[0][1] for color in colors]], dtype=np.uint8)
        return Palette(np.broadcast_to(plain, (len(position), len(colors), 3)))
    return Palette(np.stack([color.evaluate(position) for color in colors], axis=1))
