"""State: parts of a model lit by name, from a timing track or a fixed name, by the layout's state definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.marks import Marks, read_marks
from twinklr.core.effects.node_paint import cells_of, own_color, paint_cells
from twinklr.core.effects.paint import blend_palette

State = tuple[str, str]
"""A state's name and the key its nodes are stored under ("s001")."""


def render_state(call: EffectCall) -> Pixels:
    """Paint State: on every frame the parts that the running mark, or the chosen name, asks for."""
    pixels = call.blank()
    definition = call.surroundings.states.get(call.settings.choice("CHOICE_State_StateDefinition", ""))
    if definition is None:
        return pixels
    states = _states(definition)
    fade = call.settings.number("SLIDER_State_Fade_Time", 0.0) / call.frame_ms
    frames_of_key: dict[str, list[tuple[int, int, float]]] = {}
    for frame in range(call.first, call.stop):
        number, into, left, names = _asked(call, states, frame)
        level = min(1.0, (into + 1) / fade, left / fade) if fade >= 1 else 1.0
        for order, (name, key) in enumerate(states):
            if name.lower() in names:
                slot = {"Cycle": number, "Allocate": order}.get(
                    call.settings.choice("CHOICE_State_Color", "Graduate"), -1
                )
                frames_of_key.setdefault(key, []).append((frame - call.first, slot, level))
    for key, shown in frames_of_key.items():
        frames = np.array([frame for frame, _, _ in shown])
        alpha = np.array([level * 255 for _, _, level in shown]).astype(np.uint8)
        forced = own_color(definition, key)
        colors = _colors(call, frames, np.array([slot for _, slot, _ in shown])) if forced is None else forced
        paint_cells(pixels, frames, cells_of(call, definition[key]), colors, alpha)
    return pixels


def _states(definition: dict[str, str]) -> list[State]:
    """States in the order of their numbers."""
    keys = sorted((key for key in definition if re.fullmatch(r"s\d+", key)), key=lambda key: int(key[1:]))
    return [(definition.get(f"{key}-Name", ""), key) for key in keys]


def _asked(call: EffectCall, states: list[State], frame: int) -> tuple[int, int, int, set[str]]:
    """Number of the running mark, frames since its start and to its end, and the lower-case names to show."""
    fixed = call.settings.choice("CHOICE_State_State", "")
    track = call.settings.choice("CHOICE_State_TimingTrack", "")
    mode = call.settings.choice("CHOICE_State_Mode", "Default")
    if track:
        marks = read_marks(call, track)
        number = marks.at(frame)
        if number < 0:
            return 0, 0, 1, set()
    else:
        marks = Marks(np.array([0]), np.array([call.frame_count]), (fixed,))
        number = 0
    start, end = int(marks.start[number]), int(marks.end[number])
    label = marks.labels[number].strip()
    into_ms, length_ms = (frame - start) * call.frame_ms, (end - start) * call.frame_ms
    names = set(_names(mode, label, states, into_ms, length_ms))
    return number, frame - start, end - frame, names


def _names(mode: str, label: str, states: list[State], into_ms: int, length_ms: int) -> Iterator[str]:
    """Lower-case state names of a mark. Digits of numbers are states named by their worth: 7, 70, 700."""
    if mode == "Iterate":
        ordered = list(dict.fromkeys(name.lower() for name, _ in states))
        yield ordered[min(into_ms * len(ordered) // max(length_ms, 1), len(ordered) - 1)] if ordered else ""
    elif mode == "Default":
        yield from (label.lower(), *re.split(r"[\s,;]+", label.lower()))
    elif mode == "Time Countdown":
        parts = [int(part) for part in re.findall(r"\d+", label)[-2:]]
        total = parts[0] * 60 + parts[1] if len(parts) == 2 else sum(parts)
        minutes, seconds = divmod(max(total - into_ms // 1000, 0), 60)
        yield from _digits(minutes * 100 + seconds, places=4)
        yield ":"
    else:
        figure = re.search(r"\d+", label)
        if figure is not None:
            worth = int(figure.group()) - (into_ms // 1000 if mode == "Countdown" else 0)
            yield from _digits(max(worth, 0), places=1)


def _digits(number: int, *, places: int) -> Iterator[str]:
    for power, digit in enumerate(reversed(str(number).zfill(places))):
        yield digit + "0" * power


def _colors(call: EffectCall, frames: NDArray[np.int64], slots: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Palette colours: the slot asked for, or a blend along the palette over the effect where it is -1."""
    position = np.zeros(call.stop - call.first)
    position[frames] = (frames + call.first) / max(call.frame_count - 1, 1)
    along = blend_palette(call.palette, position, circular=False)[frames]
    return np.where(slots[:, None] >= 0, call.palette.colors[frames, slots % call.palette.size], along)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"State": render_state})
