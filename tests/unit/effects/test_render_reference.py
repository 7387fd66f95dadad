"""Ours against what xLights itself rendered. The figures kept may only improve.

To keep new figures: ``twinklr compare --reference FOLDER --golden tests/golden/effects_reference.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twinklr.core.effects.reference import REASONS, compare_folder, regressions

COMPOSITION = ("layers_methods", "layers_mix", "order_blending_false", "order_blending_true", "value_curves_brightness")


@pytest.mark.reference
def test_composition_agrees_with_xlights(reference: Path) -> None:
    results = list(compare_folder(reference / "reference" / "effects", COMPOSITION))
    assert [result.name for result in results] == sorted(COMPOSITION)
    low = {result.name: result.worst for result in results if result.worst < 0.99}
    assert low == {}


@pytest.mark.reference
@pytest.mark.slow
def test_no_figure_of_the_reference_set_became_worse(reference: Path, repository: Path) -> None:
    kept = json.loads((repository / "tests" / "golden" / "effects_reference.json").read_text(encoding="utf-8"))
    results = list(compare_folder(reference / "reference" / "effects"))
    assert {result.name for result in results} >= set(kept)
    assert regressions(results, kept) == []
    unexplained = {result.name for result in results if not all(variant.by_chance for variant in result.low)}
    assert unexplained == set(REASONS), "what is further off than by chance is explained, and nothing else is"
