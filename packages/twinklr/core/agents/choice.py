"""Choices that look free and are not: the same seed, song and question always give the same answer.

The answer is a hash of what is asked, so it needs no state, no order of questions, and no random generator.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def unit(*key: object) -> float:
    """A number in 0..1 that belongs to a key.

    Example:
        >>> unit(0, "song", "s01", "palette") == unit(0, "song", "s01", "palette")
        True
    """
    digest = blake2b("|".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def choose(options: Sequence[T], *key: object, weights: Sequence[float] | None = None) -> T:
    """One of the options, by weight, as the key decides.

    Raises:
        ValueError: If there are no options.
    """
    if not options:
        raise ValueError("nothing to choose from")
    parts = [1.0] * len(options) if weights is None else list(weights)
    mark = unit(*key) * sum(parts)
    for option, part in zip(options, parts, strict=True):
        mark -= part
        if mark < 0:
            return option
    return options[-1]


def ranked(options: Sequence[T], *key: object, weights: Sequence[float] | None = None) -> list[T]:
    """All options in an order the key decides; heavier ones tend to come first.

    Each option is drawn by its own exponential clock, so an order changes little when an option is added.
    """
    parts = [1.0] * len(options) if weights is None else list(weights)
    clocks = [
        (unit(*key, option) ** (1.0 / max(part, 1e-6)), index)
        for index, (option, part) in enumerate(zip(options, parts, strict=True))
    ]
    return [options[index] for _, index in sorted(clocks, reverse=True)]
