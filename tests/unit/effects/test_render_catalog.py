"""The catalogue of effects names every module that brings some."""

from __future__ import annotations

import importlib
import pkgutil

import twinklr.core.effects
from twinklr.core.effects.catalog import CANVAS, EFFECTS, MODULES


def test_every_module_with_effects_is_in_the_catalogue() -> None:
    folder = twinklr.core.effects.__path__
    found = [importlib.import_module(f"twinklr.core.effects.{module.name}") for module in pkgutil.iter_modules(folder)]
    with_effects = {module.__name__ for module in found if getattr(module, "EFFECTS", EFFECTS) is not EFFECTS}
    assert {module.__name__ for module in MODULES} == with_effects


def test_no_effect_is_claimed_twice() -> None:
    names = [name for module in MODULES for name in module.EFFECTS]
    assert len(names) == len(set(names)) == len(EFFECTS)


def test_effects_that_paint_on_a_canvas_are_never_painted_in_spots() -> None:
    assert not any(EFFECTS[name].pointwise for name in CANVAS & set(EFFECTS))


def test_a_type_that_cannot_be_painted_is_named() -> None:
    row = EFFECTS["VU Meter"]

    assert row.missing_type({"CHOICE_VUMeter_Type": "Frame Waveform"}) == "Frame Waveform"
    assert row.missing_type({"CHOICE_VUMeter_Type": "Spectrogram"}) is None
    assert EFFECTS["Butterfly"].missing_type({"SLIDER_Butterfly_Style": "7"}) == "7"
