"""Blend methods and colour adjustments, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.effects.blend import METHODS, blend, cover, halves
from twinklr.core.effects.recolor import SPARKLE_LEVELS, adjust_brightness, adjust_hsv, sparkle

RED, GREEN, GREY, BLACK = (255, 0, 0), (0, 255, 0), (100, 100, 100), (0, 0, 0)
Color = tuple[int, int, int]


def put(method: str, above: Color, below: Color, *, alpha: int = 255, mix: float = 0.0, started: bool = True) -> Color:
    canvas = np.array([[[*below, 0]]], np.uint8)
    pixels = np.array([[[*above, alpha]]], np.uint8)
    levels = np.array([[1.0, 1.0, mix]])
    zero = np.zeros(1, np.int32)
    blend(canvas, zero, pixels, zero, np.array([1], np.uint8), METHODS[method], levels, np.array([started]))
    red, green, blue, _ = canvas[0, 0].tolist()
    return red, green, blue


@pytest.mark.parametrize(
    ("method", "above", "below", "expected"),
    [
        ("Normal", RED, GREEN, RED),
        ("Effect 1", RED, GREEN, RED),
        ("Effect 2", RED, GREEN, GREEN),
        ("1 is Mask", RED, GREEN, BLACK),
        ("1 is Mask", BLACK, GREEN, GREEN),
        ("2 is Mask", RED, GREEN, BLACK),
        ("2 is Mask", RED, BLACK, RED),
        ("1 is Unmask", GREY, GREEN, (0, 100, 0)),
        ("2 is Unmask", RED, GREY, (100, 0, 0)),
        ("1 is True Unmask", GREY, GREEN, GREEN),
        ("1 is True Unmask", BLACK, GREEN, BLACK),
        ("2 is True Unmask", RED, GREY, RED),
        ("1 reveals 2", RED, GREEN, RED),
        ("1 reveals 2", BLACK, GREEN, GREEN),
        ("2 reveals 1", RED, GREEN, GREEN),
        ("2 reveals 1", RED, BLACK, RED),
        ("Layered", RED, BLACK, RED),
        ("Average", RED, (11, 68, 243), (133, 34, 121)),
        ("Average", RED, BLACK, RED),
        ("Bottom-Top", RED, GREEN, RED),
        ("Left-Right", RED, GREEN, GREEN),
        ("Shadow 1 on 2", GREEN, (78, 93, 177), (99, 78, 177)),
        ("Shadow 2 on 1", GREEN, (100, 101, 154), (152, 255, 0)),
        ("Additive", RED, GREY, (255, 100, 100)),
        ("Subtractive", RED, GREY, (0, 100, 100)),
        ("Brightness", RED, GREY, (100, 0, 0)),
        ("Max", RED, GREY, (255, 100, 100)),
        ("Min", RED, GREY, (100, 0, 0)),
        ("Highlight", RED, GREY, RED),
    ],
)
def test_each_method(method: str, above: Color, below: Color, expected: Color) -> None:
    assert np.abs(np.array(put(method, above, below)) - expected).max() <= 1


@pytest.mark.parametrize("method", METHODS)
def test_the_first_layer_shows_whatever_its_method(method: str) -> None:
    assert put(method, RED, GREEN, started=False) == RED


@pytest.mark.parametrize("method", ["Normal", "1 reveals 2", "Average", "Additive", "Subtractive", "Max", "Highlight"])
def test_a_transparent_layer_changes_nothing(method: str) -> None:
    assert put(method, RED, GREY, alpha=0) == GREY


def test_the_mix_slider_crosses_over_to_the_other_effect() -> None:
    assert put("Effect 1", (200, 0, 0), (0, 100, 0), mix=0.25) == (150, 25, 0)
    assert put("Effect 2", (200, 0, 0), (0, 100, 0), mix=0.25) == (50, 75, 0)


@settings(max_examples=60, deadline=None)
@given(
    above=st.tuples(*[st.integers(0, 255)] * 3), below=st.tuples(*[st.integers(0, 255)] * 3), alpha=st.integers(0, 255)
)
def test_moving_whole_pixels_is_blending_normally(above: Color, below: Color, alpha: int) -> None:
    canvas = np.array([[[*below, 0]]], np.uint8)
    pixels = np.array([[[*above, alpha]]], np.uint8)
    zero = np.zeros(1, np.int32)
    cover(canvas.view(np.uint32)[..., 0], zero, pixels.view(np.uint32)[..., 0], zero, np.array([True]))
    assert np.abs(canvas[0, 0, :3].astype(int) - put("Normal", above, below, alpha=alpha)).max() <= 1


@settings(max_examples=60, deadline=None)
@given(
    method=st.sampled_from(sorted(METHODS)),
    above=st.tuples(*[st.integers(0, 255)] * 3),
    below=st.tuples(*[st.integers(0, 255)] * 3),
    mix=st.floats(0.0, 1.0),
)
def test_every_method_stays_in_range_of_its_layers(method: str, above: Color, below: Color, mix: float) -> None:
    mixed = put(method, above, below, mix=mix)
    brightest = max(*above, *below)
    assert max(mixed) <= (255 if "dditive" in method or "Vibrant" in method else brightest + 1)


def test_cells_cut_off_show_what_lies_below_and_foreign_ones_are_left_alone() -> None:
    canvas = np.full((1, 3, 4), 9, np.uint8)
    nodes, cells = np.arange(3, dtype=np.int32), np.array([0, -1, -2], np.int32)
    pixels = np.array([[[1, 2, 3, 255]]], np.uint8)
    levels = np.ones((1, 3)) * [1.0, 1.0, 0.0]
    blend(canvas, nodes, pixels, cells, np.zeros(3, np.uint8), 0, levels, np.array([False]))
    assert canvas[0, :, :3].tolist() == [[1, 2, 3], [0, 0, 0], [9, 9, 9]]


def test_halves_of_a_buffer() -> None:
    x, y = np.array([0, 3, 4], np.int32), np.array([0, 1, 2], np.int32)
    assert halves(x, y, 8, 4).tolist() == [3, 3, 0]


def adjusted(color: Color, hue: float = 0.0, saturation: float = 0.0, value: float = 0.0) -> list[int]:
    pixels = np.array([[[*color, 255]]], np.uint8)
    adjust_hsv(pixels, np.array([hue]), np.array([saturation]), np.array([value]))
    return pixels[0, 0, :3].tolist()


def test_colour_shifts() -> None:
    assert adjusted((255, 0, 0), hue=1 / 3) == [0, 255, 0]
    assert adjusted((255, 0, 0), saturation=-0.5) == [255, 127, 127]
    assert adjusted((255, 160, 0), value=-0.4) == [153, 96, 0]


def test_brightness_is_cut_off_at_full_light_and_contrast_spreads() -> None:
    pixels = np.array([[[100, 200, 0, 255]], [[100, 200, 0, 255]]], np.uint8)
    adjust_brightness(pixels, np.array([50.0, 200.0]), 0.0)
    assert pixels[:, 0, :3].tolist() == [[50, 100, 0], [200, 255, 0]]
    spread = np.array([[[150, 105, 0, 255], [60, 30, 0, 255]]], np.uint8)
    adjust_brightness(spread, np.array([100.0]), 0.5)
    assert spread[0, :, :3].tolist() == [[225, 157, 0], [30, 15, 0]]


def test_sparkles_flash_lit_nodes_only() -> None:
    colors = np.zeros((8, 2, 4), np.uint8)
    colors[:, 0, 0] = 200
    sparkle(colors, np.array([0, 0]), 0, np.full(8, 100), np.array([255, 255, 255]), SPARKLE_LEVELS)
    assert colors[:, 0, 1].tolist() == [0, 135, 191, 255, 191, 135, 0, 0]
    assert not colors[:, 1].any()
