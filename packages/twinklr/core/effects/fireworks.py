"""Fireworks: bursts of sparks that fly apart, fall and fade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, loudness_since_start, since_start
from twinklr.core.effects.marks import mark_starts

GRAVITY = 0.03
"""How much faster sparks fall each frame, in cells."""

CHUNK = 64
"""Frames worked on at a time."""


@dataclass(frozen=True, slots=True)
class Bursts:
    """Bursts of one effect, and their sparks: arrays by burst, and by burst and spark.

    Attributes:
        born: Frame each goes off on, counted from the start of the effect that is painted.
        life: Frames its sparks live.
        x: Column it starts from.
        y: Row it starts from.
        across: Columns that each spark flies in a frame.
        up: Rows that each spark flies in a frame, before it falls.
        color: Palette slot.
        palette: Colours, ``(frames, slots, 3)``.
        first: Frame of the first row of the palette.
        held: Whether a spark keeps the colour it was born with.
    """

    born: NDArray[np.int64]
    life: NDArray[np.float64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    color: NDArray[np.int64]
    palette: NDArray[np.uint8]
    first: int
    held: bool


def render_fireworks(call: EffectCall) -> Pixels:
    """Paint Fireworks: every burst sets off its sparks from one cell, each with its own direction and speed.

    Sparks of a Fireworks effect that ends where this one starts fly on.
    """
    pixels = call.blank()
    fall = GRAVITY if call.settings.flag("CHECKBOX_Fireworks_Gravity", default=True) else 0.0
    for bursts in reversed(list(_alive(call))):
        _fly(call, bursts, fall, pixels)
    return pixels


def _alive(call: EffectCall) -> Iterator[Bursts]:
    """Bursts of the effect, and of those before it."""
    start = call.start_frame
    this: EffectCall | None = call
    while this is not None:
        yield _planned(this, this.start_frame - start)
        this = this.before


def _planned(call: EffectCall, start: int) -> Bursts:
    """All bursts of an effect that starts at a frame."""
    rng = chance(call)
    born = _bursts(call, rng)
    count = int(np.clip(since_start(call, "Fireworks_Count", "SLIDER_Fireworks_Count", 50.0)[0], 1, 500))
    fade = np.maximum(since_start(call, "Fireworks_Fade", "SLIDER_Fireworks_Fade", 50.0)[born], 1.0)
    speed = since_start(call, "Fireworks_Velocity", "SLIDER_Fireworks_Velocity", 2.0)[born, None]
    wind_x = since_start(call, "Fireworks_XVelocity", "SLIDER_Fireworks_XVelocity", 0.0)[born, None] / 10.0
    wind_y = since_start(call, "Fireworks_YVelocity", "SLIDER_Fireworks_YVelocity", 0.0)[born, None] / 10.0
    x = _place(call, rng, "XLocation", call.width, born)
    y = _place(call, rng, "YLocation", call.height, born)
    color = rng.integers(0, call.palette.size, len(born))
    angle = rng.uniform(0.0, 2.0 * np.pi, (len(born), count))
    radius = rng.uniform(0.0, 1.0, (len(born), count)) * speed
    return Bursts(
        born + start,
        fade / 2.0,
        x,
        y,
        radius * np.cos(angle) + wind_x,
        radius * np.sin(angle) + wind_y,
        color,
        call.palette.colors,
        call.first + start,
        call.settings.flag("CHECKBOX_Fireworks_HoldColour", default=True),
    )


def _fly(call: EffectCall, bursts: Bursts, fall: float, pixels: Pixels) -> None:
    """Paint the sparks of bursts on the frames of a call."""
    for start in range(call.first, call.stop, CHUNK):
        frames = np.arange(start, min(start + CHUNK, call.stop))
        age = frames[:, None] - bursts.born
        row, burst = np.nonzero((age >= 0) & (age < bursts.life))
        old = age[row, burst][:, None]
        x = np.floor(bursts.x[burst, None] + old * bursts.across[burst]).astype(np.int64)
        y = bursts.y[burst, None] + old * bursts.up[burst] - fall * old * (old - 1) / 2.0
        y = np.floor(y).astype(np.int64)
        window = row + (start - call.first)
        shown = (bursts.born[burst] if bursts.held else frames[row]) - bursts.first
        shown = np.clip(shown, 0, len(bursts.palette) - 1)
        colors = bursts.palette[shown, bursts.color[burst]] * (1.0 - old / bursts.life[burst, None])
        which, spark = np.nonzero((x >= 0) & (x < call.width) & (y >= 0) & (y < call.height))
        pixels[window[which], y[which, spark], x[which, spark], :3] = colors.astype(np.uint8)[which]
        pixels[window[which], y[which, spark], x[which, spark], 3] = 255


def _bursts(call: EffectCall, rng: np.random.Generator) -> NDArray[np.int64]:
    """Frames on which a burst goes off, in order: at random, on the marks of a track, or where the song gets loud."""
    settings = call.settings
    if settings.flag("CHECKBOX_FIRETIMING"):
        return mark_starts(call, settings.choice("CHOICE_FIRETIMINGTRACK", ""))
    if settings.flag("CHECKBOX_Fireworks_UseMusic"):
        loud = loudness_since_start(call) > settings.number("SLIDER_Fireworks_Sensitivity", 50.0) / 100.0
        return np.nonzero(loud & ~np.concatenate([[False], loud[:-1]]))[0]
    number = max(int(settings.number("SLIDER_Fireworks_Explosions", 16.0)), 1)
    return np.sort(rng.integers(0, max(call.frame_count - 1, 1), number))


def _place(
    call: EffectCall, rng: np.random.Generator, axis: str, length: int, born: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Cells the bursts start from along an axis: where told, else anywhere in the middle half."""
    percent = since_start(call, f"Fireworks_{axis}", f"SLIDER_Fireworks_{axis}", -1.0)[born]
    low = length // 4
    anywhere = rng.integers(low, max(length - low, low + 1), len(born))
    return np.where(percent >= 0, (percent * (length - 1) / 100.0).astype(np.int64), anywhere)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Fireworks": render_fireworks})
