"""Makes sung lines with the time of every speech sound, and music to sing over, to train the sung net.

Lines are random words: common little ones, and a dictionary's. Every spoken line is sung more than once, on other
notes, by another throat, in another room. Stored are only the magnitudes the net sees, so that training may mix any
line with any music at any level.

    python tools/make_sung_lines.py --kind lines --count 1200 --dictionary cmudict.dict --words WORDLIST --out DIR
    python tools/make_sung_lines.py --kind music --count 350 --font FONT.sf2 --out DIR
    python tools/make_sung_lines.py --kind solos --count 200 --font FONT.sf2 --out DIR

Needs pyworld, espeak-ng, flite and (for music) fluidsynth; a CMU dictionary and a list of common words.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from make_training_music import STYLES, Score, Style, clock, compose, master, to_midi
from singing import VOWELS, Note, Throat, place_sounds, produce, sing, sing_apart, syllable_count, take_apart
from synthetic_voices import ESPEAK_ACCENTS, ESPEAK_VARIANTS, FLITE_VOICES, HELD_OUT, Sound, speak, speak_apart

from twinklr.core.audio.loudness import music_span, reference_level
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ
from twinklr.core.audio.sung_net import FRAME_S, SILENCE, SOUNDS, voice_mel

SYLLABLES = {
    "la": ("L", "AA"),
    "na": ("N", "AA"),
    "fa": ("F", "AA"),
    "oh": ("OW",),
    "hey": ("HH", "EY"),
    "ho": ("HH", "OW"),
    "doo": ("D", "UW"),
}
Words = list[tuple[str, tuple[str, ...]]]
LITTLE = """a about again all alone always am an and are around as at away baby back be because been before believe
born but by call can can't come could cry dance day deep do don't down dream eyes fall far feel feeling find fire fly
for forever free from get girl give go gonna gone good got had hand hands he hear heart here hey high him his hold home
how i i'll i'm i've if in inside into is it it's just keep know la lay leave let life light like little live long look
love make man maybe me mind mine more my never new night no not nothing now of off oh on once one only or our out over
people please rain really right run said same say see she should show sing sky so some something song soul stand star
stars stay still sun sweet take tell than that the their them then there these they thing think this those through time
to tonight too true try turn under until up wait walk wanna want was watch water way we well were what when where who
why will wind wish with without woman won't word words world would yeah you you're young your""".split()  # noqa: SIM905
TAIL_S = 1.2
REFRAINS, APART, LEGATO = 0.15, 0.3, 0.3
"""Shares of lines without sense, of lines spoken word by word, and of those sung word by word."""
LEAD_S = 0.3
SOLO_PROGRAMS = (
    *(6, 8, 9, 10, 11, 12, 14, 16, 19, 21, 22, 23, 40, 41, 42, 43, 44, 46, 48, 49, 50, 51, 56, 57, 58, 59, 60, 61),
    *(64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 78, 79, 80, 81, 82, 85, 88, 89, 91, 94, 95, 104, 109, 110),
)
"""General MIDI instruments that hold notes, and bells."""
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))


def read_words(dictionary: Path, words: Path) -> dict[str, tuple[str, ...]]:
    """Pronunciations of the words of a list, in the sounds of the net."""
    wanted = {row.strip() for row in words.read_text().splitlines() if row.strip().isalpha() and row.islower()}
    wanted |= set(LITTLE)
    found: dict[str, tuple[str, ...]] = {}
    for row in dictionary.read_text().splitlines():
        word, *sounds = row.split()
        if word in wanted and word not in found:
            found[word] = tuple(sound.rstrip("012") for sound in sounds)
    return found


def draw_line(rng: np.random.Generator, common: list[str], rare: list[str], book: dict[str, tuple[str, ...]]) -> Words:
    """Words of a line, four to twelve syllables."""
    goal, line, count = int(rng.integers(4, 12)), [], 0
    while count < goal:
        word = str(rng.choice(common if rng.random() < 0.45 else rare))
        syllables = sum(sound in VOWELS for sound in book[word])
        if 0 < syllables <= 3:
            line.append((word, book[word]))
            count += syllables
    return line


def draw_refrain(rng: np.random.Generator) -> Words:
    """Syllables without sense, as choruses have them: hard to count for whoever listens."""
    name = str(rng.choice(list(SYLLABLES)))
    lead = [] if rng.random() < 0.5 else [(str(rng.choice(list(SYLLABLES))),)]
    return [(word, SYLLABLES[word]) for (word,) in [*lead, *[(name,)] * int(rng.integers(4, 9))]]


def draw_notes(rng: np.random.Generator, syllables: int, period_s: float, centre: float, start_s: float) -> list[Note]:
    """A melody: lengths in quarters of a beat, small steps on a scale."""
    lengths = _rhythm(rng, syllables, period_s)
    scale = np.array(SCALES[rng.integers(len(SCALES))])
    pitches = np.concatenate([scale + 12 * octave for octave in range(-2, 3)]) + rng.integers(0, 12) % 12
    pitches = np.unique(pitches - 6)
    degree = int(np.abs(pitches).argmin())
    notes, at = [], start_s
    short = rng.random() < 0.2
    for length in lengths:
        pitch = centre + pitches[np.clip(degree, 0, len(pitches) - 1)]
        notes.append(Note(at, length * (rng.uniform(0.5, 0.9) if short else 1.0), float(pitch)))
        at += length
        degree += int(rng.choice([-3, -2, -1, 0, 1, 2, 3], p=[0.07, 0.13, 0.2, 0.2, 0.2, 0.13, 0.07]))
        if abs(pitches[np.clip(degree, 0, len(pitches) - 1)]) > 9:
            degree = int(np.abs(pitches).argmin())
    return notes


def _rhythm(rng: np.random.Generator, syllables: int, period_s: float) -> list[float]:
    kinds = {"eighths": (0.5,), "quarters": (1.0, 1.0, 0.5), "mixed": (0.5, 1.0, 0.5, 0.25, 0.75, 1.5), "slow": (1, 2)}
    name = str(rng.choice(list(kinds), p=[0.25, 0.2, 0.4, 0.15]))
    lengths = rng.choice(kinds[name], syllables).astype(float) * period_s
    while lengths.mean() > 0.9:
        lengths /= 2
    while lengths.mean() < 0.2:
        lengths *= 2
    lengths = np.maximum(lengths, 0.13)
    lengths[-1] = max(lengths[-1], rng.choice([0.5, 1, 2, 3]) * period_s)
    return list(np.minimum(lengths, 2.5))


def sing_line(
    rng: np.random.Generator, throat: Throat, period_s: float, start_s: float = LEAD_S + 0.3
) -> tuple[np.ndarray, list[Sound]] | None:
    """One sung version of a spoken line: samples with a tail, and its sounds in time."""
    syllables = syllable_count(throat.spoken.sounds)
    if not syllables:
        return None
    centre = float(np.clip(throat.midi + rng.uniform(-3, 12), 45, 76))
    notes = draw_notes(rng, syllables, period_s, centre, start_s)
    formants = float(np.clip(1 + 0.012 * (centre - throat.midi) + rng.normal(0, 0.08), 0.8, 1.28))
    if rng.random() < LEGATO and (apart := sing_apart(rng, throat, notes, formants)) is not None:
        return (produce(rng, apart[0], TAIL_S), apart[1]) if np.isfinite(apart[0]).all() else None
    placed = place_sounds(rng, throat.spoken.sounds, notes)
    voice = sing(rng, throat, placed, notes, formants)
    return (produce(rng, voice, TAIL_S), placed) if np.isfinite(voice).all() else None


def spoken_as_is(rng: np.random.Generator, throat: Throat) -> tuple[np.ndarray, list[Sound]]:
    """The line as it was spoken: what rap is nearest to."""
    voice = np.concatenate([np.zeros(int(0.3 * ANALYSIS_RATE_HZ)), throat.spoken.samples.astype(float)])
    sounds = [Sound(s.name, s.start_s + 0.3, s.end_s + 0.3, s.word) for s in throat.spoken.sounds]
    return produce(rng, voice, TAIL_S), sounds


def label_frames(sounds: list[Sound], frames: int) -> np.ndarray:
    """Which sound each frame's middle lies in; `SILENCE` for none."""
    labels = np.full(frames, SILENCE, np.uint8)
    for sound in sounds:
        first, last = (int(np.ceil(at / FRAME_S)) for at in (sound.start_s, sound.end_s))
        labels[max(first, 0) : max(last, first + 1)] = SOUNDS.index(sound.name)
    return labels


def label_begins(sounds: list[Sound], frames: int) -> np.ndarray:
    """1 in the frame in which a vowel begins and beside it: where a syllable is felt to begin."""
    begins = np.zeros(frames, np.uint8)
    for sound in sounds:
        if sound.name in VOWELS:
            frame = round(sound.start_s / FRAME_S)
            begins[max(frame - 1, 0) : frame + 2] = 1
    return begins


def draw_voice(rng: np.random.Generator, held_out: bool) -> str:
    """A voice by name; flite's are recorded people and are drawn more often than their number."""
    if held_out:
        return str(rng.choice(HELD_OUT))
    if rng.random() < 0.35:
        return "flite:" + str(rng.choice(FLITE_VOICES, p=[0.4, 0.4, 0.15, 0.05]))
    accent = str(rng.choice(ESPEAK_ACCENTS))
    return f"espeak:{accent}" + (f"+{rng.choice(ESPEAK_VARIANTS)}" if rng.random() < 0.85 else "")


def make_lines(options: argparse.Namespace) -> None:
    book = read_words(options.dictionary, options.words)
    common = [word for word in LITTLE if word in book]
    rare = [word for word in book if word not in set(LITTLE)]
    for number in range(options.first, options.first + options.count):
        target = options.out / f"line_{number:05d}.npz"
        rng = np.random.default_rng([options.seed, number])
        words = draw_refrain(rng) if rng.random() < REFRAINS else draw_line(rng, common, rare, book)
        say = speak_apart if rng.random() < APART else speak
        spoken = say(draw_voice(rng, options.held_out), words)
        if target.exists() or spoken is None:
            continue
        throat = take_apart(spoken)
        arrays: dict[str, np.ndarray] = {}
        for version in range(options.versions):
            period_s = 60 / np.exp(rng.uniform(np.log(60), np.log(180)))
            sung = spoken_as_is(rng, throat) if rng.random() < 0.08 else sing_line(rng, throat, period_s)
            if sung is None:
                continue
            mel = voice_mel(sung[0].astype(np.float32))
            arrays[f"mel{version}"] = mel.astype(np.float16)
            arrays[f"labels{version}"] = label_frames(sung[1], len(mel))
            arrays[f"begins{version}"] = label_begins(sung[1], len(mel))
        np.savez(target, **arrays)


def render_music(rng: np.random.Generator, fonts: list[Path], seconds: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Music of the beat net's generator: samples, beat times, beats a bar."""
    names = list(STYLES)
    weights = np.array([STYLES[name].weight for name in names])
    style = STYLES[names[rng.choice(len(names), p=weights / weights.sum())]]
    beats = int(seconds * style.bpm[1] / 60) // style.meter * style.meter + style.meter
    times = clock(rng, style, beats)
    score = compose(rng, style, max(2, int(np.searchsorted(times, seconds)) // style.meter))
    sound = render(rng, score, style, times, fonts)
    return master(rng, sound)[: int((seconds + 2) * ANALYSIS_RATE_HZ)], times + 0.1, style.meter


def render(rng: np.random.Generator, score: Score, style: Style, times: np.ndarray, fonts: list[Path]) -> np.ndarray:
    """A score as mono samples, in one of the sound fonts."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "song.mid", Path(folder) / "song.wav"
        midi.write_bytes(to_midi(rng, score, style, times, 0.1)[0])
        font = str(fonts[rng.integers(len(fonts))])
        command = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", str(ANALYSIS_RATE_HZ), "-F", str(wave), font]
        subprocess.run([*command, str(midi)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return soundfile.read(wave, dtype="float64")[0].mean(axis=1)


def save_music(target: Path, sound: np.ndarray, beats: np.ndarray) -> None:
    """What the net sees of a piece of music, its ends without silence."""
    span = music_span(sound.astype(np.float32)) or (0, len(sound))
    music = sound[span[0] : span[1]].astype(np.float32)
    mel = voice_mel(music / np.float32(reference_level(music)))
    np.savez(target, mel=mel.astype(np.float16), beats=(beats - span[0] / ANALYSIS_RATE_HZ).astype(np.float32))


def make_solos(options: argparse.Namespace) -> None:
    """Instruments that sing without words, alone or few: what is most easily taken for a voice."""
    for number in range(options.first, options.first + options.count):
        target = options.out / f"solo_{number:05d}.npz"
        if target.exists():
            continue
        rng = np.random.default_rng([options.seed, 13, number])
        score, period_s = Score(4, 0), 60 / np.exp(rng.uniform(np.log(50), np.log(150)))
        for channel in range(int(rng.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.25, 0.15]))):
            score.programs[channel] = int(rng.choice(SOLO_PROGRAMS))
            score.gains[channel] = float(rng.uniform(0.4, 1.0))
            centre, at = float(rng.integers(45, 84)), 0.0
            while at * period_s < options.seconds:
                notes = draw_notes(rng, int(rng.integers(3, 14)), 1.0, centre, at)
                loud = rng.uniform(0.5, 0.95)
                for note in notes:
                    score.add(note.at_s, note.length_s, channel, round(note.midi), loud)
                at = notes[-1].at_s + notes[-1].length_s + float(rng.choice([0, 1, 2, 4]))
        times = np.arange(int(options.seconds / period_s) + 40) * period_s
        sound = master(rng, render(rng, score, STYLES["classical"], times, options.font))
        save_music(target, sound[: int(options.seconds * ANALYSIS_RATE_HZ)], times)


def make_music(options: argparse.Namespace) -> None:
    for number in range(options.first, options.first + options.count):
        target = options.out / f"music_{number:05d}.npz"
        if target.exists():
            continue
        rng = np.random.default_rng([options.seed, 7, number])
        sound, beats, _ = render_music(rng, options.font, options.seconds)
        save_music(target, sound, beats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("lines", "music", "solos"), required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--versions", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true", help="Only voices that are never trained on.")
    parser.add_argument("--dictionary", type=Path)
    parser.add_argument("--words", type=Path)
    parser.add_argument("--font", type=Path, action="append")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    {"lines": make_lines, "music": make_music, "solos": make_solos}[options.kind](options)


if __name__ == "__main__":
    main()
