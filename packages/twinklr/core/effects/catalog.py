"""Every effect the renderer knows: xLights' name, the function that paints it, and facts the renderer needs.

An effect's module has a table ``EFFECTS`` of the functions it brings and, where it applies, a set ``POINTWISE`` of
those that can paint single cells and a table ``UNPAINTED`` of settings with which they paint nothing. To add an
effect, write such a module and name it here.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    notes,
    pictures,
    pinwheel,
    plasma,
    ripple,
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
    notes,
    pictures,
    pinwheel,
    plasma,
    ripple,
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
        pointwise: It can paint single cells, each on its own (see `EffectCall.cells`).
        unpainted: Settings, key and value, with which it paints nothing: a type we do not know how to draw.
    """

    function: EffectFunction
    random: bool = False
    memory: bool = False
    follows_time: bool = False
    canvas: bool = False
    pointwise: bool = False
    unpainted: tuple[tuple[str, str], ...] = ()

    def missing_type(self, settings: Mapping[str, str]) -> str | None:
        """The type or look asked for that cannot be painted, or None where all is well.

        Args:
            settings: ``E_`` settings without the prefix.
        """
        for key, value in self.unpainted:
            if settings.get(key) == value:
                return value if value != "1" else key.rpartition("_")[2]
        return None


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
CANVAS = frozenset({"Adjust", "Duplicate", "Kaleidoscope", "Warp"})


def _row(name: str, function: EffectFunction, module: ModuleType) -> EffectRow:
    return EffectRow(
        function,
        random=name in RANDOM,
        memory=name in MEMORY,
        follows_time=name in FOLLOWS_TIME,
        canvas=name in CANVAS,
        pointwise=name in getattr(module, "POINTWISE", ()),
        unpainted=getattr(module, "UNPAINTED", {}).get(name, ()),
    )


EFFECTS: Mapping[str, EffectRow] = MappingProxyType(
    {name: _row(name, function, module) for module in MODULES for name, function in module.EFFECTS.items()}
)
"""xLights' effect name -> row."""
