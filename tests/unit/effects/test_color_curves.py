"""Palettes and colour curves."""

from __future__ import annotations

import numpy as np
import pytest

from twinklr.core.effects.color_curves import enabled_colors, palette_at, parse_color


def test_only_enabled_slots_count_and_none_is_white() -> None:
    stored = {
        "C_BUTTON_Palette1": "#FF0000",
        "C_BUTTON_Palette2": "#00FF00",
        "C_BUTTON_Palette3": "#0000FF",
        "C_CHECKBOX_Palette1": "1",
        "C_CHECKBOX_Palette2": "true",
        "C_CHECKBOX_Palette3": "1",
    }
    palette = palette_at(enabled_colors(stored), np.array([0.0, 1.0]))
    assert palette.colors.tolist() == [[[255, 0, 0], [0, 0, 255]]] * 2
    assert palette_at(enabled_colors({}), np.array([0.0])).colors.tolist() == [[[255, 255, 255]]]


def test_a_colour_curve_blends_between_its_corners() -> None:
    color = parse_color("Active=TRUE|Id=ID|Values=x=0.000^c=#FF0000;x=0.500^c=#FFFFFF;x=1.000^c=#0000FF|")
    assert color.evaluate(np.array([0.0, 3 / 39, 0.5, 1.0])).tolist() == [
        [255, 0, 0],
        [255, 39, 39],
        [255, 255, 255],
        [0, 0, 255],
    ]


@pytest.mark.parametrize("text", ["red", "FF0000", "#12", "", "Active=TRUE|Values=|"])
def test_what_is_no_colour_is_read_without_complaint(text: str) -> None:
    assert parse_color(text).evaluate(np.array([0.5])).shape == (1, 3)
