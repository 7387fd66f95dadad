"""Makes the pronunciation table: spelling rules learned from the CMU dictionary, and the words that break them.

    python tools/make_pronunciations.py --dictionary cmudict.dict --words WORDLIST \
        --out packages/twinklr/core/audio/pronunciations.txt.xz

Each letter of a word is matched with none, one or two sounds (by counting and matching again until it settles); then
rules are kept from short contexts to long ones where they change enough words. What the rules get wrong of the listed
words is stored word by word.
"""

from __future__ import annotations

import argparse
import lzma
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from twinklr.core.audio.pronunciation import CONTEXTS, apply_rules, context_key

ROUNDS = 5
LEAST_SEEN, LEAST_GAIN = 4, 4
SUNG = """
yeah Y AE|yea Y EY|whoa W OW|woah W OW|ooh UW|oooh UW|oo UW|ah AA|aah AA|ahh AA|la L AA|fa F AA|na N AA
da D AA|doo D UW|sha SH AA|ba B AA|pa P AA|ra R AA|ho HH OW|hey HH EY|mm M|mmm M|hmm M|uh AH|huh HH AH
tis T IH Z|twas T W AH Z|o'er AO R|ne'er N EH R|e'er EH R|heav'n HH EH V AH N|heav'nly HH EH V AH N L IY
ev'ry EH V R IY|pow'r P AW R|noel N OW EH L|santa S AE N T AH|claus K L AO Z|rudolph R UW D AO L F
bethlehem B EH TH L AH HH EH M|rum R AH M|pum P AH M|gloria G L AO R IY AH|excelsis EH K SH EH L S IH S
deo D EY OW|hallelujah HH AE L AH L UW Y AH|gonna G AH N AH|and AE N D|live L IH V|wanna W AA N AH
gotta G AA T AH|cause K AA Z|bout B AW T|em AH M|ya Y AH|til T IH L|yuletide Y UW L T AY D|feliz F EH L IY S
navidad N AA V IY D AA D|emmanuel IH M AE N Y UW EH L|yon Y AA N|shepherds SH EH P ER D Z
"""
"""What songs sing and dictionaries of prose lack or stress otherwise."""
SHORT, LONGEST_SHORT = ("n't", "'ll", "'ve", "'re", "'d", "'m"), 9
Book = dict[str, tuple[str, ...]]


def read_book(dictionary: Path, words: Path) -> tuple[Book, Book]:
    """First pronunciations of the listed words, and of all plain words of the dictionary."""
    wanted = {row.strip().lower() for row in words.read_text().splitlines()}
    every: Book = {}
    for row in dictionary.read_text().splitlines():
        word, *sounds = row.split()
        plain = word.replace("'", "")
        if plain.isalpha() and plain.isascii() and word not in every:
            every[word] = tuple(sound.rstrip("012") for sound in sounds)
    listed = {word: sounds for word, sounds in every.items() if word in wanted and not word.endswith("'s")}
    short = {word: sounds for word, sounds in every.items() if word.endswith(SHORT) and len(word) < LONGEST_SHORT}
    return short | listed, every


def match_letters(book: Book) -> dict[str, list[tuple[str, ...]]]:
    """The sounds of each letter of every word."""
    counts: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    matched: dict[str, list[tuple[str, ...]]] = {}
    for number in range(ROUNDS):
        fresh: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        for word, sounds in book.items():
            path = _match(word, sounds, counts if number else None)
            if path is None:
                continue
            matched[word] = path
            for letter, part in zip(word, path, strict=True):
                fresh[letter][part] += 1
        counts = fresh
    return matched


def _match(
    word: str, sounds: tuple[str, ...], counts: dict[str, Counter[tuple[str, ...]]] | None
) -> list[tuple[str, ...]] | None:
    rows, columns = len(word), len(sounds)
    best = np.full((rows + 1, columns + 1), -np.inf)
    took = np.zeros((rows + 1, columns + 1), np.int64)
    best[0, 0] = 0.0
    for i, letter in enumerate(word):
        seen = counts[letter] if counts is not None else None
        total = sum(seen.values()) + 1 if seen is not None else 1
        for j in range(max(0, columns - 2 * (rows - i)), min(columns, 2 * i) + 1):
            if best[i, j] == -np.inf:
                continue
            for size in (0, 1, 2):
                if j + size > columns:
                    break
                if seen is None:
                    # At first: letters and sounds run along the diagonal, most letters sound once.
                    cost = -abs((i + 0.5) / rows - (j + size / 2) / columns) * 3 - (0.5, 0.0, 1.5)[size]
                else:
                    cost = float(np.log((seen[sounds[j : j + size]] + 0.01) / total))
                if best[i, j] + cost > best[i + 1, j + size]:
                    best[i + 1, j + size], took[i + 1, j + size] = best[i, j] + cost, size
    if best[rows, columns] == -np.inf:
        return None
    path, j = [], columns
    for i in range(rows, 0, -1):
        size = int(took[i, j])
        path.append(sounds[j - size : j])
        j -= size
    return path[::-1]


def learn_rules(matched: dict[str, list[tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Contexts, short to long, with the sounds of their letter; kept where they mend more than they break."""
    rules: dict[str, tuple[str, ...]] = {}
    places = [(word, index, path[index]) for word, path in matched.items() for index in range(len(word))]
    now: list[tuple[str, ...]] = [()] * len(places)
    for context in CONTEXTS:
        seen: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        right: Counter[str] = Counter()
        for (word, index, part), current in zip(places, now, strict=True):
            key = context_key(word, index, context)
            seen[key][part] += 1
            right[key] += current == part
        for key, counter in seen.items():
            part, count = counter.most_common(1)[0]
            if sum(counter.values()) >= LEAST_SEEN and count - right[key] >= LEAST_GAIN:
                rules[key] = part
        for number, (word, index, _) in enumerate(places):
            key = context_key(word, index, context)
            if key in rules:
                now[number] = rules[key]
    return rules


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dictionary", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    listed, every = read_book(options.dictionary, options.words)
    rules = learn_rules(match_letters(listed))
    exceptions = {word: sounds for word, sounds in listed.items() if apply_rules(word, rules) != sounds}
    for row in SUNG.strip().replace("\n", "|").split("|"):
        word, *sounds = row.split()
        exceptions[word] = tuple(sounds)
    rows = [f"{key}\t{' '.join(sounds)}" for key, sounds in sorted(rules.items())]
    rows += ["", *(f"{word}\t{' '.join(sounds)}" for word, sounds in sorted(exceptions.items()))]
    options.out.write_bytes(lzma.compress("\n".join(rows).encode(), preset=9 | lzma.PRESET_EXTREME))
    others = [(word, sounds) for word, sounds in list(every.items())[::7] if word not in listed]
    whole = np.mean([apply_rules(word, rules) == sounds for word, sounds in others])
    print(f"{len(listed)} words: {len(rules)} rules, {len(exceptions)} exceptions, {options.out.stat().st_size} bytes")
    print(f"words never seen, wholly right: {whole:.2f} of {len(others)}")


if __name__ == "__main__":
    main()
