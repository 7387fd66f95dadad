"""Meteors: bright heads with fading tails that fall, rise, cross, or fly from or to a centre."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.color import rgb_to_hsv
from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, loudness_since_start, since_start, stirred, unit_share

ROWS_AT_LEAST = 10
"""A buffer shorter than this counts as this long when a tail is measured."""


class Flight(NamedTuple):
    """Meteors of the whole effect.

    Attributes:
        born: Frame each one appears on, ascending.
        lane: Column or row it runs in, or its direction in radians from the centre.
        slot: Palette slot.
        shade: Two random numbers 0..1 that choose its own colour.
        travelled: Cells that everything has moved by each frame.
        travelled_at_birth: The same for the frame each one appears on.
        tail: Length of the tail in cells, the head included.
    """

    born: NDArray[np.int64]
    lane: NDArray[np.float64]
    slot: NDArray[np.int64]
    shade: NDArray[np.float64]
    travelled: NDArray[np.int64]
    travelled_at_birth: NDArray[np.int64]
    tail: int


class Canvas(NamedTuple):
    """What meteors are painted on, and with what colours.

    Attributes:
        flat: The picture, ``(frames, painted cells, 4)``.
        places: Of each cell of the grid its place in the picture, -1 for cells that nobody sees.
        first: Number of its first frame.
        seed: Seed of the effect.
        style: Code from `STYLES`.
        colors: Palette, ``(frames, slots, 3)``.
        low: Hue, saturation and value of the first colour, ``(frames, 3)``.
        high: The same of the second colour.
    """

    flat: Pixels
    places: NDArray[np.int32]
    first: int
    seed: np.uint64
    style: int
    colors: NDArray[np.uint8]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


RAINBOW, PALETTE, RANGE = range(3)
STYLES: Mapping[str, int] = MappingProxyType({"Rainbow": RAINBOW, "Palette": PALETTE, "Range": RANGE})


def render_meteors(call: EffectCall) -> Pixels:
    """Paint Meteors."""
    effect = call.settings.choice("CHOICE_Meteors_Effect", "Down")
    if effect in ("Explode", "Implode"):
        return _render_radial(call, inward=effect == "Implode")
    return _render_straight(call, effect)


def _canvas(call: EffectCall, pixels: Pixels) -> Canvas:
    style = STYLES.get(call.settings.choice("CHOICE_Meteors_Type", "Rainbow"), RAINBOW)
    return Canvas(
        pixels.reshape(len(pixels), -1, 4),
        call.places,
        call.first,
        np.uint64(call.seed & 0xFFFFFFFFFFFFFFFF),
        style,
        np.ascontiguousarray(call.palette.colors),
        rgb_to_hsv(call.palette.color(0)),
        rgb_to_hsv(call.palette.color(1)),
    )


def _render_straight(call: EffectCall, effect: str) -> Pixels:
    across = effect in ("Left", "Right")
    lanes, length = (call.height, call.width) if across else (call.width, call.height)
    rng = chance(call)
    flight = _plan(call, rng, lanes / 200.0, length)
    lane = np.floor(flight.lane * lanes).astype(np.int64)
    drops = rng.integers(max(length // 3, 1), length + 1, lanes)
    swirl = call.settings.over_time(
        "Meteors_Swirl_Intensity", "SLIDER_Meteors_Swirl_Intensity", 0.0, len(call.progress)
    )
    pixels = call.blank()
    if effect == "Icicles + bkg":
        _background(call, pixels, drops)
    ends = drops if effect.startswith("Icicles") else np.full(lanes, length)
    swing = np.sin((length - 1 - np.arange(length + flight.tail)) / 4.9)
    turned = effect not in ("Up", "Right")
    _fly_straight(_canvas(call, pixels), flight, lane, ends, (lanes * swirl / 80.0, swing), (length, across, turned))
    return pixels


@njit(cache=True, nogil=True)
def _fly_straight(
    canvas: Canvas,
    flight: Flight,
    lane: NDArray[np.int64],
    ends: NDArray[np.int64],
    sway: tuple[NDArray[np.float64], NDArray[np.float64]],
    course: tuple[int, bool, bool],
) -> None:
    """Paint meteors that keep to their lanes, the older below the younger.

    Args:
        canvas: What to paint on.
        flight: The meteors.
        lane: Lane of each.
        ends: Cells each lane is long.
        sway: How far tails swing, in lanes by painted frame, and how far of that by cells moved.
        course: Cells of the whole way; whether it runs across; whether it runs against the count of the cells.
    """
    wide, swing = sway
    length, across, turned = course
    lanes, tail = len(ends), flight.tail
    oldest = 0
    for window in range(len(canvas.flat)):
        moved_so_far = flight.travelled[window + canvas.first]
        while oldest < len(flight.born) and moved_so_far - flight.travelled_at_birth[oldest] >= length + tail:
            oldest += 1
        for who in range(oldest, len(flight.born)):
            if flight.born[who] > window + canvas.first:
                break
            head = moved_so_far - flight.travelled_at_birth[who]
            cell = (lane[who] + int(wide[window] * swing[head])) % lanes
            ink, state = _ink(canvas, flight, window, who)
            for link in range(max(tail - 1 - head, 0), min(ends[cell] - head + tail - 1, tail)):
                step = head - (tail - 1) + link
                along = length - 1 - step if turned else step
                place = canvas.places[cell, along] if across else canvas.places[along, cell]
                if place >= 0:
                    _dab(canvas, canvas.flat[window, place], ink, state, (link + 1.0) / tail)


@njit(cache=True, nogil=True)
def _ink(canvas: Canvas, flight: Flight, window: int, who: int) -> tuple[tuple[float, float, float], np.uint64]:
    """A meteor's colour at full level, and where its rainbow starts."""
    if canvas.style == PALETTE:
        color = canvas.colors[window, flight.slot[who]]
        return (float(color[0]), float(color[1]), float(color[2])), canvas.seed
    if canvas.style == RANGE:
        low, high = canvas.low[window], canvas.high[window]
        hue = low[0] + (high[0] - low[0]) * flight.shade[0, who]
        return _unit(hue, low[1] + (high[1] - low[1]) * flight.shade[1, who]), canvas.seed
    state = stirred(stirred(canvas.seed, np.uint64(window + canvas.first)), np.uint64(who))
    return (0.0, 0.0, 0.0), state


@njit(cache=True, nogil=True)
def _unit(hue: float, saturation: float) -> tuple[float, float, float]:
    """Red, green and blue in 0..1 of a hue and a saturation at full value."""
    sixth = (hue - np.floor(hue)) * 6.0
    return _part(5.0 + sixth, saturation), _part(3.0 + sixth, saturation), _part(1.0 + sixth, saturation)


@njit(cache=True, nogil=True)
def _part(turned: float, saturation: float) -> float:
    around = turned - 6.0 if turned >= 6.0 else turned
    return 1.0 - saturation * min(max(min(around, 4.0 - around), 0.0), 1.0)


@njit(cache=True, nogil=True)
def _dab(
    canvas: Canvas, pixel: NDArray[np.uint8], ink: tuple[float, float, float], state: np.uint64, level: float
) -> None:
    """Paint a link of a tail at a level 0..1; colours are cut off to 8 bits as xLights does."""
    if canvas.style == PALETTE:
        for part in range(3):
            pixel[part] = np.uint8(ink[part] * level + 1e-6)
    else:
        if canvas.style == RAINBOW:
            ink = _unit(unit_share(stirred(state, np.uint64(int(level * 4096.0)))), 1.0)
        for part in range(3):
            pixel[part] = np.uint8(level * ink[part] * 255.0 + 1e-9)
    pixel[3] = 255


def _plan(call: EffectCall, rng: np.random.Generator, rate: float, share: int) -> Flight:
    """Every meteor of the effect; ``rate`` times the count appear each frame on average."""
    warmup = int(call.settings.number("SLIDER_Meteors_WamupFrames", 0.0))
    counts = since_start(call, "Meteors_Count", "SLIDER_Meteors_Count", 10.0)
    if call.settings.flag("CHECKBOX_Meteors_UseMusic"):
        counts = counts * loudness_since_start(call)
    speeds = since_start(call, "Meteors_Speed", "SLIDER_Meteors_Speed", 10.0) * call.frame_ms / 50.0
    length = since_start(call, "Meteors_Length", "SLIDER_Meteors_Length", 25.0)[0]
    counts, speeds = (np.concatenate([np.full(warmup, values[:1]), values]) for values in (counts, speeds))
    born = np.repeat(np.arange(len(counts)), rng.poisson(np.maximum(counts, 0.0) * rate))
    # Four speed units are a cell a frame; the first step is a double one.
    units = np.cumsum(np.concatenate([speeds[:1] * 2.0, speeds[1:]]))
    travelled = np.concatenate([[0], np.floor(units / 4.0 + 1e-9)[:-1]]).astype(np.int64)
    return Flight(
        born - warmup,
        rng.random(len(born)),
        rng.integers(0, call.palette.size, len(born)),
        rng.random((2, len(born))),
        travelled[warmup:],
        travelled[born],
        max(int(max(share, ROWS_AT_LEAST) * length / 100.0), 1),
    )


def _background(call: EffectCall, pixels: Pixels, drops: NDArray[np.int64]) -> None:
    """Faint standing icicles in the first colour."""
    hanging = call.height - 1 - call.rows < drops[call.columns]
    faint = (call.palette.color(0) * 0.3).astype(np.uint8)
    pixels[..., :3] = faint[:, None, None, :] * hanging[None, :, :, None]
    pixels[..., 3] = hanging[None] * np.uint8(255)


def _render_radial(call: EffectCall, *, inward: bool) -> Pixels:
    rng = chance(call)
    reach = max(call.width, call.height) / 2.0
    flight = _plan(call, rng, (call.width + call.height) / 480.0, int(reach))
    angle = flight.lane * 2.0 * np.pi
    settings, frames = call.settings, len(call.progress)
    offset_x = settings.over_time("Meteors_XOffset", "TEXTCTRL_Meteors_XOffset", 0.0, frames)
    offset_y = settings.over_time("Meteors_YOffset", "TEXTCTRL_Meteors_YOffset", 0.0, frames)
    edge = float(np.hypot(call.width, call.height)) + flight.tail
    centres = call.width / 2.0 * (1.0 + offset_x / 50.0), call.height / 2.0 * (1.0 + offset_y / 50.0)
    faded = edge if settings.flag("CHECKBOX_FadeWithDistance") else 0.0
    pixels = call.blank()
    _fly_out(
        _canvas(call, pixels),
        flight,
        (np.cos(angle), np.sin(angle)),
        centres,
        (int(reach if inward else edge) + 2 * flight.tail, reach if inward else -1.0, faded),
    )
    return pixels


@njit(cache=True, nogil=True)
def _fly_out(
    canvas: Canvas,
    flight: Flight,
    way: tuple[NDArray[np.float64], NDArray[np.float64]],
    centres: tuple[NDArray[np.float64], NDArray[np.float64]],
    course: tuple[int, float, float],
) -> None:
    """Paint meteors that fly from or to a centre.

    Args:
        canvas: What to paint on.
        flight: The meteors.
        way: Direction of each, across and up.
        centres: Column and row of the centre by painted frame.
        course: Cells a meteor moves at most; how far out they start when they fly inward, -1 outward; the distance at
            which they have faded, 0 if they do not.
    """
    limit, reach, edge = course
    tail, (height, width) = flight.tail, canvas.places.shape
    oldest = 0
    for window in range(len(canvas.flat)):
        moved_so_far = flight.travelled[window + canvas.first]
        while oldest < len(flight.born) and moved_so_far - flight.travelled_at_birth[oldest] >= limit:
            oldest += 1
        for who in range(oldest, len(flight.born)):
            if flight.born[who] > window + canvas.first:
                break
            moved = moved_so_far - flight.travelled_at_birth[who]
            ink, state = _ink(canvas, flight, window, who)
            for link in range(tail):
                behind = tail - 1 - link
                out = reach + tail - moved + behind if reach >= 0.0 else float(moved + tail - behind)
                x = int(np.floor(centres[0][window] + out * way[0][who]))
                y = int(np.floor(centres[1][window] + out * way[1][who]))
                if out < 0.0 or x < 0 or x >= width or y < 0 or y >= height or canvas.places[y, x] < 0:
                    continue
                level = (link + 1.0) / tail
                if edge > 0.0:
                    level *= min(max(1.0 - out / edge, 0.0), 1.0)
                _dab(canvas, canvas.flat[window, canvas.places[y, x]], ink, state, level)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Meteors": render_meteors})

POINTWISE = frozenset(EFFECTS)
