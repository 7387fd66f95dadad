"""Files the user hands in beside a song: read whole, within bounds, whatever program wrote them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from twinklr.core.errors import InputError
from twinklr.core.text import unicode_codec


def is_file(path: Path) -> bool:
    """Whether a file is there; what may not be looked at is not."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where a folder is closed to us


def is_folder(path: Path) -> bool:
    """Whether a folder is there; what may not be looked at is not."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where a folder is closed to us


def read_given(path: Path, what: str, option: str, largest_bytes: int) -> bytes:
    """The bytes of a file.

    Args:
        path: The file.
        what: What it holds, for messages: "lyrics".
        option: Where its path was given.
        largest_bytes: Larger files are refused.

    Raises:
        InputError: There is none, it is a folder, a pipe or empty, it is too large, may not be read, or can be no path.
    """
    cure = f"check the path given with {option}"
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "no file, but a pipe or device"
            raise InputError(f"this is {kind}", where=path, expected=f"a file with the {what}", cure=cure)
        with path.open("rb") as file:
            data = file.read(largest_bytes + 1)
    except FileNotFoundError:
        raise InputError(f"no such file of {what}", where=path, cure=cure) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(f"the {what} cannot be read: {reason}", where=path, cure=cure) from error
    except ValueError as error:
        # A path of the settings may hold what no name of a file can.
        raise InputError(f"this cannot be the path of a file: {error}", where=repr(str(path)), cure=cure) from error
    if len(data) > largest_bytes:
        expected = f"at most {largest_bytes // 1_000_000} MB of {what}"
        raise InputError("the file is too large", where=path, expected=expected, cure=cure)
    if not data:
        raise InputError("the file is empty", where=path, expected=what, cure="save or export it again")
    return data


def to_text(data: bytes, path: Path) -> str:
    """Text from bytes, see `decode_text`.

    Raises:
        InputError: It is no text.
    """
    text = decode_text(data)
    if "\0" in text:
        expected = "text in UTF-8, or UTF-16 with a byte order mark"
        raise InputError("this is not a text file", where=path, expected=expected, cure="save it as UTF-8")
    return text


def decode_text(data: bytes) -> str:
    """Bytes -> text: by byte order mark, by the zeros of UTF-16, else UTF-8, else Windows-1252.

    Example:
        >>> [decode_text("Joy".encode(name)) for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")]
        ['Joy', 'Joy', 'Joy', 'Joy']
    """
    if codec := unicode_codec(data):
        return data.decode(codec, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
