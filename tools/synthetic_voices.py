"""Spoken lines with the time of every speech sound, from the synthetic voices of espeak-ng and flite.

Used to train and to test the net of ``twinklr.core.audio.sung_net``; nothing of these programs is shipped.
Needs ``libespeak-ng.so.1`` and the program ``flite`` (Debian: ``espeak-ng flite``).
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ

ESPEAK_ACCENTS = ("en", "en-us", "en-029", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc", "en-gb-x-gbclan")
ESPEAK_VARIANTS = (
    *("m1", "m2", "m3", "m4", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "klatt", "klatt2", "klatt4", "klatt5"),
    *("adam", "Alex", "Alicia", "Andrea", "Annie", "belinda", "benjamin", "Denis", "Gene", "linda", "Michael"),
    *("pablo", "paul", "steph", "steph2", "anika", "john", "steph3", "croak", "Lee", "max", "zac", "Henrique"),
)
FLITE_VOICES = ("slt", "awb", "kal16", "kal")
HELD_OUT = (
    *("flite:rms", "flite:rms", "flite:rms", "espeak:en-gb-x-gbcwmd+f5", "espeak:en-us+klatt3", "espeak:en+m5"),
    *("espeak:en-us+shelby", "espeak:en+grandma"),
)
"""Voices never trained on."""

# Sounds of espeak-ng that are not one sound of the CMU dictionary under another name.
ESPEAK_SOUNDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("@", "@2", "@5", "@-", "a#", "V", "V2", "3#"), ("AH",)),
    **dict.fromkeys(("3", "3:", "IR", "VR"), ("ER",)),
    **dict.fromkeys(("a", "aa", "a2"), ("AE",)),
    **dict.fromkeys(("A:", "A", "0", "A#"), ("AA",)),
    **dict.fromkeys(("O", "O:", "O2"), ("AO",)),
    **dict.fromkeys(("O@", "o@"), ("AO", "R")),
    **dict.fromkeys(("i@", "i@3"), ("IH", "R")),
    **dict.fromkeys(("aI@", "aI3"), ("AY", "ER")),
    **dict.fromkeys(("I", "I2", "I#"), ("IH",)),
    **dict.fromkeys(("i", "i:"), ("IY",)),
    **dict.fromkeys(("u", "u:"), ("UW",)),
    **dict.fromkeys(("E", "e"), ("EH",)),
    **dict.fromkeys(("aI", "aI2"), ("AY",)),
    **dict.fromkeys(("t#", "d"), ("D",)),
    **dict.fromkeys(("t", "t2", "t["), ("T",)),
    **dict.fromkeys(("n", "n-"), ("N",)),
    **dict.fromkeys(("l", "l#"), ("L",)),
    **dict.fromkeys(("r", "r-"), ("R",)),
    **dict.fromkeys(("w", "w#"), ("W",)),
    **{"@L": ("AH", "L"), "A@": ("AA", "R"), "e@": ("EH", "R"), "U@": ("UH", "R"), "aU@": ("AW", "ER")},
    **{"U": ("UH",), "aU": ("AW",), "eI": ("EY",), "OI": ("OY",), "oU": ("OW",), "tS": ("CH",), "dZ": ("JH",)},
    **{"T": ("TH",), "D": ("DH",), "S": ("SH",), "Z": ("ZH",), "N": ("NG",), "j": ("Y",), "h": ("HH",), "?": ("",)},
    **{name: (name.upper(),) for name in "pbkgfvszm"},
}


@dataclass(frozen=True)
class Sound:
    """A speech sound: CMU name, or "" for silence; seconds; the word it belongs to."""

    name: str
    start_s: float
    end_s: float
    word: int


@dataclass(frozen=True)
class Spoken:
    """A spoken line at the analysis rate."""

    samples: np.ndarray
    sounds: tuple[Sound, ...]


def speak(voice: str, words: list[tuple[str, tuple[str, ...]]]) -> Spoken | None:
    """A line in a voice, or None where its sounds cannot be told.

    Args:
        voice: ``espeak:NAME`` or ``flite:NAME``.
        words: Spelling and pronunciation of each word.
    """
    program, _, name = voice.partition(":")
    spoken = _espeak(name, [word for word, _ in words]) if program == "espeak" else _flite(name, words)
    return spoken if spoken is not None and {sound.word for sound in spoken.sounds} >= set(range(len(words))) else None


def speak_apart(voice: str, words: list[tuple[str, tuple[str, ...]]]) -> Spoken | None:
    """The same with every word spoken alone, as if the next one were not thought of yet."""
    pieces: list[np.ndarray] = []
    sounds: list[Sound] = []
    at_s = 0.0
    alone: dict[str, Spoken | None] = {}
    for number, word in enumerate(words):
        if word[0] not in alone:
            alone[word[0]] = speak(voice, [word])
        spoken = alone[word[0]]
        if spoken is None:
            return None
        first_s, last_s = spoken.sounds[0].start_s, spoken.sounds[-1].end_s
        piece = spoken.samples[int(first_s * ANALYSIS_RATE_HZ) : int(last_s * ANALYSIS_RATE_HZ)]
        by_s = at_s - first_s
        sounds += [Sound(one.name, one.start_s + by_s, one.end_s + by_s, number) for one in spoken.sounds]
        pieces.append(piece)
        at_s += len(piece) / ANALYSIS_RATE_HZ
    return Spoken(np.concatenate(pieces), tuple(sounds))


def _flite(name: str, words: list[tuple[str, tuple[str, ...]]]) -> Spoken | None:
    wanted = [(sound, index) for index, (_, sounds) in enumerate(words) for sound in sounds]
    text = " ".join(["pau", *(sound.lower() for sound, _ in wanted), "pau"])
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "line.wav"
        command = ["flite", "-voice", name, "-p", text, "-o", str(wave), "-psdur"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(wave, dtype="float32")
    rows = [piece.rsplit(":", 1) for piece in output.split()]
    sounds, before, place = [], 0.0, 0
    for found, end in rows:
        if found != "pau":
            if place >= len(wanted) or found.upper() != wanted[place][0]:
                return None
            sounds.append(Sound(wanted[place][0], before, float(end), wanted[place][1]))
            place += 1
        before = float(end)
    if place != len(wanted):
        return None
    return Spoken(soxr.resample(samples, rate, ANALYSIS_RATE_HZ).astype(np.float32), tuple(sounds))


class _Name(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", _Name),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_WORD, _SOUND, _SYNCHRONOUS, _SOUND_EVENTS = 1, 7, 2, 1


class _Espeak:
    """The library, and what its callback collects."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate_hz = self.library.espeak_Initialize(_SYNCHRONOUS, 0, None, _SOUND_EVENTS)
        self.blocks: list[np.ndarray] = []
        self.events: list[tuple[int, int, str]] = []
        self._callback = _CALLBACK(self._collect)
        self.library.espeak_SetSynthCallback(self._callback)

    def _collect(self, wave: object, count: int, events: object) -> int:
        if count > 0 and wave:
            self.blocks.append(np.ctypeslib.as_array(wave, (count,)).copy())  # type: ignore[arg-type]
        index = 0
        while events[index].type:  # type: ignore[index]
            event = events[index]  # type: ignore[index]
            if event.type == _SOUND:
                name = bytes(event.id.string).split(b"\0")[0].decode("ascii", "replace")
                self.events.append((_SOUND, event.sample, name))
            elif event.type == _WORD:
                self.events.append((_WORD, event.sample, str(event.text_position)))
            index += 1
        return 0


@cache
def _library() -> _Espeak:
    return _Espeak()


def _espeak(name: str, words: list[str]) -> Spoken | None:
    machine = _library()
    machine.blocks, machine.events = [], []
    if machine.library.espeak_SetVoiceByName(name.encode()) != 0:
        raise SystemExit(f"espeak-ng knows no voice {name!r}")
    machine.library.espeak_SetParameter(1, 150, 0)
    text = " ".join(words).encode()
    machine.library.espeak_Synth(text, len(text) + 1, 0, 1, 0, 1, None, None)
    if not machine.blocks:
        return None
    starts = np.cumsum([1] + [len(word) + 1 for word in words])[:-1]
    sounds: list[Sound] = []
    word = 0
    marks = [event for event in machine.events if event[0] == _SOUND]
    ends = [*(sample for _, sample, _ in marks[1:]), marks[-1][1] if marks else 0]
    stops = iter(ends)
    for kind, sample, label in machine.events:
        if kind == _WORD:
            word = int(np.searchsorted(starts, int(label), side="right")) - 1
            continue
        begin, end = sample / machine.rate_hz, next(stops) / machine.rate_hz
        if label.startswith("_") or label == ";":
            continue
        names = ESPEAK_SOUNDS.get(label)
        if names is None:
            return None
        edges = np.interp(np.arange(len(names) + 1), [0, 1, 2], [begin, begin + 0.6 * (end - begin), end])
        edges = np.array([begin, end]) if len(names) == 1 else edges
        sounds += [Sound(one, a, b, word) for one, a, b in zip(names, edges, edges[1:], strict=False) if b > a and one]
    samples = np.concatenate(machine.blocks).astype(np.float32) / 32768
    return Spoken(soxr.resample(samples, machine.rate_hz, ANALYSIS_RATE_HZ).astype(np.float32), tuple(sounds))
