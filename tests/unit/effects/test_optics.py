"""Blur, turn and zoom, persistence, freezing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from twinklr.core.display.display import Display
from twinklr.core.effects.buffers import TRANSFORMS, layer_buffers, place_row
from twinklr.core.effects.layers import Parameter, RotoZoom, layer_settings
from twinklr.core.effects.optics import blur, roto_zoom
from twinklr.core.effects.painter import accumulated, fades

ONE = np.zeros(1)


def dot(width: int, height: int, x: int, y: int) -> NDArray[np.uint8]:
    pixels = np.zeros((1, height, width, 4), np.uint8)
    pixels[0, y, x] = 255
    return pixels


def test_blur_of_one_changes_nothing() -> None:
    pixels = dot(8, 8, 3, 3)
    assert blur(pixels, np.array([1.0])) is pixels


def test_a_large_picture_is_blurred_softly() -> None:
    edge = np.zeros((1, 16, 9, 4), np.uint8)
    edge[0, 2:] = 255
    soft = blur(edge, np.array([5.0]))
    assert soft[0, :6, 4, 0].tolist() == [47, 94, 161, 217, 246, 255]


def test_a_small_picture_is_blurred_evenly() -> None:
    assert blur(dot(5, 1, 2, 0), np.array([3.0]))[0, 0, :, 0].tolist() == [0, 85, 85, 85, 0]


def test_an_enlarged_picture_has_gaps() -> None:
    pixels = np.full((1, 4, 4, 4), 255, np.uint8)
    out = roto_zoom(pixels, RotoZoom(zoom=Parameter(2.0)), ONE)
    assert out[0, :, :, 0].tolist() == [[255, 0, 255, 0], [0] * 4, [255, 0, 255, 0], [0] * 4]


def test_half_a_turn_about_the_middle() -> None:
    out = roto_zoom(dot(8, 8, 1, 2), RotoZoom(rotation=Parameter(50.0)), ONE)
    y, x = (int(part[0]) for part in np.nonzero(out[0, ..., 3]))
    assert abs(x - 7) <= 1
    assert abs(y - 6) <= 1


@pytest.mark.parametrize("axis", ["x_rotation", "y_rotation"])
def test_a_quarter_turn_out_of_the_plane_leaves_a_line(axis: str) -> None:
    out = roto_zoom(np.full((1, 6, 6, 4), 255, np.uint8), RotoZoom(**{axis: Parameter(90.0)}), ONE)
    assert (out[0, ..., 3] > 0).sum() == 6


def test_persistence_keeps_what_was_painted() -> None:
    frames = np.concatenate([dot(4, 1, x, 0) for x in range(3)])
    assert (accumulated(frames)[..., 3] > 0).sum(axis=(1, 2)).tolist() == [1, 2, 3]


def test_fades_step_by_frames() -> None:
    settings = layer_settings("T_TEXTCTRL_Fadein=0.20,T_TEXTCTRL_Fadeout=0.10", "")
    coming, going = fades(settings, 0, 10, 10, 50)
    assert coming[:5].tolist() == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert going[-3:].tolist() == [1.0, 0.5, 0.0]


def test_quality_fills_the_gaps_of_an_enlarged_picture() -> None:
    out = roto_zoom(np.full((1, 6, 6, 4), 255, np.uint8), RotoZoom(zoom=Parameter(2.0), quality=2), ONE)
    assert out[0, ..., 3].all()


def test_a_turn_leaves_its_pivot_in_place() -> None:
    block = np.zeros((1, 8, 8, 4), np.uint8)
    block[0, 5:8, 1:4] = 255
    for share in (10.0, 25.0, 60.0):
        turn = RotoZoom(rotation=Parameter(share), pivot_x=Parameter(25.0), pivot_y=Parameter(75.0))
        out = roto_zoom(block, turn, ONE)
        assert out[0, 6, 2, 3] == 255


def test_turns_go_on_over_the_effect() -> None:
    pixels = np.repeat(dot(9, 9, 7, 4), 5, axis=0)
    out = roto_zoom(pixels, RotoZoom(rotations=Parameter(1.0)), np.linspace(0.0, 1.0, 5))
    places = [tuple(int(part.mean()) for part in np.nonzero(frame[..., 3])) for frame in out]
    assert places[0] == (4, 7)
    assert len(set(places[:4])) == 4
    assert abs(places[2][1] - 1) <= 1


@pytest.mark.parametrize(("order", "upright"), [("X-Y-Z", True), ("Z-Y-X", False), ("X, Y, Z", True)])
def test_the_order_of_turns_matters(order: str, upright: bool) -> None:
    turns = RotoZoom(x_rotation=Parameter(90.0), rotation=Parameter(25.0), order=order)
    out = roto_zoom(np.full((1, 9, 9, 4), 255, np.uint8), turns, ONE)
    rows, columns = np.nonzero(out[0, ..., 3])
    assert (np.ptp(rows) > np.ptp(columns)) == upright


def seen(transform: str) -> list[tuple[int, int]]:
    """For each node of a grid of four by three, where on the painted grid it looks."""
    swap, turn = TRANSFORMS[transform]
    y, x = np.divmod(np.arange(12, dtype=np.int32), np.int32(4))
    across, up = turn(x, y, 4, 3)
    assert int(np.max(across)) < (3 if swap else 4)
    assert int(np.max(up)) < (4 if swap else 3)
    return list(zip(across.tolist(), up.tolist(), strict=True))


@pytest.mark.parametrize("transform", sorted(TRANSFORMS))
def test_every_transform_shows_every_cell_once(transform: str) -> None:
    assert len(set(seen(transform))) == 12


def test_transforms_are_made_of_each_other() -> None:
    assert seen("Rotate CW 90") == [(2 - x, 3 - y) for x, y in seen("Rotate CC 90")]
    assert seen("Flip Vertical") == [(3 - x, y) for x, y in seen("Rotate 180")]
    assert seen("Rotate CC 90 Flip Horizontal") == [(2 - x, y) for x, y in seen("Rotate CC 90")]
    assert seen("Rotate CW 90 Flip Horizontal") == [(2 - x, y) for x, y in seen("Rotate CW 90")]


@pytest.mark.parametrize(
    ("part", "size", "first_row"),
    [
        ("", (4, 3), [0, 1, 2, 3]),
        ("25.00x0.00x75.00x100.00", (2, 3), [-1, 0, 1, -1]),
        ("75.00x0.00x25.00x100.00", (2, 3), [-1, 0, 1, -1]),
        ("-50.00x0.00x50.00x100.00", (4, 3), [2, 3, -1, -1]),
        ("0.00x0.00x200.00x100.00", (8, 3), [0, 1, 2, 3]),
        ("30.00x0.00x40.00x100.00", (1, 3), [-1, 0, -1, -1]),
    ],
)
def test_sub_buffers(small_display: Display, part: str, size: tuple[int, int], first_row: list[int]) -> None:
    place = place_row(small_display, "Grid")
    assert place is not None
    [buffer] = layer_buffers(place, layer_settings(f"B_CUSTOM_SubBuffer={part}" if part else "", ""))
    assert (buffer.width, buffer.height) == size
    assert buffer.cells[:4].tolist() == first_row
