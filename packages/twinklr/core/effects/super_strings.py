"""Superstrings: bundles of strings of fixed colours that are dimmed against each other to make others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display import WhiteHandling

Bytes = NDArray[np.uint8]


def super_levels(colors: Bytes, strings: Bytes, white: WhiteHandling) -> Bytes:
    """Levels of the strings of a bundle that make a colour.

    A pure colour (red, yellow, white ...) for which there is a string lights that string alone; any other is mixed:
    each string as far as it adds nothing the colour lacks. White strings shine as the bundle's setting says.

    Args:
        colors: uint8 ``(frames, nodes, 3)``.
        strings: uint8 ``(strings, 3)``, the colours of the strings.
        white: When white strings shine.

    Returns:
        uint8 ``(frames, nodes, strings)``.
    """
    common = colors.min(axis=-1)[..., None]
    pale = (strings == strings[:, :1]).all(axis=1)
    if white is WhiteHandling.WHITE_ONLY:
        return np.where(pale, common, 0).astype(np.uint8)
    if white is WhiteHandling.RGB_ONLY:
        return np.where(pale, 0, _mixed(colors, strings)).astype(np.uint8)
    advanced = white is WhiteHandling.ADVANCED
    chosen = _chosen(colors, strings)
    mixed = _mixed(colors - common if advanced else colors, strings)
    levels = np.where(chosen.any(axis=-1, keepdims=True), chosen * colors.max(axis=-1)[..., None], mixed)
    if advanced:
        return np.where(pale, common, levels).astype(np.uint8)
    if white is WhiteHandling.ON_ALL:
        return levels.astype(np.uint8)
    grey = (colors == colors[..., :1]).all(axis=-1)[..., None]
    return np.where(grey, np.where(pale, _mixed(colors, strings), 0), np.where(pale, 0, levels)).astype(np.uint8)


def _mixed(colors: Bytes, strings: Bytes) -> Bytes:
    """How far each string may shine without adding what the colour lacks."""
    share = np.where(strings > 0, colors[..., None, :] / np.maximum(strings, 1), 1.0)
    mixed: Bytes = (np.minimum(share.min(axis=-1), 1.0) * 255.0).astype(np.uint8)
    return mixed


def _chosen(colors: Bytes, strings: Bytes) -> NDArray[np.bool_]:
    """The first string of the same pure colour, ``(frames, nodes, strings)``; none where the colour is not pure."""
    same = (_pattern(colors)[..., None] == _pattern(strings)) & (_pattern(colors) > 0)[..., None]
    first: NDArray[np.bool_] = same & (np.cumsum(same, axis=-1) == 1)
    return first


def _pattern(colors: Bytes) -> NDArray[np.int64]:
    """Which parts a pure colour has, as bits; 0 for black and for a colour of unequal parts."""
    parts = colors > 0
    high = colors.max(axis=-1)
    pure = np.where(parts, colors == high[..., None], True).all(axis=-1)
    bits: NDArray[np.int64] = np.where(pure, (parts * np.array([1, 2, 4])).sum(axis=-1), 0)
    return bits
