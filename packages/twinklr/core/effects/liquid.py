"""Liquid: particles that up to four sources pour into the buffer, and that push each other away.

xLights leaves the motion to a physics engine; here crowding drives particles from full cells to emptier ones. The look
is alike (jets, pools, colours that meet), single particles are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, painted

Floats = NDArray[np.float64]

X, Y, SPEED_X, SPEED_Y, AGE, SOURCE = range(6)
"""Columns of a particle."""

SOURCES = 4
PARTICLES_PER_CELL = 4
STIFFNESS = 40.0
"""Cells a second by which one particle too many in a cell pushes its neighbours."""

DAMPING = 0.6
"""Share of the speed that is lost in a second."""

BOUNCE = 0.5
"""Share of the speed kept at a barrier."""

FACING = ((50, 100, 270), (0, 50, 0), (50, 0, 90), (100, 50, 180))
"""Default place (per cent across and up) and direction in degrees of each source."""


def render_liquid(call: EffectCall) -> Pixels:
    """Paint the Liquid effect."""
    settings = call.settings
    sources = _sources(call)
    gravity = settings.number("TEXTCTRL_Liquid_Gravity", settings.number("SLIDER_Liquid_Gravity", 10.0) / 10.0)
    downward = np.radians(270.0 + settings.number("TEXTCTRL_Liquid_GravityAngle", 0.0))
    barriers = np.array(
        [
            settings.flag(f"CHECKBOX_{side}Barrier", default=side == "Bottom")
            for side in ("Left", "Right", "Bottom", "Top")
        ]
    )
    limits = np.array(
        [
            call.frame_ms / 1000.0,
            settings.number("TEXTCTRL_LifeTime", 1000.0) / 100.0,
            gravity * np.cos(downward),
            gravity * np.sin(downward),
            _rest(settings.number("TEXTCTRL_Size", 500.0)),
        ]
    )
    warm_up = int(np.clip(settings.number("TEXTCTRL_WarmUpFrames", 0.0), 0, 500))
    frames = call.stop - call.first
    shown = np.full((frames, call.height, call.width), -1, dtype=np.int16)
    aged = np.zeros(shown.shape)
    _pour(
        shown,
        aged,
        np.zeros((call.width * call.height * PARTICLES_PER_CELL + 64, 6)),
        sources,
        barriers,
        limits,
        np.random.default_rng(call.seed).uniform(-0.5, 0.5, (4096, 2)),
        warm_up + call.first,
    )
    return _colored(call, shown, aged / max(limits[1], 1e-6))


def _rest(size: float) -> float:
    """Particles that lie in a cell without pushing; a size of 1000 is a particle as wide as a cell."""
    return float(np.clip((1000.0 / max(size, 1.0)) ** 2, 0.25, PARTICLES_PER_CELL - 1))


def _sources(call: EffectCall) -> Floats:
    """Each enabled source: place (cells), speed (cells a second, x and y), particles a frame, spread and number."""
    settings = call.settings
    found = []
    for number, (across, up, direction) in enumerate(FACING):
        label = number + 1

        def value(name: str, default: float, label: int = label) -> float:
            return settings.number(f"TEXTCTRL_{name}{label}", default)

        if number and not settings.flag(f"CHECKBOX_Enabled{label}"):
            continue
        angle = np.radians(value("Direction", direction))
        speed, flow = value("Velocity", 100.0), value("Flow", 100.0) * call.frame_ms / 1000.0
        found.append(
            (
                value("X", across) * call.width / 100.0,
                value("Y", up) * call.height / 100.0,
                np.cos(angle) * speed,
                np.sin(angle) * speed,
                flow,
                1.0 + value("Liquid_SourceSize", 0.0) * max(call.width, call.height) / 100.0,
                number,
            )
        )
    return np.array(found, dtype=np.float64)


def _colored(call: EffectCall, shown: NDArray[np.int16], aged: Floats) -> Pixels:
    """A colour a source, or the palette over a particle's life."""
    lit = shown >= 0
    if call.settings.flag("CHECKBOX_HoldColor", default=True):
        slots = np.mod(np.maximum(shown, 0), call.palette.size)
        return painted(call.palette.colors[np.arange(len(shown))[:, None, None], slots], lit)
    return painted(blend_palette(call.palette, np.clip(aged, 0.0, 1.0), circular=False), lit)


@njit(cache=True, nogil=True)
def _pour(
    shown: NDArray[np.int16],
    aged: Floats,
    particles: Floats,
    sources: Floats,
    barriers: NDArray[np.bool_],
    limits: Floats,
    scatter: Floats,
    before: int,
) -> None:
    """Let it flow ``before`` frames unseen, then show each frame the youngest particle of every cell."""
    height, width = shown.shape[1], shown.shape[2]
    crowd = np.zeros((height, width))
    owed = np.zeros(len(sources))
    count, thrown = 0, 0
    for step in range(before + shown.shape[0]):
        count, thrown = _emit(particles, count, sources, owed, scatter, thrown)
        crowd[:] = 0.0
        for index in range(count):
            row, column = int(particles[index, Y]), int(particles[index, X])
            if 0 <= row < height and 0 <= column < width:
                crowd[row, column] += 1.0
        count = _move(particles, count, crowd, barriers, limits)
        frame = step - before
        if frame >= 0:
            for index in range(count):
                row, column = int(particles[index, Y]), int(particles[index, X])
                if shown[frame, row, column] < 0 or particles[index, AGE] <= aged[frame, row, column]:
                    shown[frame, row, column] = int(particles[index, SOURCE])
                    aged[frame, row, column] = particles[index, AGE]


@njit(cache=True, nogil=True)
def _emit(
    particles: Floats, count: int, sources: Floats, owed: Floats, scatter: Floats, thrown: int
) -> tuple[int, int]:
    """Add each source's particles while there is room; the new count, and how many throws of the dice were used."""
    for index in range(len(sources)):
        source = sources[index]
        owed[index] += source[4]
        while owed[index] >= 1.0:
            owed[index] -= 1.0
            if count == len(particles):
                continue
            dice = scatter[thrown % len(scatter)]
            thrown += 1
            particles[count, X] = source[0] + dice[0] * source[5]
            particles[count, Y] = source[1] + dice[1] * source[5]
            particles[count, SPEED_X] = source[2] * (1.0 + 0.2 * dice[1])
            particles[count, SPEED_Y] = source[3] * (1.0 + 0.2 * dice[0])
            particles[count, AGE] = 0.0
            particles[count, SOURCE] = source[6]
            count += 1
    return count, thrown


@njit(cache=True, nogil=True)
def _excess(crowd: Floats, row: int, column: int, rest: float) -> float:
    """Particles too many in a cell; outside the buffer there is room."""
    if 0 <= row < crowd.shape[0] and 0 <= column < crowd.shape[1]:
        return float(max(crowd[row, column] - rest, 0.0))
    return 0.0


@njit(cache=True, nogil=True)
def _move(particles: Floats, count: int, crowd: Floats, barriers: NDArray[np.bool_], limits: Floats) -> int:
    """Move all particles by a frame and drop those that died or left; the new count."""
    seconds, life, pull_x, pull_y, rest = limits
    height, width = crowd.shape
    kept = 0
    for index in range(count):
        x, y, speed_x, speed_y, age, source = particles[index]
        row, column = int(np.floor(y)), int(np.floor(x))
        push_x = _excess(crowd, row, column - 1, rest) - _excess(crowd, row, column + 1, rest)
        push_y = _excess(crowd, row - 1, column, rest) - _excess(crowd, row + 1, column, rest)
        keep = 1.0 - DAMPING * seconds
        speed_x = (speed_x + pull_x * seconds + push_x * STIFFNESS * seconds) * keep
        speed_y = (speed_y + pull_y * seconds + push_y * STIFFNESS * seconds) * keep
        x, y, age = x + speed_x * seconds, y + speed_y * seconds, age + seconds
        x, speed_x = _walled(x, speed_x, width, barriers[0], barriers[1])
        y, speed_y = _walled(y, speed_y, height, barriers[2], barriers[3])
        if age <= life and 0.0 <= x < width and 0.0 <= y < height:
            particles[kept, X], particles[kept, Y] = x, y
            particles[kept, SPEED_X], particles[kept, SPEED_Y] = speed_x, speed_y
            particles[kept, AGE], particles[kept, SOURCE] = age, source
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def _walled(place: float, speed: float, size: int, low: bool, high: bool) -> tuple[float, float]:
    """Place and speed after the walls at either end."""
    if low and place < 0.0:
        return min(-place * BOUNCE, size - 1e-6), abs(speed) * BOUNCE
    if high and place >= size:
        return max(size - 1e-6 - (place - size) * BOUNCE, 0.0), -abs(speed) * BOUNCE
    return place, speed


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Liquid": render_liquid})
