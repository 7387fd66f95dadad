from __future__ import annotations

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.lightning import render_lightning


def tops(settings: str = "") -> list[int]:
    """Highest lit row on each frame."""
    lit = render_lightning(make_call(settings, size=(60, 40), frames=20))[..., 3].any(axis=2)
    return [int(np.nonzero(rows)[0].max(initial=-1)) for rows in lit]


def test_bolt_grows_four_segments_a_frame_and_starts_once_more() -> None:
    assert tops()[:12] == [0, 16, 32, *[39] * 7, 0, 39]


def test_every_row_up_to_the_top_is_lit() -> None:
    lit = render_lightning(make_call("", size=(60, 40), frames=20))[..., 3].any(axis=2)
    assert lit[5].all()


def test_downward_bolts_hang_from_the_top() -> None:
    up, down = (
        render_lightning(make_call(f"E_CHOICE_Lightning_Direction={way}", size=(20, 20))) for way in ("Up", "Down")
    )
    assert np.array_equal(up, down[:, ::-1])


def test_foot_may_stand_higher() -> None:
    lit = render_lightning(make_call("E_SLIDER_Lightning_TopY=12", size=(60, 40), frames=5))[..., 3].any(axis=(0, 2))
    assert np.nonzero(lit)[0].min() == 12


def test_bolts_stay_on_the_foot_of_a_buffer_lower_than_their_segments() -> None:
    lit = render_lightning(make_call("E_SLIDER_Number_Bolts=10", size=(60, 9), frames=20))[..., 3].any(axis=(0, 2))
    assert np.nonzero(lit)[0].tolist() == [0]


def test_a_slanting_bolt_is_as_thick_as_a_straight_one() -> None:
    settings = "E_SLIDER_Number_Segments=1,E_SLIDER_Number_Bolts=4"
    straight = render_lightning(make_call(settings, size=(60, 40), frames=20))[5, 1:, :, 3] > 0
    leaning = render_lightning(make_call(settings.replace("Segments=1", "Segments=5"), size=(60, 40), frames=20))
    rows = (leaning[5, 1:, :, 3] > 0).sum(axis=1)
    assert set(straight.sum(axis=1).tolist()) <= {0, 3}
    assert np.median(rows[rows > 0]) <= 4
