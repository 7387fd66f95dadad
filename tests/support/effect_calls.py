"""Calls of single effects for tests, and what is measured of the frames they paint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import parse_hex
from twinklr.core.display import Buffer, read_display
from twinklr.core.effects.call import EffectCall, Pixels, Surroundings
from twinklr.core.effects.palette import Palette
from twinklr.core.effects.settings import EffectSettings
from twinklr.core.xlights import read_fseq, read_sequence
from twinklr.core.xlights.sequence import Effect, EffectLayer, TimingTrack

COLORS = ("#FFFFFF", "#0040FF", "#FFA000")


def make_call(
    settings: Mapping[str, str] | str = "",
    *,
    size: tuple[int, int] = (12, 10),
    frames: int = 30,
    window: tuple[int, int] | None = None,
    colors: tuple[str, ...] = COLORS,
    seed: int = 7,
    surroundings: Surroundings | None = None,
) -> EffectCall:
    """A call with plain settings (``E_`` prefixes may stay) and a plain palette, over the whole effect by default."""
    if isinstance(settings, str):
        settings = dict(pair.split("=", 1) for pair in settings.split(",") if pair)
    first, stop = window or (0, frames)
    palette = np.array([parse_hex(color) for color in colors], dtype=np.uint8)
    return EffectCall(
        width=size[0],
        height=size[1],
        frame_ms=50,
        start_frame=0,
        frame_count=frames,
        first=first,
        stop=stop,
        settings=EffectSettings({key.removeprefix("E_"): value for key, value in settings.items()}, {}),
        palette=Palette(np.repeat(palette[None], stop - first, axis=0)),
        seed=seed,
        surroundings=surroundings or Surroundings(),
    )


def track(name: str, *marks: tuple[int, int, str]) -> TimingTrack:
    """A timing track of marks (start ms, end ms, label); lyrics have them on the third layer."""
    layer = EffectLayer(effects=tuple(Effect(name="", start_ms=a, end_ms=b, label=text) for a, b, text in marks))
    return TimingTrack(name=name, layers=(layer,))


def over_black(pixels: Pixels) -> NDArray[np.uint8]:
    """RGB of pixels over black."""
    return (pixels[..., :3].astype(np.int64) * pixels[..., 3:] // 255).astype(np.uint8)


def figures(frames: NDArray[np.uint8]) -> dict[str, float]:
    """Lit share, mean colour, change rate and spatial spectrum of RGB frames ``(frames, height, width, 3)``."""
    values = frames.astype(np.float64)
    grey = values.mean(axis=-1)
    grey = grey - grey.mean(axis=(1, 2), keepdims=True)
    power = (np.abs(np.fft.fft2(grey, axes=(1, 2))) ** 2).mean(axis=0)
    pitch = np.hypot(np.fft.fftfreq(power.shape[0])[:, None], np.fft.fftfreq(power.shape[1])[None, :])
    bands = [power[(pitch >= low) & (pitch < low + 0.125)].sum() for low in (0.0, 0.125, 0.25)]
    return {
        "lit": float((values.max(axis=-1) > 0).mean()),
        "mean": float(values.mean()),
        "change": float((np.abs(np.diff(values, axis=0)).max(axis=-1) > 2).mean()),
        "coarse": float(bands[0] / (power.sum() + 1e-9)),
        "middle": float((bands[1] + bands[2]) / (power.sum() + 1e-9)),
    }


@dataclass(frozen=True)
class Slot:
    """One effect of a reference file: its settings, its colours, and what xLights made of it on one model."""

    settings: str
    colors: tuple[str, ...]
    frames: NDArray[np.uint8]


@lru_cache(maxsize=4)
def reference_slots(folder: Path, name: str, model: str) -> tuple[Slot, ...]:
    """Every slot of a reference file on one model."""
    sequence = read_sequence(folder / f"{name}.xsq")
    with read_fseq(folder / f"{name}.fseq") as file:
        rendered = file.frames()
    display = read_display(folder)
    prop = display.prop(model)
    row = next(row for row in sequence.rows if row.name == model)
    return tuple(_slots(row.layers[0].effects, rendered, display.node_channel, prop.buffer, sequence.frame_ms))


def _slots(
    effects: tuple[Effect, ...],
    rendered: NDArray[np.uint8],
    node_channel: NDArray[np.int32],
    buffer: Buffer,
    frame_ms: int,
) -> Iterator[Slot]:
    channel = node_channel[buffer.node]
    for effect in effects:
        part = rendered[effect.start_ms // frame_ms : effect.end_ms // frame_ms]
        frames = np.zeros((len(part), buffer.height, buffer.width, 3), dtype=np.uint8)
        for offset in range(3):
            frames[:, buffer.y, buffer.x, offset] = part[:, channel + offset]
        palette = dict(pair.split("=", 1) for pair in effect.palette.split(","))
        slots = (number for number in range(1, 9) if palette.get(f"C_CHECKBOX_Palette{number}") == "1")
        yield Slot(effect.settings, tuple(palette[f"C_BUTTON_Palette{number}"] for number in slots), frames)
