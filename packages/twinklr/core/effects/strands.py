"""SingleStrand: chases that run along strands, and skips, a fixed pattern of bands and gaps.

A chase of one runs in from one end and out at the other; several chases share the strand evenly and wrap around.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import (
    dim,
    frames_of,
    in_columns,
    painted,
    pick,
    rainbow,
    repeat_position,
    span_position,
)


@dataclass(frozen=True, slots=True)
class Run:
    """How a chase of one type runs.

    Attributes:
        ways: Directions painted: ``1`` to the right, ``-1`` to the left.
        halves: Both halves mirror each other; the run is over half the strand.
        bounce: It goes there and back within a rotation.
        still: Colours belong to places of the strand instead of moving with the chase.
    """

    ways: tuple[int, ...]
    halves: bool = False
    bounce: bool = False
    still: bool = False


RUNS: Mapping[str, Run] = MappingProxyType(
    {
        "Left-Right": Run((1,)),
        "Right-Left": Run((-1,)),
        "Bounce from Left": Run((1,), bounce=True),
        "Bounce from Right": Run((-1,), bounce=True),
        "Dual Chase": Run((1, -1)),
        "From Middle": Run((-1,), halves=True),
        "To Middle": Run((1,), halves=True),
        "Bounce to Middle": Run((1,), halves=True, bounce=True),
        "Bounce from Middle": Run((-1,), halves=True, bounce=True),
        "Static Left-Right": Run((1,), still=True),
        "Static Right-Left": Run((-1,), still=True),
        "Static Dual": Run((1, -1), still=True),
        "Static From Middle": Run((-1,), halves=True, still=True),
        "Static To Middle": Run((1,), halves=True, still=True),
        "Static Double-Ended": Run((1, -1), bounce=True, still=True),
    }
)


def render_singlestrand(call: EffectCall) -> Pixels:
    """Paint the SingleStrand effect: its Chase or its Skips page, whichever was open last."""
    page = call.settings.choice("NOTEBOOK_SSEFFECT_TYPE", "Chase")
    if page == "Skips":
        return _render_skips(call)
    if page == "FX":
        return call.blank()
    return _render_chase(call)


def _render_chase(call: EffectCall) -> Pixels:
    settings = call.settings
    run = RUNS.get(settings.choice("CHOICE_Chase_Type1", "Left-Right"), RUNS["Left-Right"])
    whole = settings.flag("CHECKBOX_Chase_Group_All")
    strand = call.width * call.height if whole else call.width
    reach = (strand + 1) // 2 if run.halves else strand
    half = np.zeros((frames_of(call), reach, 4), dtype=np.uint8)
    for way in run.ways:
        painting = _chases(call, reach, run)
        lit = painting if way > 0 else painting[:, ::-1]
        half = np.where(lit[..., 3:] > 0, lit, half)
    line = np.concatenate([half, half[:, ::-1][:, strand % 2 :]], axis=1) if run.halves else half
    if whole:
        # The strand runs along the rows, from the lowest one up.
        picture: Pixels = line[:, call.rows * call.width + call.columns]
        return picture
    return in_columns(call, line)


def _chases(call: EffectCall, reach: int, run: Run) -> Pixels:
    """Chases running to the right along ``reach`` cells, ``(frames, reach, 4)``."""
    frames = frames_of(call)
    settings = call.settings
    share = settings.over_time("Color_Mix1", "SLIDER_Color_Mix1", 10, frames)
    length = np.maximum((reach * share / 100.0).astype(np.int64), 1)[:, None]
    count = np.maximum(settings.over_time("Number_Chases", "SLIDER_Number_Chases", 1, frames), 1).astype(np.int64)
    period = np.where(count[:, None] == 1, reach + length - 1, reach)
    heads = _travel(call, run)[:, None] * period
    # A lone chase leaves the strand's end with its tail still showing in the last frame.
    heads = np.where((count[:, None] == 1) & (heads > period - 0.5), period - 1, heads)
    offset = settings.over_time("Chase_Offset", "TEXTCTRL_Chase_Offset", 0.0, frames)
    heads = np.floor(heads + (offset * reach / 100.0)[:, None] + 1e-9)
    place = np.arange(reach)[None, :]
    behind = np.full((frames, reach), -1, dtype=np.int64)
    for index in range(int(count.max())):
        head = heads + np.floor(index * reach / count[:, None] + 1e-9)
        distance = np.mod(head - place, period).astype(np.int64)
        covers = (distance < length) & (index < count[:, None])
        behind = np.where(covers, distance, behind)
    return _color_chase(call, behind, length, place if run.still else None)


def _travel(call: EffectCall, run: Run) -> NDArray[np.float64]:
    """How far through its run the first chase is, 0 to 1, per frame."""
    rotations = call.settings.over_time("Chase_Rotations", "TEXTCTRL_Chase_Rotations", 1.0, frames_of(call))
    position = repeat_position(call, rotations)
    if run.bounce:
        position = 1.0 - np.abs(1.0 - 2.0 * position)
    return position


def _color_chase(
    call: EffectCall, behind: NDArray[np.int64], length: NDArray[np.int64], place: NDArray[np.int64] | None
) -> Pixels:
    """Colours by distance behind the head (or by place), faded as asked; -1 is unlit."""
    settings = call.settings
    lit = behind >= 0
    held = np.where(lit, behind, 0)
    along = (held + 1) / length if place is None else np.broadcast_to((place + 1) / behind.shape[1], held.shape)
    if settings.choice("CHOICE_SingleStrand_Colors", "Palette") == "Rainbow":
        colors = rainbow(along)
    else:
        slots = np.ceil(along * call.palette.size - 1e-9).astype(np.int64) - 1
        colors = pick(call.palette, slots)
    fade = _fade(settings.choice("CHOICE_Fade_Type", "None"), settings.flag("CHECKBOX_Chase_3dFade1"), held, length)
    return painted(colors if fade is None else dim(colors, fade), lit)


def _fade(kind: str, legacy: bool, behind: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Brightness by distance behind the head, or None for no fade."""
    from_head = 1.0 - behind / length
    from_tail = (behind + 1) / length
    if kind == "From Head" or (kind == "None" and legacy):
        return from_head
    if kind == "From Tail":
        return from_tail
    middle = np.minimum(np.minimum(from_head, from_tail) * 2.0, 1.0)
    if kind == "Middle":
        return middle
    return 1.0 - middle if kind == "Head and Tail" else None


def _render_skips(call: EffectCall) -> Pixels:
    settings = call.settings
    band = max(int(settings.number("SLIDER_Skips_BandSize", 1)), 1)
    gap = max(int(settings.number("SLIDER_Skips_SkipSize", 1)), 0)
    start = int(settings.number("SLIDER_Skips_StartPos", 1)) - 1
    advances = int(settings.number("SLIDER_Skips_Advance", 0))
    direction = settings.choice("CHOICE_Skips_Direction", "Left")
    halves = direction in ("From Middle", "To Middle")
    reach = (call.width + 1) // 2 if halves else call.width
    steps = np.floor(span_position(call) * (advances + 1) * 0.99).astype(np.int64) * band
    place = np.arange(reach)[None, :] - start - steps[:, None]
    slots = np.floor_divide(place, band + gap)
    lit = (np.mod(place, band + gap) < band) & (np.arange(reach) >= min(start, 0))
    line = painted(pick(call.palette, slots), lit)
    if direction in ("Right", "From Middle"):
        line = line[:, ::-1]
    if halves:
        line = np.concatenate([line, line[:, ::-1][:, call.width % 2 :]], axis=1)
    return in_columns(call, line)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"SingleStrand": render_singlestrand})
POINTWISE = frozenset(EFFECTS)

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"SingleStrand": (("NOTEBOOK_SSEFFECT_TYPE", "FX"),)}
)
"""By effect: the settings, key and value, with which nothing is painted."""
