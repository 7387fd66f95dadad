"""Value curves and colour curves as text: how a setting or a palette colour changes over the length of an effect.

This is the codec alone. What a curve's shape evaluates to at a moment is the renderer's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from twinklr.core.color import RGB, parse_hex, to_hex


@dataclass(frozen=True, slots=True)
class ValueCurveText:
    """The fields of a ``VALUECURVE`` setting.

    Attributes:
        id: Control it belongs to ("ID_VALUECURVE_Brightness").
        type: Shape: "Flat" where the text names none, "Ramp", "Saw Tooth", "Custom", "Music", "Timing Track Toggle" ...
        minimum: Lower limit of the parameter.
        maximum: Upper limit of the parameter.
        parameters: ``P1`` to ``P4`` in the parameter's own units; None where not given.
        points: Points of a custom curve, x and y in 0..1 (x grows).
        timing_track: ``TT``: the track that drives it.
        offset: ``TO``: time offset in percent.
        wraps: ``WRAP``: values beyond the limits wrap around.
        real_values: ``RV``: parameters are in real units (always, since 2017).
        active: Whether the curve is in use.
        other: Further fields, kept as found.
    """

    id: str
    type: str = "Flat"
    minimum: float = 0.0
    maximum: float = 100.0
    parameters: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)
    points: tuple[tuple[float, float], ...] = ()
    timing_track: str = ""
    offset: int = 0
    wraps: bool = False
    real_values: bool = True
    active: bool = True
    other: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ColorCurveText:
    """The fields of a palette slot that changes over time.

    Attributes:
        id: Control it belongs to ("ID_BUTTON_Palette1").
        points: Position in 0..1 and colour, in order.
        type: "Gradient" where the text names none, else as stored ("Blended" ...).
        timing_track: ``TT``: the track that drives it.
        active: Whether the curve is in use.
        other: Further fields, kept as found.
    """

    id: str
    points: tuple[tuple[float, RGB], ...]
    type: str = "Gradient"
    timing_track: str = ""
    active: bool = True
    other: tuple[tuple[str, str], ...] = ()


CURVE_TYPES = frozenset(
    {"Flat", "Ramp", "Ramp Up/Down", "Ramp Up/Down Hold", "Saw Tooth", "Square", "Sine", "Abs Sine", "Decaying Sine",
     "Parabolic Up", "Parabolic Down", "Logarithmic Up", "Logarithmic Down", "Exponential Up", "Exponential Down",
     "Random", "Custom", "Music", "Inverted Music", "Music Trigger Fade", "Timing Track Toggle",
     "Timing Track Fade Fixed", "Timing Track Fade Proportional"}
)  # fmt: skip
"""Shapes of value curves xLights knows."""

_KNOWN = frozenset({"Active", "Id", "Type", "Min", "Max", "P1", "P2", "P3", "P4", "Values", "TT", "TO", "WRAP", "RV"})


def is_curve(value: str) -> bool:
    """Whether a setting's value is the text of a value or colour curve."""
    return value.startswith("Active=")


def parse_value_curve(text: str) -> ValueCurveText:
    """Read the value of a ``VALUECURVE`` setting.

    Raises:
        ValueError: If a number in it is none.

    Example:
        >>> curve = parse_value_curve("Active=TRUE|Id=ID_VALUECURVE_X|Type=Ramp|Min=0.00|Max=400.00|P1=20.00|RV=TRUE|")
        >>> curve.type, curve.maximum, curve.parameters[0]
        ('Ramp', 400.0, 20.0)
    """
    fields = _fields(text)
    parameters = tuple(_number(fields[name]) if name in fields else None for name in ("P1", "P2", "P3", "P4"))
    return ValueCurveText(
        id=fields.get("Id", ""),
        type=fields.get("Type", "Flat"),
        minimum=_number(fields.get("Min", "0")),
        maximum=_number(fields.get("Max", "100")),
        parameters=(parameters[0], parameters[1], parameters[2], parameters[3]),
        points=tuple(_point(part) for part in fields.get("Values", "").split(";") if part),
        timing_track=fields.get("TT", ""),
        offset=round(_number(fields.get("TO", "0"))),
        wraps=fields.get("WRAP", "") == "TRUE",
        real_values=fields.get("RV", "") == "TRUE",
        active=fields.get("Active", "") == "TRUE",
        other=tuple((key, value) for key, value in fields.items() if key not in _KNOWN),
    )


def format_value_curve(curve: ValueCurveText) -> str:
    """Write the value of a ``VALUECURVE`` setting.

    Example:
        >>> format_value_curve(ValueCurveText("ID_VALUECURVE_X", "Custom", points=((0.0, 0.0), (1.0, 0.5))))
        'Active=TRUE|Id=ID_VALUECURVE_X|Type=Custom|Min=0.00|Max=100.00|RV=TRUE|Values=0.00:0.00;1.00:0.50|'
    """
    if not curve.active:
        return "Active=FALSE|"
    fields = [("Active", "TRUE"), ("Id", curve.id)]
    if curve.type != "Flat":
        fields.append(("Type", curve.type))
    fields += [("Min", f"{curve.minimum:.2f}"), ("Max", f"{curve.maximum:.2f}")]
    if curve.timing_track:
        fields.append(("TT", curve.timing_track))
    fields += [(f"P{index}", f"{value:.2f}") for index, value in enumerate(curve.parameters, 1) if value is not None]
    if curve.offset:
        fields.append(("TO", str(curve.offset)))
    if curve.wraps:
        fields.append(("WRAP", "TRUE"))
    if curve.real_values:
        fields.append(("RV", "TRUE"))
    fields += curve.other
    if curve.points:
        fields.append(("Values", ";".join(f"{x:.2f}:{y:.2f}" for x, y in curve.points)))
    return "".join(f"{key}={value}|" for key, value in fields)


def parse_color_curve(text: str) -> ColorCurveText:
    """Read the value of a palette slot that holds a colour curve.

    Raises:
        ValueError: If a position or colour in it cannot be read.

    Example:
        >>> parse_color_curve("Active=TRUE|Id=ID_BUTTON_Palette1|Values=x=0.000^c=#FF0000;x=1.000^c=#0000FF|").points
        ((0.0, (255, 0, 0)), (1.0, (0, 0, 255)))
    """
    fields = _fields(text)
    points: list[tuple[float, RGB]] = []
    for part in fields.get("Values", "").split(";"):
        if part:
            values = dict(piece.partition("=")[::2] for piece in part.split("^"))
            points.append((_number(values.get("x", "0")), parse_hex(values.get("c", ""))))
    known = ("Active", "Id", "Type", "Values", "TT")
    return ColorCurveText(
        id=fields.get("Id", ""),
        points=tuple(points),
        type=fields.get("Type", "Gradient"),
        timing_track=fields.get("TT", ""),
        active=fields.get("Active", "") == "TRUE",
        other=tuple((key, value) for key, value in fields.items() if key not in known),
    )


def format_color_curve(curve: ColorCurveText) -> str:
    """Write the value of a palette slot that holds a colour curve.

    Example:
        >>> format_color_curve(ColorCurveText("ID_BUTTON_Palette1", ((0.0, (255, 0, 0)),)))
        'Active=TRUE|Id=ID_BUTTON_Palette1|Values=x=0.000^c=#FF0000|'
    """
    fields = [("Active", "TRUE" if curve.active else "FALSE"), ("Id", curve.id)]
    if curve.type != "Gradient":
        fields.append(("Type", curve.type))
    if curve.timing_track:
        fields.append(("TT", curve.timing_track))
    fields += curve.other
    fields.append(("Values", ";".join(f"x={x:.3f}^c={to_hex(rgb)}" for x, rgb in curve.points)))
    return "".join(f"{key}={value}|" for key, value in fields)


_FIELD = re.compile(r"([^=|]+)=([^|]*)\|?")


def _fields(text: str) -> dict[str, str]:
    return {match[1]: match[2] for match in _FIELD.finditer(text)}


def _number(text: str) -> float:
    value = float(text)
    if not abs(value) <= 1e12:  # nan too
        raise ValueError(f"{text!r} is not a usable number")
    return value


def _point(text: str) -> tuple[float, float]:
    x, _, y = text.partition(":")
    return _number(x), _number(y)
