"""The colour adjustments of a layer, made before it is put on others: hue, saturation, brightness, chroma, sparkles.

They work on node colours, ``(frames, nodes, 4)`` uint8 RGBA, in compiled loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, inline="always")
def to_hsv(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """Hue, saturation and value in 0..1 of a colour in 0..255."""
    high = max(red, green, blue)
    low = min(red, green, blue)
    span = high - low
    if high == 0.0:
        return 0.0, 0.0, 0.0
    hue = 0.0
    if span > 0.0:
        if high == red:
            hue = (green - blue) / span
        elif high == green:
            hue = 2.0 + (blue - red) / span
        else:
            hue = 4.0 + (red - green) / span
        hue /= 6.0
        if hue < 0.0:
            hue += 1.0
    return hue, span / high, high / 255.0


@njit(cache=True, nogil=True, inline="always")
def from_hsv(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    """Colour in 0..255, cut off, of hue, saturation and value; a hue below 0 gives black, as in xLights."""
    if value <= 0.0 or (hue < 0.0 and saturation > 0.0):
        return 0, 0, 0
    value = min(value, 1.0)
    top = value * 255.0 + 1e-9
    if saturation <= 0.0:
        return int(top), int(top), int(top)
    sixth = hue * 6.0
    while sixth >= 6.0:
        sixth -= 6.0
    part = int(sixth)
    rest = sixth - part
    low = value * (1.0 - saturation) * 255.0 + 1e-9
    falling = value * (1.0 - saturation * rest) * 255.0 + 1e-9
    rising = value * (1.0 - saturation * (1.0 - rest)) * 255.0 + 1e-9
    red, green, blue = top, rising, low
    if part == 1:
        red, green = falling, top
    elif part == 2:
        red, green, blue = low, top, rising
    elif part == 3:
        red, green, blue = low, falling, top
    elif part == 4:
        red, green, blue = rising, low, top
    elif part == 5:
        red, green, blue = top, low, falling
    return int(red), int(green), int(blue)


@njit(cache=True, nogil=True)
def adjust_hsv(colors: Any, hue: Any, saturation: Any, value: Any) -> None:
    """Shift hue, saturation and value in place, per frame, each in -1..1."""
    for frame in range(colors.shape[0]):
        for node in range(colors.shape[1]):
            pixel = colors[frame, node]
            h, s, v = to_hsv(float(pixel[0]), float(pixel[1]), float(pixel[2]))
            h += hue[frame]
            if h > 1.0:
                h -= 1.0
            elif h < 0.0:
                h += 1.0
            s = min(max(s + saturation[frame], 0.0), 1.0)
            v = min(max(v + value[frame], 0.0), 1.0)
            pixel[0], pixel[1], pixel[2] = from_hsv(h, s, v)


@njit(cache=True, nogil=True)
def clear_near(colors: Any, key: Any, sensitivity: int) -> None:
    """Make colours near a key colour transparent, in place.

    What is near has not been compared with xLights: here the distance of two colours is that of their red, green and
    blue, scaled so that a sensitivity of 255 takes in everything.

    Args:
        colors: Node colours.
        key: RGB.
        sensitivity: 0 takes the key colour alone.
    """
    reach = 3.0 * sensitivity * sensitivity
    for frame in range(colors.shape[0]):
        for node in range(colors.shape[1]):
            pixel = colors[frame, node]
            away = 0.0
            for channel in range(3):
                away += (float(pixel[channel]) - key[channel]) ** 2
            if away <= reach:
                pixel[:] = 0


SPARKLE_LEVELS = np.array([0, 135, 191, 255, 191, 135], dtype=np.int64)
"""How bright a sparkling node is, of 255, in the frames of one sparkle; index 0 does not sparkle."""


@njit(cache=True, nogil=True)
def sparkle(colors: Any, phase: Any, first: int, period: Any, tint: Any, levels: Any) -> None:
    """Let lit nodes flash in a colour now and then, in place.

    Args:
        colors: Node colours.
        phase: Where in its period each node starts, a random whole number.
        first: Number of the first frame.
        period: Frames from one sparkle of a node to the next, per frame; 0 for none.
        tint: RGB of the sparkle.
        levels: `SPARKLE_LEVELS`.
    """
    for frame in range(colors.shape[0]):
        if period[frame] <= 0:
            continue
        for node in range(colors.shape[1]):
            step = (phase[node] + first + frame) % period[frame]
            if 0 < step < 6:
                pixel = colors[frame, node]
                if pixel[0] or pixel[1] or pixel[2]:
                    for channel in range(3):
                        pixel[channel] = tint[channel] * levels[step] // 255
                    pixel[3] = 255


@njit(cache=True, nogil=True)
def adjust_brightness(colors: Any, brightness: Any, contrast: float) -> None:
    """Scale to a brightness in percent per frame and spread by a contrast in -1..1, in place."""
    for frame in range(colors.shape[0]):
        level = brightness[frame] / 100.0
        for node in range(colors.shape[1]):
            pixel = colors[frame, node]
            if contrast != 0.0:
                h, s, v = to_hsv(float(pixel[0]), float(pixel[1]), float(pixel[2]))
                v *= level
                v = v - v * contrast if v < 0.5 else v + v * contrast
                pixel[0], pixel[1], pixel[2] = from_hsv(h, s, min(max(v, 0.0), 1.0))
            else:
                for channel in range(3):
                    pixel[channel] = min(int(pixel[channel] * level + 1e-6), 255)
