"""Effects drawn from geometry and time against xLights' own render, variant by variant.

The floors are what was reached; a variant that is not named reaches `EXACT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from support.effect_calls import make_call, over_black, reference_slots
from twinklr.core.effects import galaxy, plasma
from twinklr.core.effects.call import EffectFunction
from twinklr.core.effects.catalog import EFFECTS

EXACT = 0.99
MODELS = ("Matrix", "Line", "Tree")
FLOORS: Mapping[str, Mapping[int, float]] = {
    "Bars": {},
    "Butterfly": {},
    "Curtain": {},
    "Fan": {},
    "Fill": {},
    "Galaxy": {},
    "Garlands": {},
    "Marquee": {},
    "Morph": {},
    "Pinwheel": {},
    "Plasma": {},
    "Ripple": {},
    "Shockwave": {},
    "SingleStrand": {},
    "Spirals": {},
    # The outline of a pen five cells wide is not quite that of xLights.
    "Spirograph": {3: 0.92},
    "Tree": {},
    # 900 waves over 24 columns: every column is decided by rounding.
    "Wave": {3: 0.98},
}
"""Share of channel values within 2/255, on every model of `MODELS`, by variant; 0.99 where a variant is not named."""

FUNCTIONS: Mapping[str, EffectFunction] = {
    **{name: row.function for name, row in EFFECTS.items()},
    **galaxy.EFFECTS,
    **plasma.EFFECTS,
}


@pytest.mark.reference
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_every_variant_is_what_xlights_renders(reference: Path, name: str) -> None:
    paint = FUNCTIONS[name]
    low = {}
    for model in MODELS:
        slots = reference_slots(reference / "reference" / "effects", f"effect_{name}", model)
        for number, slot in enumerate(slots):
            frames, height, width = slot.frames.shape[:3]
            stored = {key: value for key, value in _pairs(slot.settings) if key.startswith("E_")}
            pixels = paint(make_call(stored, size=(width, height), frames=frames, colors=slot.colors))
            near = np.abs(over_black(pixels).astype(int) - slot.frames.astype(int)) <= 2
            if near.mean() < FLOORS[name].get(number, EXACT):
                low[model, number] = float(near.mean())
    assert low == {}


def _pairs(settings: str) -> list[tuple[str, str]]:
    parts = (pair.partition("=") for pair in settings.split(",") if pair)
    return [(key, value) for key, _, value in parts]
