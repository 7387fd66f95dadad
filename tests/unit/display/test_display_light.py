"""Node order and buffer cells proved by light: what xLights itself rendered on a layout with every common prop.

The effect Bars paints stripes of equal width across (or up) the buffer and moves them by one buffer length; so the
colour of a node over 40 frames tells its column (or row). The model of Bars here is three lines; nothing of the
renderer takes part.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from twinklr.core.display import Buffer, Display, buffers_of, read_display
from twinklr.core.xlights import read_fseq

pytestmark = pytest.mark.reference

PALETTE = np.array([[255, 255, 255], [0, 64, 255], [255, 160, 0]])
MODELS = ("Line", "Arch", "Matrix", "Tree", "Star", "Circle", "Snow", "Cane", "Window", "Icicles", "Spinner")
FRAMES = 40
GROUP_STYLES = (
    "Default",
    "Per Preview",
    "Single Line",
    "As Pixel",
    "Horizontal Per Model",
    "Vertical Per Model",
    "Horizontal Stack",
    "Vertical Stack",
    "Horizontal Stack - Scaled",
    "Vertical Stack - Scaled",
    "Overlay - Centered",
    "Overlay - Scaled",
    "Per Model Default",
    "Per Model Per Preview",
    "Per Model Single Line",
    "Horizontal Per Model/Strand",
    "Vertical Per Model/Strand",
)
"""Style of each 2-second slot of the buffers_group_* sequences."""

BARS_UP, BARS_RIGHT = 0, 7
"""Slots of effect_Bars with one bar of three colours, one cycle, upward and to the right."""

CHASE_LEFT_RIGHT = 11
"""Slot of effect_SingleStrand with one chase from left to right."""


@pytest.fixture(scope="module")
def display(reference: Path) -> Display:
    return read_display(reference / "reference" / "effects")


@lru_cache(maxsize=4)
def frames_of(path: Path) -> NDArray[np.uint8]:
    with read_fseq(path) as file:
        frames = file.frames()
    return np.pad(frames, ((0, 0), (0, max(0, 6000 - frames.shape[1]))))


def rgb(display: Display, path: Path, slot: int) -> NDArray[np.int64]:
    """Colour of every node in the frames of a slot, ``(40, nodes, 3)``."""
    frames = frames_of(path)[slot * FRAMES : (slot + 1) * FRAMES]
    return np.stack([frames[:, display.node_channel + i] for i in range(3)], axis=-1).astype(np.int64)


def stripes(display: Display, path: Path, slot: int) -> NDArray[np.int64]:
    """Index of the palette colour of every node in the frames of a slot; -1 for another colour."""
    distance = np.abs(rgb(display, path, slot)[:, :, None, :] - PALETTE).sum(axis=-1)
    return np.where(distance.min(axis=-1) == 0, distance.argmin(axis=-1), -1)


def bars(position: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """Colour index that Bars paints at buffer positions, ``(40, positions)``."""
    stripe = -(-size // 3)
    moved = np.floor(3 * stripe * np.arange(FRAMES) / (FRAMES - 1) + 1e-9).astype(np.int64)
    return (2 * size - 3 * stripe - 1 - position[None] + moved[:, None]) % (3 * stripe) // stripe


def agreement(buffers: list[Buffer], seen: NDArray[np.int64]) -> float:
    same = total = 0
    for buffer in buffers:
        match = bars(buffer.x, buffer.width) == seen[:, buffer.node]
        same, total = same + int(match.sum()), total + match.size
    return same / total


@pytest.mark.parametrize("name", MODELS)
def test_rows_of_every_model_type_are_where_bars_paints_them(display: Display, reference: Path, name: str) -> None:
    seen = stripes(display, reference / "reference/effects/effect_Bars.fseq", BARS_UP)
    buffer = display.prop(name).buffer
    if buffer.height < 3:
        pytest.skip("too flat for stripes")
    assert (bars(buffer.y, buffer.height) == seen[:, buffer.node]).all()


@pytest.mark.parametrize("name", MODELS)
def test_columns_of_every_model_type_are_where_bars_paints_them(display: Display, reference: Path, name: str) -> None:
    seen = stripes(display, reference / "reference/effects/effect_Bars.fseq", BARS_RIGHT)
    buffer = display.prop(name).buffer
    assert (bars(buffer.x, buffer.width) == seen[:, buffer.node]).all()


@pytest.mark.parametrize("name", MODELS)
def test_on_lights_every_node(display: Display, reference: Path, name: str) -> None:
    seen = rgb(display, reference / "reference/effects/effect_On.fseq", 0)
    prop = display.prop(name)
    assert (seen[:, prop.first_node : prop.first_node + prop.node_count] == 255).all()


@pytest.mark.parametrize("name", MODELS)
def test_a_chase_lights_whole_columns_one_after_the_other(display: Display, reference: Path, name: str) -> None:
    seen = rgb(display, reference / "reference/effects/effect_SingleStrand.fseq", CHASE_LEFT_RIGHT)
    buffer = display.prop(name).buffer
    lit = (seen[:, buffer.node] > 0).any(axis=-1)
    heads = []
    for frame in lit:
        if frame.any():
            low, high = buffer.x[frame].min(), buffer.x[frame].max()
            inside = (buffer.x >= low) & (buffer.x <= high)
            assert (frame == inside).all()
            heads.append(int(high))
    assert heads[0] < heads[-1]
    assert all(one <= other for one, other in pairwise(heads))


NOT_QUITE = {
    ("All", "Default"): 0.999,
    ("All", "Per Preview"): 0.987,
    ("Row", "Per Preview"): 0.983,
    ("All", "Per Model Per Preview"): 0.981,
    ("Row", "Per Model Per Preview"): 0.996,
}
"""Buffers made of places, where the nodes of a single line stand some thousandths of its length from where xLights
has them, its preview buffer of a group begins a few of its 1,091 cells further left, and a small window frame is
enlarged by 1.35 instead of 1.30. All other buffers agree to the last cell."""


@pytest.mark.parametrize("style", GROUP_STYLES)
@pytest.mark.parametrize("group", ["All", "Row", "Pair"])
def test_group_buffers_of_every_style(display: Display, reference: Path, group: str, style: str) -> None:
    path = reference / f"reference/effects/buffers_group_{group}.fseq"
    seen = stripes(display, path, GROUP_STYLES.index(style))
    share = agreement(buffers_of(display, group, style=style), seen)
    assert share >= NOT_QUITE.get((group, style), 1.0)


def test_the_proof_would_notice_a_wrong_order(display: Display, reference: Path) -> None:
    """The comparison is worth something: neighbours exchanged are caught."""
    seen = stripes(display, reference / "reference/effects/effect_Bars.fseq", BARS_RIGHT)
    buffer = display.prop("Matrix").buffer
    wrong = buffer.width - 1 - buffer.x
    assert (bars(wrong, buffer.width) == seen[:, buffer.node]).mean() < 0.6


@pytest.mark.parametrize(
    ("file", "first", "axis", "style"),
    [("buffers_model", 0, "y", "Per Preview"), ("buffers_group_All", 520, "x", "Per Model Per Preview")],
)
def test_lights_of_one_row_of_a_preview_buffer_show_one_bar(
    reference: Path, file: str, first: int, axis: str, style: str
) -> None:
    folder = reference / "reference" / "effects"
    display = read_display(folder)
    with read_fseq(folder / f"{file}.fseq") as rendered:
        frames = rendered.frames(first, first + 40)
    for prop in display.props:
        buffer = buffers_of(display, prop.name, style=style.removeprefix("Per Model "))[0]
        # A node with several lights shows the cell of the last.
        line = dict(zip(buffer.node.tolist(), getattr(buffer, axis).tolist(), strict=True))
        shown: dict[int, set[bytes]] = {}
        for node, cell in line.items():
            channel = int(display.node_channel[node])
            shown.setdefault(cell, set()).add(frames[:, channel : channel + 3].tobytes())
        assert all(len(series) == 1 for series in shown.values()), prop.name
        assert len({next(iter(series)) for series in shown.values()}) > 2 or len(shown) <= 2, prop.name
