"""Warp: an effect on a canvas that bends, hides or moves about the picture of the layers below it.

Every type is a row of `WARPS`: a function from a `Bend` (a frame's moment and where it happens) to the place each
cell takes its light from, or to the cells that stay. Without the layer's Canvas option there is nothing below, and
nothing is painted, as in xLights.

Not proven by reference light: the types follow the meaning of their parameters as xLights' manual describes them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import frame_numbers, frames_of

Floats = NDArray[np.float64]

TURN = 2.0 * np.pi

SWELL = 0.08
"""How far a wave moves the picture at most, in shares of the buffer."""


@dataclass(frozen=True, eq=False, slots=True)
class Bend:
    """One moment of a warp.

    Attributes:
        x: Place of every cell across the buffer, 0..1, ``(1, width)``.
        y: Place of every cell up the buffer, 0..1, ``(height, 1)``.
        centre: Where it happens, x and y in 0..1.
        amount: How strong it is, 0 for an untouched picture, 1 for the full warp.
        cycle: How far the running cycle has come, 0..1.
        turns: Waves that have passed since the effect's start.
        frequency: xLights' figure of that name, 20 by default.
        chance: A number 0..1 for every cell, ``(height, width)``.
    """

    x: Floats
    y: Floats
    centre: tuple[float, float]
    amount: float
    cycle: float
    turns: float
    frequency: float
    chance: Floats

    @property
    def away(self) -> Floats:
        """Distance of every cell from the centre, in shares of the buffer."""
        return np.hypot(self.x - self.centre[0], self.y - self.centre[1])

    def pushed(self, push: Floats) -> tuple[Floats, Floats]:
        """Places moved outwards from the centre by ``push`` times SWELL."""
        away = np.maximum(self.away, 1e-9)
        scale = self.amount * SWELL * push / away
        return self.x + (self.x - self.centre[0]) * scale, self.y + (self.y - self.centre[1]) * scale

    def swirled(self, turns: Floats) -> tuple[Floats, Floats]:
        """Places turned around the centre."""
        angle = TURN * self.amount * turns
        across, up = self.x - self.centre[0], self.y - self.centre[1]
        cosine, sine = np.cos(angle), np.sin(angle)
        return self.centre[0] + across * cosine - up * sine, self.centre[1] + across * sine + up * cosine


def _water_drops(bend: Bend) -> tuple[Floats, Floats]:
    return bend.pushed(np.sin(TURN * (bend.away * 5.0 - bend.turns)))


def _single_drop(bend: Bend) -> tuple[Floats, Floats]:
    """One ring of water that runs outwards within a cycle."""
    behind = bend.cycle * 1.5 - bend.away
    return bend.pushed(np.sin(TURN * behind * 5.0) * np.exp(-((behind * 6.0) ** 2)) * 2.0)


def _ripple(bend: Bend) -> tuple[Floats, Floats]:
    """The picture goes up and down as if it lay on a trampoline."""
    lift = SWELL * bend.amount * np.sin(TURN * (bend.away * bend.frequency / 10.0 - bend.turns))
    return np.broadcast_to(bend.x, lift.shape), bend.y + lift


def _banded_swirl(bend: Bend) -> tuple[Floats, Floats]:
    return bend.swirled(0.25 * np.sin(TURN * bend.away * bend.frequency / 20.0) * np.sin(TURN * bend.turns / 4.0))


def _circular_swirl(bend: Bend) -> tuple[Floats, Floats]:
    return bend.swirled(np.clip(1.0 - bend.away, 0.0, 1.0) * np.sin(TURN * bend.turns / 4.0))


def _wavy(bend: Bend) -> tuple[Floats, Floats]:
    """A flag in the wind: the further from its pole on the left, the wider it swings."""
    swing = SWELL * bend.amount * np.sin(TURN * (bend.x * 1.5 - bend.turns)) * (0.25 + bend.x)
    across = np.broadcast_to(bend.x, (len(bend.y), bend.x.shape[1]))
    return across, bend.y + swing


def _sample(bend: Bend) -> tuple[Floats, Floats]:
    shape = bend.chance.shape
    return np.full(shape, bend.centre[0]), np.full(shape, bend.centre[1])


def _mirror(bend: Bend) -> tuple[Floats, Floats]:
    """What lies left of the centre is seen again, turned round, right of it."""
    return _whole(bend, np.minimum(bend.x, 2.0 * bend.centre[0] - bend.x), bend.y)


def _copy(bend: Bend) -> tuple[Floats, Floats]:
    return _whole(bend, bend.x, bend.y)


def _flip(bend: Bend) -> tuple[Floats, Floats]:
    return _whole(bend, 1.0 - bend.x, bend.y)


def _drop(bend: Bend) -> tuple[Floats, Floats]:
    """The picture melts downwards, every column at its own pace; what comes after it is dark."""
    pace = 1.0 + bend.chance[:1]
    return _whole(bend, bend.x, bend.y + bend.amount * pace)


def _whole(bend: Bend, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return np.broadcast_to(x, bend.chance.shape), np.broadcast_to(y, bend.chance.shape)


def _dissolve(bend: Bend) -> NDArray[np.bool_]:
    return bend.chance >= bend.amount


def _circle(bend: Bend) -> NDArray[np.bool_]:
    """A round hole in the dark, which closes as the amount grows."""
    x, y = (max(place, 1.0 - place) for place in bend.centre)
    open_by = 1.0 - bend.amount
    stays: NDArray[np.bool_] = (bend.away <= math.hypot(x, y) * open_by) & (open_by > 0.0)
    return stays


WARPS: Mapping[str, Callable[[Bend], tuple[Floats, Floats]]] = MappingProxyType(
    {
        "water drops": _water_drops,
        "single water drop": _single_drop,
        "ripple": _ripple,
        "banded swirl": _banded_swirl,
        "circular swirl": _circular_swirl,
        "wavy": _wavy,
        "sample on": _sample,
        "mirror": _mirror,
        "copy": _copy,
        "flip": _flip,
        "drop": _drop,
    }
)
"""Types that move the picture: where each cell takes its light from."""

VEILS: Mapping[str, Callable[[Bend], NDArray[np.bool_]]] = MappingProxyType(
    {"dissolve": _dissolve, "circle reveal": _circle}
)
"""Types that hide parts of the picture: which cells stay."""

TIDAL = frozenset({*VEILS, "drop"})
"""Types that take the picture away: repeated, they take it away and bring it back."""


def render_warp(call: EffectCall) -> Pixels:
    """Paint the Warp effect on what lies below; nothing without a canvas, and with the type "speed"."""
    kind = call.settings.choice("CHOICE_Warp_Type", "water drops")
    if call.below is None or (kind not in WARPS and kind not in VEILS):
        return call.blank()
    pixels = call.blank()
    for window, bend in enumerate(_bends(call, kind)):
        below = call.below[window]
        if kind in VEILS:
            stays = VEILS[kind](bend)
            pixels[window] = np.where(stays[..., None], below, 0)
        else:
            pixels[window] = _fetched(below, *WARPS[kind](bend), wraps=kind != "drop")
        pixels[window, ..., 3] = 255
    return pixels


def _fetched(picture: Pixels, x: Floats, y: Floats, *, wraps: bool) -> Pixels:
    """Light of a picture at places 0..1; beyond its edge lies its edge, or the dark."""
    height, width = picture.shape[:2]
    column = np.floor(x * width).astype(np.int64)
    row = np.floor(y * height).astype(np.int64)
    light: Pixels = picture[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    if wraps:
        return light
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return np.where(inside[..., None], light, 0).astype(np.uint8)


def _bends(call: EffectCall, kind: str) -> list[Bend]:
    """The moment of every painted frame."""
    settings = call.settings
    frames = frames_of(call)
    x, y = (np.arange(size) + 0.5 for size in (call.width, call.height))
    across = settings.over_time("Warp_X", "SLIDER_Warp_X", 50, frames) / 100.0
    up = settings.over_time("Warp_Y", "SLIDER_Warp_Y", 50, frames) / 100.0
    cycles = max(settings.number("TEXTCTRL_Warp_Cycle_Count", 1.0), 0.0)
    pace = settings.number("TEXTCTRL_Warp_Speed", 20.0) / 20.0
    treatment = settings.choice("CHOICE_Warp_Treatment_APPLYLAST", "constant")
    chance = np.random.default_rng(call.seed).random((call.height, call.width))
    share = frame_numbers(call) / max(call.frame_count - 1, 1)
    bends = []
    for window, frame in enumerate(frame_numbers(call)):
        cycle = float(np.mod(share[window] * cycles, 1.0)) if treatment == "constant" else float(share[window])
        bends.append(
            Bend(
                x=x[None, :] / call.width,
                y=y[:, None] / call.height,
                centre=(float(across[window]), float(up[window])),
                amount=_amount(kind, treatment, cycle),
                cycle=cycle,
                turns=float(frame) * call.frame_ms / 1000.0 * pace,
                frequency=settings.number("TEXTCTRL_Warp_Frequency", 20.0),
                chance=chance,
            )
        )
    return bends


def _amount(kind: str, treatment: str, cycle: float) -> float:
    """Strength of a warp: "in" ends with the untouched picture, "out" begins with it."""
    if treatment == "in":
        return 1.0 - cycle
    if treatment == "out":
        return cycle
    return 1.0 - abs(2.0 * cycle - 1.0) if kind in TIDAL else 1.0


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Warp": render_warp})

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType({"Warp": (("CHOICE_Warp_Type", "speed"),)})
"""By effect: the settings, key and value, with which nothing is painted."""
