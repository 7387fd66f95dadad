"""A small display and small sequences for the renderer's tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from twinklr.core.display.display import Buffer, Display, Group, GroupKind, Prop, Role, RoleGuess, Submodel
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence, SubRow

LINE, GRID = 10, (4, 3)
RED = "C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1"
BLUE = "C_BUTTON_Palette1=#0000FF,C_CHECKBOX_Palette1=1"


def _grid(width: int, height: int, first_node: int) -> Buffer:
    y, x = np.divmod(np.arange(width * height, dtype=np.int32), np.int32(width))
    return Buffer(width, height, x, y, np.arange(first_node, first_node + width * height, dtype=np.int32))


def _prop(name: str, first_node: int, width: int, height: int) -> Prop:
    buffer = _grid(width, height, first_node)
    half = Buffer(2, 1, np.arange(2, dtype=np.int32), np.zeros(2, np.int32), buffer.node[:2])
    return Prop(
        name=name,
        display_as="Matrix",
        string_type="RGB Nodes",
        role=RoleGuess(Role.MATRIX, 1.0, "made for a test"),
        first_channel=3 * first_node,
        channel_count=3 * width * height,
        first_node=first_node,
        node_count=width * height,
        buffer=buffer,
        submodels=(Submodel("Start", half),),
        strands=(tuple(range(width)),),
        points=np.zeros((width * height, 3), np.float32),
    )


@pytest.fixture(scope="session")
def small_display() -> Display:
    """A line of ten nodes, a grid of four by three, and a group of both."""
    count = LINE + GRID[0] * GRID[1]
    props = (_prop("Line", 0, LINE, 1), _prop("Grid", LINE, *GRID))
    xyz = np.zeros((count, 3), np.float32)
    xyz[:, 0] = np.arange(count)
    names = ("Line", "Grid")
    return Display(
        name="small",
        props=props,
        groups=(Group("All", GroupKind.WHOLE_HOUSE, "horizontal", 400, names, names, leaves=names),),
        channel_count=3 * count,
        node_channel=3 * np.arange(count, dtype=np.int32),
        node_offsets=np.tile(np.array([0, 1, 2, -1], np.int8), (count, 1)),
        node_tint=np.full((count, 3), 255, np.uint8),
        node_xyz=xyz,
        preview_size=(100, 100),
    )


def effect(name: str, start_ms: int, end_ms: int, settings: str = "", palette: str = RED) -> Effect:
    return Effect(name, start_ms, end_ms, settings, palette)


def row(name: str, *layers: tuple[Effect, ...], subrows: tuple[SubRow, ...] = (), attributes: object = ()) -> Row:
    return Row(name, tuple(EffectLayer(layer) for layer in layers), subrows, attributes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_sequence() -> Callable[..., Sequence]:
    """Make a one-second sequence of 50 ms frames from rows."""

    def make(*rows: Row, model_blending: bool = True, duration_ms: int = 1000) -> Sequence:
        return Sequence(50, duration_ms, rows, model_blending=model_blending)

    return make
