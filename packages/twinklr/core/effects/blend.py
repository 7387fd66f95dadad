"""Layers become one picture: xLights' 23 ways to put one layer on another.

They work on node colours, ``(frames, nodes, 4)`` uint8 RGBA, in compiled loops; a picture below is RGB. In the names
of the methods "1" is the upper layer and "2" what lies below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.recolor import from_hsv, to_hsv

METHOD_NAMES: tuple[str, ...] = (
    "Normal",
    "Effect 1",
    "Effect 2",
    "1 is Mask",
    "2 is Mask",
    "1 is Unmask",
    "2 is Unmask",
    "1 is True Unmask",
    "2 is True Unmask",
    "1 reveals 2",
    "2 reveals 1",
    "Layered",
    "Average",
    "Bottom-Top",
    "Left-Right",
    "Shadow 1 on 2",
    "Shadow 2 on 1",
    "Additive",
    "Subtractive",
    "Brightness",
    "Max",
    "Min",
    "Highlight",
    "Highlight Vibrant",
)

Color = tuple[int, int, int]
BLACK: Color = (0, 0, 0)

METHODS: Mapping[str, int] = MappingProxyType({name: code for code, name in enumerate(METHOD_NAMES)})
"""Method name -> code of the compiled loop. xLights treats names it does not know as Normal."""

(
    NORMAL,
    EFFECT_1,
    EFFECT_2,
    MASK_1,
    MASK_2,
    UNMASK_1,
    UNMASK_2,
    TRUE_UNMASK_1,
    TRUE_UNMASK_2,
    REVEAL_1_2,
    REVEAL_2_1,
    LAYERED,
    AVERAGE,
    BOTTOM_TOP,
    LEFT_RIGHT,
    SHADOW_1_2,
    SHADOW_2_1,
    ADDITIVE,
    SUBTRACTIVE,
    BRIGHTNESS,
    MAX,
    MIN,
    HIGHLIGHT,
    HIGHLIGHT_VIBRANT,
) = range(len(METHOD_NAMES))


@njit(cache=True, nogil=True)
def gather(pixels: Any, cells: Any, out: Any) -> None:
    """Look up every node's cell: ``out[f, n] = pixels[f, cells[n]]``, transparent where the cell is -1.

    Args:
        pixels: ``(frames, cells, 4)``.
        cells: int32 ``(nodes,)``.
        out: ``(frames, nodes, 4)``, written; nodes of other buffers (cell -2) keep what they have.
    """
    for frame in range(pixels.shape[0]):
        for node in range(cells.shape[0]):
            cell = cells[node]
            if cell >= 0:
                out[frame, node, 0] = pixels[frame, cell, 0]
                out[frame, node, 1] = pixels[frame, cell, 1]
                out[frame, node, 2] = pixels[frame, cell, 2]
                out[frame, node, 3] = pixels[frame, cell, 3]
            elif cell == -1:
                out[frame, node, 3] = 0


@njit(cache=True, nogil=True)
def cover(canvas: Any, nodes: Any, pixels: Any, cells: Any, started: Any) -> None:
    """Put a plain layer on what lies below it, in place: method Normal, full strength, no change of brightness.

    What `blend` does for most layers of most shows, with a whole pixel moved at a time.

    Args:
        canvas: uint32 ``(frames, all nodes)``, RGBA from the lowest byte up, changed at ``nodes``.
        nodes: int32 ``(nodes,)``, the row's nodes on the canvas.
        pixels: uint32 ``(frames, cells)``, the layer's picture.
        cells: int32 ``(nodes,)``, the cell each node shows; -1 shows nothing, -2 is left alone.
        started: bool ``(frames,)``, see `blend`.
    """
    for frame in range(canvas.shape[0]):
        first = not started[frame]
        for node in range(nodes.shape[0]):
            cell = cells[node]
            if cell < 0:
                if first and cell == -1:
                    canvas[frame, nodes[node]] = 0
                continue
            pixel = pixels[frame, cell]
            alpha = pixel >> 24
            if alpha == 255:
                canvas[frame, nodes[node]] = pixel
            elif alpha == 0:
                if first:
                    canvas[frame, nodes[node]] = 0
            else:
                under = np.uint32(0) if first else canvas[frame, nodes[node]]
                rest = 255 - alpha
                red = ((pixel & 255) * alpha + (under & 255) * rest) // 255
                green = ((pixel >> 8 & 255) * alpha + (under >> 8 & 255) * rest) // 255
                blue = ((pixel >> 16 & 255) * alpha + (under >> 16 & 255) * rest) // 255
                canvas[frame, nodes[node]] = red | green << 8 | blue << 16


@njit(cache=True, nogil=True)
def blend(canvas: Any, nodes: Any, pixels: Any, cells: Any, half: Any, method: int, levels: Any, started: Any) -> None:
    """Put a layer on what lies below it, in place.

    Args:
        canvas: uint8 ``(frames, all nodes, 4)``, changed at ``nodes``; the fourth byte has no meaning.
        nodes: int32 ``(nodes,)``, the row's nodes on the canvas.
        pixels: uint8 ``(frames, cells, 4)``, the layer's picture.
        cells: int32 ``(nodes,)``, the cell each node shows; -1 shows nothing, -2 is left alone.
        half: uint8 ``(nodes,)``: bit 0 set in the lower half of the layer's buffer, bit 1 in the left half.
        method: Code from `METHODS`.
        levels: float64 ``(frames, 3)``: brightness, 1 for full; strength of the layer, 0..1; effect mix, 0..1.
        started: bool ``(frames,)``: whether there is anything below in that frame; the first layer shows whatever its
            method.
    """
    whole, picture = canvas.view(np.uint32), pixels.view(np.uint32)
    for frame in range(canvas.shape[0]):
        bright, strength, mix = levels[frame, 0], levels[frame, 1], levels[frame, 2]
        first = not started[frame]
        # Neighbours are often alike: what is on what last, and what came of it. No half has the number 255.
        over, under, side, same = np.uint32(0), np.uint32(0), np.uint8(255), np.uint32(0)
        for node in range(nodes.shape[0]):
            cell = cells[node]
            if cell == -2:
                continue
            pixel = picture[frame, cell, 0] if cell >= 0 else np.uint32(0)
            below = np.uint32(0) if first else whole[frame, nodes[node], 0] & np.uint32(0xFFFFFF)
            if pixel != over or below != under or half[node] != side:
                over, under, side = pixel, below, half[node]
                above, alpha = _channels(pixel), int(pixel >> 24)
                if bright != 1.0:
                    above = (_times(above[0], bright), _times(above[1], bright), _times(above[2], bright))
                if first:
                    mixed = _crossed(above, BLACK, alpha * strength / 255.0)
                else:
                    mixed = _mixed(above, alpha, _channels(below), method, mix, strength, side)
                same = np.uint32(mixed[0] | mixed[1] << 8 | mixed[2] << 16)
            whole[frame, nodes[node], 0] = same


@njit(cache=True, nogil=True, inline="always")
def _channels(pixel: Any) -> Color:
    return int(pixel & 255), int(pixel >> 8 & 255), int(pixel >> 16 & 255)


@njit(cache=True, nogil=True)
def _mixed(above: Color, alpha: int, under: Color, method: int, mix: float, strength: float, half: int) -> Color:
    """One colour on another by any method."""
    if method == NORMAL:
        return _crossed(above, under, int(alpha * strength * (1.0 - mix)) / 255.0)
    if method <= EFFECT_2:
        share = 1.0 - mix if method == EFFECT_1 else mix
        return _crossed(above, under, share * strength * alpha / 255.0)
    if alpha < 255 or strength < 1.0:
        share = alpha / 255.0 * strength
        above = (_times(above[0], share), _times(above[1], share), _times(above[2], share))
    if method <= LAYERED:
        return _masked(above, under, method, mix)
    if method <= SHADOW_2_1:
        return _placed(above, under, method, half)
    return _summed(above, under, method)


@njit(cache=True, nogil=True, inline="always")
def _times(value: int, factor: float) -> int:
    return min(int(value * factor + 1e-6), 255)


@njit(cache=True, nogil=True, inline="always")
def _crossed(above: Color, under: Color, share: float) -> Color:
    """So much of the upper colour and the rest of the lower one, cut off to whole values."""
    if share >= 1.0:
        return above
    rest = 1.0 - share
    return (
        int(above[0] * share + under[0] * rest + 1e-6),
        int(above[1] * share + under[1] * rest + 1e-6),
        int(above[2] * share + under[2] * rest + 1e-6),
    )


@njit(cache=True, nogil=True)
def _masked(above: Color, under: Color, method: int, mix: float) -> Color:
    """One layer cut out by the other; a colour counts as lit when it is brighter than the mix slider's position."""
    over_value = max(above[0], above[1], above[2]) / 255.0
    under_value = max(under[0], under[1], under[2]) / 255.0
    over, below = over_value > mix, under_value > mix
    mixed = BLACK
    if method == MASK_1:
        mixed = BLACK if over else under
    elif method == MASK_2:
        mixed = BLACK if below else above
    elif method == UNMASK_1:
        if over and under_value > 0.0:
            h, s, _ = to_hsv(float(under[0]), float(under[1]), float(under[2]))
            mixed = from_hsv(h, s, over_value)
    elif method == UNMASK_2:
        if below and over_value > 0.0:
            h, s, _ = to_hsv(float(above[0]), float(above[1]), float(above[2]))
            mixed = from_hsv(h, s, under_value)
    elif method == TRUE_UNMASK_1:
        mixed = under if over else BLACK
    elif method == TRUE_UNMASK_2:
        mixed = above if below else BLACK
    elif method == REVEAL_1_2:
        mixed = above if over else under
    else:
        mixed = under if below else above
    return mixed


@njit(cache=True, nogil=True)
def _placed(above: Color, under: Color, method: int, half: int) -> Color:
    """The mean of two lit colours, split screens, and the two shadows, which push the hue of one layer away."""
    over_value = max(above[0], above[1], above[2])
    under_value = max(under[0], under[1], under[2])
    mixed = under
    if method == AVERAGE:
        if under_value == 0:
            mixed = above
        elif over_value > 0:
            mixed = ((above[0] + under[0]) // 2, (above[1] + under[1]) // 2, (above[2] + under[2]) // 2)
    elif method == BOTTOM_TOP:
        mixed = above if half & 1 else under
    elif method == LEFT_RIGHT:
        mixed = above if half & 2 else under
    else:
        h1, s1, v1 = to_hsv(float(above[0]), float(above[1]), float(above[2]))
        h2, s2, v2 = to_hsv(float(under[0]), float(under[1]), float(under[2]))
        if method == SHADOW_1_2:
            mixed = from_hsv(h2 + v1 * (h2 - h1) / 5.0, s2, v2)
        else:
            mixed = from_hsv(h1 + v2 * (h1 - h2) / 2.0, s1, v1)
    return mixed


@njit(cache=True, nogil=True)
def _summed(above: Color, under: Color, method: int) -> Color:
    """Channel by channel: sums, products and extremes; the highlights stress what is lit in both layers."""
    (r1, g1, b1), (r2, g2, b2) = above, under
    mixed = under
    if method == ADDITIVE:
        mixed = (min(r1 + r2, 255), min(g1 + g2, 255), min(b1 + b2, 255))
    elif method == SUBTRACTIVE:
        mixed = (max(r2 - r1, 0), max(g2 - g1, 0), max(b2 - b1, 0))
    elif method == BRIGHTNESS:
        mixed = (r1 * r2 // 255, g1 * g2 // 255, b1 * b2 // 255)
    elif method == MAX:
        mixed = (max(r1, r2), max(g1, g2), max(b1, b2))
    elif method == MIN:
        mixed = (min(r1, r2), min(g1, g2), min(b1, b2))
    elif max(r1, g1, b1) > 0 and max(r2, g2, b2) > 0:
        mixed = above
        if method == HIGHLIGHT_VIBRANT:
            mixed = (min(r1 + r2, 255), min(g1 + g2, 255), min(b1 + b2, 255))
    return mixed


def halves(x: NDArray[np.int32], y: NDArray[np.int32], width: int, height: int) -> NDArray[np.uint8]:
    """Which half of a buffer cells lie in, as `blend` wants it."""
    bits = (y < height // 2).astype(np.uint8) | ((x < width // 2).astype(np.uint8) << 1)
    result: NDArray[np.uint8] = bits.astype(np.uint8)
    return result
