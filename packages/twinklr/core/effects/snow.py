"""Snow: Snowflakes (driving by, falling, piling up) and Snowstorm (worms of light blown across the buffer)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.color import hsv_to_rgb, rgb_to_hsv
from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, scattered, since_start

Shape = tuple[tuple[int, int], ...]

_PLUS: Shape = ((-1, 0), (1, 0), (0, -1), (0, 1))
_FAR_PLUS: Shape = (*_PLUS, (-2, 0), (2, 0), (0, -2), (0, 2))
_CORNERS: Shape = ((-1, -1), (1, 1), (-1, 1), (1, -1))
_LATTICE: Shape = (*_PLUS, (-1, 2), (1, 2), (-1, -2), (1, -2), (2, 1), (2, -1), (-2, 1), (-2, -1))
FLAKES: Mapping[int, Shape] = MappingProxyType(
    {
        1: (),
        2: _PLUS,
        3: ((-1, 0), (1, 0)),
        4: _FAR_PLUS,
        5: _LATTICE,
        6: (*_PLUS, *_CORNERS),
        7: _CORNERS,
        8: (*_FAR_PLUS, (-2, -2), (2, 2), (-2, 2), (2, -2)),
        9: (*_PLUS, (-3, 0), (3, 0), (0, -3), (0, 3)),
    }
)
"""Arms of a flake by type, around its centre as (across, up), in the second colour; type 0 mixes the first five."""


QUARTERS, TRIES = 4, 20
"""Flakes take turns in as many parts of the height; each tries to find a free cell so often."""


LINE_FLAKES = 20
"""On a buffer of one row falling flakes double from step to step up to this number, however few they were."""


def render_snowflakes(call: EffectCall) -> Pixels:
    """Paint Snowflakes."""
    falling = call.settings.choice("CHOICE_Falling", "Driving")
    if falling == "Driving":
        return _drive(call)
    return _fall(call, piling=falling.endswith("Accumulating"))


def _kinds(call: EffectCall, rng: np.random.Generator, number: int) -> NDArray[np.int64]:
    kind = int(call.settings.number("SLIDER_Snowflakes_Type", 1.0))
    return rng.integers(1, 6, number) if kind == 0 else np.full(number, kind if kind in FLAKES else 1)


def _scatter(call: EffectCall, rng: np.random.Generator, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Different cells for flakes, which take turns in the four quarters of the height, the lowest first.

    Those with arms keep off the edges where there is room. One that finds no free cell is left out.
    """
    kind = int(call.settings.number("SLIDER_Snowflakes_Type", 1.0))
    reach = max((max(abs(x), abs(y)) for x, y in FLAKES.get(kind, ())), default=0)
    margin_x = reach if call.width > 2 * reach else 0
    margin_y = reach if call.height > 2 * reach else 0
    quarter = call.height // QUARTERS
    low = np.maximum(np.arange(number) % QUARTERS * quarter, margin_y)
    high = np.arange(number) % QUARTERS * quarter + quarter
    room = np.maximum(np.minimum(high, call.height - margin_y) - low, 1)
    x = rng.integers(margin_x, call.width - margin_x, (TRIES, number))
    y = low + np.floor(rng.random((TRIES, number)) * room).astype(np.int64)
    taken: dict[tuple[int, int], None] = {}
    for flake in range(number):
        free = (cell for cell in zip(x[:, flake].tolist(), y[:, flake].tolist(), strict=True) if cell not in taken)
        if (cell := next(free, None)) is not None:
            taken[cell] = None
    columns, rows = np.array(list(taken), dtype=np.int64).T
    return columns, rows


def _drive(call: EffectCall) -> Pixels:
    """Two copies of one field of flakes drift down, one to the left and, behind it, one half the buffer off right."""
    rng = chance(call)
    number = max(int(since_start(call, "Snowflakes_Count", "SLIDER_Snowflakes_Count", 5.0)[0]), 1)
    x, y = _scatter(call, rng, number)
    field = np.zeros((call.height, call.width), dtype=np.uint8)  # 0 nothing, 1 centre, 2 arm
    for at_x, at_y, kind in zip(x, y, _kinds(call, rng, len(x)), strict=True):
        for across, up in FLAKES[int(kind)]:
            to_x, to_y = at_x + across, at_y + up
            if 0 <= to_x < call.width and 0 <= to_y < call.height:
                field[to_y, to_x] = 2
        field[at_y, at_x] = 1
    speed = since_start(call, "Snowflakes_Speed", "SLIDER_Snowflakes_Speed", 10.0) * call.frame_ms / 50.0
    way = np.concatenate([[0.0], np.cumsum(speed)[:-1]])[call.first : call.stop]
    down, sideways = np.floor(way / 10.0 + 1e-9).astype(np.int64), np.floor(way / 20.0 + 1e-9).astype(np.int64)
    rows, columns = np.arange(call.height), np.arange(call.width)
    low = (rows[None] + down[:, None] + call.height // 2) % call.height
    right = field[low[:, :, None], ((columns[None] - sideways[:, None]) % call.width)[:, None, :]]
    low = (rows[None] + down[:, None]) % call.height
    left = field[low[:, :, None], ((columns[None] + sideways[:, None]) % call.width)[:, None, :]]
    return _colored(call, np.where(left > 0, left, right))


def _colored(call: EffectCall, marks: NDArray[np.uint8]) -> Pixels:
    pixels = call.blank()
    for mark in (1, 2):
        frame, y, x = np.nonzero(marks == mark)
        pixels[frame, y, x, :3] = call.palette.color(mark - 1)[frame]
        pixels[frame, y, x, 3] = 255
    return pixels


def _fall(call: EffectCall, *, piling: bool) -> Pixels:
    """Flakes that fall cell by cell, now and then to the side; each that lands or leaves is followed by a new one."""
    rng = chance(call)
    number = max(int(since_start(call, "Snowflakes_Count", "SLIDER_Snowflakes_Count", 5.0)[0]), 1)
    x, y = _scatter(call, rng, number)
    kinds = _kinds(call, rng, len(x))
    resting = np.zeros((call.height, call.width), dtype=np.bool_)
    if piling:
        moving = y > 0
        resting[y[~moving], x[~moving]] = True
        x, y, kinds = x[moving], y[moving], kinds[moving]
    speed = since_start(call, "Snowflakes_Speed", "SLIDER_Snowflakes_Speed", 10.0)
    warmup = int(call.settings.number("SLIDER_Snowflakes_WarmupFrames", 0.0))
    way = np.cumsum(np.concatenate([np.full(warmup, speed[:1]), speed]) + 1.0) * call.frame_ms / 50.0 / 30.0
    steps = np.diff(np.floor(np.concatenate([[0.0], way]) + 1e-9)).astype(np.int64)
    marks = np.zeros((call.stop - call.first, call.height, call.width), dtype=np.uint8)
    for frame in range(-warmup, call.stop):
        if frame >= call.first:
            _stamp(marks[frame - call.first], x, y, kinds, resting)
        for _ in range(int(steps[frame + warmup])):
            _step(rng, x, y, resting, piling=piling)
            if call.height == 1 and not piling and len(x) < LINE_FLAKES:
                x, y, kinds = (np.tile(part, 2)[:LINE_FLAKES] for part in (x, y, kinds))
    return _colored(call, marks)


def _step(
    rng: np.random.Generator, x: NDArray[np.int64], y: NDArray[np.int64], resting: NDArray[np.bool_], *, piling: bool
) -> None:
    """Move every flake down by one; of eight, one sways left and one right.

    The buffer is searched column by column for flakes to move, so that one that sways into a column still to come is
    found there and moved again: to the right, or to the left around the edge.
    """
    height, width = resting.shape
    going = np.arange(len(x))
    while len(going):
        sway = np.array([-1, 0, 0, 0, 0, 0, 0, 1])[rng.integers(0, 8, len(going))]
        came = x[going]
        x[going] = (came + sway) % width
        y[going] -= 1
        if piling:
            landed = y[going] <= 0
            landed |= resting[np.maximum(y[going] - 1, 0), x[going]]
            resting[np.maximum(y[going][landed], 0), x[going][landed]] = True
        else:
            landed = y[going] < 0
        going = going[~landed & (x[going] > came)]
    gone = y < 0 if not piling else resting[np.maximum(y, 0), x]
    again = np.nonzero(gone)[0]
    y[again] = height - 1
    x[again] = rng.integers(0, width, len(again))


def _stamp(
    canvas: NDArray[np.uint8],
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    kinds: NDArray[np.int64],
    resting: NDArray[np.bool_],
) -> None:
    canvas[resting] = 1
    for kind in np.unique(kinds):
        mine = kinds == kind
        for across, up in FLAKES[int(kind)]:
            to_x, to_y = x[mine] + across, y[mine] + up
            inside = (to_x >= 0) & (to_x < canvas.shape[1]) & (to_y >= 0) & (to_y < canvas.shape[0])
            canvas[to_y[inside], to_x[inside]] = 2
    canvas[y, x] = 1


DRIFT = np.array([(-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0), (1, 1), (1, -1)])
DRIFT_SHARES = np.array([0.30, 0.19, 0.19, 0.09, 0.09, 0.02, 0.06, 0.06])
"""Steps of a worm as (across, up), and how often it takes each: the wind blows to the left."""

CALM_SPEED = 20.5
"""At this speed a worm takes every step it tries; below, so much less often."""


def render_snowstorm(call: EffectCall) -> Pixels:
    """Paint Snowstorm: worms of light crawl with the wind, bright at the head, in a new colour on every frame.

    Each frame every third worm tries to take one step, the others two. A third of them take strides of two cells,
    which leave gaps. The buffer's edges meet. Hues lie between the first two colours of the palette.
    """
    rng = chance(call)
    worms = max(int(call.settings.number("SLIDER_Snowstorm_Count", 50.0)), 1)
    tail = max(int(call.settings.number("SLIDER_Snowstorm_Length", 50.0)), 2)
    taken = rng.random((2, call.frame_count, worms)) * CALM_SPEED < call.settings.number("SLIDER_Snowstorm_Speed", 10.0)
    taken[1, :, ::3] = False
    gone = np.concatenate([np.zeros((1, worms), dtype=np.int64), np.cumsum(taken.sum(axis=0), axis=0)[:-1]])
    steps = rng.choice(len(DRIFT), (tail + int(gone.max(initial=0)) + 1, worms), p=DRIFT_SHARES)
    path = np.cumsum(DRIFT[steps], axis=0) * np.where(rng.random((worms, 1)) * 3.0 < 1.0, 2, 1)
    path_x = (path[..., 0] + rng.integers(0, call.width, worms)) % call.width
    path_y = (path[..., 1] + rng.integers(0, call.height, worms)) % call.height
    frames = np.arange(call.first, call.stop)
    pixels = call.blank()
    _crawl(pixels, path_x, path_y, gone[frames], _tints(call, frames, worms), tail)
    return pixels


@njit(cache=True, nogil=True)
def _crawl(
    pixels: Pixels,
    path_x: NDArray[np.int64],
    path_y: NDArray[np.int64],
    gone: NDArray[np.int64],
    tints: NDArray[np.float64],
    tail: int,
) -> None:
    """Paint the worms ``(frames, worms)`` by the points of their paths they have gone to, tail end first."""
    for frame in range(gone.shape[0]):
        for worm in range(gone.shape[1]):
            for link in range(tail):
                point = gone[frame, worm] + link + 1
                pixel = pixels[frame, path_y[point, worm], path_x[point, worm]]
                for part in range(3):
                    pixel[part] = int(tints[frame, worm, part] * (link / tail) + 1e-3)
                pixel[3] = 255


def _tints(call: EffectCall, frames: NDArray[np.int64], worms: int) -> NDArray[np.float64]:
    """RGB of each worm's head on each frame: hue and saturation between the palette's first two colours."""
    first = rgb_to_hsv(call.palette.color(0))[frames - call.first, None, :2]
    second = rgb_to_hsv(call.palette.color(1))[frames - call.first, None, :2]
    hsv = np.ones((len(frames), worms, 3))
    hsv[..., :2] = first + (second - first) * scattered(call.seed, *np.ix_(frames, np.arange(worms), np.arange(2)))
    result: NDArray[np.float64] = hsv_to_rgb(hsv).astype(np.float64)
    return result


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType(
    {"Snowflakes": render_snowflakes, "Snowstorm": render_snowstorm}
)
