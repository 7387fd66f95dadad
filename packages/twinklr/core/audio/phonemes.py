"""English spelling -> mouth shapes: what xLights' singing faces move through.

The shapes are the ten of Preston Blair's chart as xLights names them: ``AI E FV L MBP O U WQ etc rest``. Spelling is
read by rules, longest first; common words that break the rules are listed. For a mouth this is enough: neighbouring
sounds share a shape, so most mistakes do not show.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

SHAPES = ("AI", "E", "FV", "L", "MBP", "O", "U", "WQ", "etc", "rest")
VOWEL_SHAPES = frozenset({"AI", "E", "O", "U"})
CONSONANT_MS = 70

_LONG = {"a": "E", "e": "E", "i": "AI", "o": "O", "u": "U", "y": "AI"}
_MAGIC = re.compile(r"([aeiouy])([bcdfgklmnprstvz]|th|st)e(s|d)?$")


@cache
def _spellings() -> tuple[dict[str, str], dict[str, str]]:
    """Irregular words, and spellings read by rule, each with its shapes."""
    text = resources.files(__package__).joinpath("mouth_shapes.tsv").read_text(encoding="utf-8")
    irregular: dict[str, str] = {}
    rules: dict[str, str] = {}
    table = irregular
    for row in text.splitlines():
        if row == "rules":
            table = rules
        elif row and not row.startswith("#"):
            spelling, _, shapes = row.partition("\t")
            table[spelling] = shapes
    return irregular, rules


def mouth_shapes(word: str) -> tuple[str, ...]:
    """Mouth shapes of one word, in order; neighbours that look alike are merged.

    Example:
        >>> mouth_shapes("Love"), mouth_shapes("snow")
        (('L', 'AI', 'FV'), ('etc', 'O'))
    """
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    plain = "".join(sign for sign in plain if "a" <= sign <= "z" or sign == "'").strip("'")
    irregular, rules = _spellings()
    shapes = irregular[plain].split() if plain in irregular else _by_rule(plain.replace("'", ""), rules)
    merged: list[str] = []
    for shape in shapes:
        if not merged or merged[-1] != shape:
            merged.append(shape)
    return tuple(merged) or ("etc",)


def _by_rule(plain: str, rules: dict[str, str]) -> list[str]:
    magic = _MAGIC.search(plain)
    stem = plain
    long_at = -1
    if magic and len(plain) > 2:
        long_at = magic.start(1)
        stem = plain[: magic.end(2)] + (magic[3] or "")
    elif len(plain) > 2 and plain.endswith("e") and plain[-2] not in "aeiou":
        stem = plain[:-1]
    shapes: list[str] = []
    place = 0
    while place < len(stem):
        if place == long_at:
            shapes.append(_LONG[stem[place]])
            place += 1
            continue
        for length in (4, 3, 2, 1):
            spelling = stem[place : place + length]
            found = rules.get(spelling) if len(spelling) == length else None
            if found is not None and not (place < long_at < place + length):
                shapes += found.split()
                place += length
                break
        else:
            place += 1
    if plain.startswith("y") and shapes:
        shapes[0] = "etc"
    return shapes


def time_shapes(shapes: tuple[str, ...], start_ms: int, end_ms: int) -> tuple[tuple[str, int, int], ...]:
    """Shapes in time: consonants short, the vowels share what is left, as singers do.

    Example:
        >>> time_shapes(("L", "AI", "FV"), 0, 500)
        (('L', 0, 70), ('AI', 70, 430), ('FV', 430, 500))
    """
    total = end_ms - start_ms
    if total <= 0 or not shapes:
        return ()
    vowels = sum(shape in VOWEL_SHAPES for shape in shapes)
    consonants = len(shapes) - vowels
    short = float(CONSONANT_MS) if vowels else total / len(shapes)
    if vowels and consonants * short > 0.5 * total:
        short = 0.5 * total / consonants
    long = (total - consonants * short) / vowels if vowels else 0.0
    result = []
    at = float(start_ms)
    for shape in shapes:
        after = at + (long if shape in VOWEL_SHAPES else short)
        first, last = round(at), round(after)
        if last > first:
            result.append((shape, first, last))
        at = after
    return tuple(result)
