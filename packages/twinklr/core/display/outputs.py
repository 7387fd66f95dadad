"""How a model's light becomes channel values: dimming curves, white channels, strings of one or several colours.

What the layout says, read once; `twinklr.core.effects.channels` applies it when a show is rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PureWindowsPath

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import RGB, parse_hex
from twinklr.core.text import unicode_codec
from twinklr.core.xlights import ModelElement, channels_per_node, string_type
from twinklr.core.xlights.markup import Markup

MAX_SUPER_COLORS = 32
"""Colours of a superstring that are followed."""

MAX_CURVE_BYTES = 64_000
"""Largest file of a dimming curve that is read: 256 numbers, a line each."""

Table = NDArray[np.uint8]
"""uint8 ``(256,)``: what is sent for each value."""


class WhiteHandling(StrEnum):
    """When the white channel of a node of four or five channels shines, as xLights names it (``RGBWHandling``)."""

    GREY = "R=G=B -> W"
    RGB_ONLY = "RGB Only"
    WHITE_ONLY = "White Only"
    ADVANCED = "Advanced"
    ON_ALL = "White On All"


@dataclass(frozen=True, slots=True)
class Output:
    """How a model's light becomes channel values.

    Attributes:
        order: Letters of a node's channels: "RGB", "GRBW", "RGBWW"; "" for nodes without colour channels.
        white: When its white channel shines. The second white of "RGBWW" never does, as in xLights.
        any_color: A node of one channel shines for every colour as bright as it is, not for its own tint alone.
        super_colors: Colours of the channels of a "Superstring", else empty.
        dimming: Tables of 256 values for red, green and blue; empty without a dimming curve.
    """

    order: str = "RGB"
    white: WhiteHandling = WhiteHandling.GREY
    any_color: bool = False
    super_colors: tuple[RGB, ...] = ()
    dimming: tuple[bytes, ...] = ()


def read_output(model: ModelElement, folder: Path) -> tuple[Output, list[str]]:
    """The output of a model, and findings about what could not be followed.

    Args:
        model: The model.
        folder: The show folder, where files of dimming curves are looked for.
    """
    kind = string_type(model)
    dimming, findings = _dimming(model, folder)
    handling = model.attributes.get("RGBWHandling", "")
    if handling and handling not in set(WhiteHandling):
        known = f"taken for {str(WhiteHandling.GREY)!r}"
        findings.append(f"model {model.name!r}: RGBWHandling {handling!r} is not known; {known}")
    output = Output(
        order=kind.order if channels_per_node(model) > 1 else "",
        white=WhiteHandling(handling) if handling in set(WhiteHandling) else WhiteHandling.GREY,
        any_color=_takes_any_color(model),
        super_colors=_super_colors(model.attributes) if kind.text == "Superstring" else (),
        dimming=dimming,
    )
    return output, findings


def _takes_any_color(model: ModelElement) -> bool:
    # Channels of fixtures carry values, not colours.
    return model.display_as.startswith("Dmx") or model.string_type == "Single Color Intensity"


def _super_colors(attributes: Mapping[str, str]) -> tuple[RGB, ...]:
    colors: list[RGB] = []
    while len(colors) < MAX_SUPER_COLORS:
        name = f"SuperStringColour{len(colors)}"
        text = attributes.get(name, attributes.get(name.replace("Colour", "Color")))
        if text is None:
            break
        try:
            colors.append(parse_hex(text))
        except ValueError:
            colors.append((255, 255, 255))
    return tuple(colors)


def brightness_curve(brightness: float, gamma: float) -> Table:
    """A dimming curve: brightness in percent up or down (-100 dark, 0 as it is), then gamma, cut off at full.

    Example:
        >>> brightness_curve(-10, 1.0)[[0, 100, 255]].tolist()
        [0, 90, 229]
    """
    level = np.arange(256, dtype=np.float32) * np.float32((int(brightness) + 100) / 100.0)
    with np.errstate(divide="ignore", over="ignore"):  # a negative gamma makes black infinitely bright
        curved = 255.0 * np.power(level.clip(0.0).astype(np.float64) / 255.0, gamma)
    return np.nan_to_num(curved, nan=0.0, posinf=255.0).clip(0.0, 255.0).astype(np.uint8)


_PARTS = ("red", "green", "blue")


def _dimming(model: ModelElement, folder: Path) -> tuple[tuple[bytes, ...], list[str]]:
    """Tables of a model's ``<dimmingCurve>``: one for all, or one for each part of the colour."""
    if model.dimming_curve is None:
        return (), []
    findings: list[str] = []
    same = np.arange(256, dtype=np.uint8)
    parts = {}
    for child in model.dimming_curve.children:
        if child.tag == "all":
            parts = dict.fromkeys(_PARTS, _table(child, model.name, folder, findings))
            break
        if child.tag in _PARTS:
            parts[child.tag] = _table(child, model.name, folder, findings)
    tables = [parts.get(name, same) for name in _PARTS]
    if all((table == same).all() for table in tables):
        return (), findings
    return tuple(table.tobytes() for table in tables), findings


def _table(curve: Markup, name: str, folder: Path, findings: list[str]) -> Table:
    if "filename" not in curve.attributes:
        gamma = _number(curve.get("gamma"), 1.0)
        return brightness_curve(max(-100.0, min(_number(curve.get("brightness"), 0.0), 1000.0)), gamma)
    # The path is one of the author's machine: the file counts if it lies in the show folder.
    path = folder / PureWindowsPath(curve.get("filename")).name
    table = _table_of(path) if path.name else None
    if table is None:
        findings.append(f"model {name!r}: no dimming curve of 256 numbers in {path.name!r}; it is left undimmed")
        return np.arange(256, dtype=np.uint8)
    return table


def _table_of(path: Path) -> Table | None:
    try:
        if not path.is_file() or path.stat().st_size > MAX_CURVE_BYTES:
            return None
        data = path.read_bytes()
        lines = data.decode(unicode_codec(data) or "ascii", errors="replace").split()
    except OSError:
        return None
    if len(lines) < 256 or not all(line.isdecimal() and len(line) < 4 for line in lines[:256]):
        return None
    return np.array([min(int(line), 255) for line in lines[:256]], dtype=np.uint8)


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if abs(value) < 1e6 else default
