"""Settings an effect does not paint are named, and those it names are dark."""

from __future__ import annotations

import pytest

from support.effect_calls import make_call
from twinklr.core.effects import butterfly, figures, ripple, sound, strands, warp

MODULES = (butterfly, figures, ripple, sound, strands, warp)
NAMED = [
    (module, effect, key, value)
    for module in MODULES
    for effect, settings in module.UNPAINTED.items()
    for key, value in settings
]


@pytest.mark.parametrize(("module", "effect", "key", "value"), NAMED)
def test_what_is_named_unpainted_is_dark(module: object, effect: str, key: str, value: str) -> None:
    function = module.EFFECTS[effect]  # type: ignore[attr-defined]
    assert not function(make_call({key: value})).any()


def test_a_meter_is_either_painted_or_named() -> None:
    named = {value for _, value in sound.UNPAINTED["VU Meter"]}
    assert not named & set(sound.TYPES)
    assert len(named | set(sound.TYPES)) == len(named) + len(sound.TYPES)
