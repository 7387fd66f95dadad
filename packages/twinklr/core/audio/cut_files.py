"""Whether a file was cut short, where its decoder would not say so: a broken download or a full disk."""

from __future__ import annotations

import struct
from pathlib import Path

_OGG_HEADER, _LAST_PAGE_FLAG = 27, 0x04
_LARGEST_PAGE = 65_307
_STREAMED_SIZES = (0, 0xFFFFFFFF)
"""What programs write into a RIFF header when they do not know the length yet."""


def is_cut_short(path: Path) -> bool:
    """True where the headers of a wav or ogg file promise more than the file holds; False for what cannot be told."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            promised = struct.unpack("<I", head[4:8])[0]
            return promised not in _STREAMED_SIZES and promised + 8 > size + 1
        if head[:4] == b"OggS":
            file.seek(max(0, size - _LARGEST_PAGE))
            tail = file.read()
            page = tail.rfind(b"OggS")
            return page < 0 or not _is_whole_last_page(tail[page:])
    return False


def _is_whole_last_page(page: bytes) -> bool:
    if len(page) < _OGG_HEADER or not page[5] & _LAST_PAGE_FLAG:
        return False
    segments = page[_OGG_HEADER : _OGG_HEADER + page[26]]
    return len(segments) == page[26] and len(page) >= _OGG_HEADER + page[26] + sum(segments)
