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


class Speller:
    """Names the known spelling that somebody probably meant.

    A name that differs in case, blanks or signs alone is found at once. Others are compared letter by letter, which
    is slow, so that only the first hundred are: who has more wrong names than that does not read the hundred-first.
    """

    def __init__(self, known: Iterable[str], likeness: float = 0.75) -> None:
        self._likeness = likeness
        self._folded = {_fold(name): name for name in known}
        self._comparisons_left = 100

    def cure(self, name: str) -> str:
        """A cure that names the nearest known spelling; "" where nothing is near."""
        folded = _fold(name)
        match = self._folded.get(folded)
        if match is None and self._comparisons_left and len(folded) < 100:
            self._comparisons_left -= 1
            near = [other for other in self._folded if abs(len(other) - len(folded)) <= 3]
            close = difflib.get_close_matches(folded, near[:2000], n=1, cutoff=self._likeness)
            match = self._folded[close[0]] if close else None
        return f"did you mean {match!r}?" if match is not None else ""


def _fold(name: str) -> str:
    """A name without case, blanks and signs; the name itself where it has nothing else."""
    return "".join(filter(str.isalnum, name.casefold())) or name


def nearest(name: str, known: Iterable[str]) -> str:
    """A cure that names the nearest known spelling; "" where nothing is near.

    Example:
        >>> nearest("Colour Wash", ["Color Wash", "Bars"])
        "did you mean 'Color Wash'?"
    """
    return Speller(known).cure(name)
