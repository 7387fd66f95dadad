from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call, track
from twinklr.core.effects.call import Pixels, Surroundings
from twinklr.core.effects.states import render_state

ARMS = {
    "Name": "arms",
    "s001": "1",
    "s001-Name": "left",
    "s001-Color": "#ff0000",
    "s002": "2",
    "s002-Name": "right",
    "s002-Color": "#00ff00",
    "s010": "3",
    "s010-Name": "70",
    "s011": "4",
    "s011-Name": "2",
}


def show(settings: str, custom: bool = False, *marks: tuple[int, int, str]) -> Pixels:
    surroundings = Surroundings(
        timing_tracks={"Cues": track("Cues", *marks)},
        states={"arms": ARMS | {"CustomColors": "1" if custom else "0"}},
        node_cells=tuple(((0, node),) for node in range(6)),
    )
    text = f"E_CHOICE_State_StateDefinition=arms,{settings}"
    return render_state(make_call(text, size=(6, 1), frames=20, surroundings=surroundings))


def lit(pixels: Pixels, frame: int) -> list[int]:
    return (np.nonzero(pixels[frame, 0, :, 3])[0] + 1).tolist()


def test_a_fixed_state_is_lit_all_the_time() -> None:
    pixels = show("E_CHOICE_State_State=RIGHT", True)
    assert {tuple(lit(pixels, frame)) for frame in range(20)} == {(2,)}
    assert pixels[0, 0, 1, :3].tolist() == [0, 255, 0]


def test_marks_name_one_or_several_states() -> None:
    pixels = show("E_CHOICE_State_TimingTrack=Cues", True, (0, 400, "left"), (600, 1000, "left,right"))
    assert [lit(pixels, frame) for frame in (0, 7, 8, 12, 19)] == [[1], [1], [], [1, 2], [1, 2]]


def test_numbers_light_their_digits_by_worth() -> None:
    pixels = show("E_CHOICE_State_TimingTrack=Cues,E_CHOICE_State_Mode=Number", True, (0, 1000, "72"))
    assert lit(pixels, 5) == [3, 4]


def test_iterating_gives_every_state_its_share_of_the_mark() -> None:
    pixels = show("E_CHOICE_State_TimingTrack=Cues,E_CHOICE_State_Mode=Iterate", True, (0, 1000, ""))
    assert [lit(pixels, frame)[0] for frame in (0, 5, 10, 19)] == [1, 2, 3, 4]


@pytest.mark.parametrize(("choice", "expected"), [("Cycle", [0, 64, 255]), ("Allocate", [255, 255, 255])])
def test_colours_go_by_mark_or_by_state(choice: str, expected: list[int]) -> None:
    settings = f"E_CHOICE_State_TimingTrack=Cues,E_CHOICE_State_Color={choice}"
    pixels = show(settings, False, (0, 400, "left"), (400, 1000, "left"))
    assert pixels[10, 0, 0, :3].tolist() == expected


def test_a_definition_that_is_not_there_paints_nothing() -> None:
    assert not render_state(make_call("E_CHOICE_State_StateDefinition=legs")).any()
