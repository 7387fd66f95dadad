"""What xLights silently ignores in an effect's settings and palette: typos, wrong controls, unknown values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from twinklr.core.xlights.curves import CURVE_TYPES, is_curve, parse_value_curve
from twinklr.core.xlights.findings import Finding, Speller, nearest
from twinklr.core.xlights.parameters import Parameter, known_parameters
from twinklr.core.xlights.settings import parse_settings

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_NO_PALETTE = frozenset(
    {"Adjust", "DMX", "Duplicate", "Faces", "Glediator", "Kaleidoscope", "Moving Head", "Off", "Pictures", "Servo",
     "Shader", "Sketch", "State", "Text", "Video", "Warp"}
)  # fmt: skip
"""Effects that can do without an enabled colour."""

SLOTS = range(1, 9)
MAX_FADE_S = 60.0
"""A longer fade was meant in milliseconds or percent."""

_FADES = frozenset({"T_TEXTCTRL_Fadein", "T_TEXTCTRL_Fadeout"})
MAX_UNKNOWN = 40
"""Unknown keys of one settings string that are looked into."""


def check_settings(effect: str, settings: str) -> tuple[Finding, ...]:
    """Check the ``E_``, ``B_`` and ``T_`` settings of an effect; places are left for the caller to fill in.

    Example:
        >>> [finding.code for finding in check_settings("Bars", "E_SLIDER_Bars_BarCuont=2")]
        ['unknown-setting']
    """
    return _settings(effect, settings)


@lru_cache(maxsize=20_000)
def _settings(effect: str, settings: str) -> tuple[Finding, ...]:
    return (*_blanks(settings), *_values(effect, settings))


def _blanks(text: str) -> Iterator[Finding]:
    """Spaces around keys, which hide them from xLights."""
    for part in text.split(",") if text else ():
        key, equals, _ = part.partition("=")
        if key != key.strip():
            what = f"there is a blank around the key {key!r}; xLights does not find it"
            yield Finding("error", "blank-in-settings", what, cure="remove the blank")
        elif not equals and key:
            what = f"{key!r} has no value"
            yield Finding("warning", "setting-without-value", what, cure="write key=value")


def _values(effect: str, text: str) -> Iterator[Finding]:
    known = known_parameters(effect)
    by_id = {parameter.id: parameter for parameter in known.values()}
    by_curve = frozenset(parameter.curve_key for parameter in known.values())
    settings = parse_settings(text)
    unknown = 0
    for key, value in settings.items():
        parameter = known.get(key)
        if "_VALUECURVE_" in key:
            yield from _curve(key, value, by_curve)
        elif parameter is not None:
            yield from _value(parameter, value)
        elif key.strip() and key[1:2] == "_" and unknown < MAX_UNKNOWN:
            unknown += 1
            yield from _unknown(key, effect, settings, by_id)


def _curve(key: str, text: str, known: frozenset[str]) -> Iterator[Finding]:
    """A value curve that xLights takes for a flat one, or that belongs to nothing."""
    try:
        curve = parse_value_curve(text)
    except ValueError:
        yield Finding("warning", "wrong-curve", f"{key} holds no numbers where it should", cure="set the curve again")
        return
    if not curve.active:
        return
    if curve.type not in CURVE_TYPES:
        what = f"{key} is of the type {curve.type!r}, which xLights does not know and takes for flat"
        yield Finding("warning", "unknown-curve-type", what, cure=nearest(curve.type, CURVE_TYPES))
    if key not in known:
        guess = Speller(known, likeness=0.9).cure(key)
        if guess:
            yield Finding("warning", "unknown-setting", f"{key} is unknown and ignored", cure=guess)


def _unknown(key: str, effect: str, settings: dict[str, str], by_id: dict[str, Parameter]) -> Iterator[Finding]:
    """A key xLights does not look for. Writers store some parameters twice, by slider and by text: that is no fault."""
    prefix, control, identifier = (*key.split("_", 2), "", "")[:3]
    parameter = by_id.get(identifier)
    if parameter is not None and parameter.key[0] == prefix:
        if parameter.key not in settings and {control, parameter.control} != {"SLIDER", "TEXTCTRL"}:
            what = f"{key} is not read; the parameter is stored as {parameter.key}"
            yield Finding("warning", "wrong-control", what, cure=f"write {parameter.key}")
        return
    guess = _nearest_key(effect, key)
    if guess and identifier.rstrip("0123456789_m") not in by_id:
        yield Finding("warning", "unknown-setting", f"{key} is unknown and ignored", cure=guess)


@lru_cache(maxsize=4096)
def _nearest_key(effect: str, key: str) -> str:
    # Keys of one effect begin alike, so that only a slip of a letter or two makes a typo.
    return Speller(known_parameters(effect), likeness=0.9).cure(key)


def _value(parameter: Parameter, value: str) -> Iterator[Finding]:
    key = parameter.key
    # An empty choice is what old writers store for "none".
    if parameter.kind == "enum" and value and parameter.choices and value not in parameter.choices:
        cure = nearest(value, parameter.choices) or f"one of {', '.join(parameter.choices[:12])}"
        what = f"{key} is {value!r}, which xLights does not know and ignores"
        yield Finding("warning", "unknown-choice", what, cure=cure)
    elif parameter.kind == "bool" and value not in ("0", "1"):
        yield Finding("warning", "wrong-switch", f"{key} is {value!r}; only 1 switches it on", cure="write 1 or 0")
    elif parameter.kind in ("int", "float") and not is_curve(value):
        number = _number(value)
        if number is None:
            yield Finding("warning", "not-a-number", f"{key} is {value!r}", cure="write a number")
        elif key in _FADES and number > MAX_FADE_S:
            what = f"{key} is {value}: fades are in seconds"
            yield Finding("warning", "long-fade", what, cure="write seconds, such as 0.50")
        elif not _within(parameter, number):
            limits = f"{parameter.minimum:g} to {parameter.maximum:g}"
            yield Finding("note", "out-of-range", f"{key} is {value}", cure=f"the control goes from {limits}")


def _within(parameter: Parameter, number: float) -> bool:
    low, high = parameter.minimum, parameter.maximum
    return low is None or high is None or low <= number <= high


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None


def check_palette(effect: str, palette: str) -> tuple[Finding, ...]:
    """Check the ``C_`` settings of an effect.

    Example:
        >>> [finding.code for finding in check_palette("Bars", "C_BUTTON_Palette1=FF0000,C_CHECKBOX_Palette1=1")]
        ['wrong-color']
    """
    return _palette(effect, palette)


@lru_cache(maxsize=20_000)
def _palette(effect: str, palette: str) -> tuple[Finding, ...]:
    findings = list(_blanks(palette))
    settings = parse_settings(palette)
    for slot in SLOTS:
        color, switch = settings.get(f"C_BUTTON_Palette{slot}"), settings.get(f"C_CHECKBOX_Palette{slot}", "0")
        if switch not in ("0", "1"):
            what = f"C_CHECKBOX_Palette{slot} is {switch!r}; only 1 enables the colour"
            findings.append(Finding("error", "color-not-enabled", what, cure="write 1"))
        elif switch == "1" and color is not None and not is_curve(color) and not _COLOR.match(color):
            what = f"the colour {color!r} is not of the form #RRGGBB; it shows black"
            findings.append(Finding("error", "wrong-color", what, cure="write #RRGGBB"))
    if effect not in _NO_PALETTE and not any(settings.get(f"C_CHECKBOX_Palette{slot}") == "1" for slot in SLOTS):
        what = "no palette colour is enabled; it shows white"
        findings.append(Finding("warning", "no-color-enabled", what, cure="enable a colour"))
    known = known_parameters(effect)
    for key, value in settings.items():
        if key in known and "_Palette" not in key:
            findings += _value(known[key], value)
    return tuple(findings)
