"""What can be set on each effect: the parameter table of xLights 2026.15.

The table (``effect_table.json``, made by ``tools/make_effect_table.py``) gives for every parameter the key under which
a settings string stores it, its control, range, default and choices. Keys follow a rule: an integer slider is
``E_SLIDER_<id>``, a slider with decimals ``E_TEXTCTRL_<id>`` with the real value, a checkbox ``E_CHECKBOX_<id>``, a
choice ``E_CHOICE_<id>``; exceptions are in the table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

SharedGroup = Literal["B", "T", "C"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an effect, in the units in which a settings string stores it.

    Attributes:
        key: Stored key ("E_SLIDER_Bars_BarCount").
        id: xLights' identifier ("Bars_BarCount").
        control: Control that the key names: "SLIDER", "TEXTCTRL", "CHECKBOX", "CHOICE", "SPINCTRL" ...
        kind: "int", "float", "bool", "enum", "string", "file", "font" or "color".
        default: Value where the key is missing, as stored.
        minimum: Lower limit, or None.
        maximum: Upper limit, or None.
        choices: Values of an "enum"; empty where they depend on the show (timing tracks, fonts).
        curve_key: Key of its value curve ("E_VALUECURVE_Bars_BarCount"); empty where it can have none.
        divisor: Slider positions of one real unit: the curve's limits are in slider positions.
    """

    key: str
    id: str
    control: str
    kind: str
    default: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    curve_key: str
    divisor: float


def effect_names() -> tuple[str, ...]:
    """Names of all effects, exactly as xLights spells them, sorted."""
    return tuple(_table()[1])


def effect_parameters(name: str) -> tuple[Parameter, ...]:
    """The parameters of an effect.

    Raises:
        KeyError: If xLights has no effect of that name.

    Example:
        >>> [(p.key, p.default, p.maximum) for p in effect_parameters("Bars")][:2]
        [('E_SLIDER_Bars_BarCount', '1', 5.0), ('E_TEXTCTRL_Bars_Cycles', '1.0', 30.0)]
    """
    return _table()[1][name]


def shared_parameters(group: SharedGroup) -> tuple[Parameter, ...]:
    """What can be set on every effect: "B" buffer, "T" blending and transitions, "C" colour."""
    return _table()[0][group]


@cache
def known_parameters(name: str) -> dict[str, Parameter]:
    """Stored key -> parameter for an effect, the shared ones included; the shared ones alone for an unknown effect."""
    shared = [parameter for group in _table()[0].values() for parameter in group]
    return {parameter.key: parameter for parameter in (*_table()[1].get(name, ()), *shared)}


def default_settings(name: str) -> dict[str, str]:
    """Stored key -> default of an effect's own parameters.

    Raises:
        KeyError: If xLights has no effect of that name.

    Example:
        >>> default_settings("Bars")["E_CHOICE_Bars_Direction"]
        'up'
    """
    return {parameter.key: parameter.default for parameter in effect_parameters(name)}


Group = dict[str, tuple[Parameter, ...]]


@cache
def _table() -> tuple[Group, Group]:
    text = (resources.files("twinklr.core.xlights") / "effect_table.json").read_text("utf-8")
    data: dict[str, dict[str, list[list[Any]]]] = json.loads(text)
    return _parameters(data["shared"]), _parameters(data["effects"])


def _parameters(groups: dict[str, list[list[Any]]]) -> Group:
    return {name: tuple(_parameter(*row) for row in rows) for name, rows in groups.items()}


def _parameter(*fields: Any) -> Parameter:
    key, identifier, control, kind, default, minimum, maximum, choices, curve_key, divisor = fields
    low, high = (None if limit is None else float(limit) for limit in (minimum, maximum))
    return Parameter(key, identifier, control, kind, default, low, high, tuple(choices), curve_key, float(divisor))
