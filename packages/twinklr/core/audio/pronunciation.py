"""English spelling -> speech sounds, in the names of the CMU Pronouncing Dictionary without stress.

A table beside this file holds rules learned from that dictionary and the common words that break them (made by
``tools/make_pronunciations.py``; the dictionary is Carnegie Mellon University's, see ``pronunciations.LICENSE``).
A rule says which sounds a letter has between certain neighbours; the longest context that has a rule decides.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])
CONTEXTS = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 3))
"""Letters before and after that a rule looks at, short contexts first."""
LONGEST_WORD, LONGEST_SPELLING = 40, 200
"""Letters of a word, and of one that is put together with hyphens; what is beyond is not spoken."""
_NUMBERS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
_DROPPED = re.compile(r"in'$")


def pronounce(word: str) -> tuple[str, ...]:
    """Sounds of a word; empty where nothing can be spoken.

    Example:
        >>> pronounce("Jingle"), pronounce("o'er"), pronounce("!")
        (('JH', 'IH', 'NG', 'G', 'AH', 'L'), ('AO', 'R'), ())
    """
    return _pronounce_all(word[:LONGEST_SPELLING])


@lru_cache(maxsize=10_000)
def _pronounce_all(word: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'").replace("`", "'"))
    for number, name in enumerate(_NUMBERS):
        plain = plain.replace(str(number), f" {name} ")
    parts = re.findall(r"[a-z']+", plain.replace("-", " ").encode("ascii", "ignore").decode())
    return tuple(sound for part in parts for sound in _pronounce(part[:LONGEST_WORD]))


@cache
def _table() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Rules by context, exceptions by word."""
    data = resources.files(__package__).joinpath("pronunciations.txt.xz").read_bytes()
    rules, _, words = lzma.decompress(data).decode().partition("\n\n")
    tables = []
    for part in (rules, words):
        rows = (row.partition("\t") for row in part.split("\n"))
        tables.append({key: tuple(sounds.split()) for key, _, sounds in rows})
    return tables[0], tables[1]


def _pronounce(part: str) -> tuple[str, ...]:
    rules, words = _table()
    part = _DROPPED.sub("ing", part)
    for spelling in (part, part.strip("'")):
        if spelling in words:
            return words[spelling]
    plain = part.strip("'")
    if plain.endswith("'s"):
        stem = _pronounce(plain[:-2])
        if not stem:
            return ("S",)
        if stem[-1] in ("S", "Z", "SH", "ZH", "CH", "JH"):
            return (*stem, "IH", "Z")
        return (*stem, "S" if stem[-1] in ("P", "T", "K", "F", "TH") else "Z")
    # Where the rules alone would do, the dictionary's word was left out of the table.
    return apply_rules(plain, rules) if plain else ()


def apply_rules(word: str, rules: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The sounds that rules give a word."""
    sounds: list[str] = []
    for index in range(len(word)):
        for context in reversed(CONTEXTS):
            found = rules.get(context_key(word, index, context))
            if found is not None:
                sounds += found
                break
    return tuple(sounds)


def context_key(word: str, index: int, context: tuple[int, int]) -> str:
    """A letter in its neighbourhood: ``ba(c)k``, with ``#`` beyond either end."""
    before, after = context
    padded = f"{'#' * before}{word}{'#' * after}"
    at = index + before
    return f"{padded[at - before : at]}({padded[at]}){padded[at + 1 : at + 1 + after]}"
