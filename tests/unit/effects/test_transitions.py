"""Transitions, by what every one of them must do and by a few known pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.effects.layers import layer_settings
from twinklr.core.effects.reference import compare_folder
from twinklr.core.effects.transitions import OF_CHANCE, TRANSITIONS, Moment, Weights, weights

KINDS = sorted(TRANSITIONS)


def weights_of(kind: str, progress: float, *, width: int = 24, height: int = 16, going: bool = False) -> Weights:
    weight = weights(kind, Moment(width, height, progress, going))
    assert weight is not None
    return weight


def shown(kind: str, progress: float, *, width: int = 24, height: int = 16, going: bool = False) -> float:
    return float(weights_of(kind, progress, width=width, height=height, going=going).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_weights_fit_the_grid_and_lie_between_nothing_and_all(kind: str) -> None:
    for size in ((24, 16), (16, 25), (50, 1), (1, 1), (1, 30)):
        for progress in (0.0, 0.3, 1.0):
            weight = weights(kind, Moment(*size, progress, False))
            assert weight is not None
            assert weight.shape == (size[1], size[0])
            assert weight.min() >= 0.0
            assert weight.max() <= 1.0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("Zoom", "Swap", "Doorway", "Fold", "Shatter")])
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


def test_dust_that_settles_first_goes_first() -> None:
    coming, going = (weights("Dissolve", Moment(40, 30, 0.4, way)) for way in (False, True))
    assert coming is not None
    assert going is not None
    assert not (coming * going).any()
    assert abs(float(coming.mean()) - 0.25) < 0.08


def test_blend_shows_whole_blocks_and_as_many_as_there_is_light_for() -> None:
    weight = weights("Blend", Moment(24, 16, 0.4, False, adjust=40.0))
    assert weight is not None
    assert int(weight[::4, ::4].sum()) == 10
    assert (weight == np.repeat(np.repeat(weight[::4, ::4], 4, axis=0), 4, axis=1)).all()


def test_circles_close_from_the_corners_of_every_field() -> None:
    weight = weights("Circles", Moment(21, 21, 0.2, False))
    assert weight is not None
    assert weight[0, 0] == weight[4, 8] == weight[20, 20] == pytest.approx(0.31)
    assert weight[2, 2] == weight[6, 10] == 0.0


@pytest.mark.parametrize(("kind", "before"), [("Blobs", 0.0), ("Circles", 1.0), ("Shatter", 1.0)])
def test_on_a_single_line_grain_shows_all_or_nothing(kind: str, before: float) -> None:
    weight = weights(kind, Moment(20, 1, 0.6, False))
    assert weight is not None
    assert (weight == before).all()


def test_splinters_leave_gaps_to_the_end() -> None:
    """As in xLights, where at nine tenths still nearly half is dark."""
    shares = {progress: float((weights_of("Shatter", progress) > 0.0).mean()) for progress in (0.1, 0.5, 0.9)}
    assert shares == pytest.approx({0.1: 0.32, 0.5: 0.40, 0.9: 0.57}, abs=0.07)


@pytest.mark.reference
def test_transitions_agree_with_xlights(reference: Path) -> None:
    [result] = compare_folder(reference / "reference" / "effects", ["transitions"])
    kinds = [layer_settings(variant.settings, "").fade_in.kind for variant in result.variants]
    scores = {kind: variant.score for kind, variant in zip(kinds, result.variants, strict=True)}
    assert set(scores) == {*TRANSITIONS, "Fade"}
    assert {kind: score for kind, score in scores.items() if score < (0.92 if kind in OF_CHANCE else 0.998)} == {}
