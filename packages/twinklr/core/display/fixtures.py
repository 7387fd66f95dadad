"""DMX fixtures: what each channel of a moving head, a floodlight or a talking skull is for.

xLights has written this in three ways: as attributes (``DmxPanChannel``, 2017-2022), as child elements of its own for
the motors (``<PanMotor ChannelCoarse=...>``, since then), and as ``Servo1..N`` children for servos. All come out alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from twinklr.core.color import RGB, parse_hex
from twinklr.core.xlights import ModelElement
from twinklr.core.xlights.markup import Markup

MAX_CHANNEL = 512
"""Channels of a DMX universe: no fixture has more."""

MAX_ENTRIES = 64
"""Colours of a wheel and presets that are read."""


class ChannelUse(StrEnum):
    """What a channel of a fixture does."""

    PAN = "pan"
    PAN_FINE = "pan_fine"
    TILT = "tilt"
    TILT_FINE = "tilt_fine"
    NOD = "nod"
    JAW = "jaw"
    EYES_UP_DOWN = "eyes_up_down"
    EYES_LEFT_RIGHT = "eyes_left_right"
    EYES_BRIGHTNESS = "eyes_brightness"
    SERVO = "servo"
    SERVO_FINE = "servo_fine"
    DIMMER = "dimmer"
    SHUTTER = "shutter"
    COLOR_WHEEL = "color_wheel"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    WHITE = "white"
    CYAN = "cyan"
    MAGENTA = "magenta"
    YELLOW = "yellow"
    PRESET = "preset"


@dataclass(frozen=True, slots=True)
class FixtureChannel:
    """A channel of a fixture: what it is for, and which node of the prop (0-based) it is."""

    use: ChannelUse
    node: int


@dataclass(frozen=True, slots=True)
class Motor:
    """A motor that turns a part of a fixture.

    Attributes:
        name: "pan", "tilt", "nod" or the name of the servo.
        node: Node of its channel, of the coarse one where it has two.
        fine_node: Node of its fine channel, or None.
        range_deg: Degrees it turns from channel value 0 to the highest.
        low_deg: Lowest angle it may be sent to, or None where the file does not say.
        high_deg: Highest angle, or None.
        home_deg: Angle it rests at.
        zero_deg: Angle that counts as 0, in the drawing of the fixture.
        slew_deg_per_s: Degrees it turns in a second, 0 for no limit.
        reverse: It turns the other way round.
    """

    name: str
    node: int
    fine_node: int | None = None
    range_deg: float = 180.0
    low_deg: float | None = None
    high_deg: float | None = None
    home_deg: float = 0.0
    zero_deg: float = 0.0
    slew_deg_per_s: float = 0.0
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class WheelColor:
    """A colour of a colour wheel, and the channel value that turns the wheel to it."""

    color: RGB
    value: int


@dataclass(frozen=True, slots=True)
class Preset:
    """A value a channel has to have for something the fixture does by itself."""

    node: int
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Fixture:
    """A DMX fixture.

    Attributes:
        kind: xLights model type ("DmxMovingHeadAdv", "DmxFloodlight" ...).
        label: Name sequences call it by ("MH1"), or "".
        channels: What its channels are for, by node; channels without a use are left out.
        motors: Its motors.
        color_system: How it mixes colour: "rgbw", "wheel", "cmyw", or "" where it has none.
        wheel: Colours of its wheel.
        shutter_open: Channel value at which the shutter is open, or None.
        presets: What else has to be sent.
        beam_deg: Width of its beam in degrees, or None.
    """

    kind: str
    label: str = ""
    channels: tuple[FixtureChannel, ...] = ()
    motors: tuple[Motor, ...] = ()
    color_system: str = ""
    wheel: tuple[WheelColor, ...] = ()
    shutter_open: int | None = None
    presets: tuple[Preset, ...] = ()
    beam_deg: float | None = None

    def node(self, use: ChannelUse) -> int | None:
        """Node of the first channel of a use; None where the fixture has none."""
        return next((channel.node for channel in self.channels if channel.use is use), None)

    def motor(self, name: str) -> Motor | None:
        """The motor of a name ("pan", "tilt" ...)."""
        return next((motor for motor in self.motors if motor.name == name), None)


_ATTRIBUTES: Mapping[str, ChannelUse] = {
    "MhDimmerChannel": ChannelUse.DIMMER,
    "DmxDimmerChannel": ChannelUse.DIMMER,
    "DmxShutterChannel": ChannelUse.SHUTTER,
    "DmxColorWheelChannel": ChannelUse.COLOR_WHEEL,
    "DmxRedChannel": ChannelUse.RED,
    "DmxGreenChannel": ChannelUse.GREEN,
    "DmxBlueChannel": ChannelUse.BLUE,
    "DmxWhiteChannel": ChannelUse.WHITE,
    "DmxCyanChannel": ChannelUse.CYAN,
    "DmxMagentaChannel": ChannelUse.MAGENTA,
    "DmxYellowChannel": ChannelUse.YELLOW,
    "DmxNodChannel": ChannelUse.NOD,
    "DmxJawChannel": ChannelUse.JAW,
    "DmxEyeUDChannel": ChannelUse.EYES_UP_DOWN,
    "DmxEyeLRChannel": ChannelUse.EYES_LEFT_RIGHT,
    "DmxEyeBrtChannel": ChannelUse.EYES_BRIGHTNESS,
}
"""Attribute with a 1-based channel, 0 for none -> what the channel is for. Motors are found by `_motors`."""

_USES = {"pan": (ChannelUse.PAN, ChannelUse.PAN_FINE), "tilt": (ChannelUse.TILT, ChannelUse.TILT_FINE)}
_RANGES = {"pan": 540.0, "tilt": 180.0}
"""Degrees xLights takes where the file does not say."""

_COLOR_SYSTEMS = {"0": "rgbw", "1": "wheel", "2": "cmyw", "RGBW": "rgbw", "ColorWheel": "wheel", "CMYW": "cmyw"}
_COLOR_USES = {
    "rgbw": (ChannelUse.RED, ChannelUse.GREEN, ChannelUse.BLUE, ChannelUse.WHITE),
    "wheel": (ChannelUse.COLOR_WHEEL,),
    "cmyw": (ChannelUse.CYAN, ChannelUse.MAGENTA, ChannelUse.YELLOW, ChannelUse.WHITE),
}
_ALL_COLORS = frozenset(use for uses in _COLOR_USES.values() for use in uses)
_SERVO = re.compile(r"Servo\d+$")


def read_fixture(model: ModelElement, node_count: int) -> Fixture | None:
    """What the layout says about a model's channels; None for a model that is no fixture.

    Args:
        model: The model.
        node_count: Its channels; what lies beyond is left out.
    """
    if not model.display_as.startswith("Dmx"):
        return None
    motors = tuple(motor for motor in _motors(model) if motor.node < node_count)
    found = dict(_motor_channels(motors))
    for attribute, use in _ATTRIBUTES.items():
        if (node := _node(model.attributes, attribute)) is not None and use not in found.values():
            found.setdefault(node, use)
    system = _color_system(model, set(found.values()))
    kept = _COLOR_USES.get(system, ())
    found = {node: use for node, use in found.items() if use not in _ALL_COLORS or use in kept}
    presets = tuple(preset for preset in _presets(model.attributes) if preset.node < node_count)
    for preset in presets:
        found.setdefault(preset.node, ChannelUse.PRESET)
    shutter = ChannelUse.SHUTTER in found.values()
    return Fixture(
        kind=model.display_as,
        label=model.attributes.get("DmxFixture", ""),
        channels=tuple(FixtureChannel(found[node], node) for node in sorted(found) if node < node_count),
        motors=motors,
        color_system=system,
        wheel=tuple(_wheel(model.attributes)) if system == "wheel" else (),
        shutter_open=_whole(model.attributes, "DmxShutterOnValue", _whole(model.attributes, "DmxShutterOpen", 1))
        if shutter
        else None,
        presets=presets,
        beam_deg=model.number("DmxBeamWidth") or None,
    )


def _whole(attributes: Mapping[str, str], name: str, default: int = 0) -> int:
    text = attributes.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _node(attributes: Mapping[str, str], name: str) -> int | None:
    channel = _whole(attributes, name)
    return channel - 1 if 1 <= channel <= MAX_CHANNEL else None


def _number(attributes: Mapping[str, str], name: str) -> float | None:
    try:
        value = float(attributes.get(name, ""))
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def _motors(model: ModelElement) -> Iterator[Motor]:
    """Motors in any spelling; a child element counts before attributes of the same motor."""
    seen: set[str] = set()
    for child in model.children:
        name = child.tag.removesuffix("Motor").lower() if child.tag.endswith("Motor") else ""
        if _SERVO.match(child.tag) or name:
            name = name or child.tag.lower()
            if (motor := _motor_of(name, child)) is not None and name not in seen:
                seen.add(name)
                yield motor
    for part in ("Pan", "Tilt"):
        name = part.lower()
        node = _node(model.attributes, f"Dmx{part}Channel")
        if node is not None and name not in seen:
            yield Motor(
                name,
                node,
                range_deg=_number(model.attributes, f"Dmx{part}DegOfRot") or _RANGES[name],
                low_deg=_number(model.attributes, f"Dmx{part}MinLimit"),
                high_deg=_number(model.attributes, f"Dmx{part}MaxLimit"),
                home_deg=_number(model.attributes, f"Dmx{part}Orient") or 0.0,
                slew_deg_per_s=_number(model.attributes, f"Dmx{part}SlewLimit") or 0.0,
            )


def _motor_of(name: str, child: Markup) -> Motor | None:
    """A motor of a child element: ``ChannelCoarse`` and ``ChannelFine``, or a servo's single ``Channel``."""
    node = _node(child.attributes, "ChannelCoarse")
    if node is None:
        node = _node(child.attributes, "Channel")
    if node is None:
        return None
    return Motor(
        name,
        node,
        fine_node=_node(child.attributes, "ChannelFine"),
        range_deg=_number(child.attributes, "RangeOfMotion") or _RANGES.get(name, 180.0),
        low_deg=_number(child.attributes, "MinLimit"),
        high_deg=_number(child.attributes, "MaxLimit"),
        home_deg=_number(child.attributes, "OrientHome") or 0.0,
        zero_deg=_number(child.attributes, "OrientZero") or 0.0,
        slew_deg_per_s=_number(child.attributes, "SlewLimit") or 0.0,
        reverse=child.get("Reverse") == "1",
    )


def _motor_channels(motors: tuple[Motor, ...]) -> Iterator[tuple[int, ChannelUse]]:
    for motor in motors:
        coarse, fine = _USES.get(motor.name, (ChannelUse.SERVO, ChannelUse.SERVO_FINE))
        yield motor.node, coarse
        if motor.fine_node is not None:
            yield motor.fine_node, fine


def _color_system(model: ModelElement, uses: set[ChannelUse]) -> str:
    """The named colour system; where none is named the one whose channels are given (before 2022: always RGBW)."""
    named = _COLOR_SYSTEMS.get(model.attributes.get("DmxColorType", ""))
    for system in (named,) if named else _COLOR_USES:
        if uses & set(_COLOR_USES[system]):
            return system
    return ""


def _wheel(attributes: Mapping[str, str]) -> Iterator[WheelColor]:
    for index in range(MAX_ENTRIES):
        text = attributes.get(f"DmxColorWheelColor{index}")
        if text is None:
            return
        try:
            color = parse_hex(text)
        except ValueError:
            continue
        yield WheelColor(color, min(_whole(attributes, f"DmxColorWheelDMX{index}"), 255))


def _presets(attributes: Mapping[str, str]) -> Iterator[Preset]:
    for index in range(MAX_ENTRIES):
        if f"DmxPresetChannel{index}" not in attributes:
            return
        node = _node(attributes, f"DmxPresetChannel{index}")
        if node is not None:
            value = min(_whole(attributes, f"DmxPresetValue{index}"), 255)
            yield Preset(node, value, attributes.get(f"DmxPresetDesc{index}", ""))
