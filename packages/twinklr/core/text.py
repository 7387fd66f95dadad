"""Which Unicode encoding a file of text is in: told by its bytes, whatever program wrote it."""

from __future__ import annotations

import codecs
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, the longer ones first, as one begins with the other."""
_MANY, _FEW = 0.4, 0.05
"""In western text in UTF-16, so many of the one bytes of each pair are zero, and so many of the others."""


def unicode_codec(data: bytes) -> str:
    r"""The Unicode encoding that the bytes of a text prove, as Python names it; empty where they prove none.

    They prove one by a byte order mark, or by the zeros that UTF-16 puts beside plain letters: in the first two, or in
    most of the beginning.

    Example:
        >>> [unicode_codec(data) for data in (b"\xff\xfe<\x00", b"<\x00?\x00", b"<?xml")]
        ['utf-16', 'utf-16-le', '']
    """
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), "")
    return marked or _without_mark(data[:4]) or _without_mark(data[:4000])


def _without_mark(start: bytes) -> str:
    """The byte order of UTF-16 that does not name it; empty for anything else."""
    pairs = len(start) // 2
    zeros = [start[offset::2].count(0) / max(pairs, 1) for offset in (0, 1)]
    for codec, empty, full in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if zeros[empty] >= _MANY and zeros[full] <= _FEW:
            # As more may follow, a sign of two pairs that is cut in the middle is no fault.
            text = codecs.getincrementaldecoder(codec)("replace").decode(start)
            if all(sign.isspace() or _is_text(sign) for sign in text):
                return codec
    return ""


def _is_text(sign: str) -> bool:
    """Whether a sign may stand in a text: signs without a shape, such as a soft hyphen, may."""
    return unicodedata.category(sign) != "Cc" and sign != "\ufffd"
