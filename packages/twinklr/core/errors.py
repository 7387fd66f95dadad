"""The error tree: everything Twinklr raises on purpose, each a single line a person can act on.

Every error says *what* is wrong, *where*, what was *expected* and what to *do*. The command line prints that line
and leaves with code 2; a traceback is shown only with ``--debug``.

* `InputError`: a file or option the user gave cannot be used (missing, broken, not what it should be).
* `OutputError`: what was asked for cannot be written (no permission, the file is there already, disk full).
* `ProviderError`: a service that decides (an LLM) did not answer usefully.

A bug of ours is none of these: it stays an ordinary exception.
"""

from __future__ import annotations

from pathlib import Path


class TwinklrError(Exception):
    """What went wrong, in one line for the person who has to mend it.

    Args:
        what: The problem, without a full stop: "this is not an audio file".
        where: The file, line or element it is about.
        expected: What would have been right.
        cure: What to do now, as an instruction.

    Example:
        >>> print(InputError("no such file", where="song.mp3", cure="check the path"))
        song.mp3: no such file; check the path
    """

    def __init__(self, what: str, *, where: str | Path | None = None, expected: str = "", cure: str = "") -> None:
        self.what = what
        self.where = str(where) if where is not None else ""
        self.expected = expected
        self.cure = cure
        place = f"{self.where}: " if self.where else ""
        wanted = f" (expected {expected})" if expected else ""
        action = f"; {cure}" if cure else ""
        super().__init__(" ".join(f"{place}{what}{wanted}{action}".split()))

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the four parts when the error crosses a process border."""
        return _rebuild, (type(self), self.what, self.where, self.expected, self.cure)


def _rebuild(kind: type[TwinklrError], what: str, where: str, expected: str, cure: str) -> TwinklrError:
    return kind(what, where=where or None, expected=expected, cure=cure)


class InputError(TwinklrError):
    """A file or option the user gave cannot be used."""


class OutputError(TwinklrError):
    """What was asked for cannot be written where it was asked for."""


class ProviderError(TwinklrError):
    """A service that makes choices (an LLM provider) did not answer usefully."""
