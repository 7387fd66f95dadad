"""The canvas effects are put on: rows of three layers that can only be filled lawfully.

What would overlap on a layer is cut or dropped here, so that a finished sequence is always valid: effects inside
the song, on frame boundaries, sorted, with a length, on rows the layout has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from twinklr.core.planning import Recipe
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row

TOP, MIDDLE, BOTTOM = 0, 1, 2
"""Layers: hits on top, moves in the middle, bases at the bottom."""

SHORTEST_FRAMES = 2


@dataclass(slots=True)
class Canvas:
    """Effects placed so far.

    Attributes:
        frame_ms: Length of a frame.
        end_ms: End of the song.
        rows: Names of all rows the layout has.
        tones: Rows whose lights have one colour each: what stands for the colours of a palette there.
    """

    frame_ms: int
    end_ms: int
    rows: frozenset[str]
    tones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _layers: dict[str, tuple[list[Effect], list[Effect], list[Effect]]] = field(default_factory=dict)

    def put(self, row: str, layer: int, effect: Effect) -> bool:
        """Place an effect behind all others of its layer; what overlaps the last one is cut off at the front.

        Returns:
            False if nothing was left to place.

        Raises:
            KeyError: If the layout has no such row.
        """
        if row not in self.rows:
            raise KeyError(row)
        placed = self._layers.setdefault(row, ([], [], []))[layer]
        start = max(effect.start_ms, placed[-1].end_ms if placed else 0, 0)
        end = min(effect.end_ms, self.end_ms)
        if end - start < SHORTEST_FRAMES * self.frame_ms:
            return False
        palette = in_tones(effect.palette, self.tones[row]) if row in self.tones else effect.palette
        placed.append(Effect(effect.name, start, end, effect.settings, palette))
        return True

    def free(self, row: str, layer: int, start_ms: int, end_ms: int) -> bool:
        """Whether a span of a layer is empty."""
        placed = self._layers.get(row, ([], [], []))[layer]
        return all(effect.end_ms <= start_ms or effect.start_ms >= end_ms for effect in placed)

    def used(self, row: str) -> bool:
        """Whether a row has any effect."""
        return any(self._layers.get(row, ()))

    def finish(self, order: Iterable[str]) -> tuple[Row, ...]:
        """The rows in render order, empty layers left out; a row without effects keeps one empty layer."""
        finished = []
        for name in order:
            layers = [EffectLayer(tuple(placed)) for placed in self._layers.get(name, ()) if placed]
            finished.append(Row(name, tuple(layers) or (EffectLayer(),)))
        return tuple(finished)


_COLOR = re.compile(r"(C_BUTTON_Palette(\d)=)#[0-9A-Fa-f]{6}")


def in_tones(palette: str, tones: Sequence[str]) -> str:
    """A palette with other colours in its slots: a white string would stay dark for a red.

    Example:
        >>> in_tones("C_BUTTON_Palette1=#FF0000,C_BUTTON_Palette2=#00FF00", ("#FFFFFF", "#4C4C4C"))
        'C_BUTTON_Palette1=#FFFFFF,C_BUTTON_Palette2=#4C4C4C'
    """
    return _COLOR.sub(lambda found: found[1] + tones[(int(found[2]) - 1) % len(tones)], palette)


def write_settings(*parts: Recipe) -> str:
    """Settings as xLights stores them: sorted, a comma in a value written as ``&comma;``.

    Example:
        >>> write_settings((("E_SLIDER_B", "2"),), (("B_A", "x,y"),))
        'B_A=x&comma;y,E_SLIDER_B=2'
    """
    merged = {key: value for part in parts for key, value in part}
    return ",".join(f"{key}={merged[key].replace(',', '&comma;')}" for key in sorted(merged))


def write_palette(colors: Sequence[str], brightness: int = 100, *, falls_to: int | None = None) -> str:
    """A palette with all its colours enabled, and a brightness in per cent.

    Args:
        colors: ``#RRGGBB`` each.
        brightness: Of the whole effect.
        falls_to: Brightness at its end, where it fades on the way: a strike of light that decays.

    Example:
        >>> write_palette(["#FF0000"], 40)
        'C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1,C_SLIDER_Brightness=40'
    """
    parts = [f"C_BUTTON_Palette{slot}={color}" for slot, color in enumerate(colors, start=1)]
    parts += [f"C_CHECKBOX_Palette{slot}=1" for slot in range(1, len(colors) + 1)]
    if falls_to is not None and falls_to != brightness:
        ramp = f"Type=Ramp|Min=0.00|Max=400.00|P1={brightness}.00|P2={falls_to}.00|RV=TRUE|"
        parts.append(f"C_VALUECURVE_Brightness=Active=TRUE|Id=ID_VALUECURVE_Brightness|{ramp}")
    elif brightness != 100:
        parts.append(f"C_SLIDER_Brightness={brightness}")
    return ",".join(parts)
