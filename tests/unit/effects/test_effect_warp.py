"""Warp: what it does to the picture below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effect_calls import make_call
from twinklr.core.effects.render import Renderer
from twinklr.core.effects.warp import VEILS, WARPS, render_warp
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row

TYPES = sorted([*WARPS, *VEILS])
MOVING = sorted({*TYPES} - {"copy", "flip", "mirror", "sample on"})


def over(kind: str, more: str = "", *, size: tuple[int, int] = (12, 10), frames: int = 20, window=None):  # type: ignore[no-untyped-def]
    call = make_call(f"CHOICE_Warp_Type={kind},{more}".rstrip(","), size=size, frames=frames, window=window)
    picture = np.random.default_rng(5).integers(1, 255, (frames, size[1], size[0], 4), dtype=np.uint8)
    picture[..., 3] = 255
    first, stop = window or (0, frames)
    return replace(call, below=picture[first:stop])


@pytest.mark.parametrize("kind", TYPES)
def test_without_a_canvas_nothing_is_painted(kind: str) -> None:
    assert not render_warp(make_call(f"CHOICE_Warp_Type={kind}")).any()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("treatment", ["constant", "in", "out"])
@given(edges=st.tuples(st.integers(0, 19), st.integers(1, 20)).filter(lambda pair: pair[0] < pair[1]))
@settings(max_examples=4, deadline=None)
def test_a_window_equals_that_part_of_the_whole(kind: str, treatment: str, edges: tuple[int, int]) -> None:
    more = f"CHOICE_Warp_Treatment_APPLYLAST={treatment}"
    part = render_warp(over(kind, more, window=edges))
    np.testing.assert_array_equal(part, render_warp(over(kind, more))[edges[0] : edges[1]])


@pytest.mark.parametrize("kind", TYPES)
def test_every_light_comes_from_below(kind: str) -> None:
    call = over(kind)
    assert call.below is not None
    for frame, picture in enumerate(render_warp(call)):
        known = {tuple(cell) for cell in call.below[frame].reshape(-1, 4)} | {(0, 0, 0, 255)}
        assert {tuple(cell) for cell in picture.reshape(-1, 4)} <= known


@pytest.mark.parametrize("kind", MOVING)
def test_out_begins_and_in_ends_with_the_untouched_picture(kind: str) -> None:
    out = over(kind, "CHOICE_Warp_Treatment_APPLYLAST=out")
    into = over(kind, "CHOICE_Warp_Treatment_APPLYLAST=in")
    assert out.below is not None
    np.testing.assert_array_equal(render_warp(out)[0], out.below[0])
    np.testing.assert_array_equal(render_warp(into)[-1], out.below[-1])
    assert (render_warp(over(kind)) != out.below).any()


def test_the_simple_types_do_what_they_say() -> None:
    call = over("flip")
    assert call.below is not None
    np.testing.assert_array_equal(render_warp(call), call.below[:, :, ::-1])
    np.testing.assert_array_equal(render_warp(over("copy")), call.below)
    mirrored = render_warp(over("mirror"))
    np.testing.assert_array_equal(mirrored[:, :, 6:], mirrored[:, :, 5::-1])
    np.testing.assert_array_equal(mirrored[:, :, :6], call.below[:, :, :6])
    sampled = render_warp(over("sample on", "SLIDER_Warp_X=0,SLIDER_Warp_Y=0"))
    assert (sampled == call.below[:, :1, :1]).all()


@pytest.mark.parametrize(("kind", "size"), [(kind, size) for kind in TYPES for size in ((1, 1), (9, 1), (1, 7))])
def test_small_buffers_are_warped_too(kind: str, size: tuple[int, int]) -> None:
    assert render_warp(over(kind, size=size)).shape == (20, size[1], size[0], 4)


def test_the_canvas_option_decides_what_the_warp_sees(small_display, make_sequence: Callable[..., object]) -> None:  # type: ignore[no-untyped-def]
    red = Effect("On", 0, 1000, "", "C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1")
    half = "E_CHOICE_Warp_Type=circle reveal,E_CHOICE_Warp_Treatment_APPLYLAST=out"
    lit = []
    for canvas in ("", ",T_CHECKBOX_Canvas=1"):
        layers = (EffectLayer((Effect("Warp", 0, 1000, half + canvas, ""),)), EffectLayer((red,)))
        colors = Renderer(make_sequence(Row("Grid", layers)), small_display).node_colors(0, 20)
        lit.append((colors[..., 0] > 0).sum(axis=1))
    assert (lit[0] == 12).all()
    assert lit[1][0] == 12
    assert lit[1][-1] == 0
