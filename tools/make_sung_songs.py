"""Makes whole songs with words, to measure the alignment of lyrics: verses, a chorus that returns, parts without voice.

    python tools/make_sung_songs.py --count 12 --dictionary cmudict.dict --words WORDLIST --font FONT.sf2 --out DIR

Every song is an ``.ogg`` with a ``.json`` of its lines and words in seconds. Voices are those never trained on unless
``--trained-voices`` is given. Needs what ``make_sung_lines.py`` needs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
from make_sung_lines import LITTLE, Words, draw_line, draw_notes, draw_refrain, draw_voice, read_words, render_music
from singing import Throat, place_sounds, produce, sing, syllable_count, take_apart
from synthetic_voices import Sound, speak

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ

REFRAIN = 0.15
FORM = ("intro", "verse", "chorus", "verse", "chorus", "solo", "chorus", "outro")


def sing_song(
    rng: np.random.Generator, parts: dict[str, list[tuple[Words, Throat]]], beats: np.ndarray, meter: int
) -> tuple[np.ndarray, list[list[tuple[float, float, str]]]]:
    """The voice of a whole song and its lines of words."""
    voice = np.zeros(int((beats[-1] + 5) * ANALYSIS_RATE_HZ))
    downs = beats[::meter]
    bar, lines, verse = 0, [], 0
    centre = float(np.clip(parts["chorus"][0][1].midi + rng.uniform(-2, 11), 47, 74))
    formants = float(np.clip(rng.normal(1.03, 0.06), 0.85, 1.22))
    for part in FORM:
        if part in ("intro", "solo", "outro"):
            bar += int(rng.integers(2, 6))
            continue
        chosen = parts[part] if part == "chorus" else parts[f"verse{verse}"]
        verse += part == "verse"
        for words, throat in chosen:
            if bar + 1 >= len(downs):
                return voice, lines
            period_s = float(np.diff(beats[bar * meter : bar * meter + 2])[0])
            while period_s > 0.9:
                period_s /= 2
            start_s = float(downs[bar]) + rng.choice([0, 0, 1, 2]) * period_s
            notes = draw_notes(rng, syllable_count(throat.spoken.sounds), period_s, centre, start_s)
            placed = place_sounds(rng, throat.spoken.sounds, notes)
            if placed[-1].end_s + 1 > beats[-1]:
                return voice, lines
            sung = sing(
                rng, throat, shifted(placed, -placed[0].start_s), shifted_notes(notes, -placed[0].start_s), formants
            )
            begin = int(placed[0].start_s * ANALYSIS_RATE_HZ)
            voice[begin : begin + len(sung)] += sung[: len(voice) - begin]
            lines.append(word_times(words, placed))
            bar = int(np.searchsorted(downs, placed[-1].end_s + 0.2))
    return voice, lines


def shifted(sounds: list[Sound], by_s: float) -> list[Sound]:
    return [Sound(one.name, one.start_s + by_s, one.end_s + by_s, one.word) for one in sounds]


def shifted_notes(notes: list, by_s: float) -> list:
    return [type(note)(note.at_s + by_s, note.length_s, note.midi) for note in notes]


def word_times(words: Words, placed: list[Sound]) -> list[tuple[float, float, str]]:
    """First and last moment of each word."""
    result = []
    for index, (text, _) in enumerate(words):
        mine = [sound for sound in placed if sound.word == index]
        result.append((round(mine[0].start_s, 3), round(mine[-1].end_s, 3), text))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=110.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--refrains", type=float, default=REFRAIN, help="Share of lines like 'la la la'.")
    parser.add_argument("--trained-voices", action="store_true")
    parser.add_argument("--dictionary", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--font", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    book = read_words(options.dictionary, options.words)
    common, rare = [word for word in LITTLE if word in book], [word for word in book if word not in set(LITTLE)]
    for number in range(options.count):
        rng = np.random.default_rng([options.seed, 11, number])
        name = draw_voice(rng, held_out=not options.trained_voices)
        parts: dict[str, list[tuple[Words, Throat]]] = {}
        for part in ("chorus", "verse0", "verse1"):
            parts[part] = []
            while len(parts[part]) < 4:
                is_refrain = rng.random() < options.refrains
                words = draw_refrain(rng) if is_refrain else draw_line(rng, common, rare, book)
                spoken = speak(name, words)
                if spoken is not None:
                    parts[part].append((words, take_apart(spoken)))
        music, beats, meter = render_music(rng, options.font, options.seconds)
        beats = beats[beats < len(music) / ANALYSIS_RATE_HZ - 2]
        voice, lines = sing_song(rng, parts, beats, meter)
        voice = produce(rng, voice)[: len(music)]
        level = 10 ** (rng.uniform(-8, 4) / 20) * np.sqrt(np.mean(music**2))
        loud = np.abs(voice) > 0.1
        mix = music[: len(voice)] + voice * level / np.sqrt(np.mean(voice[loud] ** 2))
        mix = np.tanh(mix / np.abs(mix).max() * 1.2)
        stem = options.out / f"song_{options.seed:02d}_{number:03d}"
        with soundfile.SoundFile(stem.with_suffix(".ogg"), "w", ANALYSIS_RATE_HZ, 1) as file:
            # In pieces: the Vorbis encoder overflows its stack on a long block.
            for begin in range(0, len(mix), ANALYSIS_RATE_HZ):
                file.write(mix[begin : begin + ANALYSIS_RATE_HZ])
        truth = {"voice": name, "lines": lines, "words": [word for line in lines for word in line], "meter": meter}
        stem.with_suffix(".json").write_text(json.dumps(truth | {"beats": list(np.round(beats, 3))}))
        print(stem.name, name, len(lines), "lines", f"{len(mix) / ANALYSIS_RATE_HZ:.0f} s", flush=True)


if __name__ == "__main__":
    main()
