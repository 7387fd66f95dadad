"""What chance does not touch in effects of chance: when things are born, and what lives on into the next effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from support.effect_calls import make_call
from twinklr.core.display.display import Display
from twinklr.core.effects import Renderer
from twinklr.core.effects.fireworks import render_fireworks
from twinklr.core.effects.shimmer import render_strobe
from twinklr.core.xlights.sequence import Sequence
from unit.effects.conftest import effect, row

Make = Callable[..., Sequence]
SILENT = "E_CHECKBOX_Fireworks_UseMusic=1"
BUSY = "E_SLIDER_Fireworks_Explosions=50"


@pytest.mark.parametrize("life", [4, 10])
def test_once_a_life_no_flash_of_a_strobe_is_born_and_then_twice_as_many(life: int) -> None:
    settings = f"E_SLIDER_Strobe_Duration={life},E_SLIDER_Number_Strobes=5"
    lit = render_strobe(make_call(settings, size=(400, 400), frames=31))[..., 3] > 0
    born = (lit[1:] & ~lit[:-1]).sum(axis=(1, 2))
    # Seldom two of a frame fall on one cell.
    expected = [5 * (0 if frame % life == 0 else 2 if frame % life == 1 else 1) for frame in range(1, 31)]
    assert (born <= expected).all()
    assert (np.array(expected) - born).sum() <= 2


def test_sparks_fly_on_into_the_fireworks_that_follow_at_once(small_display: Display, make_sequence: Make) -> None:
    def lit(*effects: object) -> list[bool]:
        frames = Renderer(make_sequence(row("Grid", effects)), small_display).frames(0, 20)
        return frames.any(axis=1).tolist()

    first = effect("Fireworks", 0, 500, BUSY)
    assert not any(lit(effect("Fireworks", 500, 1000, SILENT)))
    assert lit(first, effect("Fireworks", 500, 1000, SILENT))[10]
    assert not any(lit(first, effect("Fireworks", 550, 1000, SILENT))[11:])
    assert not any(lit(first, effect("On", 500, 550), effect("Fireworks", 550, 1000, SILENT))[11:])


def test_sparks_that_fly_on_are_those_of_one_long_effect() -> None:
    """Two effects of equal seed, the second one silent, show what the first would have shown had it gone on."""
    first = make_call(BUSY, size=(40, 40), frames=10)
    second = make_call(SILENT, size=(40, 40), frames=10)
    shown = render_fireworks(replace(second, start_frame=10, before=first))
    levels = shown[..., :3].max(axis=(1, 2, 3)).astype(int)
    assert (np.diff(levels) < 0).all()
    assert levels[0] > 200


@pytest.mark.parametrize("name", ["Fireworks", "Lines"])
def test_a_window_shows_what_lives_on_too(name: str, small_display: Display, make_sequence: Make) -> None:
    sequence = make_sequence(row("Grid", tuple(effect(name, start, start + 250) for start in (0, 250, 500, 750))))
    whole = Renderer(sequence, small_display).frames(0, 20)
    assert np.array_equal(Renderer(sequence, small_display).frames(11, 17), whole[11:17])


def test_strokes_drift_on_from_one_lines_effect_to_the_next(small_display: Display, make_sequence: Make) -> None:
    slow = "E_TEXTCTRL_Lines_Speed=0,E_SLIDER_Lines_Speed=0"
    joined = (effect("Lines", 0, 500, slow), effect("Lines", 500, 1000, slow + ",E_SLIDER_Lines_Segments=5"))
    frames = Renderer(make_sequence(row("Grid", joined)), small_display).frames(0, 20)
    assert np.array_equal(frames[9], frames[10])
