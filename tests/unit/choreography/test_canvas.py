"""The canvas: whatever is put on it, the rows that come off it are lawful."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.choreography.canvas import BOTTOM, TOP, Canvas, write_palette, write_settings
from twinklr.core.xlights.sequence import Effect

spans = st.lists(st.tuples(st.integers(-10, 500), st.integers(1, 80)).map(lambda t: (25 * t[0], 25 * (t[0] + t[1]))))


@given(spans=spans)
def test_layers_never_overlap_and_stay_inside(spans: list[tuple[int, int]]) -> None:
    canvas = Canvas(25, 10_000, frozenset({"Tree"}))
    for start, end in spans:
        canvas.put("Tree", TOP, Effect("On", start, end))
    (row,) = canvas.finish(["Tree"])
    for layer in row.layers:
        assert all(0 <= e.start_ms < e.end_ms <= 10_000 for e in layer.effects)
        assert all(one.end_ms <= other.start_ms for one, other in pairwise(layer.effects))


def test_unknown_rows_are_refused() -> None:
    with pytest.raises(KeyError):
        Canvas(25, 1000, frozenset({"Tree"})).put("Bush", TOP, Effect("On", 0, 500))


def test_an_empty_row_keeps_one_layer() -> None:
    canvas = Canvas(25, 1000, frozenset({"Tree", "Bush"}))
    canvas.put("Bush", BOTTOM, Effect("On", 0, 500))
    tree, bush = canvas.finish(["Tree", "Bush"])
    assert [len(layer.effects) for layer in tree.layers] == [0]
    assert [len(layer.effects) for layer in bush.layers] == [1]


def test_settings_are_sorted_and_later_parts_win() -> None:
    assert write_settings((("E_B", "1"), ("E_A", "2")), (("E_B", "3"),)) == "E_A=2,E_B=3"


def test_palettes_enable_what_they_hold() -> None:
    assert write_palette(["#FF0000", "#00FF00"]) == (
        "C_BUTTON_Palette1=#FF0000,C_BUTTON_Palette2=#00FF00,C_CHECKBOX_Palette1=1,C_CHECKBOX_Palette2=1"
    )
