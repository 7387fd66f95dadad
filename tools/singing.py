"""Turns spoken lines into sung ones with the WORLD vocoder: given notes, long vowels, vibrato, another throat, a room.

Consonants keep their length and come before the note, vowels fill it, as singers do. Needs ``pyworld`` (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyworld
from scipy.signal import fftconvolve, sosfilt
from synthetic_voices import Sound, Spoken

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ

VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])
VOICELESS = frozenset(["CH", "F", "HH", "K", "P", "S", "SH", "T", "TH"])
STEP_S = 0.005
EDGE_S = 0.06
"""How much of a vowel's beginning and end is kept as spoken; its middle is what a note holds."""


@dataclass(frozen=True)
class Note:
    """One syllable: when its vowel begins, how long the note is held, how high (MIDI)."""

    at_s: float
    length_s: float
    midi: float


@dataclass(frozen=True)
class Throat:
    """A spoken line taken apart: pitch, envelope and noise per `STEP_S`."""

    spoken: Spoken
    hz: np.ndarray
    envelope: np.ndarray
    noise: np.ndarray

    @property
    def midi(self) -> float:
        """The pitch it was spoken at."""
        voiced = self.hz[self.hz > 0]
        return float(69 + 12 * np.log2(np.median(voiced) / 440)) if len(voiced) else 50.0


def take_apart(spoken: Spoken) -> Throat:
    """Analyse a spoken line; sounds that must be voiced are given a pitch where none was found."""
    samples = spoken.samples.astype(np.float64)
    rough, times = pyworld.dio(samples, ANALYSIS_RATE_HZ, frame_period=STEP_S * 1000)
    hz = pyworld.stonemask(samples, rough, times, ANALYSIS_RATE_HZ)
    voiced = np.zeros(len(hz), bool)
    for sound in spoken.sounds:
        voiced[int(sound.start_s / STEP_S) : int(sound.end_s / STEP_S) + 1] = sound.name not in VOICELESS
    known = np.flatnonzero(hz > 0)
    if len(known) > 3:
        filled = np.interp(np.arange(len(hz)), known, hz[known])
        hz = np.where(voiced, filled, 0.0)
    envelope = pyworld.cheaptrick(samples, hz, times, ANALYSIS_RATE_HZ)
    noise = pyworld.d4c(samples, hz, times, ANALYSIS_RATE_HZ)
    return Throat(spoken, hz, envelope, noise)


def syllable_count(sounds: tuple[Sound, ...]) -> int:
    """Vowels of a line."""
    return sum(sound.name in VOWELS for sound in sounds)


def place_sounds(rng: np.random.Generator, sounds: tuple[Sound, ...], notes: list[Note]) -> list[Sound]:
    """The same sounds on the notes, one vowel a note; consonants before the note, the last ones within its end."""
    nuclei = [index for index, sound in enumerate(sounds) if sound.name in VOWELS]
    speed = rng.uniform(0.75, 1.3)
    lengths = np.array([min((sound.end_s - sound.start_s) * speed, 0.22) for sound in sounds])
    placed: list[Sound] = []
    before = list(range(nuclei[0]))
    at = notes[0].at_s - float(lengths[before].sum())
    for index in before:
        placed.append(Sound(sounds[index].name, at, at + lengths[index], sounds[index].word))
        at += lengths[index]
    for number, index in enumerate(nuclei):
        following = nuclei[number + 1] if number + 1 < len(nuclei) else len(sounds)
        cluster = list(range(index + 1, following))
        note = notes[number]
        stop = notes[number + 1].at_s if number + 1 < len(notes) else note.at_s + note.length_s
        room = stop - note.at_s
        scale = min(1.0, 0.5 * room / max(float(lengths[cluster].sum()), 1e-3))
        middle = stop - scale * float(lengths[cluster].sum())
        # A short note is left early: a rest, or a breath.
        sounding_until = min(middle, note.at_s + max(note.length_s, 0.08))
        rest = middle - sounding_until if middle - sounding_until > 0.05 else 0.0
        at = middle - rest
        placed.append(Sound(sounds[index].name, note.at_s, at, sounds[index].word))
        for one in cluster:
            if rest and sounds[one].word != sounds[index].word:
                at, rest = at + rest, 0.0
            end = at + scale * lengths[one]
            placed.append(Sound(sounds[one].name, at, end, sounds[one].word))
            at = end
    return placed


def sing(
    rng: np.random.Generator, throat: Throat, placed: list[Sound], notes: list[Note], formants: float
) -> np.ndarray:
    """Samples of the line from its time 0; `formants` above 1 makes the throat shorter."""
    length_s = placed[-1].end_s + 0.05
    times = np.arange(0, length_s, STEP_S)
    source = np.full(len(times), -1.0)
    gain = np.zeros(len(times))
    hz = np.zeros(len(times))
    melody = _melody(rng, times, notes)
    for spoken, sung in zip(throat.spoken.sounds, placed, strict=True):
        frames = np.flatnonzero((times >= sung.start_s) & (times < sung.end_s))
        if not len(frames):
            continue
        source[frames] = _stretch(rng, times[frames] - sung.start_s, spoken, sung)
        gain[frames] = 1.0
        if spoken.name not in VOICELESS:
            hz[frames] = melody[frames]
    places = np.clip(np.rint(source / STEP_S).astype(int), 0, len(throat.hz) - 1)
    envelope, noise = throat.envelope[places], throat.noise[places].copy()
    bins = np.arange(envelope.shape[1])
    warped = np.clip(np.rint(bins / formants), 0, len(bins) - 1).astype(int)
    gain = np.convolve(gain, np.hanning(7) / np.hanning(7).sum(), mode="same")
    envelope = envelope[:, warped] * np.maximum(gain[:, None] ** 2, 1e-12)
    tilt = 10 ** (rng.uniform(-4, 8) * np.linspace(0, 1, len(bins)) / 10)
    hz[throat.hz[places] <= 0] = 0.0
    noise[hz > 0] = np.clip(noise[hz > 0] ** rng.uniform(0.7, 1.6), 0, 1)
    return pyworld.synthesize(hz, np.ascontiguousarray(envelope * tilt), noise, ANALYSIS_RATE_HZ, STEP_S * 1000)


def sing_apart(
    rng: np.random.Generator, throat: Throat, notes: list[Note], formants: float
) -> tuple[np.ndarray, list[Sound]] | None:
    """A line sung word by word: each is held until the next one's vowel, whose consonants sound over it.

    So it is where reverb or a second singer carries a vowel on. None where a word has no vowel.
    """
    sounds = throat.spoken.sounds
    first, last, seed = 0, 0, int(rng.integers(1 << 31))
    voice = np.zeros(int((notes[-1].at_s + notes[-1].length_s + 2) * ANALYSIS_RATE_HZ))
    placed: list[Sound] = []
    for number in range(sounds[-1].word + 1):
        mine = tuple(sound for sound in sounds if sound.word == number)
        last = first + syllable_count(mine)
        if last == first:
            return None
        # The same chances for every word: one singer, one microphone.
        chances = np.random.default_rng(seed)
        word = place_sounds(chances, mine, notes[first:last])
        begin_s = word[0].start_s
        if begin_s < 0:
            return None
        local = [replace(one, start_s=one.start_s - begin_s, end_s=one.end_s - begin_s) for one in word]
        melody = [replace(note, at_s=note.at_s - begin_s) for note in notes[first:last]]
        sung = sing(chances, replace(throat, spoken=replace(throat.spoken, sounds=mine)), local, melody, formants)
        begin = int(begin_s * ANALYSIS_RATE_HZ)
        voice[begin : begin + len(sung)] += sung[: len(voice) - begin]
        placed += word
        first = last
    return voice, placed


def _stretch(rng: np.random.Generator, at_s: np.ndarray, spoken: Sound, sung: Sound) -> np.ndarray:
    """Where in the spoken sound each moment of the sung one lies, in seconds."""
    length, long = spoken.end_s - spoken.start_s, sung.end_s - sung.start_s
    if spoken.name not in VOWELS or long <= length:
        return spoken.start_s + at_s * length / max(long, 1e-6)
    edge = min(EDGE_S, 0.3 * length)
    hold = (0.25, 0.55) if spoken.name in ("AW", "AY", "EY", "OW", "OY") else (0.35, 0.65)
    knots = [0, edge, long - max(edge, 0.45 * length), long]
    targets = [0, max(edge, hold[0] * length), hold[1] * length, length]
    base = np.interp(at_s, np.maximum.accumulate(knots), targets)
    return spoken.start_s + np.clip(base + 0.004 * np.sin(2 * np.pi * rng.uniform(1, 4) * at_s), 0, length)


def _melody(rng: np.random.Generator, times: np.ndarray, notes: list[Note]) -> np.ndarray:
    midi = np.zeros(len(times))
    edges = [note.at_s for note in notes[1:]]
    for frame, number in enumerate(np.searchsorted(edges, times + 0.02)):
        midi[frame] = notes[number].midi
    glide = max(3, int(rng.uniform(0.02, 0.14) / STEP_S))
    kernel = np.hanning(glide + 2)
    padded = np.pad(midi, glide, mode="edge")
    midi = np.convolve(padded, kernel / kernel.sum(), mode="same")[glide:-glide]
    depth, rate = rng.choice([0.0, 0.2, 0.5, 0.8], p=[0.25, 0.3, 0.3, 0.15]), rng.uniform(4.5, 6.8)
    late = np.zeros(len(times))
    for note in notes:
        since = times - note.at_s
        inside = (since >= 0) & (since < note.length_s + 0.3)
        late[inside] = np.clip((since[inside] - 0.15) / 0.25, 0, 1)
    drift = np.convolve(rng.normal(0, 1, len(times) + 200), np.hanning(60) / 30, mode="same")[: len(times)] * 0.35
    midi = midi + depth * late * np.sin(2 * np.pi * rate * times) + rng.uniform(0.05, 0.4) * drift
    return 440 * 2 ** ((midi - 69) / 12)


def produce(rng: np.random.Generator, voice: np.ndarray, tail_s: float = 1.2) -> np.ndarray:
    """What a studio does to a voice: equaliser, compression, doubling, echo, reverb."""
    voice = np.concatenate([voice, np.zeros(int(tail_s * ANALYSIS_RATE_HZ))])
    voice = voice / max(np.sqrt(np.mean(voice**2)) * 4, 1e-9)
    for _ in range(int(rng.integers(0, 3))):
        voice = sosfilt(bell(np.exp(rng.uniform(np.log(120), np.log(7000))), rng.uniform(-8, 8), 0.8), voice)
    if rng.random() < 0.5:
        drive = rng.uniform(1, 4)
        voice = np.tanh(drive * voice) / drive
    if rng.random() < 0.3:
        voice = voice + rng.uniform(0.4, 1.0) * _double(rng, voice)
    if rng.random() < 0.2:
        delay = int(rng.uniform(0.12, 0.5) * ANALYSIS_RATE_HZ)
        voice[delay:] = voice[delay:] + rng.uniform(0.1, 0.35) * voice[:-delay].copy()
    if rng.random() < 0.8:
        decay_s = np.exp(rng.uniform(np.log(0.25), np.log(2.2)))
        times = np.arange(int(min(decay_s * 1.2, 1.5) * ANALYSIS_RATE_HZ)) / ANALYSIS_RATE_HZ
        room = rng.normal(0, 1, len(times)) * 10 ** (-3 * times / decay_s)
        room[: int(rng.uniform(0.005, 0.03) * ANALYSIS_RATE_HZ)] = 0
        wet = fftconvolve(voice, room / np.sqrt((room**2).sum()))[: len(voice)]
        voice = voice + rng.uniform(0.05, 0.6) * wet
    return voice / max(np.sqrt(np.mean(voice**2)), 1e-9)


def _double(rng: np.random.Generator, voice: np.ndarray) -> np.ndarray:
    """The same voice a little later and out of tune."""
    times = np.arange(len(voice))
    sway = rng.uniform(0.001, 0.005) * np.sin(2 * np.pi * rng.uniform(0.2, 1.2) * times / ANALYSIS_RATE_HZ)
    late = (rng.uniform(0.008, 0.025) + sway) * ANALYSIS_RATE_HZ
    return np.interp(times - late, times, voice)


def bell(centre_hz: float, gain_db: float, width: float) -> np.ndarray:
    """An equaliser band as one second-order section."""
    strength, angle = 10 ** (gain_db / 40), 2 * np.pi * centre_hz / ANALYSIS_RATE_HZ
    alpha = np.sin(angle) / (2 * width)
    b = [1 + alpha * strength, -2 * np.cos(angle), 1 - alpha * strength]
    a = [1 + alpha / strength, -2 * np.cos(angle), 1 - alpha / strength]
    return np.array([[*(value / a[0] for value in b), *(value / a[0] for value in a)]])
