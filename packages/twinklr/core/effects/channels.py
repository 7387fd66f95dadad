"""From the colours of nodes to the bytes of channels and back: dimming curves, colour order, white channels.

The order is xLights': a model's dimming curve first, then what its kind of node makes of the colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.color import rgb_to_hsv
from twinklr.core.display import Output, Prop, WhiteHandling
from twinklr.core.display.display import Display
from twinklr.core.effects.super_strings import super_levels

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]

SAME_HUE = 0.01
"""Hues (0..1) this close count as the colour of a single-colour string."""

_WHITES = tuple(WhiteHandling)


@dataclass(frozen=True, eq=False, slots=True)
class SuperStrings:
    """The superstrings of one prop.

    Attributes:
        nodes: Its nodes.
        channels: int32 ``(nodes, colours)``.
        colors: uint8 ``(colours, 3)``.
        white: When white strings shine.
    """

    nodes: Ints
    channels: Ints
    colors: Bytes
    white: WhiteHandling


@dataclass(frozen=True, eq=False, slots=True)
class ChannelMap:
    """Where every colour component of a display's nodes goes.

    Attributes:
        channel_count: Bytes of a frame.
        nodes: Nodes of each component, int32: every node thrice.
        components: 0 red, 1 green, 2 blue of each component, int8, in this order for every node.
        channels: Its channel, int32.
        white_nodes: Nodes with a white channel.
        white_channels: Their white channels.
        white_parts: int32 ``(n, 3)``, their channels of red, green and blue.
        white_handling: uint8, index of their `WhiteHandling`.
        single_nodes: Nodes with one channel only.
        single_channels: That channel.
        single_tint: The colour they show, uint8 ``(n, 3)``; black for those that take any colour at its brightness.
        curves: uint8 ``(curves, 3, 256)``, dimming curves; the first leaves all as it is.
        curve_of: int32 ``(nodes,)``, the curve of each node; empty where no node has one.
        super_strings: Strings of several colours.
    """

    channel_count: int
    nodes: Ints
    components: NDArray[np.int8]
    channels: Ints
    white_nodes: Ints
    white_channels: Ints
    white_parts: Ints
    white_handling: Bytes
    single_nodes: Ints
    single_channels: Ints
    single_tint: Bytes
    curves: Bytes
    curve_of: Ints
    super_strings: tuple[SuperStrings, ...] = ()


def channel_map(display: Display) -> ChannelMap:
    """Work out where the components go; what lies beyond the display's channels is left out."""
    offsets = display.node_offsets.astype(np.int32)
    supers = tuple(_super_strings(display))
    in_supers = np.zeros(display.node_count, dtype=bool)
    for strings in supers:
        in_supers[strings.nodes] = True
    count = display.channel_count
    if len(display.node_channel):
        count = max(count, int((display.node_channel + offsets.max(axis=1)).max()) + 1)
        count = max(count, *(int(strings.channels.max()) + 1 for strings in supers), 0)
    colored = offsets[:, :3].min(axis=1) >= 0
    node = np.flatnonzero(colored).astype(np.int32)
    parts = (display.node_channel[:, None] + offsets[:, :3]).astype(np.int32)
    white = np.flatnonzero(colored & (offsets[:, 3] >= 0)).astype(np.int32)
    lone = np.flatnonzero(~colored & ~in_supers).astype(np.int32)
    curves, curve_of = _curves(display)
    return ChannelMap(
        channel_count=count,
        nodes=np.repeat(node, 3),
        components=np.tile(np.arange(3, dtype=np.int8), len(node)),
        channels=parts[node].reshape(-1),
        white_nodes=white,
        white_channels=(display.node_channel[white] + offsets[white, 3]).astype(np.int32),
        white_parts=parts[white],
        white_handling=_white_handling(display)[white],
        single_nodes=lone,
        single_channels=(display.node_channel[lone] + np.maximum(offsets[lone].max(axis=1), 0)).astype(np.int32),
        single_tint=np.where(_any_color(display)[lone, None], 0, display.node_tint[lone]).astype(np.uint8),
        curves=curves,
        curve_of=curve_of,
        super_strings=supers,
    )


def _span(prop: Prop) -> slice:
    return slice(prop.first_node, prop.first_node + prop.node_count)


def _white_handling(display: Display) -> Bytes:
    found = np.zeros(display.node_count, dtype=np.uint8)
    for prop in display.props:
        found[_span(prop)] = _WHITES.index(prop.output.white)
    return found


def _any_color(display: Display) -> NDArray[np.bool_]:
    found = np.zeros(display.node_count, dtype=bool)
    for prop in display.props:
        found[_span(prop)] = prop.output.any_color
    return found


def _curves(display: Display) -> tuple[Bytes, Ints]:
    known: dict[tuple[bytes, ...], int] = {(bytes(range(256)),) * 3: 0}
    curve_of = np.zeros(display.node_count, dtype=np.int32)
    for prop in display.props:
        if prop.output.dimming:
            curve_of[_span(prop)] = known.setdefault(prop.output.dimming, len(known))
    tables = np.frombuffer(b"".join(b"".join(parts) for parts in known), dtype=np.uint8).reshape(-1, 3, 256)
    return tables, curve_of if len(known) > 1 else curve_of[:0]


def _super_strings(display: Display) -> Iterator[SuperStrings]:
    for prop in display.props:
        output: Output = prop.output
        if output.super_colors:
            nodes = np.arange(prop.first_node, prop.first_node + prop.node_count, dtype=np.int32)
            channels = (display.node_channel[nodes, None] + np.arange(len(output.super_colors))).astype(np.int32)
            yield SuperStrings(nodes, channels, np.array(output.super_colors, dtype=np.uint8), output.white)


def to_channels(colors: Bytes, mapping: ChannelMap) -> Bytes:
    """Bytes ``(frames, channels)`` of node colours ``(frames, nodes, 3 or more)``."""
    out = np.zeros((len(colors), mapping.channel_count), dtype=np.uint8)
    nodes, channels = mapping.nodes[::3], mapping.channels.reshape(-1, 3)
    if len(mapping.curve_of):
        _scatter_dimmed(colors, nodes, channels, mapping.curve_of, mapping.curves, out)
    else:
        _scatter(colors, nodes, channels, out)
    if len(mapping.white_nodes):
        lit = _dimmed(colors, mapping.white_nodes, mapping)
        parts, white = split_white(lit, mapping.white_handling)
        out[:, mapping.white_parts] = parts
        out[:, mapping.white_channels] = white
    if len(mapping.single_nodes):
        lit = _dimmed(colors, mapping.single_nodes, mapping)
        out[:, mapping.single_channels] = single_levels(lit, mapping.single_tint)
    for strings in mapping.super_strings:
        lit = _dimmed(colors, strings.nodes, mapping)
        out[:, strings.channels] = super_levels(lit, strings.colors, strings.white)
    return out


def _dimmed(colors: Bytes, nodes: Ints, mapping: ChannelMap) -> Bytes:
    """Colours ``(frames, nodes, 3)`` of some nodes, after their dimming curves."""
    lit = colors[:, nodes, :3]
    if not len(mapping.curve_of):
        return lit
    curve = mapping.curve_of[nodes]
    return mapping.curves[curve[None, :, None], np.arange(3), lit]


@njit(cache=True, nogil=True)
def _scatter(colors: Any, nodes: Any, channels: Any, out: Any) -> None:
    for frame in range(colors.shape[0]):
        for index in range(nodes.shape[0]):
            node = nodes[index]
            out[frame, channels[index, 0]] = colors[frame, node, 0]
            out[frame, channels[index, 1]] = colors[frame, node, 1]
            out[frame, channels[index, 2]] = colors[frame, node, 2]


@njit(cache=True, nogil=True)
def _scatter_dimmed(colors: Any, nodes: Any, channels: Any, curve_of: Any, curves: Any, out: Any) -> None:
    for frame in range(colors.shape[0]):
        for index in range(nodes.shape[0]):
            node = nodes[index]
            curve = curves[curve_of[node]]
            for part in range(3):
                out[frame, channels[index, part]] = curve[part, colors[frame, node, part]]


def split_white(colors: Bytes, handling: Bytes) -> tuple[Bytes, Bytes]:
    """Red, green and blue ``(frames, nodes, 3)`` and white ``(frames, nodes)`` of nodes with a white channel.

    Args:
        colors: uint8 ``(frames, nodes, 3)``.
        handling: uint8 ``(nodes,)``, index of each node's `WhiteHandling`.
    """
    low, high = colors.min(axis=-1), colors.max(axis=-1)
    grey = low == high
    shared = _shared_white(low, high)
    zero = np.zeros_like(low)
    as_grey = np.where(grey, low, zero)
    white = np.choose(handling, [as_grey, zero, as_grey, shared, as_grey])
    taken = np.choose(handling, [np.where(grey, np.uint8(255), zero), zero, np.full_like(low, 255), shared, zero])
    parts = colors - np.minimum(colors, taken[..., None])
    return parts, white


def _shared_white(low: Bytes, high: Bytes) -> Bytes:
    """The share of white in a colour, by way of the colour at full and in single precision, as xLights has it."""
    factor = np.float32(255.0) / np.maximum(high, 1).astype(np.float32)
    lightness = (np.float32(255.0) + low * factor) / np.float32(2.0) - np.float32(127.5)
    white: Bytes = np.minimum((lightness * np.float32(2.0) / factor).clip(0.0).astype(np.uint8), low)
    return white


def single_levels(colors: Bytes, tint: Bytes) -> Bytes:
    """Level of single-colour nodes in a colour.

    A red, green or blue string takes that part of it, a white one what all parts share, a string of another colour
    shines for its own hue and for white. Where the tint is black the brightest part counts.

    Args:
        colors: uint8 ``(frames, nodes, 3)``.
        tint: uint8 ``(nodes, 3)``.
    """
    primary = (tint > 0).sum(axis=1) == 1
    white = (tint == tint[:, :1]).all(axis=1) & tint.any(axis=1)
    own = np.where(primary, tint.argmax(axis=1), 0)
    part = np.take_along_axis(colors, np.broadcast_to(own[None, :, None], (*colors.shape[:2], 1)), axis=-1)[..., 0]
    level = np.where(primary, part, np.where(white, colors.min(axis=-1), colors.max(axis=-1)))
    other = tint.any(axis=1) & ~primary & ~white
    if other.any():
        level[:, other] = _levels_by_hue(colors[:, other], tint[other])
    return level.astype(np.uint8)


def _levels_by_hue(colors: Bytes, tint: Bytes) -> Bytes:
    level = colors.max(axis=-1)
    grey = level == colors.min(axis=-1)
    same = np.abs(_hue(colors) - _hue(tint)) < SAME_HUE
    found: Bytes = np.where(grey | same, level, 0).astype(np.uint8)
    return found


def _hue(colors: Bytes) -> NDArray[np.float64]:
    hue: NDArray[np.float64] = rgb_to_hsv(colors)[..., 0]
    return hue


def from_channels(frames: Bytes, mapping: ChannelMap, node_count: int) -> Bytes:
    """Node colours ``(frames, nodes, 3)`` of channel bytes, as the eye sees them, for pictures and comparisons."""
    colors = np.zeros((len(frames), node_count, 3), dtype=np.uint8)
    colors[:, mapping.nodes, mapping.components] = frames[:, mapping.channels]
    if len(mapping.white_nodes):
        white = frames[:, mapping.white_channels][..., None]
        lit = colors[:, mapping.white_nodes]
        added = np.minimum(lit.astype(np.uint16) + white, 255).astype(np.uint8)
        adds = np.isin(mapping.white_handling, _WHITES.index(WhiteHandling.ADVANCED))[:, None]
        colors[:, mapping.white_nodes] = np.where(adds, added, np.maximum(lit, white))
    if len(mapping.single_nodes):
        level = frames[:, mapping.single_channels].astype(np.uint16)
        shown = np.where(mapping.single_tint.max(axis=1, keepdims=True) > 0, mapping.single_tint, 255)
        colors[:, mapping.single_nodes] = (level[..., None] * shown // 255).astype(np.uint8)
    for strings in mapping.super_strings:
        level = frames[:, strings.channels].astype(np.uint16)
        colors[:, strings.nodes] = (level[..., None] * strings.colors // 255).max(axis=2).astype(np.uint8)
    return colors
