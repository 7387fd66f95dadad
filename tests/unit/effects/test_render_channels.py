"""From node colours to channel bytes and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twinklr.core.display import Output, WhiteHandling
from twinklr.core.display.display import Display
from twinklr.core.display.outputs import brightness_curve
from twinklr.core.effects.channels import channel_map, from_channels, single_levels, split_white, to_channels
from twinklr.core.effects.super_strings import super_levels


def test_colour_order_and_back(small_display: Display) -> None:
    offsets = np.array(small_display.node_offsets)
    offsets[0, :3] = (1, 0, 2)
    mapping = channel_map(replace(small_display, node_offsets=offsets))
    colors = np.zeros((1, small_display.node_count, 3), np.uint8)
    colors[0, :2] = (10, 20, 30)
    frames = to_channels(colors, mapping)
    assert frames[0, :6].tolist() == [20, 10, 30, 10, 20, 30]
    np.testing.assert_array_equal(from_channels(frames, mapping, small_display.node_count), colors)


def test_white_channels_take_over_grey(small_display: Display) -> None:
    offsets = np.tile(np.array([0, 1, 2, 3], np.int8), (small_display.node_count, 1))
    channels = 4 * np.arange(small_display.node_count, dtype=np.int32)
    display = replace(small_display, node_offsets=offsets, node_channel=channels, channel_count=4 * len(channels))
    colors = np.zeros((1, display.node_count, 3), np.uint8)
    colors[0, 0], colors[0, 1] = (90, 90, 90), (90, 0, 0)
    assert to_channels(colors, channel_map(display))[0, :8].tolist() == [0, 0, 0, 90, 90, 0, 0, 0]


def test_single_colours_show_their_own_part() -> None:
    colors = np.array([[[200, 50, 0], [200, 50, 0], [80, 80, 80]]], np.uint8)
    tint = np.array([[255, 0, 0], [0, 255, 0], [255, 255, 255]], np.uint8)
    assert single_levels(colors, tint).tolist() == [[200, 50, 80]]


def test_white_strings_show_what_all_parts_share_and_others_their_hue() -> None:
    colors = np.array([[[200, 50, 20], [250, 125, 0], [0, 0, 90], [70, 70, 70], [0, 0, 90]]], np.uint8)
    tint = np.array([[255] * 3, [255, 128, 0], [255, 128, 0], [255, 128, 0], [0, 0, 0]], np.uint8)
    assert single_levels(colors, tint).tolist() == [[20, 250, 0, 70, 90]]


@pytest.mark.parametrize(
    ("handling", "grey", "pale"),
    [
        (WhiteHandling.GREY, ([0, 0, 0], 80), ([200, 100, 50], 0)),
        (WhiteHandling.RGB_ONLY, ([80, 80, 80], 0), ([200, 100, 50], 0)),
        (WhiteHandling.WHITE_ONLY, ([0, 0, 0], 80), ([0, 0, 0], 0)),
        (WhiteHandling.ADVANCED, ([0, 0, 0], 80), ([150, 50, 0], 50)),
        (WhiteHandling.ON_ALL, ([80, 80, 80], 80), ([200, 100, 50], 0)),
    ],
)
def test_when_the_white_channel_shines(
    handling: WhiteHandling, grey: tuple[list[int], int], pale: tuple[list[int], int]
) -> None:
    colors = np.array([[[80, 80, 80], [200, 100, 50]]], np.uint8)
    parts, white = split_white(colors, np.full(2, tuple(WhiteHandling).index(handling), np.uint8))
    found = [(parts[0, node].tolist(), int(white[0, node])) for node in (0, 1)]
    for (rgb, level), (wanted_rgb, wanted_level) in zip(found, (grey, pale), strict=True):
        assert np.allclose(rgb, wanted_rgb, atol=1)
        assert abs(level - wanted_level) <= 1


def test_dimming_curves_are_applied_before_the_colour_order(small_display: Display) -> None:
    prop = small_display.props[0]
    tables = tuple(brightness_curve(percent, 1.0).tobytes() for percent in (-50, 0, -100))
    dimmed = replace(prop, output=Output(dimming=tables))
    display = replace(small_display, props=(dimmed, *small_display.props[1:]))
    colors = np.full((1, display.node_count, 3), 200, np.uint8)
    frames = to_channels(colors, channel_map(display))
    assert frames[0, :3].tolist() == [100, 200, 0]
    assert frames[0, 3 * prop.node_count :].min() == 200


BUNDLE = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)


@pytest.mark.parametrize(
    ("color", "levels"),
    [
        ((200, 0, 0), [200, 0, 0, 0]),
        ((90, 90, 90), [0, 0, 0, 90]),
        ((200, 100, 0), [200, 100, 0, 0]),
        ((0, 0, 0), [0, 0, 0, 0]),
    ],
)
def test_superstrings_mix_their_colours(color: tuple[int, int, int], levels: list[int]) -> None:
    assert super_levels(np.array([[color]], np.uint8), BUNDLE, WhiteHandling.GREY)[0, 0].tolist() == levels


def test_superstrings_with_white_as_well() -> None:
    color = np.array([[[200, 100, 50]]], np.uint8)
    assert super_levels(color, BUNDLE, WhiteHandling.WHITE_ONLY)[0, 0].tolist() == [0, 0, 0, 50]
    assert super_levels(color, BUNDLE, WhiteHandling.RGB_ONLY)[0, 0].tolist() == [200, 100, 50, 0]
    assert super_levels(color, BUNDLE, WhiteHandling.ADVANCED)[0, 0].tolist() == [150, 50, 0, 50]
    assert super_levels(color, BUNDLE, WhiteHandling.ON_ALL)[0, 0].tolist() == [200, 100, 50, 50]


def test_a_superstring_takes_all_its_channels_and_back(small_display: Display) -> None:
    prop = small_display.props[-1]
    bundle = replace(prop, output=Output(order="", super_colors=((255, 0, 0), (0, 255, 0))))
    offsets = np.array(small_display.node_offsets)
    offsets[prop.first_node :] = (-1, -1, -1, 0)
    display = replace(small_display, props=(*small_display.props[:-1], bundle), node_offsets=offsets)
    mapping = channel_map(display)
    colors = np.zeros((1, display.node_count, 3), np.uint8)
    colors[0, prop.first_node] = (120, 0, 0)
    frames = to_channels(colors, mapping)
    first = int(display.node_channel[prop.first_node])
    assert frames[0, first : first + 2].tolist() == [120, 0]
    assert from_channels(frames, mapping, display.node_count)[0, prop.first_node].tolist() == [120, 0, 0]
