"""The look catalog: what a group of props can do, as rows. A look is an xLights effect with a recipe.

Three kinds: a **base** is steady and lies below; a **move** follows the music above it; a **hit** is a single strike
of light. Rows say which prop roles a look suits (none named: all), from which to which intensity, and which drivers
may move it. All recipe values are in the units xLights stores; one placement of a row lasts as long as its driver
says (a beat, a bar, a phrase), and effects whose speed counts "per effect" then move in time with the music.

Roles follow what people do by hand: chases on arches and lines, shock waves, morphs and spirals on trees, pinwheels
and fans on round things, marquees and shimmer on frames, bars, ripples, waves and butterflies on areas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from twinklr.core.planning.vocabulary import Direction, Driver, Intensity

Recipe = tuple[tuple[str, str], ...]
"""Settings as ``(key, value)`` in the order they are stored."""


class LookKind(StrEnum):
    """Where a look stands among the layers."""

    BASE = "base"
    MOVE = "move"
    HIT = "hit"


@dataclass(frozen=True, slots=True)
class Look:
    """One row of the catalog.

    Attributes:
        name: Name in plans.
        effect: Effect as xLights spells it.
        kind: Base, move or hit.
        recipe: Settings with their keys.
        roles: Prop roles it suits; empty for all.
        drivers: What may move it, likeliest first.
        weakest: Lowest intensity it is used at.
        strongest: Highest intensity it is used at.
        turns: What a direction adds to the recipe.
        colors: How many colours it takes.
        blend: Layer method over the base; empty for xLights' normal one.
        across: True: one picture over the whole group; False: the same on each prop.
        strong_roles: Prop roles it is made for: chosen twice as often there.
    """

    name: str
    effect: str
    kind: LookKind
    recipe: Recipe = ()
    roles: frozenset[str] = frozenset()
    drivers: tuple[Driver, ...] = (Driver.PHRASE,)
    weakest: Intensity = Intensity.WHISPER
    strongest: Intensity = Intensity.PEAK
    turns: dict[Direction, Recipe] = field(default_factory=dict)
    colors: int = 1
    blend: str = ""
    across: bool = False
    strong_roles: frozenset[str] = frozenset()

    def settings(self, direction: Direction) -> Recipe:
        """The recipe with what a direction adds; an unknown direction takes the first one the look has."""
        if not self.turns:
            return self.recipe
        turn = self.turns.get(direction)
        return self.recipe + (turn if turn is not None else next(iter(self.turns.values())))

    def suits(self, role: str, intensity: Intensity) -> bool:
        """Whether it may be used on a prop role at an intensity."""
        in_range = self.weakest.level <= intensity.level <= self.strongest.level
        return in_range and (not self.roles or role in self.roles)


_AREAS = frozenset({"matrix", "mega_tree"})
_TREES = frozenset({"mega_tree", "tree"})
_LINES = frozenset({"arch", "cane", "roof_line", "outline", "window", "door", "icicle", "prop"})
_ROUND = frozenset({"star", "snowflake", "spinner", "wreath"})
_TALL = _AREAS | _TREES | {"icicle", "cane"}
_FACES = _AREAS | _TREES | _ROUND | {"prop", "door", "window", "singing_face"}

_B, _M, _H = LookKind.BASE, LookKind.MOVE, LookKind.HIT
_I, _D, _DR = Intensity, Direction, Driver
_STRIKES = (Driver.BEAT, Driver.LOW, Driver.MID, Driver.HIGH)
"""Drivers that come beat by beat: whatever can move on one can move on all."""


def _one(key: str, **values: str) -> dict[Direction, Recipe]:
    return {Direction[name]: ((key, value),) for name, value in values.items()}


def _morph(*, start: tuple[int, int, int, int], end: tuple[int, int, int, int]) -> Recipe:
    keys = ("X1", "Y1", "X2", "Y2")
    return tuple(
        (f"E_SLIDER_Morph_{side}_{key}", str(value))
        for side, values in (("Start", start), ("End", end))
        for key, value in zip(keys, values, strict=True)
    )


_CHASE_TURNS = _one(
    "E_CHOICE_Chase_Type1", RIGHT="Left-Right", LEFT="Right-Left", OUT="From Middle", IN="To Middle",
    UP="Left-Right", DOWN="Right-Left",
)  # fmt: skip
_MORPH_TURNS = {
    _D.UP: _morph(start=(0, 0, 100, 0), end=(0, 100, 100, 100)),
    _D.DOWN: _morph(start=(0, 100, 100, 100), end=(0, 0, 100, 0)),
    _D.RIGHT: _morph(start=(0, 0, 0, 100), end=(100, 0, 100, 100)),
    _D.LEFT: _morph(start=(100, 0, 100, 100), end=(0, 0, 0, 100)),
}
_FILL_RISE = (
    "E_VALUECURVE_Fill_Position",
    "Active=TRUE|Id=ID_VALUECURVE_Fill_Position|Type=Ramp|Min=0.00|Max=100.00|P1=0.00|P2=100.00|RV=TRUE|",
)

LOOKS: tuple[Look, ...] = (
    # Bases: steady light below.
    Look("glow", "On", _B, drivers=(_DR.BAR, _DR.PHRASE)),
    Look(
        "wash", "Color Wash", _B,
        (("E_CHECKBOX_ColorWash_CircularPalette", "1"), ("E_TEXTCTRL_ColorWash_Cycles", "1.0")),
        drivers=(_DR.PHRASE,), colors=2,
    ),
    Look(
        "wash_tall", "Color Wash", _B, (("E_CHECKBOX_ColorWash_VFade", "1"), ("E_TEXTCTRL_ColorWash_Cycles", "1.0")),
        roles=_TALL, drivers=(_DR.PHRASE,), colors=2,
    ),
    Look(
        "stripes", "Bars", _B,
        (("E_CHOICE_Bars_Direction", "up"), ("E_SLIDER_Bars_BarCount", "3"), ("E_TEXTCTRL_Bars_Cycles", "0.0")),
        roles=frozenset({"cane", "tree", "mega_tree", "matrix", "arch"}), drivers=(_DR.PHRASE,), colors=2,
    ),
    Look(
        "stars_out", "Twinkle", _B, (("E_SLIDER_Twinkle_Count", "8"), ("E_SLIDER_Twinkle_Steps", "80")),
        drivers=(_DR.PHRASE,), strongest=_I.MED,
    ),
    # Moves: what follows the music.
    Look(
        "pulse", "On", _M, (("E_TEXTCTRL_Eff_On_Start", "100"), ("E_TEXTCTRL_Eff_On_End", "10")),
        drivers=_STRIKES, weakest=_I.MED, blend="Max",
        strong_roles=frozenset({"star", "flood", "window", "prop", "moving_head", "singing_face"}),
    ),
    Look(
        "breathe", "On", _M, (("E_TEXTCTRL_Eff_On_Start", "100"), ("E_TEXTCTRL_Eff_On_End", "20")),
        drivers=(_DR.BAR,), strongest=_I.MED, blend="Max",
    ),
    Look(
        "chase", "SingleStrand", _M,
        (("E_CHOICE_Fade_Type", "From Head"), ("E_CHOICE_SingleStrand_Colors", "Palette"),
         ("E_SLIDER_Color_Mix1", "40"), ("E_SLIDER_Number_Chases", "1"), ("E_TEXTCTRL_Chase_Rotations", "1.0")),
        roles=_LINES | {"star", "spinner", "wreath", "snowflake"}, drivers=(*_STRIKES, _DR.BAR), weakest=_I.SOFT,
        turns=_CHASE_TURNS, strong_roles=frozenset({"arch", "roof_line", "outline"}),
    ),
    Look(
        "chase_bounce", "SingleStrand", _M,
        (("E_CHOICE_Fade_Type", "From Head"), ("E_CHOICE_SingleStrand_Colors", "Palette"),
         ("E_SLIDER_Color_Mix1", "30"), ("E_SLIDER_Number_Chases", "1"), ("E_TEXTCTRL_Chase_Rotations", "2.0")),
        roles=_LINES, drivers=(_DR.BAR,), weakest=_I.SOFT,
        turns=_one("E_CHOICE_Chase_Type1", RIGHT="Bounce from Left", LEFT="Bounce from Right",
                   OUT="Bounce from Middle"),
        strong_roles=frozenset({"arch"}),
    ),
    Look(
        "chase_dual", "SingleStrand", _M,
        (("E_CHOICE_Chase_Type1", "Dual Chase"), ("E_CHOICE_SingleStrand_Colors", "Palette"),
         ("E_SLIDER_Color_Mix1", "25"), ("E_SLIDER_Number_Chases", "1"), ("E_TEXTCTRL_Chase_Rotations", "2.0")),
        roles=_LINES, drivers=(_DR.BAR,), weakest=_I.MED, colors=2,
    ),
    Look(
        "shockwave", "Shockwave", _M,
        (("E_CHECKBOX_Shockwave_Blend_Edges", "1"), ("E_CHECKBOX_Shockwave_Scale", "1"),
         ("E_SLIDER_Shockwave_CenterX", "50"), ("E_SLIDER_Shockwave_CenterY", "50"),
         ("E_SLIDER_Shockwave_End_Radius", "150"), ("E_SLIDER_Shockwave_End_Width", "40"),
         ("E_SLIDER_Shockwave_Start_Radius", "1"), ("E_SLIDER_Shockwave_Start_Width", "30")),
        roles=_FACES, drivers=(*_STRIKES, _DR.BAR), weakest=_I.MED,
        strong_roles=_TREES | {"matrix", "star", "snowflake"},
    ),
    Look(
        "bars", "Bars", _M,
        (("E_CHECKBOX_Bars_3D", "1"), ("E_SLIDER_Bars_BarCount", "1"), ("E_TEXTCTRL_Bars_Cycles", "1.0")),
        roles=_AREAS | _TREES | {"window", "door", "cane", "arch"}, drivers=(_DR.BAR, *_STRIKES), weakest=_I.MED,
        turns=_one("E_CHOICE_Bars_Direction", UP="up", DOWN="down", OUT="expand", IN="compress", RIGHT="Right",
                   LEFT="Left"),
        colors=2,
    ),
    Look(
        "spirals", "Spirals", _M,
        (("E_CHECKBOX_Spirals_3D", "1"), ("E_SLIDER_Spirals_Count", "2"), ("E_SLIDER_Spirals_Thickness", "40")),
        roles=_AREAS | _TREES | {"cane", "arch"}, drivers=(_DR.BAR, _DR.PHRASE),
        turns={
            _D.RIGHT: (("E_SLIDER_Spirals_Rotation", "20"), ("E_TEXTCTRL_Spirals_Movement", "1.0")),
            _D.LEFT: (("E_SLIDER_Spirals_Rotation", "-20"), ("E_TEXTCTRL_Spirals_Movement", "-1.0")),
        },
        colors=2, strong_roles=_TREES,
    ),
    Look(
        "curtain", "Curtain", _M,
        (("E_CHOICE_Curtain_Effect", "open"), ("E_SLIDER_Curtain_Swag", "0"), ("E_TEXTCTRL_Curtain_Speed", "1.0")),
        roles=_AREAS | _TREES | {"window", "door", "star", "prop", "outline", "roof_line"},
        drivers=(_DR.BAR, *_STRIKES), weakest=_I.SOFT,
        turns=_one("E_CHOICE_Curtain_Edge", RIGHT="left", LEFT="right", OUT="center", UP="bottom", DOWN="top",
                   IN="middle"),
    ),
    Look(
        "sweep", "Morph", _M,
        (("E_SLIDER_MorphDuration", "40"), ("E_SLIDER_MorphEndLength", "15"), ("E_SLIDER_MorphStartLength", "15")),
        roles=_TALL | {"window", "door", "arch", "outline", "roof_line"}, drivers=(*_STRIKES, _DR.BAR), weakest=_I.SOFT,
        turns=_MORPH_TURNS, colors=2, strong_roles=_TREES | {"icicle"},
    ),
    Look(
        "sweep_across", "Morph", _M,
        (("E_SLIDER_MorphDuration", "40"), ("E_SLIDER_MorphEndLength", "10"), ("E_SLIDER_MorphStartLength", "10")),
        drivers=(_DR.BAR,), weakest=_I.SOFT, turns=_MORPH_TURNS, colors=2, across=True,
    ),
    Look(
        "ripple", "Ripple", _M,
        (("E_CHOICE_Ripple_Object_To_Draw", "Circle"), ("E_SLIDER_Ripple_Thickness", "20"),
         ("E_TEXTCTRL_Ripple_Cycles", "1.0")),
        roles=_AREAS | _TREES | {"star", "snowflake", "wreath", "door"}, drivers=(_DR.BAR,), weakest=_I.SOFT,
        turns=_one("E_CHOICE_Ripple_Movement", OUT="Explode", IN="Implode"),
    ),
    Look(
        "pinwheel", "Pinwheel", _M,
        (("E_CHOICE_Pinwheel_3D", "None"), ("E_SLIDER_Pinwheel_ArmSize", "150"), ("E_SLIDER_Pinwheel_Arms", "3"),
         ("E_SLIDER_Pinwheel_Speed", "8"), ("E_SLIDER_Pinwheel_Thickness", "60"), ("E_SLIDER_Pinwheel_Twist", "0")),
        roles=_ROUND | _AREAS, drivers=(_DR.PHRASE, _DR.BAR), weakest=_I.SOFT,
        turns=_one("E_CHECKBOX_Pinwheel_Rotation", RIGHT="1", LEFT="0"), colors=2,
        strong_roles=frozenset({"spinner", "snowflake"}),
    ),
    Look(
        "fan", "Fan", _M,
        (("E_SLIDER_Fan_Blade_Width", "50"), ("E_SLIDER_Fan_Duration", "80"), ("E_SLIDER_Fan_End_Radius", "150"),
         ("E_SLIDER_Fan_Num_Blades", "4"), ("E_SLIDER_Fan_Revolutions", "360"), ("E_SLIDER_Fan_Start_Radius", "1")),
        roles=_ROUND, drivers=(_DR.BAR,), weakest=_I.MED,
        turns=_one("E_CHECKBOX_Fan_Reverse", RIGHT="0", LEFT="1"), colors=2, strong_roles=_ROUND,
    ),
    Look(
        "marquee", "Marquee", _M,
        (("E_SLIDER_Marquee_Band_Size", "3"), ("E_SLIDER_Marquee_Skip_Size", "3"), ("E_SLIDER_Marquee_Speed", "4"),
         ("E_SLIDER_Marquee_Thickness", "2")),
        roles=frozenset({"window", "door", "matrix", "outline", "star", "roof_line"}), drivers=(_DR.PHRASE,),
        weakest=_I.SOFT, turns=_one("E_CHECKBOX_Marquee_Reverse", RIGHT="0", LEFT="1"), colors=2,
        strong_roles=frozenset({"window", "door"}),
    ),
    Look(
        "wave", "Wave", _M,
        (("E_CHOICE_Fill_Colors", "Palette"), ("E_CHOICE_Wave_Type", "Sine"), ("E_SLIDER_Thickness_Percentage", "20"),
         ("E_SLIDER_Wave_Height", "70"), ("E_TEXTCTRL_Number_Waves", "2.0"), ("E_TEXTCTRL_Wave_Speed", "10.00")),
        roles=_AREAS, drivers=(_DR.PHRASE,), strongest=_I.STRONG,
        turns=_one("E_CHOICE_Wave_Direction", RIGHT="Left to Right", LEFT="Right to Left"), colors=2,
    ),
    Look(
        "butterfly", "Butterfly", _M,
        (("E_CHOICE_Butterfly_Colors", "Palette"), ("E_SLIDER_Butterfly_Speed", "10"),
         ("E_SLIDER_Butterfly_Style", "1")),
        roles=_AREAS, drivers=(_DR.PHRASE,),
        turns=_one("E_CHOICE_Butterfly_Direction", RIGHT="Normal", LEFT="Reverse"), colors=2,
    ),
    Look(
        "meteors", "Meteors", _M,
        (("E_CHOICE_Meteors_Type", "Palette"), ("E_SLIDER_Meteors_Count", "12"), ("E_SLIDER_Meteors_Length", "30"),
         ("E_SLIDER_Meteors_Speed", "18")),
        roles=_AREAS | _TREES | {"icicle"}, drivers=(_DR.PHRASE,), weakest=_I.MED,
        turns=_one("E_CHOICE_Meteors_Effect", DOWN="Down", UP="Up", OUT="Explode", IN="Implode"), colors=2,
        strong_roles=frozenset({"icicle"}),
    ),
    Look(
        "snowfall", "Snowflakes", _M,
        (("E_CHOICE_Falling", "Falling"), ("E_SLIDER_Snowflakes_Count", "15"), ("E_SLIDER_Snowflakes_Speed", "12"),
         ("E_SLIDER_Snowflakes_Type", "1"), ("E_SLIDER_Snowflakes_WarmupFrames", "40")),
        roles=_AREAS, drivers=(_DR.PHRASE,), strongest=_I.MED, colors=2,
    ),
    Look(
        "fire", "Fire", _M, (("E_SLIDER_Fire_Height", "60"),),
        roles=frozenset({"matrix"}), drivers=(_DR.PHRASE,), weakest=_I.PEAK,
    ),
    Look(
        "garlands", "Garlands", _M,
        (("E_SLIDER_Garlands_Spacing", "15"), ("E_SLIDER_Garlands_Type", "0"), ("E_TEXTCTRL_Garlands_Cycles", "1.0")),
        roles=_AREAS | _TREES, drivers=(_DR.PHRASE,), strongest=_I.STRONG,
        turns=_one("E_CHOICE_Garlands_Direction", UP="Up", DOWN="Down"), colors=3,
    ),
    Look(
        "fill", "Fill", _M, (_FILL_RISE,),
        roles=_LINES | _TREES, drivers=(_DR.BAR,), weakest=_I.SOFT,
        turns=_one("E_CHOICE_Fill_Direction", UP="Up", DOWN="Down", LEFT="Left", RIGHT="Right"),
        strong_roles=frozenset({"cane"}),
    ),
    Look(
        "twinkle", "Twinkle", _M,
        (("E_SLIDER_Twinkle_Count", "12"), ("E_SLIDER_Twinkle_Steps", "40")),
        drivers=(_DR.PHRASE,), strongest=_I.MED, colors=2, blend="Max",
    ),
    Look(
        "shimmer", "Shimmer", _M,
        (("E_SLIDER_Shimmer_Duty_Factor", "60"), ("E_TEXTCTRL_Shimmer_Cycles", "2.0")),
        roles=frozenset({"window", "door", "icicle", "outline"}), drivers=(_DR.BAR,), weakest=_I.STRONG, blend="Max",
        strong_roles=frozenset({"window"}),
    ),
    # Hits: single strikes.
    # Not blended: while a hit decays it hides what moves below, so that both together never flash twice.
    Look("hit", "On", _H, (("E_TEXTCTRL_Eff_On_Start", "100"), ("E_TEXTCTRL_Eff_On_End", "25"))),
    Look(
        "hit_wave", "Shockwave", _H,
        (("E_CHECKBOX_Shockwave_Blend_Edges", "1"), ("E_CHECKBOX_Shockwave_Scale", "1"),
         ("E_SLIDER_Shockwave_End_Radius", "160"), ("E_SLIDER_Shockwave_End_Width", "60"),
         ("E_SLIDER_Shockwave_Start_Radius", "5"), ("E_SLIDER_Shockwave_Start_Width", "40")),
        roles=_FACES,
    ),
    Look(
        "glitter", "Strobe", _H, (("E_SLIDER_Number_Strobes", "40"), ("E_SLIDER_Strobe_Duration", "6")),
        roles=_AREAS | _TREES, weakest=_I.PEAK,
    ),
)  # fmt: skip

_BY_NAME = {row.name: row for row in LOOKS}


def look(name: str) -> Look:
    """The look of a name.

    Raises:
        KeyError: If the catalog has none.

    Example:
        >>> look("chase").effect
        'SingleStrand'
    """
    return _BY_NAME[name]


def looks_for(kind: LookKind, role: str, intensity: Intensity) -> tuple[Look, ...]:
    """The looks of a kind that suit a prop role at an intensity, in catalog order.

    Example:
        >>> [row.name for row in looks_for(LookKind.HIT, "matrix", Intensity.PEAK)]
        ['hit', 'hit_wave', 'glitter']
    """
    return tuple(row for row in LOOKS if row.kind == kind and row.suits(role, intensity))
