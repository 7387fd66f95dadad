"""Laws every effect keeps, whatever it paints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twinklr.core.effects import EFFECTS
from twinklr.core.effects.call import EffectCall
from twinklr.core.effects.palette import Palette
from twinklr.core.effects.settings import EffectSettings

COLORS = np.array([[255, 255, 255], [0, 64, 255], [255, 160, 0]], np.uint8)
NAMES = sorted(EFFECTS)
POINTWISE = [name for name in NAMES if EFFECTS[name].pointwise]


def call_of(width: int, height: int, frames: int = 12, first: int = 0, stop: int | None = None) -> EffectCall:
    stop = frames if stop is None else stop
    return EffectCall(
        width=width,
        height=height,
        frame_ms=50,
        start_frame=4,
        frame_count=frames,
        first=first,
        stop=stop,
        settings=EffectSettings({}, {}),
        palette=Palette(np.broadcast_to(COLORS, (stop - first, 3, 3))),
        seed=7,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(12, 9), (1, 1), (30, 1), (1, 20)])
def test_pictures_have_the_shape_that_was_asked_for(name: str, size: tuple[int, int]) -> None:
    call = call_of(*size)
    call = replace(call, below=call.blank()) if EFFECTS[name].canvas else call
    pixels = EFFECTS[name].function(call)
    assert pixels.shape == (12, size[1], size[0], 4)
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize("name", [name for name in NAMES if not EFFECTS[name].canvas])
def test_a_window_equals_that_part_of_the_whole(name: str) -> None:
    whole = EFFECTS[name].function(call_of(14, 10))
    for first, stop in ((0, 1), (3, 8), (11, 12)):
        part = EFFECTS[name].function(call_of(14, 10, first=first, stop=stop))
        np.testing.assert_array_equal(part, whole[first:stop])


@pytest.mark.parametrize("name", POINTWISE)
def test_single_cells_equal_those_of_the_grid(name: str) -> None:
    call = call_of(15, 11)
    whole = EFFECTS[name].function(call)
    rows = np.array([[0, 0, 3, 5, 10, 10]])
    columns = np.array([[0, 14, 7, 2, 1, 14]])
    spots = EFFECTS[name].function(replace(call, cells=(columns, rows)))
    assert spots.shape == (12, 1, 6, 4)
    np.testing.assert_array_equal(spots[:, 0], whole[:, rows[0], columns[0]])


@pytest.mark.parametrize("name", NAMES)
def test_one_frame_is_enough(name: str) -> None:
    call = call_of(6, 5, frames=1)
    call = replace(call, below=call.blank()) if EFFECTS[name].canvas else call
    assert EFFECTS[name].function(call).shape == (1, 5, 6, 4)
