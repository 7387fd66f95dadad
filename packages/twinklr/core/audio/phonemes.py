"""Speech sounds -> mouth shapes: what xLights' singing faces move through.

The shapes are the ten of Preston Blair's chart as xLights names them: ``AI E FV L MBP O U WQ etc rest``. Sounds come
from the spelling (`pronunciation`); their times from the recording where the singing could be followed, else consonants
are short and the vowels share what is left.
"""

from __future__ import annotations

from twinklr.core.audio.pronunciation import pronounce

SHAPES = ("AI", "E", "FV", "L", "MBP", "O", "U", "WQ", "etc", "rest")
VOWEL_SHAPES = frozenset({"AI", "E", "O", "U"})
CONSONANT_MS = 70
SHORTEST_MS = 40
"""A shape shorter than this is not seen."""
SHAPE_OF = {
    **dict.fromkeys(("AA", "AE", "AH", "AY", "IH"), "AI"),
    **dict.fromkeys(("EH", "ER", "EY", "IY"), "E"),
    **dict.fromkeys(("AO", "AW", "OW", "OY"), "O"),
    **dict.fromkeys(("UH", "UW"), "U"),
    **dict.fromkeys(("B", "M", "P"), "MBP"),
    **dict.fromkeys(("F", "V"), "FV"),
    "L": "L",
    "W": "WQ",
}
"""Shape of each sound; the sounds not named here are made behind the lips (``etc``)."""

Timed = tuple[tuple[str, int, int], ...]


def mouth_shapes(word: str) -> tuple[str, ...]:
    """Mouth shapes of one word, in order; neighbours that look alike are merged.

    Example:
        >>> mouth_shapes("Love"), mouth_shapes("snow")
        (('L', 'AI', 'FV'), ('etc', 'O'))
    """
    merged: list[str] = []
    for sound in pronounce(word):
        shape = SHAPE_OF.get(sound, "etc")
        if not merged or merged[-1] != shape:
            merged.append(shape)
    return tuple(merged) or ("etc",)


def time_shapes(shapes: tuple[str, ...], start_ms: int, end_ms: int) -> Timed:
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
    edges = [float(start_ms)]
    for shape in shapes:
        edges.append(edges[-1] + (long if shape in VOWEL_SHAPES else short))
    return _without_empty(shapes, [round(edge) for edge in edges])


def shapes_of_sounds(sounds: tuple[tuple[str, float, float], ...], start_ms: int, end_ms: int) -> Timed:
    """Shapes of sounds whose times are known; what is too short to be seen takes from its longer neighbour.

    Args:
        sounds: Name, start and end in seconds, without gaps.
        start_ms: When the word begins.
        end_ms: When it ends.

    Example:
        >>> shapes_of_sounds((("M", 1.0, 1.01), ("IY", 1.01, 1.5)), 1000, 1500)
        (('MBP', 1000, 1040), ('E', 1040, 1500))
    """
    shapes: list[str] = []
    edges: list[int] = []
    for name, begin, _ in sounds:
        shape = SHAPE_OF.get(name, "etc")
        if not shapes or shapes[-1] != shape:
            shapes.append(shape)
            edges.append(min(max(round(begin * 1000), start_ms), end_ms))
    edges = [start_ms, *edges[1:], end_ms]
    for index in range(len(shapes)):
        missing = SHORTEST_MS - (edges[index + 1] - edges[index])
        if missing <= 0:
            continue
        before = edges[index] - edges[index - 1] if index else 0
        after = edges[index + 2] - edges[index + 1] if index + 2 < len(edges) else 0
        if max(before, after) < 2 * SHORTEST_MS:
            continue
        if after >= before:
            edges[index + 1] += missing
        else:
            edges[index] -= missing
    return _without_empty(tuple(shapes), edges)


def _without_empty(shapes: tuple[str, ...], edges: list[int]) -> Timed:
    spans = zip(shapes, edges, edges[1:], strict=False)
    return tuple((shape, first, last) for shape, first, last in spans if last > first)
