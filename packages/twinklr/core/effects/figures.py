"""Shape: outlines of hearts, stars and their kin that appear, grow, drift and fade.

Chance decides places, ages and, where asked, directions. Emoji and drawings from files are not painted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import one_share
from twinklr.core.effects.marks import mark_starts
from twinklr.core.effects.paint import blend_palette
from twinklr.core.effects.palette import Palette
from twinklr.core.effects.shapes import EXTENTS, reach_of, shape_within

NOT_DRAWN = frozenset({"Emoji", "SVG"})

AGE, PLACE_X, PLACE_Y, HEADING, KIND = range(5)
"""What the dice are thrown for."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A shape on one frame: how long it lives (0..1), which one of all it is, and where it is."""

    age: float
    number: int
    x: float
    y: float


def render_shape(call: EffectCall) -> Pixels:
    """Paint the Shape effect; emoji and drawings from files stay dark."""
    settings = call.settings
    pixels = call.blank()
    name = settings.choice("CHOICE_Shape_ObjectToDraw", "Circle")
    if name in NOT_DRAWN:
        return pixels
    hold = settings.flag("CHECKBOX_Shape_HoldColour", default=True)
    fade = settings.flag("CHECKBOX_Shape_FadeAway", default=True)
    sizes, growth, thickness, turn = (
        settings.over_time(f"Shape_{part}", f"SLIDER_Shape_{part}", default, len(pixels))
        for part, default in (("StartSize", 1), ("Growth", 10), ("Thickness", 1), ("Rotation", 0))
    )
    for window, picture in enumerate(pixels):
        palette = Palette(call.palette.colors[window : window + 1])
        for figure in _figures(call, window):
            centre, radius = (figure.x, figure.y), sizes[window] + growth[window] * figure.age
            box = reach_of(centre, radius, call.width, call.height)
            kind = _kind(call, name, figure.number)
            mask = shape_within(box, kind, centre, radius, thickness=thickness[window], turn=turn[window])
            alpha = int(255.0 * (1.0 - figure.age)) if fade else 255
            picture[box][mask] = [*_color(palette, figure, hold=hold), alpha]
        picture[picture[..., 3] == 0] = 0
    return pixels


def _dice(call: EffectCall, number: int, what: int) -> float:
    return float(one_share(np.uint64(call.seed), number, what))


def _kind(call: EffectCall, name: str, number: int) -> str:
    kinds = sorted(EXTENTS)
    return kinds[int(_dice(call, number, KIND) * len(kinds))] if name == "Random" else name


def _color(palette: Palette, figure: Figure, *, hold: bool) -> NDArray[np.uint8]:
    color: NDArray[np.uint8] = palette.colors[0, figure.number % palette.size]
    if not hold:
        color = blend_palette(palette, np.array([[figure.age]]), circular=False)[0, 0]
    return color


def _figures(call: EffectCall, window: int) -> list[Figure]:
    """The shapes alive on a painted frame, the oldest first."""
    settings = call.settings
    frame = call.first + window
    share = settings.over_time("Shape_Lifetime", "SLIDER_Shape_Lifetime", 5, call.stop - call.first)[window]
    life = max(call.frame_count * share / 100.0, 1.0)
    if settings.flag("CHECKBOX_Shape_FireTiming"):
        born = mark_starts(call, settings.choice("CHOICE_Shape_FireTimingTrack", ""))
        alive = [(number, (frame - start) / life) for number, start in enumerate(born)]
    else:
        count = int(settings.number("TEXTCTRL_Shape_Count", settings.number("SLIDER_Shape_Count", 5)))
        alive = [_running(call, number, max(count, 1), frame / life) for number in range(max(count, 1))]
    living = [(number, age) for number, age in alive if 0.0 <= age < 1.0]
    return [_placed(call, window, number, age, life) for number, age in sorted(living, key=lambda one: -one[1])]


def _running(call: EffectCall, number: int, count: int, lives: float) -> tuple[int, float]:
    """Number and age of the shape in a place of ``count``: when one dies the next is born."""
    ahead = _dice(call, number, AGE) if call.settings.flag("CHECKBOX_Shape_RandomInitial", default=True) else 0.0
    generation = int(lives + ahead)
    return number + count * generation, lives + ahead - generation


def _placed(call: EffectCall, window: int, number: int, age: float, life: float) -> Figure:
    settings = call.settings
    frames = call.stop - call.first
    if settings.flag("CHECKBOX_Shape_RandomLocation", default=True):
        x, y = _dice(call, number, PLACE_X) * call.width, _dice(call, number, PLACE_Y) * call.height
    else:
        x = settings.over_time("Shape_CentreX", "SLIDER_Shape_CentreX", 50, frames)[window] * call.width / 100.0
        y = settings.over_time("Shape_CentreY", "SLIDER_Shape_CentreY", 50, frames)[window] * call.height / 100.0
    angle = settings.over_time("Shapes_Direction", "SLIDER_Shapes_Direction", 90, frames)[window]
    speed = settings.over_time("Shapes_Velocity", "SLIDER_Shapes_Velocity", 0, frames)[window]
    if settings.flag("CHECKBOX_Shapes_RandomMovement"):
        angle = _dice(call, number, HEADING) * 360.0
    moved = speed * age * life * call.frame_ms / 1000.0
    return Figure(age, number, x + np.cos(np.radians(angle)) * moved, y + np.sin(np.radians(angle)) * moved)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Shape": render_shape})

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"Shape": tuple(("CHOICE_Shape_ObjectToDraw", name) for name in sorted(NOT_DRAWN))}
)
"""By effect: the settings, key and value, with which nothing is painted."""
