"""Pictures: stills and animations, standing or moving over the buffer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.media import (
    LoadedPicture,
    Picture,
    fit_picture,
    lacks_file,
    load_frames,
    place_picture,
    scale_picture,
)
from twinklr.core.xlights.media_files import wanted_file

Corner = tuple[float, float]
"""Cell of a picture's lower left corner."""

EIGHTH = 8.0
"""Speed at which a picture moves by one cell a frame of 50 ms."""


def render_pictures(call: EffectCall) -> Pixels:
    """Paint Pictures. A file that is not there, or cannot be read, paints nothing."""
    settings = call.settings
    pixels = call.blank()
    name = wanted_file(settings.values)
    loaded = load_frames(call.surroundings.media_folders, name) if name else None
    if loaded is None:
        return pixels
    direction = settings.choice("CHOICE_Pictures_Direction", "none")
    scaling = settings.choice("CHOICE_Scaling", "No Scaling")
    for window, frame in enumerate(range(call.first, call.stop)):
        if settings.flag("CHECKBOX_Pictures_Shimmer") and frame % 2 == 1:
            continue
        picture = _sized(call, _page(call, loaded, frame), frame, scaling)
        _place(call, pixels[window], picture, frame, direction)
        if direction == "flag wave":
            pixels[window] = _waved(pixels[window], frame)
    if settings.flag("CHECKBOX_Pictures_TransparentBlack"):
        level = settings.number("TEXTCTRL_Pictures_TransparentBlack", 0.0)
        pixels[pixels[..., :3].sum(axis=-1) <= level] = 0
    return pixels


def _page(call: EffectCall, loaded: LoadedPicture, frame: int) -> Picture:
    """The page of an animation that shows on a frame: by its own times, or stretched once over the effect."""
    if len(loaded.frames) == 1:
        return loaded.frames[0]
    ends = np.cumsum(loaded.durations_ms)
    rate = call.settings.number("TEXTCTRL_Pictures_FrameRateAdj", 1.0) or 1.0
    now = frame * call.frame_ms * rate
    if call.settings.flag("CHECKBOX_LoopGIF"):
        now %= float(ends[-1])
    return loaded.frames[min(int(np.searchsorted(ends, now, side="right")), len(loaded.frames) - 1)]


def _sized(call: EffectCall, picture: Picture, frame: int, scaling: str) -> Picture:
    start = call.settings.number("SLIDER_Pictures_StartScale", 100.0)
    end = call.settings.number("SLIDER_Pictures_EndScale", 100.0)
    share = (start + (end - start) * frame / max(call.frame_count - 1, 1)) / 100.0
    if scaling != "No Scaling":
        return fit_picture(picture, call.width, call.height, scaling)
    if call.settings.choice("CHOICE_Pictures_Direction", "none") == "zoom in":
        share *= frame / max(call.frame_count - 1, 1)
    if share == 1.0:
        return picture
    return scale_picture(picture, round(picture.shape[1] * share), round(picture.shape[0] * share))


def _place(call: EffectCall, canvas: Picture, picture: Picture, frame: int, direction: str) -> None:
    speed = call.settings.number("TEXTCTRL_Pictures_Speed", 1.0)
    moved = frame * speed * call.frame_ms / 50.0 * (10.0 / EIGHTH)
    height, width = picture.shape[:2]
    middle = (
        (call.width - width) / 2.0 + _offset(call, frame, "X"),
        (call.height - height) / 2.0 + _offset(call, frame, "Y"),
    )
    if direction.startswith("tile-"):
        _tile(call, canvas, picture, moved, direction.removeprefix("tile-"))
        return
    corner = _corner(call, picture, moved, direction, middle, frame)
    x, y = int(np.floor(corner[0])), int(np.floor(corner[1]))
    place_picture(canvas, picture, x, y)
    if call.settings.flag("CHECKBOX_Pictures_WrapX"):
        place_picture(canvas, picture, x - call.width, y)
        place_picture(canvas, picture, x + call.width, y)


def _offset(call: EffectCall, frame: int, axis: str) -> float:
    """Shift from the middle along an axis, in cells; moving to the end position when the direction is "vector"."""
    settings = call.settings
    curve = settings.over_time(f"Pictures{axis}C", f"SLIDER_Pictures{axis}C", 0.0, call.stop - call.first)
    start = float(curve[frame - call.first])
    if settings.choice("CHOICE_Pictures_Direction", "none") == "vector":
        end = settings.number(f"SLIDER_PicturesEnd{axis}C", 0.0)
        start += (end - start) * frame / max(call.frame_count - 1, 1)
    if settings.flag("CHECKBOX_Pictures_PixelOffsets"):
        return start
    return start * (call.width if axis == "X" else call.height) / 100.0


WAYS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "left": (-1, 0),
        "right": (1, 0),
        "up": (0, 1),
        "down": (0, -1),
        "up-left": (-1, 1),
        "up-right": (1, 1),
        "down-left": (-1, -1),
        "down-right": (1, -1),
        "up once": (0, 1),
        "down once": (0, -1),
    }
)
"""Directions in which a picture crosses the buffer, as (across, up)."""


def _corner(call: EffectCall, picture: Picture, moved: float, direction: str, middle: Corner, frame: int) -> Corner:
    height, width = picture.shape[:2]
    if direction in WAYS:
        across, up = WAYS[direction]
        once = direction.endswith("once")
        x = _crossing(across, moved, width, call.width, once) if across else middle[0]
        y = _crossing(up, moved, height, call.height, once) if up else middle[1]
        return x, y
    if direction == "wiggle":
        reach = call.width / 4.0
        swing = abs(moved % (4.0 * max(reach, 1.0)) - 2.0 * reach) - reach
        return middle[0] + swing, middle[1]
    if direction.startswith("peekaboo"):
        share = 1.0 - abs(2.0 * frame / max(call.frame_count - 1, 1) - 1.0)
        return PEEKS[direction](call, picture, share, middle)
    return middle


def _crossing(sign: int, moved: float, size: int, length: int, once: bool) -> float:
    """Where a picture stands that comes in at one edge and leaves by the other, again and again."""
    way = float(size + length)
    done = min(moved, way) if once else moved % way
    return length - done if sign < 0 else done - size


PEEKS: Mapping[str, Callable[[EffectCall, Picture, float, Corner], Corner]] = MappingProxyType(
    {
        "peekaboo": lambda _call, picture, share, middle: (middle[0], (share - 1.0) * picture.shape[0]),
        "peekaboo 90": lambda _call, picture, share, middle: ((share - 1.0) * picture.shape[1], middle[1]),
        "peekaboo 180": lambda call, picture, share, middle: (middle[0], call.height - share * picture.shape[0]),
        "peekaboo 270": lambda call, picture, share, middle: (call.width - share * picture.shape[1], middle[1]),
    }
)
"""From which edge a picture peeks in: ``share`` says how much of it shows."""


def _tile(call: EffectCall, canvas: Picture, picture: Picture, moved: float, way: str) -> None:
    """Cover the buffer with copies that move together."""
    across, up = WAYS.get(way, (0, 0))
    height, width = picture.shape[:2]
    rows = np.floor_divide(np.arange(call.height) - int(up * moved), 1) % height
    columns = (np.arange(call.width) - int(across * moved)) % width
    canvas[:] = picture[rows[:, None], columns[None, :]]


def _waved(canvas: Picture, frame: int) -> Picture:
    """Shift each column up and down like a flag in the wind, more the further from the pole."""
    height, width = canvas.shape[:2]
    columns = np.arange(width)
    shift = np.round(
        np.sin(columns / max(width, 1) * 4.0 * np.pi - frame * 0.4) * columns / max(width, 1) * height * 0.08
    )
    rows = np.arange(height)[:, None] - shift.astype(np.int64)[None, :]
    waved: Picture = canvas[np.clip(rows, 0, height - 1), columns[None, :]].copy()
    waved[(rows < 0) | (rows >= height)] = 0
    return waved


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Pictures": render_pictures})

LACKING = MappingProxyType({"Pictures": lacks_file})
"""By effect: names what cannot be painted."""
