"""From the colours of nodes to the bytes of channels and back: colour order, white channels, single colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.display.display import Display


@dataclass(frozen=True, eq=False, slots=True)
class ChannelMap:
    """Where every colour component of a display's nodes goes.

    Attributes:
        channel_count: Bytes of a frame.
        nodes: Nodes of each component, int32.
        components: 0 red, 1 green, 2 blue of each component, int8.
        channels: Its channel, int32.
        white_nodes: Nodes with a white channel.
        white_channels: Their white channels.
        single_nodes: Nodes with one channel only.
        single_channels: That channel.
        single_tint: The colour they show, uint8 ``(n, 3)``.
    """

    channel_count: int
    nodes: NDArray[np.int32]
    components: NDArray[np.int8]
    channels: NDArray[np.int32]
    white_nodes: NDArray[np.int32]
    white_channels: NDArray[np.int32]
    single_nodes: NDArray[np.int32]
    single_channels: NDArray[np.int32]
    single_tint: NDArray[np.uint8]


def channel_map(display: Display) -> ChannelMap:
    """Work out where the components go; what lies beyond the display's channels is left out."""
    count = display.channel_count
    offsets = display.node_offsets.astype(np.int32)
    if len(display.node_channel):
        count = max(count, int((display.node_channel + offsets.max(axis=1)).max()) + 1)
    colored = offsets[:, :3].min(axis=1) >= 0
    single = ~colored
    node = np.flatnonzero(colored).astype(np.int32)
    nodes = np.repeat(node, 3)
    components = np.tile(np.arange(3, dtype=np.int8), len(node))
    channels = (display.node_channel[node, None] + offsets[node, :3]).reshape(-1)
    white = np.flatnonzero(colored & (offsets[:, 3] >= 0)).astype(np.int32)
    lone = np.flatnonzero(single).astype(np.int32)
    return ChannelMap(
        count,
        nodes,
        components,
        channels.astype(np.int32),
        white,
        (display.node_channel[white] + offsets[white, 3]).astype(np.int32),
        lone,
        (display.node_channel[lone] + np.maximum(offsets[lone].max(axis=1), 0)).astype(np.int32),
        display.node_tint[lone],
    )


def to_channels(colors: NDArray[np.uint8], mapping: ChannelMap) -> NDArray[np.uint8]:
    """Bytes ``(frames, channels)`` of node colours ``(frames, nodes, 3 or more)``."""
    out = np.zeros((len(colors), mapping.channel_count), dtype=np.uint8)
    _scatter(colors, mapping.nodes, mapping.components, mapping.channels, out)
    if len(mapping.white_nodes):
        lit = colors[:, mapping.white_nodes, :3]
        # Equal parts of red, green and blue are white: the white channel takes them over.
        grey = (lit[..., 0] == lit[..., 1]) & (lit[..., 1] == lit[..., 2])
        out[:, mapping.white_channels] = np.where(grey, lit[..., 0], 0)
        for component in range(3):
            mine = np.isin(mapping.nodes, mapping.white_nodes) & (mapping.components == component)
            channels = mapping.channels[mine]
            out[:, channels] = np.where(grey, 0, out[:, channels])
    if len(mapping.single_nodes):
        out[:, mapping.single_channels] = single_levels(colors[:, mapping.single_nodes, :3], mapping.single_tint)
    return out


@njit(cache=True, nogil=True)
def _scatter(colors: Any, nodes: Any, components: Any, channels: Any, out: Any) -> None:
    for frame in range(colors.shape[0]):
        for index in range(channels.shape[0]):
            out[frame, channels[index]] = colors[frame, nodes[index], components[index]]


def single_levels(colors: NDArray[np.uint8], tint: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Level of single-colour nodes: how much of their own colour is in what they should show."""
    share = np.where(tint > 0, tint, 0).astype(np.float64) / 255.0
    weight = np.maximum(share.max(axis=1), 1e-9)
    result: NDArray[np.uint8] = (
        np.floor((colors * (share > 0)).max(axis=-1) / weight + 1e-6).clip(0, 255).astype(np.uint8)
    )
    return result


def from_channels(frames: NDArray[np.uint8], mapping: ChannelMap, node_count: int) -> NDArray[np.uint8]:
    """Node colours ``(frames, nodes, 3)`` of channel bytes, for pictures and comparisons."""
    colors = np.zeros((len(frames), node_count, 3), dtype=np.uint8)
    colors[:, mapping.nodes, mapping.components] = frames[:, mapping.channels]
    if len(mapping.white_nodes):
        white = frames[:, mapping.white_channels]
        colors[:, mapping.white_nodes] = np.maximum(colors[:, mapping.white_nodes], white[..., None])
    if len(mapping.single_nodes):
        level = frames[:, mapping.single_channels].astype(np.uint16)
        colors[:, mapping.single_nodes] = (level[..., None] * mapping.single_tint // 255).astype(np.uint8)
    return colors
