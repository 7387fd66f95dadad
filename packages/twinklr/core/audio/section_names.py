"""What parts of a song are called: the names the product knows, and the many that people write."""

from __future__ import annotations

import re

LABELS = ("intro", "verse", "chorus", "bridge", "break", "build", "drop", "solo", "outro", "part")
_SYNONYMS = {
    "refrain": "chorus",
    "hook": "chorus",
    "post-chorus": "chorus",
    "postchorus": "chorus",
    "strophe": "verse",
    "couplet": "verse",
    "pre": "build",
    "pre-chorus": "build",
    "prechorus": "build",
    "rise": "build",
    "breakdown": "break",
    "interlude": "bridge",
    "middle": "bridge",
    "instrumental": "solo",
    "inst": "solo",
    "ending": "outro",
    "end": "outro",
    "coda": "outro",
    "opening": "intro",
}
_BESIDE = {"first", "second", "third", "final", "last", "half", "double", "repeat", "times", "guitar", "piano", "eight"}
"""Words that may stand beside a name in a heading."""
_PLAIN = {"verse", "chorus", "refrain", "bridge", "intro", "outro", "pre-chorus", "post-chorus", "strophe"}
"""Names nobody sings as a line of its own."""
_COUNT = re.compile(r"#?\d{1,2}x?|x\d{1,2}|x|[ivx]+")


def label_of(name: str) -> str:
    """The label nearest to what somebody calls a part.

    Example:
        >>> [label_of(name) for name in ("Verse 2", "[Refrain]", "Guitar Solo", "Pre-Chorus 1", "Snowfall")]
        ['verse', 'chorus', 'solo', 'build', 'part']
    """
    for word in _words(name):
        plain = word.strip("0123456789")
        if plain in LABELS:
            return plain
        if plain in _SYNONYMS:
            return _SYNONYMS[plain]
    return "part"


def is_heading(row: str) -> bool:
    """Whether a row of lyrics names a part and is not sung.

    Square brackets always do. Round ones also hold what a choir answers, and a bare row is mostly sung.

    Example:
        >>> [is_heading(row) for row in ("[Dance!]", "(Chorus x2)", "(x2)", "Verse 2:", "Bridge")]
        [True, True, True, True, True]
        >>> [is_heading(row) for row in ("(oh yeah)", "(break my heart)", "Break", "Verse of my life")]
        [False, False, False, False]
    """
    row = row.strip()
    bare = row.rstrip(": ")
    if len(bare) > 42 or not bare:
        return False
    if bare[0] == "[" and bare[-1] == "]":
        return "]" not in bare[1:-1]
    words = _words(bare)
    known = [word for word in words if word in LABELS or word in _SYNONYMS]
    if not words or any(word not in known and word not in _BESIDE and not _COUNT.fullmatch(word) for word in words):
        return False
    if bare[0] == "(" and bare[-1] == ")":
        return bool(known) or any(sign.isdigit() for sign in bare) or "repeat" in words
    return bool(known) and (row.endswith(":") or known[0] in _PLAIN)


def _words(name: str) -> list[str]:
    parts = (word.strip("[](){}.,:;!\"'") for word in name.lower().replace("_", " ").split())
    return [word for word in parts if word]
