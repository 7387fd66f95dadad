"""What a layer is told about itself: the ``B_``, ``T_`` and ``C_`` settings of an effect, read once and typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import RGB
from twinklr.core.effects.blend import METHODS, NORMAL
from twinklr.core.effects.color_curves import ColorCurve, enabled_colors, parse_color
from twinklr.core.effects.value_curves import CurveSources, ValueCurve, parse_value_curve

NEVER = 999999


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a layer: plain, or moving along a value curve."""

    number: float
    curve: ValueCurve | None = None

    def over(self, position: NDArray[np.float64], sources: CurveSources | None = None) -> NDArray[np.float64]:
        """The value at positions 0..1 of the effect."""
        if self.curve is None:
            return np.full(len(position), self.number)
        return self.curve.evaluate(position, sources)


@dataclass(frozen=True, slots=True)
class Transition:
    """How a layer comes in or goes out.

    Attributes:
        kind: xLights' name ("Fade", "Wipe").
        duration_s: How long it takes; 0 for none.
        adjust: The slider that gives angle, count or the like, 0..100.
        reverse: Run it the other way round.
    """

    kind: str = "Fade"
    duration_s: float = 0.0
    adjust: Parameter = Parameter(50.0)
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class SubBuffer:
    """The part of the buffer an effect is confined to, in percent of its size; beyond 0..100 is allowed."""

    x1: float = 0.0
    y1: float = 0.0
    x2: float = 100.0
    y2: float = 100.0


@dataclass(frozen=True, slots=True)
class RotoZoom:
    """Turn and enlarge the painted buffer.

    Attributes:
        zoom: 1 leaves the size.
        rotation: Turn in percent of a full turn.
        rotations: Full turns over the length of the effect.
        pivot_x: Centre of the turn, percent of the width.
        pivot_y: Centre of the turn, percent of the height.
        x_rotation: Turn out of the plane around the horizontal axis, degrees.
        y_rotation: Turn out of the plane around the vertical axis, degrees.
        x_pivot: Height of the horizontal axis, percent.
        y_pivot: Place of the vertical axis, percent.
        quality: Points per cell and axis that are averaged.
        order: Which turn comes first ("X, Y, Z").
    """

    zoom: Parameter = Parameter(1.0)
    rotation: Parameter = Parameter(0.0)
    rotations: Parameter = Parameter(0.0)
    pivot_x: Parameter = Parameter(50.0)
    pivot_y: Parameter = Parameter(50.0)
    x_rotation: Parameter = Parameter(0.0)
    y_rotation: Parameter = Parameter(0.0)
    x_pivot: Parameter = Parameter(50.0)
    y_pivot: Parameter = Parameter(50.0)
    quality: int = 1
    order: str = "X, Y, Z"

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return self == _IDLE or all(
            parameter.curve is None and parameter.number == rest
            for parameter, rest in (
                (self.zoom, 1.0),
                (self.rotation, 0.0),
                (self.rotations, 0.0),
                (self.x_rotation, 0.0),
                (self.y_rotation, 0.0),
            )
        )


_IDLE = RotoZoom()


@dataclass(frozen=True, slots=True)
class LayerSettings:
    """Everything about a layer but its effect's own parameters.

    Attributes:
        effect: ``E_`` settings without the prefix.
        colors: Enabled palette slots.
        method: Blend code, see `blend.METHODS`.
        mix: Effect mix slider, 0..1.
        morph: The mix slider runs from one end to the other over the effect.
        fade_in: How it comes in.
        fade_out: How it goes out.
        canvas: The effect paints on the picture below it.
        freeze_frame: From this frame on the picture stands still.
        suppress_frames: Before this frame nothing shows.
        style: Buffer style; empty or "Default" for the row's own.
        transform: Flips and quarter turns of the buffer.
        stagger: Cells by which the models of a stacked group are shifted.
        blur: Width of the blur in cells, 1 for none.
        persistent: Each frame is painted over the one before.
        sub_buffer: Part of the buffer the effect is confined to.
        roto_zoom: Turn and zoom.
        brightness: Percent.
        contrast: -1..1.
        hue: Shift in percent of the circle.
        saturation: Shift in percent.
        value: Shift in percent.
        sparkle: Frequency of sparkles, 0..200.
        sparkle_color: Their colour.
        music_sparkles: Sparkles follow the loudness of the song.
        chroma: Colours near a key colour are transparent: (key, sensitivity 0..255), or None.
        disabled: The effect is switched off and paints nothing.
        follows_time: A curve that shapes its picture looks at the song or a timing track.
        ignored: Settings that would change the light in xLights and change nothing here, by stored key.
    """

    effect: Mapping[str, str] = field(default_factory=dict)
    colors: tuple[ColorCurve, ...] = ()
    method: int = NORMAL
    mix: float = 0.0
    morph: bool = False
    fade_in: Transition = Transition()
    fade_out: Transition = Transition()
    canvas: bool = False
    freeze_frame: int = NEVER
    suppress_frames: int = 0
    style: str = ""
    transform: str = "None"
    stagger: int = 0
    blur: Parameter = Parameter(1.0)
    persistent: bool = False
    sub_buffer: SubBuffer = SubBuffer()
    roto_zoom: RotoZoom = _IDLE
    brightness: Parameter = Parameter(100.0)
    contrast: float = 0.0
    hue: Parameter = Parameter(0.0)
    saturation: Parameter = Parameter(0.0)
    value: Parameter = Parameter(0.0)
    sparkle: Parameter = Parameter(0.0)
    sparkle_color: RGB = (255, 255, 255)
    music_sparkles: bool = False
    chroma: tuple[RGB, int] | None = None
    disabled: bool = False
    follows_time: bool = False
    ignored: tuple[str, ...] = ()


HARMLESS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "B_CHOICE_PerPreviewCamera": frozenset({"2D"}),
        "T_CHOICE_In_Transition_Type": frozenset({"Fade"}),
        "T_CHOICE_Out_Transition_Type": frozenset({"Fade"}),
    }
)
"""Values of settings we do not look at that change nothing, beside those in `RESTING`."""

RESTING = frozenset({"", "0", "0.0", "0.00", "None", "FALSE", "Active=FALSE|"})

ONLY_SHOWN = ("C_BUTTON_Palette", "B_CHOICE_RotoZoomPreset", "B_CHOICE_Preset")
"""Beginnings of keys that only say what a dialog shows: colours that are not enabled, names of presets."""


class Asked(Mapping[str, str]):
    """Settings that remember which of them were asked for: what nobody asks for is ignored, and has to be said."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        """The value of a key, which counts as asked for."""
        self._asked.add(key)
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        """All keys; none of them counts as asked for."""
        return iter(self._values)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._values)

    def ignored(self) -> list[str]:
        """Keys of layers and colours nobody asked for whose value matters."""
        return [
            key
            for key, value in self._values.items()
            if key not in self._asked
            and key[:2] in ("B_", "C_", "T_")
            and value not in RESTING
            and value not in HARMLESS.get(key, ())
            and not key.startswith(ONLY_SHOWN)
        ]


def split_settings(text: str) -> dict[str, str]:
    """Settings string to keys and values, ``&comma;`` and ``&amp;`` opened.

    Example:
        >>> split_settings("E_SLIDER_A=2,E_CHOICE_B=x&comma;y")
        {'E_SLIDER_A': '2', 'E_CHOICE_B': 'x,y'}
    """
    settings = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if equals:
            settings[key] = value.replace("&comma;", ",").replace("&amp;", "&") if "&" in value else value
    return settings


@lru_cache(maxsize=8192)
def layer_settings(settings: str, palette: str) -> LayerSettings:
    """Read the stored settings and palette strings of an effect; equal strings are read once."""
    stored = Asked(split_settings(settings))
    colors = Asked(split_settings(palette))

    def parameter(key: str, default: float, divisor: float = 1.0) -> Parameter:
        source = colors if key.startswith("C_") else stored
        prefix, _, name = key.partition("_SLIDER_")
        curve = source.get(f"{prefix}_VALUECURVE_{name}")
        return Parameter(
            _number(source.get(key), default * divisor) / divisor,
            parse_value_curve(curve, divisor) if curve else None,
        )

    chroma = None
    if colors.get("C_CHECKBOX_Chroma") == "1":
        key = parse_color(colors.get("C_COLOURPICKERCTRL_ChromaColour", "#000000")).corners[0][1]
        chroma = (key, int(_number(colors.get("C_SLIDER_ChromaSensitivity"), 1)))
    layer = LayerSettings(
        effect=MappingProxyType({key[2:]: stored[key] for key in stored if key.startswith("E_")}),
        colors=enabled_colors(colors),
        method=METHODS.get(stored.get("T_CHOICE_LayerMethod", "Normal"), NORMAL),
        mix=_number(stored.get("T_SLIDER_EffectLayerMix"), 0.0) / 100.0,
        morph=stored.get("T_CHECKBOX_LayerMorph") == "1",
        fade_in=_transition(stored, "In", parameter("T_SLIDER_In_Transition_Adjust", 50.0)),
        fade_out=_transition(stored, "Out", parameter("T_SLIDER_Out_Transition_Adjust", 50.0)),
        canvas=stored.get("T_CHECKBOX_Canvas") == "1",
        freeze_frame=int(_number(stored.get("T_SPINCTRL_FreezeEffectAtFrame"), NEVER)),
        suppress_frames=int(_number(stored.get("T_SPINCTRL_SuppressEffectUntil"), 0)),
        style=stored.get("B_CHOICE_BufferStyle", ""),
        transform=stored.get("B_CHOICE_BufferTransform", "None"),
        stagger=int(_number(stored.get("B_SPINCTRL_BufferStagger"), 0)),
        blur=parameter("B_SLIDER_Blur", 1.0),
        persistent=stored.get("B_CHECKBOX_OverlayBkg") == "1",
        sub_buffer=_sub_buffer(stored.get("B_CUSTOM_SubBuffer", "")),
        roto_zoom=RotoZoom(
            zoom=parameter("B_SLIDER_Zoom", 1.0, 10.0),
            rotation=parameter("B_SLIDER_Rotation", 0.0),
            rotations=parameter("B_SLIDER_Rotations", 0.0, 10.0),
            pivot_x=parameter("B_SLIDER_PivotPointX", 50.0),
            pivot_y=parameter("B_SLIDER_PivotPointY", 50.0),
            x_rotation=parameter("B_SLIDER_XRotation", 0.0),
            y_rotation=parameter("B_SLIDER_YRotation", 0.0),
            x_pivot=parameter("B_SLIDER_XPivot", 50.0),
            y_pivot=parameter("B_SLIDER_YPivot", 50.0),
            quality=max(int(_number(stored.get("B_SLIDER_ZoomQuality"), 1)), 1),
            order=stored.get("B_CHOICE_RZ_RotationOrder", "X, Y, Z"),
        ),
        brightness=parameter("C_SLIDER_Brightness", 100.0),
        contrast=_number(colors.get("C_SLIDER_Contrast"), 0.0) / 100.0,
        hue=parameter("C_SLIDER_Color_HueAdjust", 0.0),
        saturation=parameter("C_SLIDER_Color_SaturationAdjust", 0.0),
        value=parameter("C_SLIDER_Color_ValueAdjust", 0.0),
        sparkle=parameter("C_SLIDER_SparkleFrequency", 0.0),
        sparkle_color=parse_color(colors.get("C_COLOURPICKERCTRL_SparklesColour", "#FFFFFF")).corners[0][1],
        music_sparkles=colors.get("C_CHECKBOX_MusicSparkles") == "1",
        chroma=chroma,
        disabled=stored.get("X_Effect_RenderDisabled", "").lower() in ("true", "1"),
    )
    return replace(
        layer,
        follows_time=_follows_time(layer),
        ignored=tuple(sorted([*stored.ignored(), *colors.ignored(), *_odd_courses(colors), *_odd_parts(stored)])),
    )


def _follows_time(layer: LayerSettings) -> bool:
    turns = layer.roto_zoom
    moving = (getattr(turns, part.name) for part in fields(turns) if part.name not in ("quality", "order"))
    curves = [layer.blur, layer.fade_in.adjust, layer.fade_out.adjust, *moving]
    texts = (text for key, text in layer.effect.items() if key.startswith("VALUECURVE_"))
    return any("TT=" in text or "Music" in text for text in texts) or any(
        part.curve is not None and part.curve.follows_time for part in curves
    )


def _odd_courses(colors: Mapping[str, str]) -> list[str]:
    """Enabled colours that run across the buffer in xLights; here they run along time."""
    slots = (slot for slot in range(1, 9) if colors.get(f"C_CHECKBOX_Palette{slot}") == "1")
    keys = [f"C_BUTTON_Palette{slot}" for slot in slots]
    return [f"{key} (Timecurve)" for key in keys if parse_color(colors.get(key, "")).course]


def _odd_parts(stored: Mapping[str, str]) -> list[str]:
    """A sub-buffer that moves along value curves."""
    return ["B_CUSTOM_SubBuffer"] if "Active=TRUE" in stored.get("B_CUSTOM_SubBuffer", "") else []


def _transition(stored: Mapping[str, str], way: str, adjust: Parameter) -> Transition:
    return Transition(
        kind=stored.get(f"T_CHOICE_{way}_Transition_Type", "Fade"),
        duration_s=_number(stored.get(f"T_TEXTCTRL_Fade{way.lower()}"), 0.0),
        adjust=adjust,
        reverse=stored.get(f"T_CHECKBOX_{way}_Transition_Reverse") == "1",
    )


def _sub_buffer(text: str) -> SubBuffer:
    parts = text.split("x")
    if len(parts) < 4:
        return SubBuffer()
    numbers = [_number(part, default) for part, default in zip(parts, (0.0, 0.0, 100.0, 100.0), strict=False)]
    return SubBuffer(*numbers)


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text is not None else default
    except ValueError:
        return default
