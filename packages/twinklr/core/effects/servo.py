"""Servo: one motor of a fixture, moved from a start to an end, along a curve, or with the marks of a timing track.

Not proven by reference light: positions are percent of the motor's way. With a timing track a mark's text is a
number, or a mouth sound that opens a jaw as far as that sound needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.fixtures import Fixture, Motor
from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.marks import read_marks
from twinklr.core.effects.motors import send_share
from twinklr.core.effects.paint import frame_numbers, frames_of

Floats = NDArray[np.float64]

OPENINGS: Mapping[str, float] = MappingProxyType(
    {"AI": 1.0, "E": 0.7, "O": 0.7, "U": 0.4, "L": 0.5, "WQ": 0.3, "FV": 0.2, "etc": 0.3, "MBP": 0.0, "rest": 0.0}
)
"""How far a mouth opens for a sound."""


def render_servo(call: EffectCall) -> Pixels:
    """Paint the Servo effect; nothing where no fixture has the channel it names."""
    settings = call.settings
    pixels = call.blank()
    share = _from_track(call) if settings.flag("CHECKBOX_Timing_Track") else _from_values(call)
    fine = settings.flag("CHECKBOX_16bit", default=True)
    for placed in call.surroundings.fixtures:
        motor = find_motor(placed.fixture, settings.choice("CHOICE_Channel", ""))
        if motor is not None:
            send_share(call, pixels, placed, motor, 1.0 - share if motor.reverse else share, fine=fine)
    return pixels


def find_motor(fixture: Fixture, channel: str) -> Motor | None:
    """The motor a channel's name stands for: its own name, the number of its channel, or the only one there is.

    Example:
        >>> pan = Motor("pan", 0)
        >>> find_motor(Fixture("DmxMovingHead", motors=(pan, Motor("tilt", 2))), "Pan") is pan
        True
    """
    wanted = re.sub(r"[^a-z0-9]", "", channel.lower())
    for motor in fixture.motors:
        if re.sub(r"[^a-z0-9]", "", motor.name.lower()) == wanted:
            return motor
    number = re.fullmatch(r"(?:channel|servo)?(\d+)", wanted)
    if number is not None:
        return next((motor for motor in fixture.motors if motor.node == int(number.group(1)) - 1), None)
    return fixture.motors[0] if len(fixture.motors) == 1 else None


def _from_values(call: EffectCall) -> Floats:
    """Share of the motor's way per frame: along the curve, or from the start to the end value."""
    settings = call.settings
    if "Servo" in settings.curves:
        return np.clip(settings.curves["Servo"] / 100.0, 0.0, 1.0)
    start = settings.number("TEXTCTRL_Servo", settings.number("SLIDER_Servo", 0.0) / 10.0)
    end = settings.number("TEXTCTRL_EndValue", settings.number("SLIDER_EndValue", start * 10.0) / 10.0)
    way = frame_numbers(call) / max(call.frame_count - 1, 1)
    return np.clip((start + (end - start) * way) / 100.0, 0.0, 1.0)


def _from_track(call: EffectCall) -> Floats:
    marks = read_marks(call, call.settings.choice("CHOICE_Servo_TimingTrack", ""))
    share = np.zeros(frames_of(call))
    for window, frame in enumerate(frame_numbers(call)):
        number = marks.at(int(frame))
        if number >= 0:
            share[window] = _opening(marks.labels[number])
    return share


def _opening(label: str) -> float:
    try:
        return float(np.clip(float(label) / 100.0, 0.0, 1.0))
    except ValueError:
        return OPENINGS.get(label.strip(), 0.0)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Servo": render_servo})
