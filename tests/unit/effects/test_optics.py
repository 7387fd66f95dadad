"""Blur, turn and zoom, persistence, freezing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

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
