"""Moving Head and Servo: what arrives on the channels of a DMX fixture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effect_calls import make_call, track
from twinklr.core.display import read_display
from twinklr.core.display.fixtures import ChannelUse, Fixture, FixtureChannel, Motor, WheelColor
from twinklr.core.effects import EFFECTS
from twinklr.core.effects.call import EffectCall, PlacedFixture, Surroundings
from twinklr.core.effects.motors import share_of_angle
from twinklr.core.effects.moving_head import read_commands, render_moving_head
from twinklr.core.effects.render import Renderer
from twinklr.core.effects.servo import find_motor, render_servo
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence

PAN = Motor("pan", 0, 1, range_deg=540.0, low_deg=-180.0, high_deg=180.0, home_deg=270.0)
TILT = Motor("tilt", 2, None, range_deg=180.0, low_deg=-90.0, high_deg=90.0, home_deg=90.0)
USES = (ChannelUse.PAN, ChannelUse.PAN_FINE, ChannelUse.TILT, ChannelUse.DIMMER, ChannelUse.SHUTTER)
COLORS = (ChannelUse.RED, ChannelUse.GREEN, ChannelUse.BLUE)
CHANNELS = 8


def head(number: int, *, wheel: bool = False) -> Fixture:
    uses = (*USES, *((ChannelUse.COLOR_WHEEL,) if wheel else COLORS))
    return Fixture(
        "DmxMovingHeadAdv",
        label=f"MH{number}",
        channels=tuple(FixtureChannel(use, node) for node, use in enumerate(uses)),
        motors=(PAN, TILT),
        wheel=(WheelColor((255, 0, 0), 30), WheelColor((0, 0, 255), 70)) if wheel else (),
        shutter_open=200,
    )


def on(*fixtures: Fixture, lines: str = "", window: tuple[int, int] | None = None, **more: object) -> EffectCall:
    """A call on fixtures side by side, a row of channels each; every head has the same line of commands."""
    width = CHANNELS * len(fixtures)
    stored = {f"TEXTCTRL_MH{number}_Settings": lines for number in range(1, 9)} if lines else {}
    around = Surroundings(
        node_cells=tuple(((0, node),) for node in range(width)),
        fixtures=tuple(PlacedFixture(fixture, CHANNELS * place) for place, fixture in enumerate(fixtures)),
        timing_tracks={"Jaw": track("Jaw", (0, 500, "AI"), (500, 1000, "MBP"), (1000, 1500, "25"))},
    )
    settings = {**stored, **{key: str(value) for key, value in more.items()}}
    return make_call(settings, size=(width, 1), window=window, surroundings=around)


def values(call: EffectCall) -> np.ndarray:  # type: ignore[type-arg]
    """Channel values ``(frames, channels)``, -1 where nothing is sent."""
    name = render_moving_head if any("MH" in key for key in call.settings.values) else render_servo
    pixels = name(call)[:, 0].astype(np.int64)
    return np.where(pixels[..., 3] > 0, pixels[..., 0], -1)


def test_angles_become_positions_around_the_rest() -> None:
    sent = values(on(head(1), lines="Pan: 0.0;Tilt: 45.0"))
    assert (sent[:, 0] * 256 + sent[:, 1] == round(65535 / 2)).all()
    assert (sent[:, 2] == round(0.75 * 255)).all()
    assert (sent[:, 3:] == -1).all()


@given(angle=st.floats(-1000.0, 1000.0))
def test_a_motor_never_leaves_its_limits(angle: float) -> None:
    share = float(share_of_angle(PAN, np.array([angle]))[0])
    assert 90.0 / 540.0 - 1e-9 <= share <= 450.0 / 540.0 + 1e-9


def test_a_curve_moves_the_head_and_cycles_repeat_it() -> None:
    ramp = "Pan VC: Active=TRUE|Id=ID_VALUECURVE_MHPan|Type=Ramp|Min=-1800.00|Max=1800.00|P1=-900.00|P2=900.00|RV=TRUE|"
    once, twice = (values(on(head(1), lines=f"{ramp};Cycles: {cycles}"))[:, 0] for cycles in (1, 2))
    assert (np.diff(once) >= 0).all()
    assert once[-1] - once[0] == pytest.approx(180.0 / 540.0 * 256, abs=1)
    assert (np.diff(twice) < 0).sum() == 1


def test_a_fan_spreads_the_heads_to_both_sides() -> None:
    lines = "Pan: 10;PanOffset: 20;Groupings: 1;Heads: 1,2,3"
    sent = values(on(*(head(number) for number in (1, 2, 3)), lines=lines))[0]
    degrees = [(sent[at] * 256 + sent[at + 1]) / 65535 * 540.0 - 270.0 for at in (0, CHANNELS, 2 * CHANNELS)]
    assert degrees == pytest.approx([-10.0, 10.0, 30.0], abs=0.05)


def test_each_fixture_takes_the_line_of_its_number() -> None:
    call = on(head(2), head(1), TEXTCTRL_MH1_Settings="Tilt: -90", TEXTCTRL_MH2_Settings="Tilt: 90")
    sent = values(call)
    assert (sent[:, 2] == 255).all()
    assert (sent[:, CHANNELS + 2] == 0).all()


def test_colour_dimmer_and_shutter() -> None:
    sent = values(on(head(1), lines="Color: 0.0,1.0,1.0,0.6666667,1.0,1.0;Dimmer: 0,0,1,1;AutoShutter: true"))
    assert list(sent[0, 3:]) == [0, 0, 255, 0, 0]
    assert list(sent[-1, 3:]) == [255, 200, 0, 0, 255]
    wheel = values(on(head(1, wheel=True), lines="Wheel: 0.64,0.9,1.0;Shutter: On"))
    assert list(wheel[0, 3:6]) == [255, 200, 70]


def test_what_is_not_painted_is_named() -> None:
    row = EFFECTS["Moving Head"]
    assert row.missing_type({"TEXTCTRL_MH1_Settings": "Pan: 0;Path: 0,0,1,1"}) == "Path"
    assert row.missing_type({"TEXTCTRL_MH1_Settings": "Pan: 0;Heads: 1,2"}) is None
    assert read_commands("Pan VC: Active=TRUE|Values=0.0:0.5;1.0:1.0|;Tilt: 3")["Tilt"] == "3"


def test_a_servo_runs_from_its_start_to_its_end() -> None:
    sent = values(on(head(1), CHOICE_Channel="Pan", TEXTCTRL_Servo=25.0, TEXTCTRL_EndValue=75.0))
    place = (sent[:, 0] * 256 + sent[:, 1]) / 65535
    assert place[0] == pytest.approx(0.25, abs=1e-4)
    assert place[-1] == pytest.approx(0.75, abs=1e-4)
    assert (np.diff(place) > 0).all()
    coarse = values(on(head(1), CHOICE_Channel="Pan", TEXTCTRL_Servo=100.0, CHECKBOX_16bit=0))
    assert list(coarse[0, :3]) == [255, -1, -1]


def test_a_servo_follows_the_marks_of_a_track() -> None:
    sent = values(on(head(1), CHOICE_Channel="Tilt", CHECKBOX_Timing_Track=1, CHOICE_Servo_TimingTrack="Jaw"))
    assert list(sent[[0, 10, 20], 2]) == [255, 0, 64]


def test_a_motor_is_found_by_name_or_channel() -> None:
    fixture = head(1)
    assert find_motor(fixture, "Tilt") is TILT
    assert find_motor(fixture, "Channel 3") is TILT
    assert find_motor(fixture, "") is None
    assert find_motor(Fixture("DmxServo", motors=(PAN,)), "whatever") is PAN


@given(edges=st.tuples(st.integers(0, 29), st.integers(1, 30)).filter(lambda pair: pair[0] < pair[1]))
@settings(max_examples=20, deadline=None)
def test_a_window_equals_that_part_of_the_whole(edges: tuple[int, int]) -> None:
    lines = "Pan: 5;Tilt: 10;TimeOffset: 10;Cycles: 3;Color: 0,1,1,0.5,1,1;Dimmer: 0,1,0.5,0,1,1;AutoShutter: true"
    for more in ({"lines": lines}, {"CHOICE_Channel": "Pan", "TEXTCTRL_EndValue": "90"}):
        part = values(on(head(1), head(2), window=edges, **more))  # type: ignore[arg-type]
        np.testing.assert_array_equal(part, values(on(head(1), head(2), **more))[edges[0] : edges[1]])  # type: ignore[arg-type]


def test_without_a_fixture_nothing_is_painted() -> None:
    assert not render_moving_head(make_call("TEXTCTRL_MH1_Settings=Pan: 0")).any()
    assert not render_servo(make_call("CHOICE_Channel=Pan")).any()


@pytest.mark.reference
@pytest.mark.parametrize("style", ["Default", "Per Model Default"])
def test_the_heads_of_a_real_show_are_moved_as_a_group(reference: Path, style: str) -> None:
    display = read_display(reference / "shows" / "suburban_2026")
    line = "Pan: 0;Tilt: 0;PanOffset: 30;Heads: 1&comma;2&comma;3&comma;4"
    lines = ",".join(f"E_TEXTCTRL_MH{number}_Settings={line}" for number in range(1, 5))
    effect = Effect("Moving Head", 0, 1000, f"B_CHOICE_BufferStyle={style},{lines}", "")
    sequence = Sequence(50, 1000, (Row("Moving Heads Group", (EffectLayer((effect,)),)),))
    frame = Renderer(sequence, display).frames(0, 1)[0].astype(int)
    first = [display.prop(f"MH-{number}").first_channel for number in range(1, 5)]
    pan = [frame[channel] * 256 + frame[channel + 1] for channel in first]
    # 30 degrees of 540 lie between neighbours, and the middle of all is at rest.
    assert np.diff(pan) == pytest.approx(-65535 * 30 / 540, abs=1)
    assert np.mean(pan) == pytest.approx(65535 / 2, abs=1)
