"""Make the demo song: `examples/demo_song.ogg`, what is true of it (`.truth.json`) and its words (`.lrc`).

Run it from the repository: ``uv run python tools/make_demo_song.py``. The score is in `demo_score.py`, the
instruments in `demo_instruments.py`; this file arranges, mixes and writes. Everything is seeded: the samples are
the same on every run, and every time in the truth file is the time a note was placed at, not a measurement.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import demo_instruments as play
import numpy as np
import soundfile
from demo_score import (
    BEATS_PER_BAR,
    BPM,
    BREAK_BARS,
    FORM,
    LEAD_SILENCE_S,
    TAIL_S,
    Note,
    Section,
    chord_label,
    chord_pitches,
    read_melody,
)

BEAT_S = 60.0 / BPM
EIGHTH_S = BEAT_S / 2
BAR_S = BEAT_S * BEATS_PER_BAR
TARGET_LUFS = -14.0
CEILING = 10 ** (-1.2 / 20)


@dataclass
class Mix:
    """Stereo tracks under construction, the reverb's input, and the record of what was struck when."""

    samples: int
    level: float = 1.0
    dry: play.Signal = field(init=False)
    wet: play.Signal = field(init=False)
    struck: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.dry = np.zeros((2, self.samples))
        self.wet = np.zeros((2, self.samples))

    def add(
        self,
        sound: play.Signal | tuple[play.Signal, play.Signal],
        at_s: float,
        gain: float,
        pan: float = 0.0,
        reverb: float = 0.15,
    ) -> None:
        """Place a sound; ``pan`` -1 is left, 1 right; a pair of signals is placed as left and right."""
        left, right = sound if isinstance(sound, tuple) else (sound, sound)
        start = round(at_s * play.RATE)
        angle = (pan + 1) * np.pi / 4
        for side, signal, level in ((0, left, np.cos(angle)), (1, right, np.sin(angle))):
            stop = min(start + len(signal), self.samples)
            placed = signal[: stop - start] * (self.level * gain * level * np.sqrt(2))
            self.dry[side, start:stop] += placed
            self.wet[side, start:stop] += placed * reverb

    def strike(
        self, drum: str, sound: play.Signal, at_s: float, gain: float, pan: float = 0.0, reverb: float = 0.08
    ) -> None:
        """Place a drum and note its time for the truth file."""
        self.add(sound, at_s, gain, pan, reverb)
        self.struck[drum].append(round(at_s, 4))


@dataclass(frozen=True)
class Part:
    """A section where it lies in the song, and how full it is played (0 bare .. 4 everything)."""

    section: Section
    start_s: float
    fullness: int

    @property
    def end_s(self) -> float:
        """Where it ends, in seconds into the song."""
        return self.start_s + self.section.bars * BAR_S

    def at(self, bar: float, eighth: float = 0.0) -> float:
        """Seconds into the song of a place in this section."""
        return self.start_s + bar * BAR_S + eighth * EIGHTH_S


FULLNESS = (1, 1, 3, 2, 3, 0, 4, 2)
LEVELS = (1.0, 0.82, 0.86, 1.1, 1.4)
"""How loud each fullness is played."""


def lay_out() -> list[Part]:
    """Every section with its start."""
    parts, at = [], LEAD_SILENCE_S
    for section, fullness in zip(FORM, FULLNESS, strict=True):
        parts.append(Part(section, at, fullness))
        at = parts[-1].end_s
    return parts


def vowel_of(syllable: str) -> str:
    """The vowel a syllable is sung on, guessed from its spelling."""
    for letters, vowel in (
        ("oo", "u"),
        ("ow", "o"),
        ("ee", "i"),
        ("ea", "i"),
        ("igh", "a"),
        ("ay", "e"),
        ("ai", "e"),
        ("ou", "o"),
    ):
        if letters in syllable.lower():
            return vowel
    for letter in syllable.lower():
        if letter in "aeiou":
            return letter
    return "i"


def play_drums(mix: Mix, part: Part) -> None:
    """The groove of a section: kick, snare, hats, sleigh bells, and a crash where a chorus begins."""
    if part.section.label in ("bridge", "outro"):
        return
    for bar in range(part.section.bars):
        if part.section.label == "intro":
            _sleigh_bar(mix, part, bar, 0.10)
            if bar >= 2:
                for eighth in range(8):
                    mix.strike(
                        "hat", play.hat(seed=eighth % 4), part.at(bar, eighth), 0.10 + 0.05 * (eighth % 2 == 0), 0.25
                    )
            continue
        _groove_bar(mix, part, bar)
    if part.fullness >= 3:
        for bar in range(0, part.section.bars, 8 if part.fullness == 3 else 4):
            mix.strike("crash", play.crash(), part.at(bar), 0.34, -0.2, 0.2)


def _groove_bar(mix: Mix, part: Part, bar: int) -> None:
    full = part.fullness
    last = bar == part.section.bars - 1
    kicks = {1: (0, 5), 2: (0, 3, 5), 3: (0, 1, 3, 5), 4: (0, 1, 3, 4, 5)}[full]
    for eighth in kicks:
        mix.strike("kick", play.kick(), part.at(bar, eighth), 0.58 if eighth == 0 else 0.38)
    if full >= 2:
        for eighth in (2, 6):
            mix.strike("snare", play.snare(bar % 3), part.at(bar, eighth), 0.40 if full < 4 else 0.46, 0.05, 0.16)
        if last:
            for eighth in (7.0, 7.5):
                mix.strike("snare", play.snare(1), part.at(bar, eighth), 0.26 + 0.1 * (eighth > 7), 0.05, 0.16)
    else:
        for eighth in (2, 6):
            mix.strike("snare", play.snare(bar % 3), part.at(bar, eighth), 0.13, 0.05, 0.2)
    for eighth in range(8):
        opened = full >= 3 and eighth == 7
        accent = 0.21 if eighth % 2 == 0 else 0.14
        mix.strike("hat", play.hat(opened, eighth % 4), part.at(bar, eighth), accent * (0.75 + 0.12 * full), 0.25)
    if full >= 3:
        _sleigh_bar(mix, part, bar, 0.10 + 0.03 * (full == 4))


def _sleigh_bar(mix: Mix, part: Part, bar: int, gain: float) -> None:
    for eighth in range(8):
        mix.add(
            play.sleigh_bells(eighth % 5), part.at(bar, eighth), gain * (1.3 if eighth % 2 == 0 else 0.8), -0.35, 0.2
        )


def play_harmony(mix: Mix, part: Part) -> None:
    """Bass, piano and strings over the chords, half a bar each."""
    quiet = part.section.label == "bridge"
    for half, name in enumerate(part.section.chords):
        bar, eighth = divmod(half, 2)
        at = part.at(bar, 4 * eighth)
        root, triad = chord_pitches(name, part.section.shift)
        swell = _build_level(part, bar) if quiet else 1.0
        if part.section.label == "outro" and bar >= 2:
            if half == 4:
                _last_chord(mix, at, root, triad)
            continue
        _bass_half(mix, part, at, root, triad, swell * (1.25 if eighth == 0 else 0.8))
        _piano_half(mix, part, at, root, triad, swell)
        if part.fullness >= 2 or quiet:
            loud = (0.075 if quiet else 0.075 + 0.02 * part.fullness) * swell
            for step in triad:
                pitch = _near(root + step, 64)
                pair = (play.strings(pitch, 4 * EIGHTH_S, 0), play.strings(pitch, 4 * EIGHTH_S, 1))
                mix.add(pair, at, loud, 0.0, 0.35)


def _near(pitch_class: int, centre: int) -> int:
    """The pitch of a class nearest to a centre, so that chords move little."""
    return centre + (pitch_class - centre + 6) % 12 - 6


def _build_level(part: Part, bar: int) -> float:
    return 0.75 if bar < BREAK_BARS[1] else 0.9 + 0.35 * (bar - BREAK_BARS[1])


def _bass_half(mix: Mix, part: Part, at: float, root: int, triad: tuple[int, int, int], swell: float) -> None:
    low = _near(root, 35)
    if part.fullness == 0:
        mix.add(play.bass(low, 4 * EIGHTH_S), at, 0.11 * swell, 0, 0.05)
    elif part.fullness == 1:
        mix.add(play.bass(low, 3.6 * EIGHTH_S), at, 0.20 * swell, 0, 0.04)
    else:
        steps = (0, 0, triad[2] - 12, 0) if part.fullness < 4 else (0, 12, 0, 12)
        for eighth, step in enumerate(steps):
            mix.add(play.bass(low + step, 0.92 * EIGHTH_S), at + eighth * EIGHTH_S, 0.19 * swell, 0, 0.03)


def _piano_half(mix: Mix, part: Part, at: float, root: int, triad: tuple[int, int, int], swell: float) -> None:
    pitches = [_near(root + step, 62) for step in triad]
    if part.section.label == "bridge":
        for eighth, pitch in enumerate((pitches[0], pitches[1], pitches[2], pitches[1])):
            mix.add(play.piano(pitch, EIGHTH_S), at + eighth * EIGHTH_S, 0.085 * swell, 0.3, 0.4)
        return
    strokes = ((1, 0.19), (3, 0.16)) if part.fullness < 3 else ((0, 0.18), (1, 0.20), (3, 0.20))
    for eighth, gain in strokes:
        for pitch in pitches:
            mix.add(play.piano(pitch, EIGHTH_S), at + eighth * EIGHTH_S, gain, 0.3, 0.18)


def _last_chord(mix: Mix, at: float, root: int, triad: tuple[int, int, int]) -> None:
    """Everything once more, left to ring out."""
    mix.strike("kick", play.kick(), at, 0.7)
    mix.strike("crash", play.crash(), at, 0.4, -0.2, 0.3)
    mix.add(play.bass(_near(root, 33), 3.6), at, 0.24)
    for octave in (0, 12, 24):
        for step in triad:
            pitch = _near(root + step, 57) + octave
            mix.add(play.piano(pitch, 3.6), at, 0.16, 0.2, 0.3)
            if octave:
                mix.add(play.bell(pitch + 12, 3.0), at, 0.08, -0.2, 0.4)
            else:
                mix.add((play.strings(pitch, 3.4, 0), play.strings(pitch, 3.4, 1)), at, 0.13, 0, 0.4)


def play_melody(mix: Mix, part: Part) -> None:
    """The tune: sung by the choir where it has words, rung by bells in intro, break, choruses and outro."""
    label = part.section.label
    for note in read_melody(part.section):
        at = part.start_s + note.start * EIGHTH_S
        length = note.length * EIGHTH_S
        if note.syllable:
            _sing(mix, part, note, at, length)
        if label != "verse":
            gain = {"intro": 0.20, "bridge": 0.17, "outro": 0.22}.get(label, 0.11 + 0.03 * (part.fullness == 4))
            mix.add(play.bell(note.pitch + 12, length), at, gain, -0.25, 0.35)
        elif part.fullness == 2 and note.length >= 3:
            mix.add(play.bell(note.pitch + 12, length), at, 0.07, -0.3, 0.4)


def _sing(mix: Mix, part: Part, note: Note, at: float, length: float) -> None:
    vowel = vowel_of(note.syllable)
    loud = {0: 0.13, 1: 0.26, 2: 0.29, 3: 0.31, 4: 0.30}[part.fullness]
    mix.add((play.choir(note.pitch, length, vowel, 0), play.choir(note.pitch, length, vowel, 1)), at, loud, 0, 0.28)
    if part.fullness == 4:
        third = _harmony_below(part, note)
        for pitch, pan in ((third, 0.4), (note.pitch + 12, -0.4)):
            pair = (play.choir(pitch, length, vowel, 0), play.choir(pitch, length, vowel, 1))
            mix.add(pair, at, loud * 0.38, pan, 0.35)


def _harmony_below(part: Part, note: Note) -> int:
    """The nearest chord note at least a minor third below the tune."""
    half = int(note.start // 4)
    root, triad = chord_pitches(part.section.chords[half], part.section.shift)
    classes = {(root + step) % 12 for step in triad}
    return next(pitch for pitch in range(note.pitch - 3, note.pitch - 15, -1) if pitch % 12 in classes)


def play_build(mix: Mix, part: Part) -> None:
    """The bars after the break: a snare roll that thickens, a kick that quickens, and rising noise."""
    first = BREAK_BARS[1]
    bars = part.section.bars - first
    for bar in range(bars):
        step = 1.0 if bar < bars // 2 else 0.5
        for index in range(int(8 / step)):
            eighth = index * step
            level = 0.10 + 0.30 * (bar * 8 + eighth) / (8 * bars)
            if bar == bars - 1 and eighth >= 7:
                continue  # A breath of nothing before the last chorus.
            mix.strike("snare", play.snare(index % 3), part.at(first + bar, eighth), level, 0.05, 0.2)
        for eighth in range(0, 8, 2 if bar >= bars // 2 else 4):
            mix.strike("kick", play.kick(), part.at(first + bar, eighth), 0.40 + 0.05 * bar)
    mix.add(play.riser(bars * BAR_S - EIGHTH_S), part.at(first), 0.22, 0, 0.15)


def reverberate(wet: play.Signal) -> play.Signal:
    """A hall: noise that dies away over 1.9 s, another for each side, 22 ms after the sound."""
    length = int(1.9 * play.RATE)
    time = np.arange(length) / play.RATE
    result = np.zeros_like(wet)
    size = 1 << (wet.shape[1] + length).bit_length()
    for side in (0, 1):
        noise = np.random.default_rng(500 + side).standard_normal(length)
        tail = play.band(noise, 220, 6500) * np.exp(-4.2 * time)
        tail = np.concatenate([np.zeros(int(0.022 * play.RATE)), tail])
        tail /= np.sqrt((tail**2).sum())
        whole = np.fft.irfft(np.fft.rfft(wet[side], size) * np.fft.rfft(tail, size), size)
        result[side] = whole[: wet.shape[1]]
    return result


def integrated_loudness(stereo: play.Signal) -> float:
    """Loudness in LUFS after ITU-R BS.1770: K-weighting as a frequency response, 400 ms blocks, both gates."""
    spectrum = np.fft.rfft(stereo, axis=1)
    frequency = np.maximum(np.fft.rfftfreq(stereo.shape[1], 1 / play.RATE), 1e-3)
    shelf = (1 + 10 ** (4 / 10) * (frequency / 1500) ** 4) / (1 + (frequency / 1500) ** 4)
    highpass = 1 / (1 + (38.0 / frequency) ** 4)
    weighted = np.fft.irfft(spectrum * np.sqrt(shelf * highpass), stereo.shape[1], axis=1)
    block, hop = int(0.4 * play.RATE), int(0.1 * play.RATE)
    energy = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=0))])
    starts = np.arange(0, stereo.shape[1] - block, hop)
    power = (energy[starts + block] - energy[starts]) / block
    loud = power[power > 10 ** ((-70 + 0.691) / 10)]
    gated = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(gated.mean()))


def master(stereo: play.Signal) -> play.Signal:
    """Remove rumble, level the loud parts gently, bring to -14 LUFS, and catch peaks below the ceiling."""
    stereo = np.stack([play.band(side, 36, 17_500) for side in stereo])
    size = int(0.12 * play.RATE)
    power = _smooth((stereo**2).mean(axis=0), size)
    level = np.sqrt(power) / np.sqrt(power).max()
    stereo = stereo * (np.maximum(level, 0.35) / 0.35) ** -0.30
    for _ in range(3):
        stereo = stereo * 10 ** ((TARGET_LUFS - integrated_loudness(stereo)) / 20)
        stereo = _limit(stereo)
    return stereo


def _smooth(signal: play.Signal, size: int) -> play.Signal:
    """A moving average, applied twice."""
    for _ in range(2):
        total = np.concatenate([[0.0], np.cumsum(np.pad(signal, (size // 2, size - size // 2 - 1), mode="edge"))])
        signal = (total[size:] - total[:-size]) / size
    return np.maximum(signal, 1e-12)


def _limit(stereo: play.Signal) -> play.Signal:
    """Turn down around peaks, looking 3 ms ahead and letting go over 60 ms."""
    hop = 64
    peak = np.abs(stereo).max(axis=0)
    peak = np.pad(peak, (0, -len(peak) % hop)).reshape(-1, hop).max(axis=1)
    ahead = 3
    wide = np.max([np.roll(peak, shift) for shift in range(-ahead, ahead + 1)], axis=0)
    wanted = np.minimum(1.0, CEILING / np.maximum(wide, 1e-9))
    release = 1 - np.exp(-hop / (0.06 * play.RATE))
    gain = np.empty_like(wanted)
    held = 1.0
    for index, target in enumerate(wanted):
        held = target if target < held else held + (target - held) * release
        gain[index] = held
    smooth = np.interp(np.arange(stereo.shape[1]), np.arange(len(gain)) * hop + hop / 2, gain)
    return np.clip(stereo * smooth, -CEILING, CEILING)


def words_of(parts: list[Part]) -> list[list[tuple[float, float, str]]]:
    """Lines of words ``(start_s, end_s, text)`` as they are sung."""
    lines = []
    for part in parts:
        notes = iter(read_melody(part.section))
        for line in part.section.lines:
            words = []
            for word in line.split():
                sung = [next(notes) for _ in word.split("_")]
                start = part.start_s + sung[0].start * EIGHTH_S
                end = part.start_s + (sung[-1].start + sung[-1].length) * EIGHTH_S
                words.append((round(start, 4), round(end, 4), word.replace("_", "")))
            lines.append(words)
    return lines


def describe(parts: list[Part], mix: Mix, duration_s: float) -> dict[str, object]:
    """What is true of the song, in seconds."""
    beats = [
        LEAD_SILENCE_S + index * BEAT_S for index in range(sum(part.section.bars for part in parts) * BEATS_PER_BAR)
    ]
    chords: list[list[object]] = []
    for part in parts:
        for half, name in enumerate(part.section.chords):
            at = part.start_s + half * BAR_S / 2
            label = chord_label(name, part.section.shift)
            if chords and chords[-1][2] == label and half % 2:
                chords[-1][1] = round(at + BAR_S / 2, 4)
            else:
                chords.append([round(at, 4), round(at + BAR_S / 2, 4), label])
    bridge = next(part for part in parts if part.section.label == "bridge")
    last = next(part for part in parts if part.section.shift)
    words = words_of(parts)
    return {
        "bpm": BPM,
        "meter": BEATS_PER_BAR,
        "key": "G major",
        "key_changes": [[round(last.start_s, 4), "A major"]],
        "dur": round(duration_s, 4),
        "lead_silence": LEAD_SILENCE_S,
        "beats": [round(at, 4) for at in beats],
        "downbeats": [round(at, 4) for at in beats[::BEATS_PER_BAR]],
        "sections": [[round(part.start_s, 4), round(part.end_s, 4), part.section.label] for part in parts],
        "chords": chords,
        "breaks": [[round(bridge.at(BREAK_BARS[0]), 4), round(bridge.at(BREAK_BARS[1]), 4)]],
        "builds": [[round(bridge.at(BREAK_BARS[1]), 4), round(bridge.end_s, 4)]],
        "drops": [round(last.start_s, 4)],
        **{drum: sorted(mix.struck[drum]) for drum in ("kick", "snare", "hat", "crash")},
        "onsets": sorted(
            round(part.start_s + note.start * EIGHTH_S, 4) for part in parts for note in read_melody(part.section)
        ),
        "words": [
            [start, end, "".join(c for c in text if c.isalpha() or c in "-'")]
            for line in words
            for start, end, text in line
        ],
    }


def to_lrc(lines: list[list[tuple[float, float, str]]]) -> str:
    """The words as enhanced LRC: a time for each line and for each word in it."""
    head = ["[ti:Jingle Bells and God Rest Ye Merry, Gentlemen]", "[ar:Twinklr demo; words in the public domain]"]
    body = [
        f"[{_stamp(line[0][0])}]" + " ".join(f"<{_stamp(start)}>{text}" for start, _, text in line) for line in lines
    ]
    return "\n".join([*head, *body]) + "\n"


def _stamp(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def perform() -> tuple[play.Signal, list[Part], Mix]:
    """Play the whole score: finished stereo samples, the form, and what was struck."""
    parts = lay_out()
    mix = Mix(round((parts[-1].end_s + TAIL_S) * play.RATE))
    for part in parts:
        mix.level = LEVELS[part.fullness]
        play_drums(mix, part)
        play_harmony(mix, part)
        play_melody(mix, part)
        if part.section.label == "bridge":
            play_build(mix, part)
    return master(mix.dry + 0.9 * reverberate(mix.wet)), parts, mix


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "examples")
    out = parser.parse_args().out
    stereo, parts, mix = perform()
    out.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(
        out / "demo_song.ogg", "w", play.RATE, 2, format="OGG", subtype="VORBIS", compression_level=0.62
    ) as file:
        file.title, file.artist = "Jingle Bells (Twinklr demo)", "Twinklr"
        for start in range(0, stereo.shape[1], 65_536):  # Vorbis in one piece needs a very deep stack.
            file.write(stereo[:, start : start + 65_536].T)
    truth = describe(parts, mix, stereo.shape[1] / play.RATE)
    (out / "demo_song.truth.json").write_text(json.dumps(truth, indent=None, separators=(", ", ": ")) + "\n")
    (out / "demo_song.lrc").write_text(to_lrc(words_of(parts)))
    print(
        f"{stereo.shape[1] / play.RATE:.1f} s, {integrated_loudness(stereo):.1f} LUFS, peak {np.abs(stereo).max():.3f}"
    )


if __name__ == "__main__":
    main()
