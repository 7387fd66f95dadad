"""Makes music with known beats, to train the beat net: composes at random, renders with fluidsynth, stores spectra.

Every song is drawn from a table of styles: tempo, meter, swing, drum groove, who plays and how busily. Parts come and
go by phrases, players are not quite on time, and each song is mastered differently, so that a net cannot lean on one
sound. Nothing here is taken from a recording.

    python tools/make_training_music.py --count 600 --out /tmp/training --seed 1

Needs the ``fluidsynth`` program and General MIDI sound fonts (``--font``, may be given several times).
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import sosfilt

from twinklr.core.audio.loudness import music_span, reference_level
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ
from twinklr.core.audio.spectra import FRAME_S, compute_mel

KICK, SNARE, SIDE, CLAP, CLOSED, OPEN, PEDAL, RIDE, BELL, CRASH = 36, 38, 37, 39, 42, 46, 44, 51, 53, 49
TOMS = (50, 48, 47, 45, 43, 41)
DRUMS = 9
DRUM_SOUNDS = {"kick": (KICK,), "snare": (SNARE, SIDE, CLAP), "hat": (CLOSED, OPEN, PEDAL)}
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
LOOPS = (
    (0, 4, 5, 3),
    (0, 5, 3, 4),
    (0, 3, 4, 4),
    (0, 0, 3, 4),
    (5, 3, 0, 4),
    (0, 6, 3, 0),
    (0, 2, 3, 4),
    (1, 4, 0, 0),
    (0, 0, 0, 0),
    (0, 0, 4, 4),
    (0, 5, 1, 4),
    (0, 6, 5, 4),
    (0, 3, 0, 4),
    (0, 5, 0, 6),
)


@dataclass(frozen=True)
class Style:
    """A row of the table of styles. `busy` is the density of kick and bass, `drift` of the tempo, `loose` in ms."""

    weight: float
    bpm: tuple[float, float]
    meter: int = 4
    division: int = 4
    swing: tuple[float, float] = (0.5, 0.5)
    groove: str = "rock"
    bass: str = "roots"
    chords: tuple[str, ...] = ("chug", "hold")
    programs: tuple[int, ...] = (29, 30)
    kits: tuple[int, ...] = (0, 8, 16)
    busy: tuple[float, float] = (0.15, 0.5)
    drift: float = 0.004
    loose: float = 8.0
    drumless: float = 0.0


STYLES: dict[str, Style] = {
    "rock": Style(5, (76, 176)),
    "metal": Style(4, (90, 205), chords=("chug16", "chug", "hold", "gallop"), busy=(0.4, 0.9), kits=(0, 16)),
    "punk": Style(2, (140, 215), chords=("chug", "hold"), busy=(0.2, 0.5)),
    "pop": Style(
        4, (72, 140), programs=(0, 4, 25, 27, 48, 88), chords=("hold", "eighths", "arp", "stab"), groove="pop"
    ),
    "edm": Style(
        4,
        (110, 150),
        groove="four",
        programs=(81, 87, 90, 62, 38),
        chords=("offbeat", "stab", "hold", "arp16"),
        bass="offbeat",
        kits=(24, 25, 0),
        drift=0.0,
        loose=1.0,
    ),
    "drum_and_bass": Style(
        1.5,
        (155, 180),
        groove="break",
        programs=(89, 90, 81),
        chords=("hold", "stab"),
        kits=(24, 0, 16),
        drift=0.0,
        loose=2.0,
    ),
    "hiphop": Style(
        2,
        (66, 104),
        groove="hiphop",
        programs=(4, 0, 48, 11),
        chords=("hold", "stab"),
        kits=(25, 24, 0),
        swing=(0.5, 0.6),
        drift=0.0,
        busy=(0.2, 0.5),
    ),
    "trap": Style(1, (126, 160), groove="trap", programs=(88, 11, 81), chords=("hold", "arp"), kits=(25,), drift=0.0),
    "ballad": Style(
        2.5,
        (54, 90),
        groove="ballad",
        programs=(0, 24, 48),
        chords=("arp", "eighths", "hold"),
        drumless=0.35,
        drift=0.008,
    ),
    "shuffle": Style(
        2, (84, 168), division=3, swing=(0.62, 0.68), programs=(26, 16, 27, 0), chords=("stab", "eighths"), bass="walk"
    ),
    "jazz": Style(
        2,
        (96, 220),
        division=3,
        swing=(0.58, 0.68),
        groove="jazz",
        bass="walk",
        programs=(0, 26),
        chords=("comp",),
        kits=(32, 40, 0),
        drift=0.008,
        loose=14.0,
        drumless=0.1,
    ),
    "twelve_eight": Style(1.5, (50, 84), division=3, groove="twelve", programs=(0, 48, 27), chords=("arp", "hold")),
    "waltz": Style(
        3,
        (82, 196),
        meter=3,
        groove="waltz",
        bass="one",
        chords=("oompah", "hold", "arp"),
        programs=(0, 48, 24, 21),
        kits=(0, 32, 40),
        drumless=0.45,
        drift=0.01,
    ),
    "three_rock": Style(
        1, (84, 170), meter=3, groove="rock3", chords=("hold", "chug", "eighths"), programs=(29, 0, 25)
    ),
    "six_eight": Style(
        1.5, (46, 84), meter=2, division=3, groove="six", programs=(0, 24, 48, 25), chords=("arp", "hold"), drumless=0.3
    ),
    "march": Style(
        1.5, (92, 136), meter=2, groove="march", bass="one", chords=("oompah",), programs=(61, 60, 21), drumless=0.3
    ),
    "reggae": Style(1, (66, 96), groove="onedrop", chords=("offbeat",), programs=(27, 16), busy=(0.3, 0.6)),
    "latin": Style(1.5, (96, 170), groove="latin", bass="tumbao", chords=("comp", "eighths"), programs=(0, 24, 61)),
    "disco": Style(
        2, (104, 132), groove="disco", bass="octaves", chords=("stab", "offbeat", "hold"), programs=(28, 48, 0, 4)
    ),
    "folk": Style(
        2.5,
        (76, 150),
        groove="light",
        chords=("strum", "eighths", "arp"),
        programs=(24, 25, 105),
        drumless=0.6,
        drift=0.01,
        loose=14.0,
    ),
    "classical": Style(
        3,
        (56, 168),
        groove="none",
        chords=("arp", "hold", "eighths", "oompah"),
        drift=0.02,
        loose=16.0,
        programs=(0, 48, 49, 6, 46, 11, 68),
        drumless=1.0,
        bass="one",
    ),
    "carol": Style(
        2,
        (70, 140),
        groove="light",
        chords=("block", "hold", "eighths"),
        programs=(19, 52, 48, 0, 14),
        drumless=0.6,
        drift=0.008,
        bass="one",
    ),
}


@dataclass
class Score:
    """Notes in beats, before they are put in time: start, length, channel, pitch, velocity."""

    meter: int
    bars: int
    notes: list[tuple[float, float, int, int, float]] = field(default_factory=list)
    programs: dict[int, int] = field(default_factory=dict)
    gains: dict[int, float] = field(default_factory=dict)

    def add(self, at: float, length: float, channel: int, pitch: int, velocity: float) -> None:
        """One note."""
        self.notes.append((at, length, channel, int(np.clip(pitch, 12, 115)), velocity))


def compose(rng: np.random.Generator, style: Style, bars: int) -> Score:
    """A song of a style: sections of four or eight bars in which parts come and go."""
    score = Score(style.meter, bars)
    tonic = int(rng.integers(0, 12))
    scale = MAJOR if rng.random() < 0.55 else MINOR
    loop = LOOPS[rng.integers(len(LOOPS))]
    harmony_beats = style.meter * (1 if rng.random() < 0.75 else 2)
    parts = _choose_parts(rng, style, score)
    groove = _Groove(rng, style)
    push = rng.random() < 0.2
    phrase = int(rng.choice([4, 8], p=[0.4, 0.6]))
    playing = {"drums": True, "bass": True, "chords": True, "second": True, "lead": True}
    hook = [_rhythm(rng, style) for _ in range(2)]
    for bar in range(bars):
        if bar % phrase == 0:
            playing = _who_plays(rng, style, bar)
            groove.vary(rng)
            if rng.random() < 0.35:
                loop = LOOPS[rng.integers(len(LOOPS))]
        start = bar * style.meter
        degree = loop[(start // harmony_beats) % len(loop)]
        root = tonic + scale[degree]
        chord = [tonic + scale[(degree + step) % 7] + 12 * ((degree + step) // 7) for step in (0, 2, 4)]
        last = bar % phrase == phrase - 1
        if playing["drums"]:
            groove.play(
                rng, score, start, first=bar % phrase == 0 and rng.random() < 0.75, fill=last and rng.random() < 0.6
            )
        if playing["bass"]:
            _play_bass(rng, score, style, start, root, groove.kicks)
        for name in ("chords", "second"):
            if playing[name] and name in parts:
                _play_chords(rng, score, style, start, chord, parts[name], push and rng.random() < 0.4)
        if playing["lead"]:
            _play_lead(rng, score, style, start, tonic, scale, chord, hook[(bar // 2) % 2])
    return score


def _choose_parts(rng: np.random.Generator, style: Style, score: Score) -> dict[str, tuple[int, str]]:
    score.programs = {
        0: int(rng.choice([33, 34, 35, 36, 38, 39])) if style.groove not in ("none", "waltz", "jazz") else 32,
        1: int(rng.choice(style.programs)),
        2: int(rng.choice(style.programs)) if rng.random() < 0.6 else int(rng.choice([0, 48, 89, 16, 4])),
        3: int(rng.choice([52, 53, 54, 65, 66, 73, 40, 80, 81, 85, 30, 29, 56, 68, 0, 82])),
        DRUMS: int(rng.choice(style.kits)),
    }
    score.gains = {channel: float(rng.uniform(0.45, 1.0)) for channel in score.programs}
    score.gains[DRUMS] = float(rng.uniform(0.5, 1.0))
    parts = {"chords": (1, str(rng.choice(style.chords)))}
    if rng.random() < 0.6:
        parts["second"] = (2, str(rng.choice(style.chords)))
    return parts


def _who_plays(rng: np.random.Generator, style: Style, bar: int) -> dict[str, bool]:
    intro = bar == 0
    chances = {
        "drums": 0.55 if intro else 0.9,
        "bass": 0.6 if intro else 0.9,
        "chords": 0.9,
        "second": 0.7,
        "lead": 0.55,
    }
    playing = {name: bool(rng.random() < chance) for name, chance in chances.items()}
    if rng.random() < style.drumless or style.groove == "none":
        playing["drums"] = False
    if not (playing["drums"] or playing["chords"]):
        playing["chords"] = True
    return playing


class _Groove:
    """A drum pattern of one bar, with variations, fills and crashes."""

    def __init__(self, rng: np.random.Generator, style: Style) -> None:
        self._style = style
        self._busy = rng.uniform(*style.busy)
        self.kicks: list[float] = []
        self.vary(rng)

    def vary(self, rng: np.random.Generator) -> None:
        """Another pattern of the same kind."""
        style, meter = self._style, self._style.meter
        step = 1 / style.division
        grid = np.arange(0, meter, step)
        name = style.groove
        self._ghosts = rng.random() < 0.25
        self._feel = (
            str(rng.choice(["normal", "half", "double", "every"], p=[0.7, 0.14, 0.11, 0.05]))
            if name in ("rock", "pop")
            else "normal"
        )
        self._tops = self._choose_tops(rng)
        self._top_sound = int(
            rng.choice([CLOSED, CLOSED, OPEN, RIDE, CRASH, BELL], p=[0.35, 0.15, 0.15, 0.2, 0.1, 0.05])
        )
        self._snares = self._choose_snares(rng)
        busy = self._busy
        kicks = {0.0} if rng.random() < 0.95 else set()
        if name in ("four", "disco"):
            kicks = set(map(float, range(meter)))
        elif name == "onedrop":
            kicks = {2.0} if rng.random() < 0.7 else set(map(float, range(meter)))
        elif name in ("waltz", "march", "six"):
            kicks = {0.0}
        elif name == "jazz":
            kicks = (
                set(map(float, range(meter))) if rng.random() < 0.3 else {float(b) for b in grid if rng.random() < 0.06}
            )
        else:
            halves = {b for b in grid if abs(b * 2 - round(b * 2)) < 1e-6}
            for place in grid:
                if place in self._snares:
                    continue
                chance = busy * (1.0 if place in halves else 0.35) * (1.3 if place == round(place) else 1.0)
                if rng.random() < chance:
                    kicks.add(float(place))
            if rng.random() < 0.5 and meter == 4:
                kicks.add(2.0 if name != "trap" else 2.5)
            if busy > 0.6 and rng.random() < 0.4:
                kicks = {float(b) for b in np.arange(0, meter, 0.5 if rng.random() < 0.5 else 0.25)}
        self.kicks = sorted(kicks)

    def _choose_tops(self, rng: np.random.Generator) -> list[float]:
        name, meter = self._style.groove, self._style.meter
        if name == "jazz":
            return sorted({*map(float, range(meter)), 1 + 2 / 3, 3 + 2 / 3})
        if self._style.division == 3:
            every = [1 / 3, 1.0, 2 / 3][int(rng.choice(3, p=[0.5, 0.25, 0.25]))]
            if every == 2 / 3:
                return sorted(b + x for b in range(meter) for x in (0.0, 2 / 3))
            return list(np.arange(0, meter - 1e-6, every))
        if name in ("four", "disco") and rng.random() < 0.6:
            return [b + 0.5 for b in range(meter)]
        if name == "trap":
            return list(np.arange(0, meter, 0.25 if rng.random() < 0.7 else 0.5))
        every = float(rng.choice([1.0, 0.5, 0.25, 2.0], p=[0.22, 0.5, 0.25, 0.03]))
        return list(np.arange(0, meter, every))

    def _choose_snares(self, rng: np.random.Generator) -> list[float]:
        name, meter = self._style.groove, self._style.meter
        fixed = {
            "waltz": [[1.0, 2.0], [2.0], []],
            "march": [[0.0, 0.5, 1.0, 1.5], [1.0], [0.5, 1.5]],
            "six": [[1.0]],
            "onedrop": [[2.0]],
            "trap": [[2.0]],
            "latin": [[], [1.0, 3.0], [3.0]],
            "jazz": [[], [1.0, 3.0]],
            "rock3": [[1.0, 2.0], [2.0], [1.0]],
            "light": [[], [1.0, 3.0][: meter - 1]],
            "twelve": [[1.0, 3.0], [2.0]],
            "ballad": [[1.0, 3.0], [2.0]],
        }
        if name in fixed:
            choices = fixed[name]
            return list(choices[rng.integers(len(choices))])
        if self._feel == "half":
            return [2.0]
        if self._feel == "double":
            return [b + 0.5 for b in range(meter)]
        if self._feel == "every":
            return list(map(float, range(meter)))
        return [1.0, 3.0]

    def play(  # noqa: PLR0912 - every branch is one drum
        self, rng: np.random.Generator, score: Score, start: float, *, first: bool, fill: bool
    ) -> None:
        """One bar of it."""
        meter = self._style.meter
        fill_at = meter - float(rng.choice([0.5, 1.0, 2.0])) if fill else float(meter)
        if self._style.groove in ("jazz", "waltz"):
            fill_at = float(meter)
        sound = RIDE if self._style.groove == "jazz" else self._top_sound
        for place in self._tops:
            if place < fill_at:
                accent = 1.0 if abs(place - round(place)) < 1e-6 else 0.75
                score.add(start + place, 0.1, DRUMS, sound, rng.uniform(0.45, 0.75) * accent)
        if self._style.groove == "jazz":
            for place in (1.0, 3.0):
                score.add(start + place, 0.1, DRUMS, PEDAL, 0.6)
        back = CLAP if self._style.groove in ("four", "hiphop", "trap") and rng.random() < 0.4 else SNARE
        if self._style.groove in ("ballad", "latin", "light") and rng.random() < 0.4:
            back = SIDE
        for place in self._snares:
            if place < fill_at:
                score.add(start + place, 0.1, DRUMS, back, rng.uniform(0.75, 1.0))
        for place in self.kicks:
            if place < fill_at and rng.random() < 0.97:
                score.add(start + place, 0.1, DRUMS, KICK, rng.uniform(0.75, 1.0))
        if self._ghosts:
            for place in np.arange(0.25, fill_at, 0.5):
                if rng.random() < 0.3:
                    score.add(start + place, 0.1, DRUMS, SNARE, rng.uniform(0.2, 0.4))
        if first:
            score.add(start, 0.5, DRUMS, CRASH, rng.uniform(0.7, 1.0))
        step = 1 / self._style.division if rng.random() < 0.7 else 0.5
        for number, place in enumerate(np.arange(fill_at, meter - 1e-6, step)):
            if rng.random() < 0.85:
                tom = SNARE if rng.random() < 0.4 else TOMS[min(number // 2, 5)]
                score.add(start + place, 0.1, DRUMS, tom, rng.uniform(0.6, 1.0))


def _rhythm(rng: np.random.Generator, style: Style) -> list[tuple[float, float]]:
    """Starts and lengths of a melody over two bars; often off the beat, as singers are."""
    step = 0.5 if style.division == 4 else 1 / 3
    if rng.random() < 0.2 and style.division == 4:
        step = 0.25
    syncopation = rng.uniform(0.1, 0.8)
    places = []
    for place in np.arange(0, 2 * style.meter, step):
        on = abs(place - round(place)) < 1e-6
        chance = (0.75 - 0.4 * syncopation) if on else 0.5 * syncopation
        if rng.random() < chance:
            places.append(float(place))
    ends = [*places[1:], 2.0 * style.meter][: len(places)]
    return [(a, min(b - a, 3.0)) for a, b in zip(places, ends, strict=True)]


def _play_bass(
    rng: np.random.Generator, score: Score, style: Style, start: float, root: int, kicks: list[float]
) -> None:
    low = 28 + (root - 28) % 12
    meter = style.meter
    kind = style.bass
    if kind == "roots":
        kind = str(rng.choice(["eighths", "kicks", "quarters", "long", "sixteenths"], p=[0.4, 0.25, 0.15, 0.12, 0.08]))
    steps = {
        "eighths": [(b, 0.45, 0) for b in np.arange(0, meter, 0.5)],
        "sixteenths": [(b, 0.2, 0) for b in np.arange(0, meter, 0.25)],
        "quarters": [(float(b), 0.9, 0) for b in range(meter)],
        "long": [(0.0, meter * 0.95, 0)],
        "one": [(0.0, meter * 0.8, 0)],
        "kicks": [(b, 0.4, 0) for b in (kicks or [0.0])],
        "offbeat": [(b + 0.5, 0.4, 0) for b in range(meter)],
        "octaves": [(b * 0.5, 0.4, 12 * (b % 2)) for b in range(2 * meter)],
        "walk": [(float(b), 0.9, int(rng.choice([0, 2, 4, 5, 7, -1])) if b else 0) for b in range(meter)],
        "tumbao": [(1.5, 0.9, 7), (3.0, 0.9, 0)] if meter == 4 else [(0.0, 0.9, 0)],
    }[kind]
    for place, length, up in steps:
        score.add(start + place, length, 0, low + up, rng.uniform(0.7, 0.95))


def _play_chords(
    rng: np.random.Generator,
    score: Score,
    style: Style,
    start: float,
    chord: list[int],
    part: tuple[int, str],
    push: bool,
) -> None:
    channel, kind = part
    meter, step = style.meter, 1 / style.division
    pitches = [48 + (pitch - 48) % 12 + (12 if channel == 2 else 0) for pitch in chord]
    power = style.programs[0] in (29, 30) and channel == 1
    if power:
        pitches = [40 + (chord[0] - 40) % 12, 47 + (chord[0] - 40) % 12]
    eighth = 0.5 if style.division == 4 else 1 / 3
    if kind in ("arp", "arp16"):
        every = 0.25 if kind == "arp16" else eighth
        order = [0, 1, 2, 1] if rng.random() < 0.5 else [0, 2, 1, 2]
        for number, place in enumerate(np.arange(0, meter - 1e-6, every)):
            score.add(
                start + place, every * 1.2, channel, pitches[order[number % 4] % len(pitches)], rng.uniform(0.5, 0.85)
            )
        return
    rows: dict[str, list[tuple[float, float]]] = {
        "hold": [(0.0, meter * 0.97)],
        "block": [(float(b), 0.95) for b in range(meter)],
        "eighths": [(b, eighth * 0.9) for b in np.arange(0, meter - 1e-6, eighth)],
        "chug": [(b, 0.4) for b in np.arange(0, meter, 0.5) if rng.random() < 0.95],
        "chug16": [(b, 0.18) for b in np.arange(0, meter, 0.25) if rng.random() < 0.85],
        "gallop": [(b + x, 0.2) for b in range(meter) for x in (0.0, 0.5, 0.75)],
        "offbeat": [(b + 0.5, 0.3) for b in range(meter)],
        "oompah": [(float(b), 0.5) for b in range(1, meter)] or [(0.5, 0.4)],
        "stab": [(b, 0.3) for b in np.arange(0, meter - 1e-6, eighth) if rng.random() < 0.35] or [(0.0, 0.4)],
        "comp": [(b, 0.3) for b in np.arange(0, meter - 1e-6, step) if rng.random() < 0.22] or [(0.0, 0.5)],
        "strum": [(b, 0.3) for b in (0.0, 1.0, 1.5, 2.5, 3.0, 3.5) if b < meter],
    }
    if kind == "oompah" and meter == 2:
        rows["oompah"] = [(0.5, 0.4), (1.5, 0.4)]
    for place, length in rows[kind]:
        early = eighth if push and place == 0 and start > 0 else 0.0
        accent = 1.0 if place == round(place) else 0.85
        for number, pitch in enumerate(pitches):
            spread = 0.012 * number if kind in ("strum", "hold") else 0.0
            score.add(start + place - early + spread, length + early, channel, pitch, rng.uniform(0.6, 0.9) * accent)


def _play_lead(
    rng: np.random.Generator,
    score: Score,
    style: Style,
    start: float,
    tonic: int,
    scale: tuple[int, ...],
    chord: list[int],
    rhythm: list[tuple[float, float]],
) -> None:
    half = (start // style.meter) % 2 * style.meter
    degree = int(rng.integers(0, 7))
    for place, length in rhythm:
        if not half <= place < half + style.meter:
            continue
        degree = int(np.clip(degree + rng.integers(-2, 3), -3, 10))
        pitch = 60 + tonic + scale[degree % 7] + 12 * (degree // 7)
        if abs(place - round(place)) < 1e-6 and rng.random() < 0.4:
            pitch = 60 + (chord[rng.integers(3)] - 60) % 12
        score.add(start + place - half, length * rng.uniform(0.6, 1.0), 3, pitch, rng.uniform(0.65, 1.0))


def clock(rng: np.random.Generator, style: Style, beats: int) -> np.ndarray:
    """Seconds of each beat, with the drift and now and then the change of tempo of live playing."""
    bpm = np.exp(rng.uniform(*np.log(style.bpm)))
    drift = style.drift if rng.random() < 0.7 else 0.0
    walk = np.cumsum(rng.normal(0, drift, beats + 1))
    walk -= np.linspace(0, walk[-1], beats + 1) * rng.uniform(0, 1)
    if drift and rng.random() < 0.08:
        walk[rng.integers(beats) :] += rng.normal(0, 0.12)
    lengths = 60 / (bpm * np.exp(np.clip(walk, -0.35, 0.35)))
    return np.concatenate([[0.0], np.cumsum(lengths)])


Played = list[tuple[float, int, int, float]]
"""Notes as they sound: seconds, channel, pitch, velocity."""


def to_midi(
    rng: np.random.Generator, score: Score, style: Style, times: np.ndarray, lead_s: float
) -> tuple[bytes, Played]:
    """A MIDI file of one millisecond a tick, and its notes."""
    played: Played = []
    swing = rng.uniform(*style.swing)
    events: list[tuple[int, int, bytes]] = []
    for channel, program in score.programs.items():
        events.append((0, 0, bytes([0xC0 | channel, program])))
        events.append((0, 0, bytes([0xB0 | channel, 7, int(120 * score.gains[channel])])))
        events.append((0, 0, bytes([0xB0 | channel, 91, int(rng.integers(0, 90))])))
    beats = np.arange(len(times))
    late = {channel: rng.normal(0, 0.4 * style.loose) for channel in score.programs}
    for at, length, channel, pitch, velocity in score.notes:
        whole = np.floor(at + 1e-6)
        part = at - whole
        if style.division == 4 and swing > 0.501:
            part = part * 2 * swing if part < 0.5 else swing + (part - 0.5) * 2 * (1 - swing)
        begin = np.interp(max(whole + part, 0), beats, times) + lead_s
        begin += (rng.normal(0, style.loose) + late[channel]) / 1000
        end = np.interp(max(whole + part + length, 0), beats, times) + lead_s
        first, last = max(1, round(begin * 1000)), max(2, round(end * 1000))
        played.append((first / 1000, channel, pitch, velocity * score.gains[channel]))
        loud = int(np.clip(velocity * 118 + rng.normal(0, 4), 5, 127))
        events.append((first, 2, bytes([0x90 | channel, pitch, loud])))
        events.append((max(last, first + 20), 1, bytes([0x80 | channel, pitch, 0])))
    events.sort(key=lambda event: event[:2])
    track = bytearray(b"\x00\xff\x51\x03\x0f\x42\x40")
    now = 0
    for tick, _, message in events:
        track += _variable(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 1000) + b"MTrk" + struct.pack(">I", len(track))
    return head + bytes(track), played


def _variable(number: int) -> bytes:
    result = [number & 0x7F]
    while number := number >> 7:
        result.append(0x80 | (number & 0x7F))
    return bytes(reversed(result))


def master(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """Tone, drive, compression and noise, different for every song."""
    sound = sound / max(np.abs(sound).max(), 1e-6)
    for _ in range(int(rng.integers(1, 4))):
        sound = sosfilt(_bell(np.exp(rng.uniform(np.log(50), np.log(9000))), rng.uniform(-7, 7), 0.7), sound)
    if rng.random() < 0.6:
        drive = np.exp(rng.uniform(0, np.log(8)))
        sound = np.tanh(drive * sound / max(np.abs(sound).max(), 1e-6))
    if rng.random() < 0.4:
        sound = sound + rng.normal(0, 10 ** rng.uniform(-4, -1.8), len(sound))
    return sound


def _bell(centre_hz: float, gain_db: float, width: float) -> np.ndarray:
    strength, angle = 10 ** (gain_db / 40), 2 * np.pi * centre_hz / ANALYSIS_RATE_HZ
    alpha = np.sin(angle) / (2 * width)
    b = [1 + alpha * strength, -2 * np.cos(angle), 1 - alpha * strength]
    a = [1 + alpha / strength, -2 * np.cos(angle), 1 - alpha / strength]
    return np.array([[*(value / a[0] for value in b), *(value / a[0] for value in a)]])


def make_song(rng: np.random.Generator, fonts: list[Path], seconds: float) -> dict[str, np.ndarray]:
    """Compose, render and measure one song."""
    names = list(STYLES)
    weights = np.array([STYLES[name].weight for name in names])
    name = names[rng.choice(len(names), p=weights / weights.sum())]
    style = STYLES[name]
    beats = int(seconds * style.bpm[1] / 60) // style.meter * style.meter + style.meter
    times = clock(rng, style, beats)
    bars = max(2, int(np.searchsorted(times, seconds)) // style.meter)
    score = compose(rng, style, bars)
    lead_s = float(rng.uniform(0.02, 0.4))
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "song.mid", Path(folder) / "song.wav"
        content, played = to_midi(rng, score, style, times, lead_s)
        midi.write_bytes(content)
        font = fonts[rng.integers(len(fonts))]
        command = [
            "fluidsynth",
            "-ni",
            "-q",
            "-g",
            "0.5",
            "-r",
            str(ANALYSIS_RATE_HZ),
            "-F",
            str(wave),
            str(font),
            str(midi),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sound = soundfile.read(wave, dtype="float64")[0].mean(axis=1)
    sound = master(rng, sound)[: int((seconds + 2) * ANALYSIS_RATE_HZ)].astype(np.float32)
    span = music_span(sound) or (0, len(sound))
    music = sound[span[0] : span[1]]
    mel = compute_mel(music / np.float32(reference_level(music)))
    grid = times[: bars * style.meter] + lead_s - span[0] / ANALYSIS_RATE_HZ
    keep = (grid > -0.03) & (grid < len(mel) * FRAME_S)
    positions = np.arange(len(grid)) % style.meter
    return {
        **{name: hits_of(played, pitches, span[0] / ANALYSIS_RATE_HZ) for name, pitches in DRUM_SOUNDS.items()},
        "onsets": onsets_of(played, span[0] / ANALYSIS_RATE_HZ),
        "mel": mel.astype(np.float16),
        "beats": np.maximum(grid[keep], 0).astype(np.float32),
        "positions": positions[keep].astype(np.int8),
        "meter": np.int8(style.meter),
        "style": np.str_(name),
    }


def hits_of(played: Played, pitches: tuple[int, ...], offset_s: float) -> np.ndarray:
    """Times of one drum, ghost notes left out."""
    times = [at for at, channel, pitch, velocity in played if channel == DRUMS and pitch in pitches and velocity > 0.2]
    return _sounding(times, offset_s)


def onsets_of(played: Played, offset_s: float) -> np.ndarray:
    """Times at which anything begins, what is within 25 ms taken as one."""
    times: list[float] = []
    for at in sorted(at for at, _, _, velocity in played if velocity > 0.2):
        if not times or at - times[-1] > 0.025:
            times.append(at)
    return _sounding(times, offset_s)


def _sounding(times: list[float], offset_s: float) -> np.ndarray:
    shifted = np.sort(np.array(times)) - offset_s
    return shifted[shifted > -0.02].astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--font", type=Path, action="append", required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for number in range(options.count):
        target = options.out / f"song_{options.seed:03d}_{number:05d}.npz"
        if not target.exists():
            rng = np.random.default_rng([options.seed, number])
            np.savez(target, **make_song(rng, options.font, options.seconds))


if __name__ == "__main__":
    main()
