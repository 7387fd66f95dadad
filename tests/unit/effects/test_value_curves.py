"""Value curves against figures xLights itself gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.effects.curve_shapes import SHAPES
from twinklr.core.effects.following_curves import FOLLOWING
from twinklr.core.effects.settings import settings_at
from twinklr.core.effects.value_curves import CurveSources, ValueCurve, parse_value_curve
from twinklr.core.xlights.sequence import Effect, EffectLayer, TimingTrack

POSITION = np.arange(40) / 39


def brightness(shape: str, **parameters: float) -> list[int]:
    fields = "".join(f"{name}={value:.2f}|" for name, value in parameters.items())
    curve = parse_value_curve(f"Active=TRUE|Id=ID|Type={shape}|Min=0.00|Max=400.00|{fields}RV=TRUE|")
    assert curve is not None
    return [int(value) for value in np.trunc(curve.evaluate(POSITION) + 1e-9)]


@pytest.mark.parametrize(
    ("shape", "parameters", "frames"),
    [
        ("Ramp", {"P2": 200.0}, {0: 0, 1: 5, 8: 41, 39: 200}),
        ("Ramp Up/Down", {"P2": 200.0}, {0: 0, 1: 10, 38: 10, 39: 0}),
        ("Saw Tooth", {"P2": 100.0, "P3": 3.0}, {1: 15, 6: 93, 7: 91, 13: 0, 14: 14, 19: 92}),
        ("Square", {"P2": 100.0, "P3": 3.0}, {6: 0, 7: 100, 13: 100, 14: 0, 25: 100, 26: 0, 33: 100}),
        ("Sine", {"P1": 100.0, "P2": 100.0, "P3": 20.0, "P4": 100.0}, {0: 0, 2: 29, 5: 49, 10: 0, 29: 3}),
        ("Parabolic Down", {"P1": 4.0}, {10: 95, 15: 22, 18: 3, 19: 1, 20: 1}),
        ("Exponential Up", {"P1": 10.0}, {0: 0, 20: 0, 39: 0}),
    ],
)
def test_shapes_as_xlights_draws_them(shape: str, parameters: dict[str, float], frames: dict[int, int]) -> None:
    values = brightness(shape, **parameters)
    assert {frame: values[frame] for frame in frames} == frames


def test_custom_corners() -> None:
    curve = parse_value_curve("Active=TRUE|Type=Custom|Min=0.00|Max=400.00|Values=0.00:0.00;0.50:0.25;1.00:0.10|")
    assert curve is not None
    assert curve.evaluate(np.array([0.0, 0.25, 0.5, 1.0])).tolist() == [0.0, 50.0, 100.0, 40.0]


def test_a_flat_curve_without_type_holds_its_level() -> None:
    curve = parse_value_curve("Active=TRUE|Id=ID|Min=0.00|Max=400.00|P1=75.00|RV=TRUE|")
    assert curve is not None
    assert set(curve.evaluate(POSITION).tolist()) == {75.0}


@pytest.mark.parametrize("text", ["", "Active=FALSE|Type=Ramp|", "nonsense", "Active=TRUE"])
def test_what_is_no_curve(text: str) -> None:
    curve = parse_value_curve(text)
    assert curve is None or curve.shape == "Flat"


@settings(max_examples=80, deadline=None)
@given(
    shape=st.sampled_from(sorted(SHAPES) + sorted(FOLLOWING)),
    limits=st.tuples(st.floats(-100, 100), st.floats(1, 500)),
    parameters=st.tuples(*[st.floats(-50, 600)] * 4),
    offset=st.floats(0, 100),
    wrap=st.booleans(),
)
def test_values_never_leave_the_limits(
    shape: str,
    limits: tuple[float, float],
    parameters: tuple[float, float, float, float],
    offset: float,
    wrap: bool,
) -> None:
    low, span = limits
    curve = ValueCurve(shape, low, low + span, parameters, wrap=wrap, time_offset=offset)
    values = curve.evaluate(POSITION)
    assert np.isfinite(values).all()
    assert values.min() >= low - 1e-6
    assert values.max() <= low + span + 1e-6


def test_divided_parameters_and_whole_numbers() -> None:
    ramp = "Active=TRUE|Type=Ramp|Min=0.00|Max={top}|P1=0.00|P2={top}|RV=TRUE|"
    values = {
        "VALUECURVE_Bars_Cycles": ramp.format(top="300.00"),
        "VALUECURVE_Bars_BarCount": ramp.format(top="5.00"),
    }
    read = settings_at(values, np.array([0.0, 0.5, 1.0]))
    assert read.over_time("Bars_Cycles", "TEXTCTRL_Bars_Cycles", 1.0, 3).tolist() == [0.0, 15.0, 30.0]
    assert read.over_time("Bars_BarCount", "SLIDER_Bars_BarCount", 1.0, 3).tolist() == [0.0, 2.0, 5.0]


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        ("Type=Exponential Up|P1=50.00|P2=200.00|", [0.0, 6.8, 30.3, 112.7, 400.0]),
        ("Type=Exponential Down|P1=50.00|P2=200.00|", [400.0, 393.2, 369.7, 287.3, 0.0]),
        ("Type=Exponential Up|P1=50.00|P2=200.00|P3=100.00|P4=300.00|SE=Y|", [100.0, 103.4, 115.2, 156.3, 300.0]),
        ("Type=Logarithmic Up|P1=25.00|P2=0.00|", [0.0, 89.3, 162.2, 223.8, 277.3]),
        ("Type=Logarithmic Down|P1=20.00|P2=200.00|", [400.0, 317.2, 200.0, 34.3, 0.0]),
        ("Type=Parabolic Up|P1=4.00|P2=400.00|", [0.0, 300.0, 400.0, 300.0, 0.0]),
        ("Type=Abs Sine|P1=0.00|P2=400.00|P3=10.00|P4=200.00|", [0.0, 400.0, 0.0, 400.0, 0.0]),
        ("Type=Decaying Sine|P1=0.00|P2=100.00|P3=10.00|P4=50.00|", [400.0, 200.0, 53.9, 200.0, 306.7]),
        ("Type=Ramp Up/Down Hold|P1=100.00|P2=300.00|P3=50.00|", [100.0, 300.0, 300.0, 300.0, 100.0]),
        ("Type=Ramp|P1=0.00|P2=400.00|TO=25|", [100.0, 200.0, 300.0, 400.0, 100.0]),
        ("Type=Random|Values=0.00:0.25;0.50:1.00;1.00:0.00|", [100.0, 250.0, 400.0, 200.0, 0.0]),
    ],
)
def test_shapes_by_the_meaning_of_their_parameters(text: str, quarters: list[float]) -> None:
    curve = parse_value_curve(f"Active=TRUE|Id=ID|Min=0.00|Max=400.00|RV=TRUE|{text}")
    assert curve is not None
    assert curve.evaluate(np.linspace(0.0, 1.0, 5)) == pytest.approx(quarters, abs=0.1)


def test_levels_of_old_files_are_in_percent_of_the_range() -> None:
    curve = parse_value_curve("Active=TRUE|Type=Ramp|Min=-100.00|Max=100.00|P1=25.00|P2=75.00|")
    assert curve is not None
    assert curve.evaluate(np.array([0.0, 1.0])).tolist() == [-50.0, 50.0]


def test_what_wraps_comes_in_at_the_other_side() -> None:
    curve = ValueCurve("Exponential Up", 0.0, 100.0, (10.0, 75.0, 0.0, 0.0), wrap=True)
    values = curve.evaluate(np.linspace(0.0, 1.0, 201))
    assert values[0] == 50.0
    assert values[-1] == pytest.approx(50.0)
    assert (np.diff(values) < -50.0).sum() == 1
    stopped = ValueCurve("Exponential Up", 0.0, 100.0, (10.0, 75.0, 0.0, 0.0))
    assert stopped.evaluate(np.array([1.0])).tolist() == [100.0]


def test_random_points_lie_between_their_levels_and_never_change() -> None:
    curve = ValueCurve("Random", 0.0, 100.0, (20.0, 80.0, 9.0, 0.0))
    values = curve.evaluate(POSITION)
    assert (values == curve.evaluate(POSITION)).all()
    assert values.min() >= 20.0
    assert values.max() <= 80.0
    assert np.ptp(values) > 10.0


def test_curves_that_follow_the_song() -> None:
    loud = np.array([0.0, 0.5, 1.0, 0.25], np.float32)
    sources = CurveSources(start_frame=1, frame_count=3, frame_ms=50, loudness=loud)
    curve = ValueCurve("Music", 0.0, 100.0, (0.0, 100.0, 0.0, 0.0))
    assert curve.follows_time
    assert curve.evaluate(np.array([0.0, 0.5, 1.0]), sources).tolist() == [50.0, 100.0, 25.0]


def test_curves_that_follow_a_timing_track() -> None:
    marks = tuple(Effect("", start, start + 100, label=str(start)) for start in (0, 100, 200, 300))
    track = TimingTrack("Beats", (EffectLayer(marks),))
    sources = CurveSources(0, 9, 50, {"Beats": track})
    toggle = ValueCurve("Timing Track Toggle", 0.0, 100.0, (0.0, 100.0, 0.0, 0.0), track="Beats")
    assert toggle.evaluate(np.arange(8) / 8, sources).tolist() == [100, 100, 0, 0, 100, 100, 0, 0]
    fade = ValueCurve("Timing Track Fade Proportional", 0.0, 100.0, (0.0, 100.0, 0.0, 0.0), track="Beats")
    assert fade.evaluate(np.arange(8) / 8, sources).tolist() == [100, 50, 100, 50, 100, 50, 100, 50]
    fixed = ValueCurve("Timing Track Fade Fixed", 0.0, 100.0, (0.0, 100.0, 4.0, 0.0), track="Beats")
    assert fixed.evaluate(np.arange(8) / 8, sources).tolist() == [100, 75, 100, 75, 100, 75, 100, 75]
    missing = ValueCurve("Timing Track Toggle", 0.0, 100.0, (10.0, 100.0, 0.0, 0.0), track="no such track")
    assert missing.evaluate(np.arange(8) / 8, sources).tolist() == [10.0] * 8


def test_a_toggle_turns_at_the_end_of_a_mark_too() -> None:
    marks = (Effect("", 100, 200, label="a"), Effect("", 300, 350, label="b"))
    sources = CurveSources(1, 9, 50, {"Words": TimingTrack("Words", (EffectLayer(marks),))})
    toggle = ValueCurve("Timing Track Toggle", 0.0, 100.0, (0.0, 100.0, 0.0, 0.0), track="Words")
    assert toggle.evaluate(np.arange(8) / 8, sources).tolist() == [0, 100, 100, 0, 0, 100, 0, 0]
    fade = ValueCurve("Timing Track Fade Proportional", 0.0, 100.0, (0.0, 100.0, 50.0, 0.0), track="Words")
    assert fade.evaluate(np.arange(8) / 8, sources).tolist() == [0, 100, 0, 0, 0, 0, 0, 0]


def test_a_trigger_holds_while_the_song_is_loud_and_then_fades() -> None:
    loud = np.array([0.0, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1], np.float32)
    sources = CurveSources(0, 7, 50, loudness=loud)
    up = ValueCurve("Music Trigger Fade", 0.0, 100.0, (20.0, 100.0, 50.0, 4.0))
    assert up.evaluate(np.arange(7) / 6, sources) == pytest.approx([20.0, 100.0, 100.0, 80.0, 60.0, 40.0, 20.0])
    down = ValueCurve("Music Trigger Fade", 0.0, 100.0, (100.0, 20.0, 50.0, 4.0))
    assert down.evaluate(np.arange(7) / 6, sources) == pytest.approx([100.0, 20.0, 20.0, 100.0, 100.0, 100.0, 100.0])


def test_gain_makes_the_song_louder_to_a_curve() -> None:
    sources = CurveSources(0, 3, 50, loudness=np.array([0.0, 0.4, 0.8], np.float32))
    louder = ValueCurve("Inverted Music", 0.0, 100.0, (0.0, 100.0, 50.0, 0.0))
    assert louder.evaluate(np.arange(3) / 2, sources) == pytest.approx([100.0, 40.0, 0.0])


@pytest.mark.parametrize("text", ["1e999", "-1e999", "nan", "inf", "1e300"])
def test_numbers_beyond_all_measure_count_as_none(text: str) -> None:
    curve = parse_value_curve(f"Active=TRUE|Type=Ramp|Min={text}|Max={text}|P1={text}|P2=100.00|TO={text}|RV=TRUE|")
    assert curve is not None
    assert curve.evaluate(np.array([0.0, 0.5, 1.0])).tolist() == [0.0, 50.0, 100.0]
