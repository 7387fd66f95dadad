"""Typed access to an effect's settings: numbers, choices and switches, with value curves evaluated per frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.value_curves import CurveSources, ValueCurve, parse_value_curve

CURVE_DIVISORS: Mapping[str, float] = MappingProxyType(
    {
        "Bars_Cycles": 10,
        "Chase_Offset": 10,
        "Chase_Rotations": 10,
        "ColorWash_Cycles": 10,
        "Curtain_Speed": 10,
        "Fire_GrowthCycles": 10,
        "Garlands_Cycles": 10,
        "Lines_Speed": 10,
        "Liquid_Gravity": 10,
        "MHPan": 10,
        "MHPanOffset": 10,
        "MHPathScale": 10,
        "MHTilt": 10,
        "MHTiltOffset": 10,
        "MHTimeOffset": 10,
        "Number_Waves": 360,
        "Ripple_Cycles": 10,
        "Ripple_Outline": 10,
        "Ripple_Spacing": 10,
        "Ripple_Twist": 10,
        "Ripple_Velocity": 10,
        "Servo": 10,
        "Shimmer_Cycles": 10,
        "Spirals_Movement": 10,
        "Video_Speed": 100,
        "Wave_Speed": 100,
    }
)
"""Parameters with a text control: their curves are stored this many times as large as the control's real value.

Parameters not listed are whole numbers, and xLights cuts their curves off to whole numbers.
"""


@dataclass(frozen=True, eq=False, slots=True)
class EffectSettings:
    """The ``E_`` settings of one effect, by stored key without the prefix ``E_`` ("SLIDER_Bars_BarCount").

    A key that is not stored has xLights' default, which the effect's function gives where it asks.
    """

    values: Mapping[str, str]
    curves: Mapping[str, NDArray[np.float64]]

    def number(self, key: str, default: float) -> float:
        """A number, or the default where the key is missing or not a number."""
        try:
            return float(self.values[key])
        except (KeyError, ValueError):
            return default

    def flag(self, key: str, default: bool = False) -> bool:
        """A checkbox: only "1" is set, as in xLights."""
        return self.values[key] == "1" if key in self.values else default

    def choice(self, key: str, default: str) -> str:
        """A choice, by its text."""
        return self.values.get(key, default)

    def over_time(self, name: str, key: str, default: float, frames: int) -> NDArray[np.float64]:
        """A parameter for each of ``frames`` painted frames: its value curve where it has one, else the number.

        Args:
            name: Parameter name of the value curve ("Bars_Center").
            key: Key of the plain number ("SLIDER_Bars_Center"). The curve is in the units of this key.
            default: Value where neither is stored.
            frames: Number of painted frames (``call.stop - call.first``).
        """
        curve = self.curves.get(name)
        return curve if curve is not None else np.full(frames, self.number(key, default))


@lru_cache(maxsize=4096)
def _parsed(name: str, text: str) -> ValueCurve | None:
    return parse_value_curve(text, CURVE_DIVISORS.get(name, 1.0))


def settings_at(
    values: Mapping[str, str], position: NDArray[np.float64], sources: CurveSources | None = None
) -> EffectSettings:
    """Settings with their value curves evaluated at positions 0..1 of the effect.

    Args:
        values: Stored keys without ``E_``.
        position: Position of each painted frame.
        sources: What curves along the song or a timing track follow.
    """
    curves = {}
    for key, text in values.items():
        if not key.startswith("VALUECURVE_"):
            continue
        name = key.removeprefix("VALUECURVE_")
        curve = _parsed(name, text)
        if curve is not None:
            levels = curve.evaluate(position, sources)
            curves[name] = levels if name in CURVE_DIVISORS else np.trunc(levels + 1e-9)
    return EffectSettings(values, curves)
