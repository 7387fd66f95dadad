"""Circles: its rings and its plasma."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.effect_calls import figures, make_call, over_black, reference_slots
from twinklr.core.effects.circles import render_circles

LOOKS = ("Radial", "Radial_3D", "Plasma", "Bounce", "Bubbles", "Linear_Fade")
SIZES = {"Matrix": (24, 16), "Tree": (16, 25)}


@pytest.mark.parametrize("look", LOOKS)
def test_a_window_and_single_cells_equal_those_of_the_whole(look: str) -> None:
    settings = f"CHECKBOX_Circles_{look}=1,SLIDER_Circles_Count=4"
    whole = render_circles(make_call(settings))
    np.testing.assert_array_equal(render_circles(make_call(settings, window=(7, 19))), whole[7:19])
    rows, columns = np.array([[0, 9, 4, 5]]), np.array([[0, 11, 6, 2]])
    spots = render_circles(replace(make_call(settings), cells=(columns, rows)))
    np.testing.assert_array_equal(spots[:, 0], whole[:, rows[0], columns[0]])


@pytest.mark.parametrize("look", ["Radial", "Radial_3D"])
def test_rings_are_round_and_fill_the_buffer_in_the_end(look: str) -> None:
    pixels = render_circles(make_call(f"CHECKBOX_Circles_{look}=1", size=(21, 21)))
    np.testing.assert_array_equal(pixels, pixels[:, ::-1])
    np.testing.assert_array_equal(pixels, pixels.transpose(0, 2, 1, 3))
    assert 0 < (pixels[0, ..., 3] > 0).mean() < 0.4
    assert (pixels[-1, ..., 3] == 255).all()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", [(1, 1), (40, 1), (1, 12)])
def test_small_buffers_and_no_size_at_all(look: str, size: tuple[int, int]) -> None:
    settings = f"CHECKBOX_Circles_{look}=1,SLIDER_Circles_Size=0"
    assert render_circles(make_call(settings, size=size)).shape == (30, size[1], size[0], 4)


@pytest.mark.reference
@pytest.mark.parametrize(("slot", "look"), [(15, "Radial"), (17, "Radial_3D")])
@pytest.mark.parametrize("model", sorted(SIZES))
def test_rings_are_those_of_xlights(reference: Path, slot: int, look: str, model: str) -> None:
    theirs = reference_slots(reference / "reference" / "effects", "effect_Circles", model)[slot]
    call = make_call(f"CHECKBOX_Circles_{look}=1", size=SIZES[model], frames=40, colors=theirs.colors)
    assert np.abs(over_black(render_circles(call)).astype(int) - theirs.frames).max() <= 2


@pytest.mark.reference
def test_plasma_looks_like_that_of_xlights(reference: Path) -> None:
    theirs = reference_slots(reference / "reference" / "effects", "effect_Circles", "Matrix")[13]
    ours = [
        figures(over_black(render_circles(make_call(theirs.settings, size=(24, 16), frames=40, seed=seed))))
        for seed in range(12)
    ]
    seen = figures(theirs.frames)
    for name, allowed in (("lit", 0.06), ("mean", 30.0), ("change", 0.15)):
        assert abs(np.mean([one[name] for one in ours]) - seen[name]) < allowed, name
