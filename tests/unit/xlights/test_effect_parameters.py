from __future__ import annotations

from pathlib import Path

import pytest

from twinklr.core.xlights import (
    default_settings,
    effect_names,
    effect_parameters,
    parse_settings,
    read_sequence,
    shared_parameters,
)
from twinklr.core.xlights.parameters import known_parameters


def test_names_are_spelled_as_xlights_spells_them() -> None:
    names = effect_names()
    assert {"Color Wash", "SingleStrand", "VU Meter", "Moving Head", "Music Effect", "On", "Off"} <= set(names)
    assert len(names) == 56
    with pytest.raises(KeyError):
        effect_parameters("color wash")


@pytest.mark.parametrize(
    ("effect", "key", "default", "low", "high", "curve"),
    [
        ("Bars", "E_SLIDER_Bars_BarCount", "1", 1, 5, True),
        ("Bars", "E_TEXTCTRL_Bars_Cycles", "1.0", 0, 30, True),
        ("Bars", "E_TEXTCTRL_Bars_Center", "0", -100, 100, True),
        ("Bars", "E_CHECKBOX_Bars_3D", "0", None, None, False),
        ("On", "E_TEXTCTRL_Eff_On_Start", "100", 0, 100, False),
    ],
)
def test_keys_follow_the_rule(
    effect: str, key: str, default: str, low: float | None, high: float | None, curve: bool
) -> None:
    parameter = known_parameters(effect)[key]
    assert (parameter.default, parameter.minimum, parameter.maximum) == (default, low, high)
    assert bool(parameter.curve_key) == curve


def test_defaults_lie_within_their_ranges_and_choices() -> None:
    groups = [effect_parameters(name) for name in effect_names()]
    groups += [shared_parameters("B"), shared_parameters("T"), shared_parameters("C")]
    for parameter in (parameter for group in groups for parameter in group):
        if parameter.kind == "enum" and parameter.choices and parameter.default:
            assert parameter.default in parameter.choices, parameter.key
        if parameter.kind == "bool":
            assert parameter.default in ("0", "1"), parameter.key
        if parameter.minimum is not None and parameter.maximum is not None:
            assert parameter.minimum <= float(parameter.default) <= parameter.maximum, parameter.key


def test_every_key_is_there_once() -> None:
    for name in effect_names():
        keys = [parameter.key for parameter in effect_parameters(name)]
        assert len(keys) == len(set(keys)), name
        assert set(default_settings(name)) == set(keys)
    assert {parameter.key for parameter in shared_parameters("T")} >= {"T_CHOICE_LayerMethod", "T_TEXTCTRL_Fadein"}


@pytest.mark.reference
def test_the_table_knows_what_the_reference_renders_were_made_with(reference: Path) -> None:
    """More than 90 % of the settings used there, one by one, stand in the table; the rest are panels' own."""
    used, known = set(), set()
    for path in (reference / "reference" / "effects").glob("effect_*.xsq"):
        for row in read_sequence(path).rows:
            for effect in (effect for layer in row.layers for effect in layer.effects):
                for key in parse_settings(effect.settings):
                    if key and "_VALUECURVE_" not in key:
                        used.add((effect.name, key))
                        known |= {(effect.name, key)} if key in known_parameters(effect.name) else set()
    assert len(known) / len(used) > 0.9
