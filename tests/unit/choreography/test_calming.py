"""A show that would flash dangerously is made safe, and nothing else of it changes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from support.songs import SHORT_FORM, small_song
from twinklr.core.choreography import UNSAFE_SHARE, RenderedShow, flashing_share, render_safely, render_show
from twinklr.core.choreography.canvas import write_palette
from twinklr.core.errors import OutputError
from twinklr.core.report import FinishedShow, export_show, score_show
from twinklr.core.xlights import Effect, EffectLayer, Row, Sequence
from unit.choreography.small_show import small_house
from unit.choreography.test_choreograph import make, plan_show

FLICKER_FROM_MS, FLICKER_TO_MS = 2000, 4000
RED = write_palette(["#FF0000"])


def share(light: RenderedShow) -> float:
    return flashing_share(light.prop_colors.max(axis=-1) / 255.0, light.frame_ms)


def safely(sequence: Sequence, folder: Path) -> RenderedShow:
    house = small_house()
    return render_safely(sequence, house, partial(render_show, display=house, folder=folder))


def with_layer(sequence: Sequence, layer: EffectLayer) -> Sequence:
    """The same show with one more layer on top of every prop's own row."""
    props = {prop.name for prop in small_house().props}
    rows = [replace(row, layers=(layer, *row.layers)) if row.name in props else row for row in sequence.rows]
    return replace(sequence, rows=tuple(rows))


def flicker() -> EffectLayer:
    starts = range(FLICKER_FROM_MS, FLICKER_TO_MS, 100)
    return EffectLayer(tuple(Effect("On", start, start + 50, palette=RED) for start in starts))


def shimmer() -> EffectLayer:
    """One effect that flashes by itself."""
    settings = "E_TEXTCTRL_Shimmer_Cycles=20,E_SLIDER_Shimmer_Duty_Factor=50"
    return EffectLayer((Effect("Shimmer", FLICKER_FROM_MS, FLICKER_TO_MS, settings, RED),))


def elsewhere(sequence: Sequence) -> list[tuple[str, Effect]]:
    """Effects more than a second away from the flashing, by row."""
    return [
        (row.name, effect)
        for row in sequence.rows
        for layer in row.layers
        for effect in layer.effects
        if effect.end_ms < FLICKER_FROM_MS - 1000 or effect.start_ms > FLICKER_TO_MS + 1000
    ]


def shimmering_on() -> EffectLayer:
    return EffectLayer((Effect("On", FLICKER_FROM_MS, FLICKER_TO_MS, "E_CHECKBOX_On_Shimmer=1", RED),))


@pytest.mark.parametrize("layer", [flicker(), shimmer(), shimmering_on()], ids=["flicker", "shimmer", "shimmering on"])
def test_what_flashes_is_made_steady_and_the_rest_stays(layer: EffectLayer, tmp_path: Path) -> None:
    show = make(small_song(form=SHORT_FORM), small_house(), 0)
    unsafe = with_layer(show, layer)
    assert share(render_show(unsafe, small_house(), tmp_path / "unsafe")) >= UNSAFE_SHARE

    light = safely(unsafe, tmp_path / "safe")
    assert share(light) < UNSAFE_SHARE
    assert light.calmed is not None
    assert elsewhere(light.calmed) == elsewhere(show)
    plain = render_show(show, small_house(), tmp_path / "plain")
    lit, lit_without = light.prop_colors.any(axis=(1, 2)), plain.prop_colors.any(axis=(1, 2))
    assert lit[lit_without].all(), "calm is not dark"


def test_a_safe_show_is_left_alone(tmp_path: Path) -> None:
    show = make(small_song(form=SHORT_FORM), small_house(), 0)
    assert safely(show, tmp_path).calmed is None


def test_effects_on_groups_are_found_by_the_props_they_light(tmp_path: Path) -> None:
    house = small_house()
    group = max(house.groups, key=lambda one: len(one.props))
    sequence = Sequence(25, 6000, (Row(group.name, (flicker(),)),), ())
    light = safely(sequence, tmp_path)
    assert light.calmed is not None
    assert share(light) < UNSAFE_SHARE


def test_a_show_that_flashes_is_never_exported(tmp_path: Path) -> None:
    song, house = small_song(form=SHORT_FORM), small_house()
    sequence = with_layer(make(song, house, 0), flicker())
    rendered = render_show(sequence, house, tmp_path / "light")
    macro_plan, group_plans = plan_show(song)
    show = FinishedShow(song, house, macro_plan, group_plans, sequence, rendered, score_show(rendered, song, sequence))
    with pytest.raises(OutputError, match="flash more than 3 times a second"):
        export_show(show, tmp_path / "out", seed=0)
    assert not (tmp_path / "out").exists()
