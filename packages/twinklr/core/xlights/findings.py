"""What a check says: one finding, with its place and its cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a user's files.

    Attributes:
        severity: "error": xLights drops, blanks or crashes on it. "warning": it works, but probably not as meant.
            "note": worth knowing.
        code: Short stable name of the kind of finding ("start-channel-cycle").
        what: The problem, in words.
        where: The file's element it is about ("model 'Tree'", "row 'Arch' layer 2 at 12.500 s").
        cure: What to do.
    """

    severity: Severity
    code: str
    what: str
    where: str = ""
    cure: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f"; {self.cure}" if self.cure else ""
        return f"{self.severity}: {place}{self.what}{cure}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A cure that names the nearest known spelling; "" where nothing is near.

    Example:
        >>> nearest("Colour Wash", ["Color Wash", "Bars"])
        "did you mean 'Color Wash'?"
    """
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f"did you mean {matches[0]!r}?" if matches else ""
