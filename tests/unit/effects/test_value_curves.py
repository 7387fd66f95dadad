"""Value curves against figures xLights itself gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.effects.settings import settings_at
from twinklr.core.effects.value_curves import FOLLOWING, SHAPES, CurveSources, ValueCurve, parse_value_curve
from twinklr.core.xlights.sequence import Effect, EffectLayer, TimingTrack

POSITION = np.arange(40) / 39


def brightness(shape: str, **parameters: float) -> list[int]:
    fields = "".join(f"{name}={value:.2f}|" for name, value in parameters.items())
    curve = parse_value_curve(f"Active=TRUE|Id=ID|Type={shape}|Min=0.00|Max=400.00|{fields}RV=TRUE|")
    assert curve is not None
    return np.trunc(curve.evaluate(POSITION) + 1e-9).astype(int).tolist()


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
