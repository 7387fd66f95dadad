"""Bars: stripes of the palette's colours that march over the buffer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import dim, frames_of, in_columns, in_rows, mix, opaque, pick, repeat_position


@dataclass(frozen=True, slots=True)
class Course:
    """How bars of one direction run.

    Attributes:
        vertical: Bars are rows stacked over the height; else columns side by side.
        towards_end: They move up or to the right.
        mirrored: Both halves mirror each other around the centre.
        stepping: They jump by whole bars instead of gliding.
        placed: The centre parameter sets their place, time does not.
    """

    vertical: bool
    towards_end: bool
    mirrored: bool = False
    stepping: bool = False
    placed: bool = False


COURSES: Mapping[str, Course] = MappingProxyType(
    {
        "up": Course(vertical=True, towards_end=True),
        "down": Course(vertical=True, towards_end=False),
        "expand": Course(vertical=True, towards_end=True, mirrored=True),
        "compress": Course(vertical=True, towards_end=False, mirrored=True),
        "Left": Course(vertical=False, towards_end=False),
        "Right": Course(vertical=False, towards_end=True),
        "H-expand": Course(vertical=False, towards_end=True, mirrored=True),
        "H-compress": Course(vertical=False, towards_end=False, mirrored=True),
        "Alternate Up": Course(vertical=True, towards_end=True, stepping=True),
        "Alternate Down": Course(vertical=True, towards_end=False, stepping=True),
        "Alternate Left": Course(vertical=False, towards_end=False, stepping=True),
        "Alternate Right": Course(vertical=False, towards_end=True, stepping=True),
        "Custom Horz": Course(vertical=False, towards_end=True, placed=True),
        "Custom Vert": Course(vertical=True, towards_end=True, placed=True),
    }
)


def render_bars(call: EffectCall) -> Pixels:
    """Paint the Bars effect."""
    settings = call.settings
    course = COURSES.get(settings.choice("CHOICE_Bars_Direction", "up"), COURSES["up"])
    length = call.height if course.vertical else call.width
    steps, bar = _steps(call, course, length)
    slots = np.floor_divide(steps, bar)
    into_bar = np.mod(steps, bar)
    colors = pick(call.palette, slots)
    if settings.flag("CHECKBOX_Bars_Gradient"):
        colors = mix(colors, pick(call.palette, slots + 1), into_bar / bar)
    if settings.flag("CHECKBOX_Bars_Highlight"):
        white = np.full_like(colors, 255)
        first = np.broadcast_to(call.palette.color(0)[:, None, :], colors.shape)
        lit = first if settings.flag("CHECKBOX_Bars_UseFirstColorForHighlight") else white
        colors = np.where((into_bar == 0)[..., None], lit, colors)
    if settings.flag("CHECKBOX_Bars_3D"):
        colors = dim(colors, (bar - into_bar - 1) / bar)
    line = opaque(colors, colors.shape[:-1])
    return in_rows(call, line) if course.vertical else in_columns(call, line)


def _steps(call: EffectCall, course: Course, length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Position of every row or column in the endless pattern of bars, and the bar's size, per frame."""
    frames = frames_of(call)
    settings = call.settings
    count = np.maximum(settings.over_time("Bars_BarCount", "SLIDER_Bars_BarCount", 1, frames), 1).astype(np.int64)
    bar = np.maximum(-(-length // (count * call.palette.size)), 1)[:, None]
    block = bar * call.palette.size
    cycles = settings.over_time("Bars_Cycles", "TEXTCTRL_Bars_Cycles", 1.0, frames)
    center = settings.over_time("Bars_Center", "TEXTCTRL_Bars_Center", 0, frames)
    position = repeat_position(call, cycles)[:, None]
    if course.stepping:
        position = np.floor(position * call.palette.size) / call.palette.size
    if course.placed:
        position = (center[:, None] * length / 100.0) / block
    place = np.arange(length)[None, :]
    if course.mirrored:
        middle = np.floor(length * (100.0 + center) / 200.0)[:, None]
        place = math.ceil(length / 2) - np.abs(place - middle)
        # Outwards from the middle is towards lower places of the one half that counts.
        place = place if course.towards_end else -place
    elif course.towards_end:
        place = length - 1 - place
    return np.floor(place + length + position * block + 1e-9).astype(np.int64), bar


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Bars": render_bars})
POINTWISE = frozenset(EFFECTS)
