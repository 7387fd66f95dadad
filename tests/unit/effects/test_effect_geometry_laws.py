"""What every effect drawn from geometry and time must keep, whatever its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effect_calls import make_call
from twinklr.core.effects import (
    bars,
    butterfly,
    circles,
    curtain,
    fan,
    figures,
    fill,
    galaxy,
    garlands,
    lines,
    liquid,
    marquee,
    morph,
    pinwheel,
    plasma,
    ripple,
    shockwave,
    spirals,
    spirograph,
    strands,
    tree,
    wave,
)
from twinklr.core.effects.call import EffectFunction

MODULES = (
    bars, butterfly, circles, curtain, fan, figures, fill, galaxy, garlands, lines, liquid, marquee, morph,
    pinwheel, plasma, ripple, shockwave, spirals, spirograph, strands, tree, wave,
)  # fmt: skip
RENDERERS: Mapping[str, EffectFunction] = {name: f for module in MODULES for name, f in module.EFFECTS.items()}
POINTWISE = frozenset(name for module in MODULES for name in getattr(module, "POINTWISE", ()))

VARIANTS: tuple[tuple[str, str], ...] = (
    ("Bars", ""),
    ("Bars", "CHOICE_Bars_Direction=H-expand,CHECKBOX_Bars_Gradient=1,TEXTCTRL_Bars_Cycles=2.5"),
    ("Bars", "CHOICE_Bars_Direction=Alternate Left,CHECKBOX_Bars_Highlight=1"),
    ("Bars", "CHOICE_Bars_Direction=Custom Horz,TEXTCTRL_Bars_Center=30,CHECKBOX_Bars_3D=1"),
    ("Butterfly", ""),
    ("Butterfly", "SLIDER_Butterfly_Style=3,CHOICE_Butterfly_Colors=Palette,SLIDER_Butterfly_Chunks=3"),
    ("Butterfly", "SLIDER_Butterfly_Style=5"),
    ("Circles", ""),
    ("Circles", "CHECKBOX_Circles_Bounce=1,CHECKBOX_Circles_Linear_Fade=1,SLIDER_Circles_Size=2"),
    ("Circles", "CHECKBOX_Circles_Bubbles=1,SLIDER_Circles_Size=3"),
    ("Curtain", ""),
    ("Curtain", "CHOICE_Curtain_Edge=middle,CHOICE_Curtain_Effect=close then open,SLIDER_Curtain_Swag=10"),
    ("Curtain", "CHOICE_Curtain_Edge=bottom,CHECKBOX_Curtain_Repeat=1,TEXTCTRL_Curtain_Speed=3.0"),
    ("Fan", ""),
    ("Fan", "SLIDER_Fan_Num_Elements=2,CHECKBOX_Fan_Blend_Edges=0,CHECKBOX_Fan_Reverse=1,SLIDER_Fan_Accel=-4"),
    ("Shape", ""),
    ("Shape", "CHOICE_Shape_ObjectToDraw=Random,SLIDER_Shape_Lifetime=30,CHECKBOX_Shape_HoldColour=0"),
    ("Shape", "CHECKBOX_Shapes_RandomMovement=1,SLIDER_Shapes_Velocity=9,CHECKBOX_Shape_RandomLocation=0"),
    ("Galaxy", ""),
    ("Galaxy", "SLIDER_Galaxy_Start_Radius=90,SLIDER_Galaxy_Accel=4,CHECKBOX_Galaxy_Inward=1"),
    ("Galaxy", "CHECKBOX_Galaxy_Blend_Edges=0,CHECKBOX_Galaxy_Reverse=1,CHECKBOX_Galaxy_Scale=0"),
    ("Lines", "SLIDER_Lines_Trails=3,SLIDER_Lines_Thickness=4"),
    ("Lines", "SLIDER_Lines_Segments=2,CHECKBOX_Lines_FadeTrails=0,SLIDER_Lines_Trails=2"),
    ("Liquid", "CHECKBOX_Enabled2=1,CHECKBOX_LeftBarrier=1,CHECKBOX_TopBarrier=1"),
    ("Liquid", "CHECKBOX_HoldColor=0,TEXTCTRL_WarmUpFrames=9,TEXTCTRL_Size=2000"),
    ("Plasma", ""),
    ("Plasma", "CHOICE_Plasma_Color=Preset Colors 2,SLIDER_Plasma_Speed=100,SLIDER_Plasma_Style=4"),
    ("Fill", "SLIDER_Fill_Position=40,SLIDER_Fill_Band_Size=2,SLIDER_Fill_Skip_Size=1,SLIDER_Fill_Offset=2"),
    ("Garlands", "SLIDER_Garlands_Type=3,CHOICE_Garlands_Direction=Left then Right"),
    ("Marquee", "SLIDER_Marquee_Thickness=3,SLIDER_Marquee_Skip_Size=2,CHECKBOX_Marquee_WrapX=1,SLIDER_MarqueeXC=40"),
    ("Morph", ""),
    ("Morph", "CHECKBOX_Morph_Start_Link=1,SLIDER_Morph_Repeat_Count=2,SLIDER_Morph_Stagger=50"),
    ("Morph", "SLIDER_MorphDuration=0,SLIDER_MorphAccel=-5"),
    ("Pinwheel", ""),
    ("Pinwheel", "SLIDER_Pinwheel_Thickness=60,SLIDER_Pinwheel_Twist=90,CHOICE_Pinwheel_3D=3D"),
    ("Ripple", "CHOICE_Ripple_Movement=Explode"),
    ("Ripple", "CHOICE_Ripple_Object_To_Draw=Square,CHOICE_Ripple_Movement=Implode,CHECKBOX_Ripple3D=1"),
    ("Ripple", "CHOICE_Ripple_Object_To_Draw=Star,SLIDER_Ripple_Thickness=10,TEXTCTRL_Ripple_Cycles=2"),
    ("Shockwave", ""),
    ("Shockwave", "CHECKBOX_Shockwave_Scale=0,CHECKBOX_Shockwave_Blend_Edges=0,SLIDER_Shockwave_Accel=-7"),
    ("SingleStrand", "CHOICE_Fade_Type=Head and Tail,SLIDER_Number_Chases=3"),
    ("SingleStrand", "CHOICE_Chase_Type1=Bounce from Left,CHOICE_SingleStrand_Colors=Rainbow"),
    ("SingleStrand", "CHOICE_Chase_Type1=Dual Chase,CHECKBOX_Chase_Group_All=1"),
    ("SingleStrand", "NOTEBOOK_SSEFFECT_TYPE=Skips,SLIDER_Skips_Advance=4,CHOICE_Skips_Direction=From Middle"),
    ("Spirals", "CHECKBOX_Spirals_Grow=1,CHECKBOX_Spirals_Shrink=1,SLIDER_Spirals_Rotation=-20"),
    ("Spirals", "CHECKBOX_Spirals_3D=1,CHECKBOX_Spirals_Blend=1,TEXTCTRL_Spirals_Movement=-2.0"),
    ("Spirograph", "TEXTCTRL_Spirograph_Animate=10,TEXTCTRL_Spirograph_Width=2"),
    ("Tree", "CHECKBOX_Tree_ShowLights=1"),
    ("Wave", "CHOICE_Wave_Type=Triangle,CHECKBOX_Mirror_Wave=1"),
    ("Wave", "CHOICE_Wave_Type=Decaying Sine,CHOICE_Fill_Colors=Palette,SLIDER_Thickness_Percentage=60"),
    ("Wave", "CHOICE_Wave_Type=Square,CHOICE_Wave_Direction=Left to Right"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "stored"), VARIANTS)
def test_a_window_is_a_part_of_the_whole(name: str, stored: str) -> None:
    whole = RENDERERS[name](make_call(stored, size=(9, 7), frames=24))
    part = RENDERERS[name](make_call(stored, size=(9, 7), frames=24, window=(10, 15)))
    assert np.array_equal(part, whole[10:15])


@pytest.mark.parametrize(("name", "stored"), [(name, stored) for name, stored in VARIANTS if name in POINTWISE])
def test_single_cells_are_painted_as_in_the_whole(name: str, stored: str) -> None:
    call = make_call(stored, size=(9, 7), frames=12)
    columns, rows = np.array([[0, 8, 3, 3, 4]]), np.array([[0, 6, 2, 5, 3]])
    spots = RENDERERS[name](replace(call, cells=(columns, rows)))
    assert np.array_equal(spots[:, 0], RENDERERS[name](call)[:, rows[0], columns[0]])


@pytest.mark.parametrize(("name", "stored"), VARIANTS)
def test_what_is_not_painted_is_black(name: str, stored: str) -> None:
    pixels = RENDERERS[name](make_call(stored, size=(9, 7), frames=12))
    assert pixels.shape == (12, 7, 9, 4)
    assert pixels.dtype == np.uint8
    assert not pixels[pixels[..., 3] == 0].any()


@settings(max_examples=12)
@given(
    variant=st.sampled_from(VARIANTS),
    width=st.integers(1, 6),
    height=st.integers(1, 6),
    frames=st.integers(1, 4),
    colors=st.sampled_from([("#FF0000",), ("#FF0000", "#00FF00"), ("#FFFFFF", "#0000FF", "#FFA000", "#010203")]),
)
def test_the_smallest_buffers_and_effects_are_painted(
    variant: tuple[str, str], width: int, height: int, frames: int, colors: tuple[str, ...]
) -> None:
    name, stored = variant
    pixels = RENDERERS[name](make_call(stored, size=(width, height), frames=frames, colors=colors))
    assert pixels.shape == (frames, height, width, 4)
