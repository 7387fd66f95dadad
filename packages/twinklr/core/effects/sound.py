"""VU Meter: light that follows the song's level and notes, or the marks of a timing track.

Every type is a source of events (marks, the level or a note rising over a threshold) or of values, and a way to show
them; `TYPES` pairs them up. None is proven by reference light, which there is none of for songs: they follow their
names and parameters. Waveform is drawn from the volume, as far above the middle as below it; Frame Waveform would need
the song's samples, which effects do not get, and paints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance
from twinklr.core.effects.marks import read_marks
from twinklr.core.effects.meter import (
    NOTES,
    Beat,
    Meter,
    hear_meter,
    level_beat,
    marks_beat,
    note_beat,
    note_levels,
)
from twinklr.core.effects.paint import blend_palette, by_frame, painted, translucent
from twinklr.core.effects.shapes import draw_shape

Floats = NDArray[np.float64]

Source = Callable[[EffectCall, Meter], Beat]
Kind = Callable[[EffectCall, Meter], Pixels]


def render_vu_meter(call: EffectCall) -> Pixels:
    """Paint VU Meter."""
    kind = TYPES.get(call.settings.choice("CHOICE_VUMeter_Type", "Waveform"))
    return kind(call, hear_meter(call)) if kind is not None else call.blank()


def _slot_colors(call: EffectCall, number: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The palette's colours in turn, one an event."""
    colors: NDArray[np.uint8] = call.palette.colors[np.arange(len(number)), np.maximum(number, 0) % call.palette.size]
    return colors


def _whole(call: EffectCall, colors: NDArray[np.uint8], level: Floats) -> Pixels:
    """The whole buffer in a colour per frame, dimmed."""
    lit = (colors * np.clip(level, 0.0, 1.0)[:, None] + 1e-6).astype(np.uint8)
    shape = (len(level), call.height, call.width)
    return painted(lit[:, None, None, :], np.broadcast_to(by_frame(level) > 0, shape))


def _pulse(source: Source, *, turns: bool = False) -> Kind:
    """Full light at an event that fades over as many frames as there are bars."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        beat = source(call, meter)
        colors = _slot_colors(call, beat.number) if turns else call.palette.color(0)
        return _whole(call, colors, 1.0 - beat.age / meter.bars)

    return paint


def _color(source: Source) -> Kind:
    """The next colour at each event."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        beat = source(call, meter)
        return _whole(call, _slot_colors(call, beat.number), (beat.number >= 0).astype(np.float64))

    return paint


def _columns(call: EffectCall, meter: Meter) -> NDArray[np.int64]:
    """The bar each column belongs to."""
    return np.arange(call.width) * meter.bars // max(call.width, 1)


def _bar(source: Source, order: str) -> Kind:
    """One bar lit, another at each event: the next, there and back, or any; or all up to the running one."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        beat = source(call, meter)
        if order == "bounce":
            turn = np.mod(beat.number, max(2 * meter.bars - 2, 1))
            chosen = np.minimum(turn, 2 * meter.bars - 2 - turn)
        elif order == "random":
            throws = chance(call).integers(0, meter.bars, int(beat.number.max(initial=0)) + 1)
            chosen = throws[np.maximum(beat.number, 0)]
        else:
            chosen = np.mod(beat.number, meter.bars)
        columns = _columns(call, meter)[None, :]
        lit = columns <= chosen[:, None] if order == "all" else columns == chosen[:, None]
        lit &= (beat.number >= 0)[:, None]
        colors = call.palette.colors[np.arange(len(chosen)), chosen % call.palette.size]
        shape = (len(chosen), call.height, call.width)
        return painted(colors[:, None, None, :], np.broadcast_to(lit[:, None, :], shape))

    return paint


def _jump(source: Source, *, full: bool) -> Kind:
    """A column of light that jumps up at an event and sinks over as many frames as there are bars."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        beat = source(call, meter)
        top = np.clip(1.0 - beat.age / meter.bars, 0.0, 1.0) * (1.0 if full else beat.strength)
        return _filled(call, np.repeat(top[:, None], call.width, axis=1))

    return paint


def _filled(call: EffectCall, tops: Floats) -> Pixels:
    """Columns lit from the bottom to a share of the height ``(frames, width)``, the palette running upwards."""
    rows = np.arange(call.height)
    lit = rows[None, :, None] < np.round(tops * call.height)[:, None, :]
    height = np.broadcast_to(rows / max(call.height - 1, 1), (len(tops), call.height))
    colors = blend_palette(call.palette, height, circular=False)
    return painted(colors[:, :, None, :], lit)


def _sweep(*, timed: bool, shrinking: bool = False, alternating: bool = False) -> Kind:
    """Light that fills the buffer from the left after a mark, or empties it; within the mark, or a frame a bar."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        beat = marks_beat(call, meter)
        share = np.clip((beat.age + 1) / (beat.length if timed else meter.bars), 0.0, 1.0)
        columns = (np.arange(call.width) + 0.5) / call.width
        columns = np.repeat(columns[None, :], len(share), axis=0)
        if alternating:
            columns = np.where((beat.number % 2 == 1)[:, None], 1.0 - columns, columns)
        lit = (columns > share[:, None]) if shrinking else (columns <= share[:, None])
        lit &= ((beat.number >= 0) & ((beat.age < beat.length) | (not timed)))[:, None]
        colors = _slot_colors(call, beat.number)
        shape = (len(share), call.height, call.width)
        return painted(colors[:, None, None, :], np.broadcast_to(lit[:, None, :], shape))

    return paint


def _chase(*, outward: bool) -> Kind:
    """Two bars that run between the middle and the edges within a mark."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        beat = marks_beat(call, meter)
        share = np.clip(beat.age / beat.length, 0.0, 1.0)
        place = share if outward else 1.0 - share
        away = np.abs((np.arange(call.width) + 0.5) / call.width * 2.0 - 1.0)
        lit = np.abs(away[None, :] - place[:, None]) <= 1.0 / meter.bars
        lit &= ((beat.number >= 0) & (beat.age < beat.length))[:, None]
        colors = _slot_colors(call, beat.number)
        shape = (len(share), call.height, call.width)
        return painted(colors[:, None, None, :], np.broadcast_to(lit[:, None, :], shape))

    return paint


def _past(call: EffectCall, values: Floats, meter: Meter) -> Floats:
    """The last values, one a bar with the newest on the right, spread over the columns ``(frames, width)``."""
    frames = np.arange(call.first, call.stop)
    back = frames[:, None] - (meter.bars - 1 - _columns(call, meter))[None, :]
    return np.where(back >= 0, values[np.maximum(back, 0)], 0.0)


def _volume_bars(call: EffectCall, meter: Meter) -> Pixels:
    return _filled(call, _past(call, meter.level, meter))


def _waveform(call: EffectCall, meter: Meter) -> Pixels:
    """The last volumes, one a bar, as far above the middle row as below it."""
    if call.surroundings.loudness is None:
        return call.blank()
    level = _past(call, meter.level, meter)
    middle = (1.0 + call.settings.number("SLIDER_VUMeter_YOffset", 0.0) / 100.0) / 2.0
    height = (np.arange(call.height) + 0.5) / call.height
    away = np.round(np.abs(height - middle), 9)[None, :, None]
    # A cell wide where it is silent, as a line would be.
    lit = away <= np.maximum(level[:, None, :] / 2.0, round(0.5 / call.height, 9))
    places = np.broadcast_to(height, (len(level), call.height))
    return painted(blend_palette(call.palette, places, circular=False)[:, :, None, :], lit)


def _circle_line(call: EffectCall, meter: Meter) -> Pixels:
    """The notes' levels as a line around the middle: the louder, the further out; the low notes begin at the top."""
    if meter.notes is None:
        return call.blank()
    across, up = call.columns + 0.5 - call.width / 2.0, call.rows + 0.5 - call.height / 2.0
    turn = np.mod(np.arctan2(across, up) / (2.0 * np.pi), 1.0)
    bar = np.minimum((turn * meter.bars).astype(np.int64), meter.bars - 1)
    reach = min(call.width, call.height) / 2.0 * (0.25 + 0.75 * meter.notes[call.first : call.stop][:, bar])
    lit = np.abs(np.hypot(across, up)[None] - reach) <= 0.75
    colors = blend_palette(call.palette, np.broadcast_to(turn, lit.shape), circular=True)
    return painted(colors, lit)


def _spike(call: EffectCall, meter: Meter) -> Pixels:
    """Marks as bars of full height that wander to the left."""
    struck = np.zeros(call.frame_count)
    start = read_marks(call, call.settings.choice("CHOICE_VUMeter_TimingTrack", "")).start
    struck[start[(start >= 0) & (start < call.frame_count)]] = 1.0
    return _filled(call, _past(call, struck, meter))


def _intensity_wave(call: EffectCall, meter: Meter) -> Pixels:
    level = _past(call, meter.level, meter)
    colors = blend_palette(call.palette, level, circular=False)
    return translucent(colors[:, None, :, :], np.repeat(level[:, None, :], call.height, axis=1))


def _spectrogram(*, line: bool = False, peak: bool = False) -> Kind:
    """A column a bar, as high as its notes are loud; as a line, or with the peaks that sink slowly."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        if meter.notes is None:
            return call.blank()
        columns = _columns(call, meter)
        tops = meter.notes[call.first : call.stop, columns]
        rows = np.arange(call.height)
        pixels = _filled(call, tops)
        if line or peak:
            held = _held(meter.notes) if peak else meter.notes
            edge = np.maximum(np.round(held[call.first : call.stop, columns] * call.height) - 1, 0)
            on_edge = rows[None, :, None] == edge[:, None, :]
            white = call.palette.color(call.palette.size - 1)[:, None, None, :]
            mark = painted(white, on_edge)
            pixels = np.where(on_edge[..., None], mark, 0 if line else pixels).astype(np.uint8)
        return pixels

    return paint


def _held(levels: Floats) -> Floats:
    """Peaks that sink by a fiftieth a frame."""
    held = levels.copy()
    for frame in range(1, len(held)):
        held[frame] = np.maximum(levels[frame], held[frame - 1] - 0.02)
    return held


def _on(call: EffectCall, meter: Meter) -> Pixels:
    return _whole(call, call.palette.color(0), meter.level[call.first : call.stop])


def _color_on(call: EffectCall, meter: Meter) -> Pixels:
    level = meter.level[call.first : call.stop]
    return _whole(call, blend_palette(call.palette, level, circular=False), np.ones(len(level)))


def _dominant(*, upwards: bool = False) -> Kind:
    """The colour at the loudest note's place along the palette; or the palette up to that colour, from the bottom."""

    def paint(call: EffectCall, meter: Meter) -> Pixels:
        notes = note_levels(call, 48, "VUMeter", NOTES)
        if notes is None:
            return call.blank()
        place = notes[call.first : call.stop].argmax(axis=1) / (notes.shape[1] - 1)
        loud = notes[call.first : call.stop].max(axis=1) > 1.0 - meter.threshold
        if not upwards:
            return _whole(call, blend_palette(call.palette, place, circular=False), loud.astype(np.float64))
        rows = np.arange(call.height) / max(call.height - 1, 1)
        colors = blend_palette(call.palette, place[:, None] * rows, circular=False)
        shape = (len(place), call.height, call.width)
        return painted(colors[:, :, None, :], np.broadcast_to(loud[:, None, None], shape))

    return paint


def _note_on(call: EffectCall, meter: Meter) -> Pixels:
    if meter.notes is None:
        return call.blank()
    return _whole(call, call.palette.color(0), meter.notes[call.first : call.stop].max(axis=1))


def _shape(call: EffectCall, meter: Meter) -> Pixels:
    """A shape in the middle that grows with the level."""
    settings = call.settings
    centre = (
        call.width / 2.0 + settings.number("SLIDER_VUMeter_XOffset", 0.0) * call.width / 100.0,
        call.height / 2.0 + settings.number("SLIDER_VUMeter_YOffset", 0.0) * call.height / 100.0,
    )
    lit = np.zeros((call.stop - call.first, call.height, call.width), dtype=np.bool_)
    name = settings.choice("CHOICE_VUMeter_Shape", "Circle")
    for window, level in enumerate(meter.level[call.first : call.stop]):
        lit[window] = draw_shape(name, call.width, call.height, centre, level * min(call.width, call.height) / 2.0)
    return painted(call.palette.color(0)[:, None, None, :], lit)


TYPES: Mapping[str, Kind] = MappingProxyType(
    {
        "Spectrogram": _spectrogram(),
        "Spectrogram Peak": _spectrogram(peak=True),
        "Spectrogram Line": _spectrogram(line=True),
        "Volume Bars": _volume_bars,
        "On": _on,
        "Color On": _color_on,
        "Dominant Frequency Colour": _dominant(),
        "Dominant Frequency Colour Gradient": _dominant(upwards=True),
        "Spectrogram Circle Line": _circle_line,
        "Waveform": _waveform,
        "Intensity Wave": _intensity_wave,
        "Pulse": _pulse(marks_beat),
        "Level Bar": _bar(level_beat, "next"),
        "Level Random Bar": _bar(level_beat, "random"),
        "Level Color": _color(level_beat),
        "Level Pulse": _pulse(level_beat),
        "Level Pulse Color": _pulse(level_beat, turns=True),
        "Level Jump": _jump(level_beat, full=False),
        "Level Jump 100": _jump(level_beat, full=True),
        "Level Shape": _shape,
        "Timing Event Bar": _bar(marks_beat, "next"),
        "Timing Event Bar Bounce": _bar(marks_beat, "bounce"),
        "Timing Event Random Bar": _bar(marks_beat, "random"),
        "Timing Event Bars": _bar(marks_beat, "all"),
        "Timing Event Spike": _spike,
        "Timing Event Sweep": _sweep(timed=False),
        "Timing Event Sweep 2": _sweep(timed=False, shrinking=True),
        "Timing Event Timed Sweep": _sweep(timed=True),
        "Timing Event Timed Sweep 2": _sweep(timed=True, shrinking=True),
        "Timing Event Alternate Timed Sweep": _sweep(timed=True, alternating=True),
        "Timing Event Alternate Timed Sweep 2": _sweep(timed=True, shrinking=True, alternating=True),
        "Timing Event Timed Chase From Middle": _chase(outward=True),
        "Timing Event Timed Chase To Middle": _chase(outward=False),
        "Timing Event Color": _color(marks_beat),
        "Timing Event Jump": _jump(marks_beat, full=False),
        "Timing Event Jump 100": _jump(marks_beat, full=True),
        "Timing Event Pulse": _pulse(marks_beat),
        "Timing Event Pulse Color": _pulse(marks_beat, turns=True),
        "Note On": _note_on,
        "Note Level Pulse": _pulse(note_beat),
        "Note Level Jump": _jump(note_beat, full=False),
        "Note Level Jump 100": _jump(note_beat, full=True),
        "Note Level Bar": _bar(note_beat, "next"),
        "Note Level Random Bar": _bar(note_beat, "random"),
    }
)
"""How each type of the meter is painted."""

EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"VU Meter": render_vu_meter})

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"VU Meter": (("CHOICE_VUMeter_Type", "Frame Waveform"),)}
)
"""By effect: the settings, key and value, with which nothing is painted."""
