"""The comparator itself: what differs is seen, and a change for the worse is caught."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twinklr.core.display.display import Display
from twinklr.core.effects import Renderer
from twinklr.core.effects.compare import (
    Chance,
    Look,
    VariantAgreement,
    compare_effects,
    compare_models,
    compare_variants,
    look_error,
    look_of,
)
from twinklr.core.effects.reference import ReferenceResult, regressions, to_golden
from twinklr.core.xlights.sequence import Sequence
from unit.effects.conftest import LINE, effect, row

Make = Callable[..., Sequence]


def test_models_and_effects_that_differ_are_named(small_display: Display, make_sequence: Make) -> None:
    sequence = make_sequence(
        row("Line", (effect("On", 0, 500), effect("Color Wash", 500, 1000))), row("Grid", (effect("On", 0, 1000),))
    )
    ours = Renderer(sequence, small_display).frames(0, 20)
    theirs = ours.copy()
    theirs[12, :3] = 77
    by_model = {found.name: found for found in compare_models(iter([(0, ours, theirs)]), small_display)}
    assert by_model["Grid"].equal == 1.0
    assert by_model["Grid"].first_divergence is None
    assert by_model["Line"].first_divergence == 12
    assert by_model["Line"].worst_frame == 12
    assert by_model["Line"].near == 1.0 - 3 / (20 * 3 * LINE)
    by_effect = {found.name: found for found in compare_effects(iter([(0, ours, theirs)]), small_display, sequence)}
    assert by_effect["On"].near == 1.0
    assert by_effect["Color Wash"].near < 1.0


def test_a_change_for_the_worse_is_caught(small_display: Display, make_sequence: Make) -> None:
    sequence = make_sequence(row("Line", (effect("On", 0, 500), effect("On", 500, 1000))))
    ours = Renderer(sequence, small_display).frames(0, 20)
    good = ReferenceResult("file", tuple(compare_variants(ours, ours, sequence, small_display)), ())
    broken = ours.copy()
    broken[15, :3] = 0
    bad = ReferenceResult("file", tuple(compare_variants(broken, ours, sequence, small_display)), ())
    assert regressions([good], to_golden([good])) == []
    assert len(regressions([bad], to_golden([good]))) == 1
    assert regressions([good], to_golden([bad])) == []
    assert "1 variants, were 2" in regressions([ReferenceResult("file", good.variants[:1], ())], to_golden([good]))[0]


def test_the_look_of_chance_ignores_where_things_are() -> None:
    rng = np.random.default_rng(4)
    one, other = (rng.random((40, 400)) < 0.2 for _ in range(2))
    shown = [np.where(lit[..., None], np.uint8(200), np.uint8(0)) * np.ones(3, np.uint8) for lit in (one, other)]
    assert max(look_error(look_of(shown[0]), look_of(shown[1])).values()) < 0.1
    darker = look_error(look_of(shown[0] // 2), look_of(shown[1]))
    assert darker["color"] > 0.4
    slower = look_error(look_of(np.repeat(shown[0][:20], 2, axis=0)), look_of(shown[1]))
    assert slower["change"] > 0.3


def _look(lit: float) -> Look:
    return Look(lit, (100.0 * lit, 0.0, 0.0), 50.0 * lit, (40.0 * lit,))


def test_chance_is_judged_by_the_mean_of_the_seeds_beside_how_far_they_are_apart() -> None:
    seeds = tuple(_look(lit) for lit in (0.4, 0.5, 0.6))
    variant = VariantAgreement(0, 40, "Candle", "", {"Line": 0.0}, {}, Chance(seeds, _look(0.5)))
    assert variant.score == 1.0
    assert variant.ceiling < 0.9
    assert variant.scatter > 0.0
    assert variant.by_chance
    assert not VariantAgreement(0, 40, "Candle", "", {"Line": 0.0}, {}, Chance(seeds, _look(1.0))).by_chance


def test_what_seeds_alone_would_change_is_no_regression() -> None:
    seeds = tuple(_look(lit) for lit in (0.4, 0.5, 0.6))
    variant = VariantAgreement(0, 40, "Candle", "", {"Line": 0.0}, {}, Chance(seeds, _look(0.55)))
    result = ReferenceResult("file", (variant,), ())
    assert regressions([result], {"file": [variant.score + 2.5 * variant.scatter]}) == []
    assert len(regressions([result], {"file": [variant.score + 3.5 * variant.scatter]})) == 1


def test_variants_that_chance_makes_too_bright_and_too_dark_are_right_together() -> None:
    bright, dark = (
        VariantAgreement(0, 40, "Candle", "", {"Line": 0.0}, {}, Chance((_look(ours), _look(ours)), _look(0.5)))
        for ours in (0.6, 0.4)
    )
    result = ReferenceResult("file", (bright, dark), ())
    assert bright.score < 0.85
    assert max(result.pooled.values()) < 1e-9
