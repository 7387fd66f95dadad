"""Lightning: a jagged bolt that is struck anew on every frame."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, since_start

GROWTH = 4
"""Segments the bolt grows by on each of its first frames."""


CHUNK = 32
"""Frames worked on at a time."""


def render_lightning(call: EffectCall) -> Pixels:
    """Paint Lightning: a line through points that lie at even heights and at random distances beside the middle.

    The bolt starts as its foot and grows; on the frame numbered like its segments it shrinks to the foot once more.
    """
    rng = chance(call)
    settings = call.settings
    bolts = np.maximum(since_start(call, "Number_Bolts", "SLIDER_Number_Bolts", 10.0).astype(np.int64), 1)
    reach = np.maximum(since_start(call, "Number_Segments", "SLIDER_Number_Segments", 5.0).astype(np.int64), 1)
    top_x = since_start(call, "Lightning_TopX", "SLIDER_Lightning_TopX", 0.0).astype(np.int64)
    foot = since_start(call, "Lightning_TopY", "SLIDER_Lightning_TopY", 0.0).astype(np.int64)
    frames = np.arange(call.frame_count)
    drift = np.trunc(settings.number("SLIDER_Lightning_BOTX", 0.0) * frames / 10.0).astype(np.int64)
    middle = call.width // 2 + top_x + drift
    grown = np.where(frames == bolts, 0, np.minimum(GROWTH * frames, bolts))
    beside, branch = (_jags(rng, int(bolts.max()) + 1, reach) for _ in range(2))
    steps = np.maximum(np.arange(beside.shape[1] + 1) - 1, 0)
    y = foot[:, None] + steps * (call.height // bolts)[:, None]
    trunk = np.concatenate([middle[:, None], beside + middle[:, None]], axis=1)
    fork = bolts // 2
    limb = np.where(steps <= fork[:, None], trunk, np.concatenate([middle[:, None], branch + middle[:, None]], axis=1))
    pixels = call.blank()
    for start in range(call.first, call.stop, CHUNK):
        part = slice(start, min(start + CHUNK, call.stop))
        segment = np.arange(trunk.shape[1] - 1)
        _draw(call, pixels, part, trunk[part], y[part], segment <= grown[part, None])
        if settings.flag("CHECKBOX_ForkedLightning"):
            _draw(
                call, pixels, part, limb[part], y[part], (segment > fork[part, None]) & (segment <= grown[part, None])
            )
    return pixels[:, ::-1] if settings.choice("CHOICE_Lightning_Direction", "Up") == "Down" else pixels


def _jags(rng: np.random.Generator, number: int, reach: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far each point lies beside the middle on each frame. Even points go further right, odd ones further left."""
    far = np.floor(rng.random((len(reach), number)) * reach[:, None]).astype(np.int64)
    right = rng.random(far.shape) < 0.5
    even = np.arange(number) % 2 == 0
    return np.where(even, np.where(right, 2 * far, -far), np.where(right, far, -3 * far))


def _draw(
    call: EffectCall,
    pixels: Pixels,
    part: slice,
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    shown: NDArray[np.bool_],
) -> None:
    """Paint the shown segments of a line through points ``(frames, points)``, some cells wide on both sides."""
    width = max(int(call.settings.number("SLIDER_Lightning_WIDTH", 1.0)), 1)
    across, up = np.diff(x, axis=1), np.diff(y, axis=1)
    # A step a cell along the longer way, so that a slanting line is no thicker than a straight one.
    steps = np.maximum(np.maximum(np.abs(across), np.abs(up)), 1)[..., None]
    share = np.minimum(np.arange(int(steps.max()) + 1), steps) / steps
    line_x = np.floor(x[:, :-1, None] + across[..., None] * share + 0.5).astype(np.int64)
    line_y = np.floor(y[:, :-1, None] + up[..., None] * share + 0.5).astype(np.int64)
    wide_x = line_x[..., None] + np.arange(-width, width + 1)
    wide_y = np.broadcast_to(line_y[..., None], wide_x.shape)
    inside = (wide_x >= 0) & (wide_x < call.width) & (wide_y >= 0) & (wide_y < call.height) & shown[..., None, None]
    window = np.broadcast_to(np.arange(part.start, part.stop)[:, None, None, None] - call.first, wide_x.shape)[inside]
    pixels[window, wide_y[inside], wide_x[inside], :3] = call.palette.color(0)[window]
    pixels[window, wide_y[inside], wide_x[inside], 3] = 255


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Lightning": render_lightning})
