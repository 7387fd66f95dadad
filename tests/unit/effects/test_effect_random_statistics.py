"""Effects of chance against xLights' own frames: not the same pixels, but the same look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.effect_calls import Slot, figures, make_call, over_black, reference_slots
from twinklr.core.effects import (
    candle,
    circles,
    fire,
    fireworks,
    life,
    lightning,
    lines,
    meteors,
    shimmer,
    snow,
    twinkle,
)
from twinklr.core.effects.call import EffectFunction

EFFECTS = {
    **twinkle.EFFECTS,
    **shimmer.EFFECTS,
    **meteors.EFFECTS,
    **fire.EFFECTS,
    **snow.EFFECTS,
    **lightning.EFFECTS,
    **fireworks.EFFECTS,
    **candle.EFFECTS,
    **life.EFFECTS,
    **circles.EFFECTS,
    **lines.EFFECTS,
}
SEEDS = 4
SHARE, AT_LEAST = 0.12, {"lit": 0.01, "mean": 1.0, "change": 0.01, "coarse": 0.06, "middle": 0.06}
"""Ours may differ by a share of the reference's figure, or by this much where the figure is small: the reference is
a handful of throws of the dice itself."""

LOOSER = {"Candle": 0.35, "Fireworks": 0.25}
"""One candle is one number a frame, and few bursts make a firework: their figures scatter widely in the reference."""


@pytest.mark.reference
@pytest.mark.parametrize("model", ["Matrix", "Tree"])
@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_figures_are_those_of_xlights(reference: Path, name: str, model: str) -> None:
    slots = reference_slots(reference / "reference" / "effects", f"effect_{name}", model)
    theirs, ours = compare(EFFECTS[name], fresh(name, slots))
    share = LOOSER.get(name, SHARE)
    wrong = {
        key: (round(theirs[key], 3), round(ours[key], 3))
        for key in theirs
        if abs(theirs[key] - ours[key]) > max(share * theirs[key], AT_LEAST[key])
    }
    assert wrong == {}


def fresh(name: str, slots: tuple[Slot, ...]) -> list[Slot]:
    """Slots that show the effect alone: in xLights sparks of fireworks live on from the slot before."""
    if name != "Fireworks":
        return list(slots)
    return [slot for slot in slots if (slot.frames[0].max(axis=-1) > 0).sum() <= 2]


def compare(function: EffectFunction, slots: list[Slot]) -> tuple[dict[str, float], dict[str, float]]:
    """Mean figures of the reference and of ours over all slots."""
    theirs = [figures(slot.frames) for slot in slots]
    ours = []
    for number, slot in enumerate(slots):
        height, width = slot.frames.shape[1:3]
        for seed in range(SEEDS):
            call = make_call(
                slot.settings,
                size=(width, height),
                frames=len(slot.frames),
                colors=slot.colors,
                seed=100 * number + seed,
            )
            ours.append(figures(over_black(function(call))))
    return mean(theirs), mean(ours)


def mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


@pytest.mark.reference
def test_shimmer_of_one_colour_is_exact(reference: Path) -> None:
    for slot in reference_slots(reference / "reference" / "effects", "effect_Shimmer", "Line"):
        if "Use_All_Colors=1" in slot.settings:
            continue
        call = make_call(slot.settings, size=(50, 1), frames=len(slot.frames), colors=slot.colors)
        assert np.array_equal(over_black(shimmer.render_shimmer(call)), slot.frames), slot.settings
