"""Meteors: bright heads with fading tails that fall, rise, cross, or fly from or to a centre."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import hsv_to_rgb, rgb_to_hsv
from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, loudness_since_start, scattered, since_start

ROWS_AT_LEAST = 10
"""A buffer shorter than this counts as this long when a tail is measured."""

CHUNK = 64
"""Frames worked on at a time."""


@dataclass(frozen=True, slots=True)
class Flight:
    """Meteors of the whole effect.

    Attributes:
        born: Frame each one appears on.
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


def render_meteors(call: EffectCall) -> Pixels:
    """Paint Meteors."""
    effect = call.settings.choice("CHOICE_Meteors_Effect", "Down")
    if effect in ("Explode", "Implode"):
        return _render_radial(call, inward=effect == "Implode")
    return _render_straight(call, effect)


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
    for window, who, head in _in_flight(call, flight, length + flight.tail):
        sway = np.trunc(lanes * swirl[window] / 80.0 * np.sin((length - 1 - head) / 4.9)).astype(np.int64)
        behind = np.arange(flight.tail)[::-1]
        step = head[:, None] - behind
        cell = np.broadcast_to(((lane[who] + sway) % lanes)[:, None], step.shape)
        shown = (step >= 0) & (step < (drops[cell] if effect.startswith("Icicles") else length))
        along = step if effect in ("Up", "Right") else length - 1 - step
        x, y = (along, cell) if across else (cell, along)
        _paint(call, flight, pixels, _Links(window, who, x, y, shown))
    return pixels


@dataclass(frozen=True, slots=True)
class _Links:
    """Links of tails, tail end first: per meteor in a frame its window index and number, per link its cell."""

    window: NDArray[np.int64]
    who: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    shown: NDArray[np.bool_]
    fade: NDArray[np.float64] | None = None


def _in_flight(
    call: EffectCall, flight: Flight, limit: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Meteors on each painted frame that have moved less than ``limit``: window index, number, cells moved.

    A few frames at a time, so that memory does not grow with the effect's length.
    """
    for start in range(call.first, call.stop, CHUNK):
        frames = np.arange(start, min(start + CHUNK, call.stop))
        oldest = int(np.searchsorted(flight.travelled_at_birth, flight.travelled[start] - limit, side="right"))
        newest = int(np.searchsorted(flight.born, frames[-1], side="right"))
        moved = flight.travelled[frames][:, None] - flight.travelled_at_birth[None, oldest:newest]
        row, number = np.nonzero((flight.born[None, oldest:newest] <= frames[:, None]) & (moved < limit))
        yield row + (start - call.first), number + oldest, moved[row, number]


def _paint(call: EffectCall, flight: Flight, pixels: Pixels, links: _Links) -> None:
    # What no node shows is not painted: on a group's grid that is most of it.
    places = call.places
    held = np.where(links.shown, places[np.where(links.shown, links.y, 0), np.where(links.shown, links.x, 0)], -1)
    meteor, link = np.nonzero(held >= 0)
    window, who = links.window[meteor], links.who[meteor]
    level = (link + 1.0) / flight.tail
    if links.fade is not None:
        level = level * links.fade[meteor, link]
    flat, place = pixels.reshape(len(pixels), -1, 4), held[meteor, link]
    flat[window, place, :3] = _colors(call, flight, who, window, level)
    flat[window, place, 3] = 255


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


def _colors(
    call: EffectCall,
    flight: Flight,
    who: NDArray[np.int64],
    window: NDArray[np.int64],
    level: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """RGB of links of the tails of some meteors."""
    style = call.settings.choice("CHOICE_Meteors_Type", "Rainbow")
    if style == "Palette":
        return (call.palette.colors[window, flight.slot[who]] * level[:, None] + 1e-6).astype(np.uint8)
    hsv = np.ones((len(who), 3))
    if style == "Range":
        first, second = rgb_to_hsv(call.palette.color(0)), rgb_to_hsv(call.palette.color(1))
        for part in (0, 1):
            low, high = first[window, part], second[window, part]
            hsv[:, part] = low + (high - low) * flight.shade[part, who]
    else:
        hsv[:, 0] = scattered(call.seed, window + call.first, who, (level * 4096.0).astype(np.int64))
    hsv[:, 2] = level
    return hsv_to_rgb(hsv)


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
    pixels = call.blank()
    for window, who, moved in _in_flight(call, flight, int(reach if inward else edge) + 2 * flight.tail):
        behind = np.arange(flight.tail)[::-1]
        out = reach + flight.tail - moved[:, None] + behind if inward else moved[:, None] + flight.tail - behind
        centre_x = call.width / 2.0 * (1.0 + offset_x[window] / 50.0)
        centre_y = call.height / 2.0 * (1.0 + offset_y[window] / 50.0)
        x = np.floor(centre_x[:, None] + out * np.cos(angle[who])[:, None]).astype(np.int64)
        y = np.floor(centre_y[:, None] + out * np.sin(angle[who])[:, None]).astype(np.int64)
        shown = (out >= 0) & (x >= 0) & (x < call.width) & (y >= 0) & (y < call.height)
        fade = np.clip(1.0 - out / edge, 0.0, 1.0) if settings.flag("CHECKBOX_FadeWithDistance") else None
        _paint(call, flight, pixels, _Links(window, who, x, y, shown, fade))
    return pixels


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Meteors": render_meteors})

POINTWISE = frozenset(EFFECTS)
