"""Colour: 8-bit RGB as light is sent, HSV as people think of it, over whole arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]
"""Red, green and blue, each 0-255."""


def parse_hex(text: str) -> RGB:
    """Read ``#RRGGBB``.

    Raises:
        ValueError: If the text is not a hash sign and six hexadecimal digits.

    Example:
        >>> parse_hex("#FF8000")
        (255, 128, 0)
    """
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"{text!r} is not a colour of the form #RRGGBB")
    value = int(text[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def to_hex(rgb: RGB) -> str:
    """Write ``#RRGGBB``.

    Example:
        >>> to_hex((255, 128, 0))
        '#FF8000'
    """
    return "#{:02X}{:02X}{:02X}".format(*rgb)


def rgb_to_hsv(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Hue, saturation and value in 0..1 of 8-bit RGB, over any leading shape ``(..., 3)``."""
    unit = rgb.astype(np.float64) / 255.0
    value = unit.max(axis=-1)
    chroma = value - unit.min(axis=-1)
    safe = np.where(chroma == 0, 1.0, chroma)
    red, green, blue = unit[..., 0], unit[..., 1], unit[..., 2]
    sixth = np.select(
        [chroma == 0, value == red, value == green],
        [0.0, (green - blue) / safe, (blue - red) / safe + 2.0],
        default=(red - green) / safe + 4.0,
    )
    saturation = np.where(value == 0, 0.0, chroma / np.where(value == 0, 1.0, value))
    return np.stack([sixth / 6.0 % 1.0, saturation, value], axis=-1)


def hsv_to_rgb(hsv: NDArray[np.float64]) -> NDArray[np.uint8]:
    """8-bit RGB (truncated, as xLights does) of hue, saturation and value in 0..1, over any shape ``(..., 3)``."""
    sixth = hsv[..., 0] % 1.0 * 6.0
    saturation, value = hsv[..., 1], hsv[..., 2]
    offset = np.array([5.0, 3.0, 1.0])
    k = (offset + sixth[..., None]) % 6.0
    ramp = np.clip(np.minimum(k, 4.0 - k), 0.0, 1.0)
    unit = value[..., None] * (1.0 - saturation[..., None] * ramp)
    result: NDArray[np.uint8] = (unit * 255.0 + 1e-9).astype(np.uint8)
    return result
