"""Tree: branches shaded from tip to root, with garlands of lights that run along them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import dim, frame_numbers, frames_of, opaque, rainbow

SAGS = np.array([3, 3, 2, 1, 1, 2])
"""How far a garland hangs below the tip of its branch at each column, repeated."""


def render_tree(call: EffectCall) -> Pixels:
    """Paint the Tree effect."""
    settings = call.settings
    branches = max(int(settings.number("SLIDER_Tree_Branches", 3)), 1)
    depth = max(call.height // branches, 1)
    rows = np.arange(call.height)
    into = np.where(rows % depth == 0, depth, rows % depth)
    shade = np.tile(1.0 - 0.7 * into / depth, (frames_of(call), 1))
    first = np.broadcast_to(call.palette.color(0)[:, None, :], (*shade.shape, 3))
    pixels = opaque(dim(first, shade)[:, :, None, :], (frames_of(call), call.height, call.width))
    if settings.flag("CHECKBOX_Tree_ShowLights"):
        branch = np.maximum(rows - 1, 0) // depth
        lit = _garlands(call, branches, branch, depth - into)
        colors = rainbow(np.mod(branch / (branches + 1), 1.0))
        np.copyto(pixels[..., :3], colors[None, :, None, :], where=lit[..., None])
    return pixels


def _garlands(call: EffectCall, branches: int, branch: NDArray[np.int64], hang: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Cells of the garlands, ``(frames, height, width)``; ``hang`` is how far below its branch's tip a row lies."""
    speed = call.settings.number("SLIDER_Tree_Speed", 10)
    step = np.trunc(np.trunc(frame_numbers(call) * speed * call.frame_ms / 50.0) / 4.0).astype(np.int64)
    reached = (step * (branches + 1) // call.width) % branches
    along = np.mod(step, call.width)[:, None]
    columns = np.arange(call.width)[None, :]
    # Every second time the garlands come in from the right, but not before they once crossed the buffer.
    back = (reached % 2 == 1)[:, None]
    swept = np.where(back, (call.width - columns + 1 <= along) & (step[:, None] >= call.width), columns <= along)
    sag = np.resize(SAGS, call.width)
    drawn = hang[:, None] == sag[None, :]
    result: NDArray[np.bool_] = swept[:, None, :] & (branch[None, :] <= reached[:, None])[:, :, None] & drawn[None]
    return result


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Tree": render_tree})
