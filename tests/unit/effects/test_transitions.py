"""Transitions, by what every one of them must do and by a few known pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.effects.transitions import TRANSITIONS, Moment, weights

KINDS = sorted(TRANSITIONS)


def shown(kind: str, progress: float, *, width: int = 24, height: int = 16, going: bool = False) -> float:
    weight = weights(kind, Moment(width, height, progress, going))
    assert weight is not None
    return float(weight.mean())


@pytest.mark.parametrize("kind", KINDS)
def test_weights_fit_the_grid_and_lie_between_nothing_and_all(kind: str) -> None:
    for size in ((24, 16), (16, 25), (50, 1), (1, 1), (1, 30)):
        for progress in (0.0, 0.3, 1.0):
            weight = weights(kind, Moment(*size, progress, False))
            assert weight is not None
            assert weight.shape == (size[1], size[0])
            assert weight.min() >= 0.0
            assert weight.max() <= 1.0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("Zoom", "Swap", "Doorway", "Fold")])
def test_more_shows_as_it_comes_in(kind: str) -> None:
    shares = [shown(kind, progress) for progress in (0.1, 0.35, 0.65, 0.95)]
    assert shares == sorted(shares)
    assert shares[0] < 0.45
    assert shares[-1] > 0.8


@pytest.mark.parametrize("kind", ["Wipe", "Clock", "From Middle", "Blinds", "Slide Bars", "Bow Tie", "Pinwheel"])
@settings(max_examples=15, deadline=None)
@given(width=st.integers(8, 60), height=st.integers(8, 60), progress=st.floats(0.05, 0.95))
def test_the_share_shown_follows_progress(kind: str, width: int, height: int, progress: float) -> None:
    slack = {"Bow Tie": 0.35, "Pinwheel": 0.25}.get(kind, 0.2)
    assert abs(shown(kind, progress, width=width, height=height) - progress) < slack


def picture(kind: str, progress: float, *, height: int = 4, going: bool = False) -> list[str]:
    weight = weights(kind, Moment(8, height, progress, going))
    assert weight is not None
    return ["".join("#" if cell else "." for cell in line) for line in weight[::-1]]


def test_known_pictures() -> None:
    assert picture("Wipe", 0.5)[0] == "########"
    assert picture("Wipe", 0.5)[-1] == "........"
    assert picture("Blinds", 0.5) == ["##..##.."] * 4
    assert picture("Slide Bars", 0.25, height=8) == ["###....."] * 4 + [".....###"] * 4
    assert picture("Square Explode", 0.5) == ["..#####.", "..#####.", "..#####.", "........"]
    assert picture("Square Explode", 0.5, going=True) == ["##.....#", "##.....#", "##.....#", "########"]


def test_reverse_starts_at_the_other_end() -> None:
    forward = weights("Wipe", Moment(8, 8, 0.4, False))
    backward = weights("Wipe", Moment(8, 8, 0.4, False, reverse=True))
    assert forward is not None
    assert backward is not None
    assert forward[-1].all()
    assert backward[0].all()
    assert not backward[-1].any()


@pytest.mark.parametrize(
    ("adjust", "edge"), [(0.0, np.s_[0, :]), (25.0, np.s_[:, -1]), (50.0, np.s_[-1, :]), (75.0, np.s_[:, 0])]
)
def test_the_slider_turns_a_wipe(adjust: float, edge: tuple[slice, int]) -> None:
    weight = weights("Wipe", Moment(20, 20, 0.2, False, adjust))
    assert weight is not None
    assert weight[edge].mean() > 0.7
    assert weight.mean() < 0.4


def test_fade_hides_nothing() -> None:
    assert weights("Fade", Moment(4, 4, 0.5, False)) is None
    assert weights("no such transition", Moment(4, 4, 0.5, False)) is None
