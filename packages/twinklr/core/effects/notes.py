"""Effects that play notes: Music Effect (bars that answer the song's notes) and Piano (keys pressed by a track)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.marks import read_marks
from twinklr.core.effects.meter import note_levels
from twinklr.core.effects.paint import painted

PITCHES: Mapping[str, int] = MappingProxyType({"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11})
SHARPS = frozenset((1, 3, 6, 8, 10))


def render_music(call: EffectCall) -> Pixels:
    """Paint Music Effect: while a bar's notes sound, it moves in the chosen way from the note's start to its end."""
    settings = call.settings
    bars = max(int(settings.number("SLIDER_Music_Bars", 20.0)), 1)
    levels = note_levels(call, bars, "Music", (60, 80))
    if levels is None:
        return call.blank()
    if settings.choice("CHOICE_Music_Scaling", "None") == "Individual Notes":
        levels = levels / np.maximum(levels.max(axis=0), 1e-9)
    elif settings.choice("CHOICE_Music_Scaling", "None") == "All Notes":
        levels = levels / max(float(levels.max(initial=0.0)), 1e-9)
    sounding = levels > settings.number("SLIDER_Music_Sensitivity", 50.0) / 100.0
    share = _through(sounding)[call.first : call.stop]
    low, high = _extent(settings.choice("CHOICE_Music_Type", "Morph"), share)
    rows = (np.arange(call.height) + 0.5) / call.height
    lit = (rows[None, :, None] >= low[:, None, :]) & (rows[None, :, None] <= high[:, None, :])
    lit &= sounding[call.first : call.stop, None, :]
    bar = np.arange(call.width) * bars // max(call.width, 1)
    slots = bar % call.palette.size
    return painted(call.palette.colors[:, None, slots, :], lit[:, :, bar])


def _through(sounding: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far each frame lies through the note of its bar that sounds, 0..1."""
    share = np.zeros(sounding.shape)
    for bar in range(sounding.shape[1]):
        edges = np.diff(np.concatenate([[0], sounding[:, bar].astype(np.int8), [0]]))
        for start, end in zip(np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0], strict=True):
            share[start:end, bar] = (np.arange(end - start) + 1) / (end - start)
    return share


def _extent(kind: str, share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper end of the light in a bar, as shares of the height."""
    none, full = np.zeros_like(share), np.ones_like(share)
    if kind == "Bounce":
        return none, 1.0 - np.abs(2.0 * share - 1.0)
    if kind == "Collide":
        return share / 2.0, 1.0 - share / 2.0
    if kind == "Separate":
        return 0.5 - share / 2.0, 0.5 + share / 2.0
    return none, (full if kind == "On" else share)


def render_piano(call: EffectCall) -> Pixels:
    """Paint Piano: keys, or plain bars, lit while a mark of the track names their notes."""
    settings = call.settings
    first = int(settings.number("SPINCTRL_Piano_StartMIDI", 60.0))
    last = max(int(settings.number("SPINCTRL_Piano_EndMIDI", 72.0)), first)
    marks = read_marks(call, settings.choice("CHOICE_Piano_MIDITrack_APPLYLAST", ""))
    pressed = np.zeros((call.stop - call.first, last - first + 1), dtype=np.bool_)
    for frame in range(call.first, call.stop):
        number = marks.at(frame)
        for note in read_notes(marks.labels[number]) if number >= 0 else ():
            if first <= note <= last:
                pressed[frame - call.first, note - first] = True
    owner = _keys(call, first, last)
    tall = int(np.ceil(call.height * np.clip(settings.number("SLIDER_Piano_Scale", 100.0), 0.0, 100.0) / 100.0))
    pixels = call.blank()
    white, black, down = (call.palette.color(slot)[:, None, None, :] for slot in (0, 1, 2))
    key_is_black = np.isin((owner + first) % 12, list(SHARPS)) & (owner >= 0)
    shape = (len(pixels), call.height, call.width)
    keyboard = settings.choice("CHOICE_Piano_Type", "True Piano") == "True Piano"
    on = pressed[:, np.maximum(owner, 0)] & (owner >= 0)
    base = np.broadcast_to(owner >= 0, shape) & (keyboard | on)
    colors = np.where(on[..., None], down, np.where(key_is_black[None, ..., None], black, white))
    pixels[:] = painted(colors, base & (np.arange(call.height) < tall)[None, :, None])
    return pixels


def read_notes(label: str) -> list[int]:
    """MIDI numbers of a mark's label: numbers or names such as ``60``, ``C4`` and ``F#5``, in any list.

    Example:
        >>> read_notes("C4, 64 F#5")
        [60, 64, 78]
    """
    notes = []
    for text in re.findall(r"[A-Ga-g][#b]?-?\d+|\d+", label):
        if text[0].isdigit():
            notes.append(int(text))
            continue
        name = text[0].upper()
        bend = {"#": 1, "b": -1}.get(text[1], 0)
        notes.append(PITCHES[name] + bend + 12 * (int(text[1 + abs(bend) :]) + 1))
    return notes


def _keys(call: EffectCall, first: int, last: int) -> NDArray[np.int64]:
    """The key, counted from the first, that each cell belongs to ``(height, width)``; -1 for none."""
    notes = np.arange(first, last + 1)
    owner = np.full((call.height, call.width), -1, dtype=np.int64)
    if call.settings.choice("CHOICE_Piano_Type", "True Piano") != "True Piano":
        owner[:] = np.arange(call.width) * len(notes) // max(call.width, 1)
        return owner
    plain = np.array([note for note in notes if note % 12 not in SHARPS])
    if not len(plain):
        return owner
    edge = np.arange(call.width) * len(plain) // max(call.width, 1)
    owner[:] = plain[edge] - first
    if call.settings.flag("CHECKBOX_Piano_ShowSharps", default=True):
        size = call.width / len(plain)
        for note in notes[np.isin(notes % 12, list(SHARPS))]:
            middle = np.searchsorted(plain, note) * size
            left, right = int(max(middle - size / 3, 0)), int(np.ceil(middle + size / 3))
            owner[call.height // 2 :, left:right] = note - first
    return owner


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Music Effect": render_music, "Piano": render_piano})
