"""What a layer is told, and what it does not heed: no setting is ignored without a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twinklr.core.display.display import Display
from twinklr.core.effects import Renderer
from twinklr.core.effects.call import Surroundings
from twinklr.core.effects.layers import layer_settings
from twinklr.core.xlights.sequence import Sequence
from unit.effects.conftest import BLUE, RED, effect, row

Make = Callable[..., Sequence]
KINDS = {"slider": "SLIDER", "spin": "SPINCTRL", "choice": "CHOICE", "checkbox": "CHECKBOX"}
LETTERS = {"Blending": "T", "Buffer": "B", "Color": "C"}


def changed(setting: dict[str, object]) -> str:
    """A value of a setting that is not its default."""
    if setting["controlType"] == "checkbox":
        return "1"
    if setting["controlType"] == "choice":
        options = setting["options"]
        assert isinstance(options, list)
        return next((option for option in options if option != setting["default"]), "other")
    return "7" if setting["min"] != -100 or setting["max"] != 0 else "-7"


@pytest.mark.reference
def test_every_shared_setting_of_xlights_is_heeded_or_named(reference: Path) -> None:
    table = json.loads((reference / "data" / "effect_shared_settings.json").read_text(encoding="utf-8"))
    resting = layer_settings("", "")
    silent, named = [], []
    for group, entries in table["groups"].items():
        for setting in entries:
            if setting["controlType"] == "custom":
                continue
            keys = {f"{LETTERS[group]}_{KINDS[setting['controlType']]}_{setting['id']}": changed(setting)}
            if setting.get("valueCurve"):
                curve = "Active=TRUE|Type=Ramp|Min=0.00|Max=100.00|P1=10.00|P2=90.00|RV=TRUE|"
                keys[f"{LETTERS[group]}_VALUECURVE_{setting['id']}"] = curve
            for key, value in keys.items():
                text = f"{key}={value}"
                read = layer_settings("", text) if group == "Color" else layer_settings(text, "")
                if read.ignored:
                    named.append(key)
                elif replace(read, ignored=()) == replace(resting, effect=read.effect):
                    silent.append(key)
    assert silent == []
    assert named == ["T_SLIDER_In_Transition_Blur", "T_SLIDER_Out_Transition_Blur", "B_CHOICE_PerPreviewCamera"]


@pytest.mark.parametrize(
    ("settings", "palette", "named"),
    [
        ("T_SLIDER_In_Transition_Blur=5,E_SLIDER_Any=1", RED, ("T_SLIDER_In_Transition_Blur",)),
        ("B_CHOICE_PerPreviewCamera=Front", RED, ("B_CHOICE_PerPreviewCamera",)),
        ("T_CHOICE_NoSuchThing=Yes", RED, ("T_CHOICE_NoSuchThing",)),
        ("T_CHECKBOX_Canvas=1,T_LayersSelected=0|2", RED, ("T_LayersSelected",)),
        ("B_CUSTOM_SubBuffer=Active=TRUE|Type=Ramp|", RED, ("B_CUSTOM_SubBuffer",)),
        ("", f"{RED},C_CHECKBOX_BrightnessLevel=1", ("C_CHECKBOX_BrightnessLevel",)),
        (
            "",
            "C_BUTTON_Palette1=Active=TRUE|Id=ID|Timecurve=2|Values=x=0.000^c=#FF0000|,C_CHECKBOX_Palette1=1",
            ("C_BUTTON_Palette1 (Timecurve)",),
        ),
        ("T_SLIDER_In_Transition_Blur=0,B_CHOICE_PerPreviewCamera=2D,T_CHECKBOX_Canvas=0", RED, ()),
        ("T_CHOICE_LayerMethod=Max,B_SLIDER_Zoom=20", f"{RED},C_BUTTON_Palette2=#00FF00", ()),
    ],
)
def test_what_is_not_heeded_is_named(settings: str, palette: str, named: tuple[str, ...]) -> None:
    assert layer_settings(settings, palette).ignored == named


def test_a_renderer_counts_what_it_does_not_heed(small_display: Display, make_sequence: Make) -> None:
    seen = effect("On", 0, 500, "B_CHOICE_PerPreviewCamera=Front")
    renderer = Renderer(make_sequence(row("Line", (seen,)), row("Grid", (seen,))), small_display)
    assert renderer.ignored == {"B_CHOICE_PerPreviewCamera": 2}
    assert renderer.unsupported == {}


def test_an_effect_that_is_switched_off_paints_nothing(small_display: Display, make_sequence: Make) -> None:
    off = effect("On", 0, 500, "X_Effect_RenderDisabled=True")
    renderer = Renderer(make_sequence(row("Line", (off,), (effect("On", 0, 500),))), small_display)
    assert renderer.node_colors(0, 1)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("settings", "follows"),
    [
        ("B_VALUECURVE_Rotation=Active=TRUE|Type=Music|Min=0.00|Max=100.00|P2=100.00|RV=TRUE|", True),
        ("B_VALUECURVE_Blur=Active=TRUE|Type=Timing Track Toggle|TT=Beats|Min=1.00|Max=15.00|P2=9.00|RV=TRUE|", True),
        ("E_VALUECURVE_Any=Active=TRUE|Type=Music|Min=0.00|Max=100.00|P2=100.00|RV=TRUE|", True),
        ("B_VALUECURVE_Rotation=Active=TRUE|Type=Ramp|Min=0.00|Max=100.00|P2=100.00|RV=TRUE|", False),
        ("", False),
    ],
)
def test_equal_effects_are_painted_anew_where_a_curve_looks_at_the_time(settings: str, follows: bool) -> None:
    assert layer_settings(settings, "").follows_time is follows


def test_colours_near_the_key_colour_are_clear(small_display: Display, make_sequence: Make) -> None:
    chroma = "C_CHECKBOX_Chroma=1,C_COLOURPICKERCTRL_ChromaColour=#00F000,C_SLIDER_ChromaSensitivity=20"
    keyed = [
        effect("On", 0, 500, palette=f"C_BUTTON_Palette1={color},C_CHECKBOX_Palette1=1,{chroma}")
        for color in ("#00FF00", "#00FF80")
    ]
    sequence = make_sequence(row("Line", (keyed[0],), (effect("On", 0, 500),)), row("Grid", (keyed[1],)))
    colors = Renderer(sequence, small_display).node_colors(0, 1)[0]
    assert colors[0].tolist() == [255, 0, 0]
    assert colors[-1].tolist() == [0, 255, 128]


def test_sparkles_that_follow_the_song(small_display: Display, make_sequence: Make) -> None:
    palette = f"{RED},C_SLIDER_SparkleFrequency=200"
    loudness = np.repeat(np.array([0.0, 1.0], np.float32), 10)

    def sparkling(extra: str, song: Surroundings | None) -> list[int]:
        sequence = make_sequence(row("Grid", (effect("On", 0, 1000, palette=palette + extra),)))
        colors = Renderer(sequence, small_display, song=song).node_colors(0, 20)
        return [int(part[..., 1].any(axis=-1).sum()) for part in (colors[:10], colors[10:])]

    assert min(sparkling("", None)) > 0
    with_song = sparkling(",C_CHECKBOX_MusicSparkles=1", Surroundings(loudness=loudness))
    assert with_song[0] == 0
    assert with_song[1] > 0
    assert sparkling(",C_CHECKBOX_MusicSparkles=1", None) == [0, 0]


def test_a_picture_freezes_and_stays_away_by_frames(small_display: Display, make_sequence: Make) -> None:
    rising = "E_TEXTCTRL_Eff_On_Start=0,E_TEXTCTRL_Eff_On_End=100"
    frozen = effect("On", 0, 1000, f"{rising},T_SPINCTRL_FreezeEffectAtFrame=5")
    late = effect("On", 0, 1000, f"{rising},T_SPINCTRL_SuppressEffectUntil=5")
    colors = Renderer(make_sequence(row("Line", (frozen,)), row("Grid", (late,))), small_display).node_colors(0, 20)
    line, grid = colors[:, 0, 0].tolist(), colors[:, -1, 0].tolist()
    assert line[:6] == sorted(set(line))
    assert line[5:] == [line[5]] * 15
    assert grid[:5] == [0] * 5
    assert grid[5] == line[5]
    assert grid[-1] == 255


@pytest.mark.parametrize(
    ("lower_only", "expected"), [("", [127, 0, 127]), (",T_CHOICE_LayerMethod=Max", [255, 0, 127])]
)
def test_a_canvas_holds_the_light_below_before_it_is_blended(
    small_display: Display, make_sequence: Make, lower_only: str, expected: list[int]
) -> None:
    half = effect("On", 0, 500, f"T_CHECKBOX_Canvas=1,E_TEXTCTRL_On_Transparency=50{lower_only}", BLUE)
    colors = Renderer(make_sequence(row("Line", (half,), (effect("On", 0, 500),))), small_display).node_colors(0, 1)
    assert colors[0, 0].tolist() == pytest.approx(expected, abs=2)
