"""Moving Head: pan, tilt, colour, dimmer and shutter of moving heads, written to their DMX channels.

The settings hold a line of commands for each of eight heads ("Pan: -45;Tilt VC: Active=TRUE|...;Heads: 1,2,3,4"). A
fixture takes the line of its number, which is the last figure of its label ("MH3"), or its place where it has none.

Not proven by reference light: angles, fans and curves follow the meaning of the commands and the fixture's own data;
colours given as hue, saturation and value in turn are spread over the effect. A path to follow and movement patterns
are not known and are named as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import hsv_to_rgb
from twinklr.core.display.fixtures import ChannelUse, Fixture
from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels, PlacedFixture
from twinklr.core.effects.motors import send, send_share, share_of_angle
from twinklr.core.effects.paint import frame_numbers, frames_of
from twinklr.core.effects.value_curves import parse_value_curve

Floats = NDArray[np.float64]
Commands = Mapping[str, str]

HEADS = 8
"""Heads an effect has settings for."""

CURVE_STEPS = 10.0
"""Curves of angles are stored ten times as large."""

DEFAULTS: Mapping[str, float] = MappingProxyType({"Groupings": 1.0, "Cycles": 1.0})
"""Values of commands that are not given; all others are 0."""

NEXT_COMMAND = re.compile(r";(?=\s*[A-Za-z ]+:)")
"""Commands are parted by semicolons, which the corners of a curve may hold as well."""


def render_moving_head(call: EffectCall) -> Pixels:
    """Paint the Moving Head effect onto the channels of every fixture it runs on."""
    pixels = call.blank()
    for place, placed in enumerate(call.surroundings.fixtures, 1):
        number = head_number(placed.fixture, place)
        commands = read_commands(call.settings.values.get(f"TEXTCTRL_MH{number}_Settings", ""))
        if commands:
            _move(call, pixels, placed, commands, number)
            _light(call, pixels, placed, commands)
    return pixels


def head_number(fixture: Fixture, place: int) -> int:
    """Number of a fixture among the heads: the last figure of its label, or its place."""
    found = re.search(r"(\d+)\D*$", fixture.label)
    return int(found.group(1)) if found else place


def read_commands(text: str) -> Commands:
    """Commands of a head by name.

    Example:
        >>> dict(read_commands("Pan: -45;Tilt: 75.0;Heads: 1,2"))
        {'Pan': '-45', 'Tilt': '75.0', 'Heads': '1,2'}
    """
    parts = (part.partition(":") for part in NEXT_COMMAND.split(text) if ":" in part)
    return {name.strip(): value.strip() for name, _, value in parts}


def _move(call: EffectCall, pixels: Pixels, placed: PlacedFixture, commands: Commands, number: int) -> None:
    heads = [int(text) for text in re.findall(r"\d+", commands.get("Heads", ""))] or [number]
    order = heads.index(number) if number in heads else 0
    group_size = max(round(_number(commands, "Groupings")), 1)
    group, groups = order // group_size, -(-len(heads) // group_size)
    position = _position(call, commands, group)
    for axis in ("Pan", "Tilt"):
        motor = placed.fixture.motor(axis.lower())
        if motor is None or "true" in commands.get(f"Ignore{axis}", "").lower():
            continue
        if axis not in commands and f"{axis} VC" not in commands:
            continue
        # A fan spreads the heads to both sides of the middle one.
        fan = group - (groups - 1) / 2.0
        angle = _angle(commands, axis, position) + _angle(commands, f"{axis}Offset", position) * fan
        send_share(call, pixels, placed, motor, share_of_angle(motor, angle))


def _position(call: EffectCall, commands: Commands, group: int) -> Floats:
    """Position in the running cycle per frame; heads follow each other by the time offset, in percent of a cycle."""
    share = frame_numbers(call) / max(call.frame_count - 1, 1)
    cycles = max(_number(commands, "Cycles"), 1e-6)
    late = share * cycles - _angle(commands, "TimeOffset", share) * group / 100.0
    return np.where(late == cycles, 1.0, np.mod(late, 1.0)) if cycles >= 1.0 else np.clip(late, 0.0, 1.0)


def _number(commands: Commands, name: str) -> float:
    try:
        return float(commands[name])
    except (KeyError, ValueError):
        return DEFAULTS.get(name, 0.0)


def _angle(commands: Commands, name: str, position: Floats) -> Floats:
    """A command's value per frame: its curve ("Pan VC") where it has one, else its number."""
    text = commands.get(f"{name} VC", "").replace("@", ";")
    curve = parse_value_curve(text, CURVE_STEPS) if text else None
    return np.full(len(position), _number(commands, name)) if curve is None else curve.evaluate(position)


def _light(call: EffectCall, pixels: Pixels, placed: PlacedFixture, commands: Commands) -> None:
    """Colour, brightness and shutter, where the commands speak of them."""
    fixture = placed.fixture
    share = frame_numbers(call) / max(call.frame_count - 1, 1)
    colors = _colors(commands.get("Color", ""), share, blended=True)
    wheel = _colors(commands.get("Wheel", ""), share, blended=False)
    chosen = wheel if wheel is not None else colors
    level = _dimmed(commands.get("Dimmer", ""), share)
    if chosen is not None:
        _color(call, pixels, placed, chosen)
        level = np.ones(frames_of(call)) if level is None else level
    dimmer = fixture.node(ChannelUse.DIMMER)
    if level is not None:
        send(call, pixels, placed, dimmer, np.round(level * 255.0))
    opened: Floats | None = None
    if commands.get("Shutter", "").lower() == "on":
        opened = np.ones(frames_of(call))
    elif level is not None and "true" in commands.get("AutoShutter", "").lower():
        opened = (level > 0.0).astype(np.float64)
    if opened is not None and fixture.shutter_open is not None:
        send(call, pixels, placed, fixture.node(ChannelUse.SHUTTER), opened * fixture.shutter_open)


def _colors(text: str, share: Floats, *, blended: bool) -> Floats | None:
    """Red, green and blue 0..255 per frame of colours given as hue, saturation and value 0..1 in turn."""
    numbers = _numbers(text)
    if len(numbers) < 3:
        return None
    stops: Floats = hsv_to_rgb(np.array(numbers[: len(numbers) // 3 * 3]).reshape(-1, 3)).astype(np.float64)
    if not blended:
        running: Floats = stops[np.minimum((share * len(stops)).astype(np.int64), len(stops) - 1)]
        return running
    places = np.linspace(0.0, 1.0, len(stops))
    mixed: Floats = np.stack([np.interp(share, places, stops[:, part]) for part in range(3)], axis=1)
    return mixed


def _numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text)]


def _dimmed(text: str, share: Floats) -> Floats | None:
    """Brightness 0..1 per frame along corners given as place and height in turn."""
    numbers = _numbers(text)
    if len(numbers) < 2:
        return None
    corners = np.array(numbers[: len(numbers) // 2 * 2]).reshape(-1, 2)
    corners = corners[np.argsort(corners[:, 0], kind="stable")]
    level: Floats = np.clip(np.interp(share, corners[:, 0], corners[:, 1]), 0.0, 1.0)
    return level


def _color(call: EffectCall, pixels: Pixels, placed: PlacedFixture, colors: Floats) -> None:
    """Send a colour the way the fixture mixes it: by its channels, or by the nearest colour of its wheel."""
    fixture = placed.fixture
    if fixture.wheel:
        known = np.array([entry.color for entry in fixture.wheel], dtype=np.float64)
        nearest = ((colors[:, None, :] - known[None]) ** 2).sum(axis=2).argmin(axis=1)
        values = np.array([entry.value for entry in fixture.wheel], dtype=np.float64)[nearest]
        send(call, pixels, placed, fixture.node(ChannelUse.COLOR_WHEEL), values)
        return
    rgb = (ChannelUse.RED, ChannelUse.GREEN, ChannelUse.BLUE)
    cmy = (ChannelUse.CYAN, ChannelUse.MAGENTA, ChannelUse.YELLOW)
    for part, (light, filtered) in enumerate(zip(rgb, cmy, strict=True)):
        send(call, pixels, placed, fixture.node(light), colors[:, part])
        send(call, pixels, placed, fixture.node(filtered), 255.0 - colors[:, part])


def lacking(settings: Mapping[str, str]) -> str | None:
    """What of a Moving Head effect is not painted: a path to follow, or a movement pattern."""
    for number in range(1, HEADS + 1):
        commands = read_commands(settings.get(f"TEXTCTRL_MH{number}_Settings", ""))
        for name in commands:
            if name == "Path" or name.startswith("Pattern"):
                return name
    return None


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Moving Head": render_moving_head})

LACKING = MappingProxyType({"Moving Head": lacking})
"""By effect: names what else is not painted."""
