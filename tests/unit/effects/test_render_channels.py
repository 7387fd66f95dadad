"""From node colours to channel bytes and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twinklr.core.display.display import Display
from twinklr.core.effects.channels import channel_map, from_channels, single_levels, to_channels


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
