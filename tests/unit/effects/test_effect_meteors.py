from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call
from twinklr.core.effects.meteors import render_meteors

ONE = "E_SLIDER_Meteors_Count=1,E_CHOICE_Meteors_Type=Palette"


def head_rows(settings: str, size: tuple[int, int] = (3, 60)) -> list[int]:
    """Rows of the full-bright heads in the first column that has a lone meteor, frame by frame."""
    pixels = render_meteors(make_call(f"{ONE},{settings}", size=size, frames=60, colors=("#FF0000",), seed=5))
    column = pixels[..., 0].sum(axis=(0, 1)).argmax()
    frames = [np.nonzero(frame[:, column, 0] == 255)[0] for frame in pixels]
    return [int(rows[0]) for rows in frames if len(rows) == 1]


def test_heads_fall_two_and_three_cells_in_turn_at_the_usual_speed() -> None:
    steps = np.diff(head_rows("E_CHOICE_Meteors_Effect=Down"))
    assert set(steps[steps < 0].tolist()) == {-2, -3}


def test_tail_is_a_share_of_the_height_and_fades_evenly() -> None:
    pixels = render_meteors(
        make_call(f"{ONE},E_SLIDER_Meteors_Length=25", size=(1, 16), frames=200, colors=("#FF0000",))
    )
    assert {63, 127, 191, 255} <= set(np.unique(pixels[..., 0]).tolist())


@pytest.mark.parametrize(("way", "axis", "sign"), [("Up", 1, 1), ("Left", 2, -1), ("Right", 2, 1)])
def test_meteors_keep_their_direction(way: str, axis: int, sign: int) -> None:
    pixels = render_meteors(make_call(f"E_CHOICE_Meteors_Effect={way}", size=(40, 40), frames=8))
    lit = pixels[..., 3].astype(float).sum(axis=3 - axis)
    middle = [(line * np.arange(len(line))).sum() / line.sum() for line in lit if line.any()]
    assert (middle[-1] - middle[0]) * sign > 0


def test_exploding_meteors_stay_away_from_the_corners_at_first() -> None:
    pixels = render_meteors(make_call("E_CHOICE_Meteors_Effect=Explode", size=(40, 40), frames=2))
    rows, columns = np.nonzero(pixels[0, ..., 3])
    assert len(rows)
    assert np.hypot(rows - 20, columns - 20).max() < 10
