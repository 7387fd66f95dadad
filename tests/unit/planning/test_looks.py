"""Every look is lawful: its keys exist in xLights, its values are in range, and every prop can always do something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twinklr.core.display.display import Role
from twinklr.core.planning import LOOKS, Direction, Intensity, Look, LookKind, look, looks_for

PREFIX = {"slider": "SLIDER", "checkbox": "CHECKBOX", "choice": "CHOICE", "spin": "SPINCTRL", "text": "TEXTCTRL"}


def _variants(row: Look) -> list[tuple[tuple[str, str], ...]]:
    return [row.settings(direction) for direction in row.turns] or [row.settings(Direction.RIGHT)]


def _control(parameter: dict[str, Any]) -> str:
    """The key xLights stores a parameter under."""
    kind = parameter.get("settingPrefix") or PREFIX.get(parameter["controlType"], "")
    if "settingPrefix" not in parameter and "divisor" in parameter:
        kind = "TEXTCTRL"
    return f"E_{kind}_{parameter['id']}"


def _finding(parameter: dict[str, Any], key: str, value: str) -> str:
    if parameter["type"] == "bool":
        return "" if value in ("0", "1") else f"{key}={value} is no checkbox value"
    if parameter["type"] == "enum":
        return "" if value in parameter["options"] else f"{key}={value} is no option"
    scale = parameter.get("divisor", 1) if key.startswith("E_TEXTCTRL") else 1
    inside = parameter["min"] <= round(float(value) * scale) <= parameter["max"]
    return "" if inside else f"{key}={value} is out of range"


@pytest.mark.reference
@pytest.mark.parametrize("row", LOOKS, ids=lambda row: row.name)
def test_settings_are_those_of_the_effect(row: Look, reference: Path) -> None:
    table = json.loads((reference / "data" / "effects.json").read_text())["effects"][row.effect]
    known = {_control(parameter): parameter for parameter in table}
    curves = {f"E_VALUECURVE_{parameter['id']}" for parameter in table if parameter.get("valueCurve")}
    for recipe in _variants(row):
        for key, value in recipe:
            if key in curves:
                assert value.startswith(f"Active=TRUE|Id=ID_{key[2:]}|Type=")
                continue
            assert key in known, f"{row.name}: {key} is no setting of {row.effect}"
            assert not _finding(known[key], key, value), row.name


def test_names_are_unique() -> None:
    assert len({row.name for row in LOOKS}) == len(LOOKS)


def test_a_recipe_sets_no_key_twice() -> None:
    for row in LOOKS:
        for recipe in _variants(row):
            keys = [key for key, _ in recipe]
            assert len(keys) == len(set(keys)), row.name


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("intensity", list(Intensity))
def test_every_role_has_a_base_and_a_hit_at_every_intensity(role: Role, intensity: Intensity) -> None:
    assert looks_for(LookKind.BASE, role.value, intensity)
    assert looks_for(LookKind.HIT, role.value, intensity)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_several_moves_for_a_chorus(role: Role) -> None:
    assert len(looks_for(LookKind.MOVE, role.value, Intensity.STRONG)) >= 2


def test_roles_named_by_looks_exist() -> None:
    known = {role.value for role in Role}
    assert all(row.roles <= known and row.strong_roles <= known for row in LOOKS)


def test_an_unknown_direction_takes_the_first_one() -> None:
    spirals = look("spirals")
    assert spirals.settings(Direction.UP) == spirals.settings(Direction.RIGHT)
