"""Every effect the renderer knows: xLights' name, the function that paints it, and facts the renderer needs.

An effect's module has a table ``EFFECTS`` of the functions it brings and, where it applies, a set ``POINTWISE`` of
those that can paint single cells, a table ``UNPAINTED`` of settings with which they paint nothing and a table
``LACKING`` of functions that name what else they cannot paint. To add an effect, write such a module and name it here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType

from twinklr.core.effects import (
    bars,
    butterfly,
    candle,
    circles,
    curtain,
    dmx,
    faces,
    fan,
    figures,
    fill,
    fire,
    fireworks,
    galaxy,
    garlands,
    life,
    lightning,
    lines,
    liquid,
    marquee,
    meteors,
    morph,
    moving_head,
    notes,
    pictures,
    pinwheel,
    plasma,
    ripple,
    servo,
    shimmer,
    shockwave,
    snow,
    solid,
    sound,
    spirals,
    spirograph,
    states,
    strands,
    text,
    tree,
    twinkle,
    video,
    warp,
    wave,
)
from twinklr.core.effects.call import EffectFunction

MODULES: tuple[ModuleType, ...] = (
    bars,
    butterfly,
    candle,
    circles,
    curtain,
    dmx,
    faces,
    fan,
    figures,
    fill,
    fire,
    fireworks,
    galaxy,
    garlands,
    life,
    lightning,
    lines,
    liquid,
    marquee,
    meteors,
    morph,
    moving_head,
    notes,
    pictures,
    pinwheel,
    plasma,
    ripple,
    servo,
    shimmer,
    shockwave,
    snow,
    solid,
    sound,
    spirals,
    spirograph,
    states,
    strands,
    text,
    tree,
    twinkle,
    video,
    warp,
    wave,
)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One effect.

    Attributes:
        function: Paints it.
        random: Its pixels come from the call's seed, so that two effects with equal settings differ.
        memory: Its frames follow from those before, so that painting a window costs as much as all frames up to its
            end: the renderer paints such an effect once and keeps it.
        follows_time: It looks at where in the sequence it stands (timing tracks, song, media, model definitions), so
            that equal settings do not mean equal pixels.
        canvas: It paints on the picture of the layers below it.
        per_fixture: It speaks to the channels of fixtures, so that each fixture of a group needs cells of its own.
        pointwise: It can paint single cells, each on its own (see `EffectCall.cells`).
        lives_on: Frames for which what it lit goes on in the next effect of its kind where that follows at once (see
            `EffectCall.before`).
        unpainted: Settings, key and value, with which it paints nothing: a type we do not know how to draw.
        lacking: Names what else in its settings cannot be painted, or None where all is well.
    """

    function: EffectFunction
    random: bool = False
    memory: bool = False
    follows_time: bool = False
    canvas: bool = False
    per_fixture: bool = False
    pointwise: bool = False
    lives_on: int = 0
    unpainted: tuple[tuple[str, str], ...] = ()
    lacking: Callable[[Mapping[str, str]], str | None] | None = None

    def missing_type(self, settings: Mapping[str, str]) -> str | None:
        """The type or look asked for that cannot be painted, or None where all is well.

        Args:
            settings: ``E_`` settings without the prefix.
        """
        for key, value in self.unpainted:
            if settings.get(key) == value:
                return value if value != "1" else key.rpartition("_")[2]
        return self.lacking(settings) if self.lacking is not None else None


RANDOM = frozenset(
    {
        "Candle",
        "Circles",
        "Fire",
        "Fireworks",
        "Life",
        "Lightning",
        "Lines",
        "Liquid",
        "Meteors",
        "Shape",
        "Shimmer",
        "Snowflakes",
        "Snowstorm",
        "Strobe",
        "Twinkle",
    }
)
MEMORY = frozenset({"Candle", "Fire", "Fireworks", "Life", "Liquid", "Twinkle"})
FOLLOWS_TIME = frozenset(
    {
        "DMX",
        "Faces",
        "Guitar",
        "Moving Head",
        "Music",
        "Music Effect",
        "Piano",
        "Pictures",
        "Servo",
        "State",
        "Text",
        "VU Meter",
        "Video",
    }
)
LIVES_ON: Mapping[str, int] = MappingProxyType({"Fireworks": 50, "Lines": 400})
PER_FIXTURE = frozenset({"Moving Head", "Servo"})
CANVAS = frozenset({"Adjust", "Duplicate", "Kaleidoscope", "Warp"})


def _row(name: str, function: EffectFunction, module: ModuleType) -> EffectRow:
    return EffectRow(
        function,
        random=name in RANDOM,
        memory=name in MEMORY,
        follows_time=name in FOLLOWS_TIME,
        canvas=name in CANVAS,
        per_fixture=name in PER_FIXTURE,
        pointwise=name in getattr(module, "POINTWISE", ()),
        lives_on=LIVES_ON.get(name, 0),
        unpainted=getattr(module, "UNPAINTED", {}).get(name, ()),
        lacking=getattr(module, "LACKING", {}).get(name),
    )


EFFECTS: Mapping[str, EffectRow] = MappingProxyType(
    {name: _row(name, function, module) for module in MODULES for name, function in module.EFFECTS.items()}
)
"""xLights' effect name -> row."""
