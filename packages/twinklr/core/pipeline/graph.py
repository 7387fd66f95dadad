"""Who waits for whom: the graph of a definition by position, with loops only, so any length of chain will do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

INITIAL = "input"
"""Name of the run's initial input among a stage's inputs; ``input.NAME`` is one part of it."""


def initial_part(name: str) -> str | None:
    """What an input name takes of the initial input: "" for all of it, None where it names a stage.

    Example:
        >>> initial_part("input"), initial_part("input.song"), initial_part("audio")
        ('', 'song', None)
    """
    if name == INITIAL:
        return ""
    return name[len(INITIAL) + 1 :] if name.startswith(INITIAL + ".") else None


class Graph:
    """Dependencies of stages by position.

    Attributes:
        ids: Stage ids in the order of the definition.
        index: Position by id; the first of duplicate ids.
        parents: For each stage the positions it waits for, each once; unknown names left out.
        children: For each stage the positions that wait for it.
        named_parents: By id, the ids it waits for.
    """

    def __init__(self, ids: Sequence[str], inputs: Sequence[Sequence[str]]) -> None:
        self.ids = tuple(ids)
        self.index: dict[str, int] = {}
        for position, name in enumerate(ids):
            self.index.setdefault(name, position)
        self.parents = [
            list(dict.fromkeys(self.index[name] for name in names if name in self.index)) for names in inputs
        ]
        self.children: list[list[int]] = [[] for _ in ids]
        for position, parents in enumerate(self.parents):
            for parent in parents:
                self.children[parent].append(position)

        self.named_parents = {
            name: tuple(self.ids[parent] for parent in parents)
            for name, parents in zip(self.ids, self.parents, strict=True)
        }

    def order(self) -> list[int]:
        """Positions so that each comes after all it waits for; those on or behind a cycle are missing."""
        waiting = [len(parents) for parents in self.parents]
        ready = [position for position, count in enumerate(waiting) if count == 0]
        for position in ready:
            for child in self.children[position]:
                waiting[child] -= 1
                if waiting[child] == 0:
                    ready.append(child)
        return ready

    def cycles(self) -> list[list[int]]:
        """Cycles that share no stage, first stage repeated at the end; without them there would be none left."""
        waiting = [len(parents) for parents in self.parents]
        free = [position for position, count in enumerate(waiting) if count == 0]
        left = [True] * len(waiting)
        found: list[list[int]] = []
        path: list[int] = []  # each waits for the next
        place: dict[int, int] = {}
        start = 0
        while True:
            for position in free:
                left[position] = False
                for child in self.children[position]:
                    waiting[child] -= 1
                    if waiting[child] == 0 and left[child]:
                        free.append(child)
            while path and not left[path[-1]]:
                del place[path.pop()]
            while start < len(left) and not left[start]:
                start += 1
            if start == len(left):
                return found
            position = next(parent for parent in self.parents[path[-1]] if left[parent]) if path else start
            if position in place:
                free = path[place[position] :]
                found.append([*free, position][::-1])
            else:
                free = []
                place[position] = len(path)
                path.append(position)

    @cached_property
    def ancestors(self) -> list[int]:
        """For each stage the positions it waits for, directly or through others, as the bits of a number."""
        found = [0] * len(self.ids)
        for position in self.order():
            for parent in self.parents[position]:
                found[position] |= found[parent] | 1 << parent
        return found

    def is_upstream(self, ancestor: int, position: int) -> bool:
        """True when ``position`` waits for ``ancestor``, directly or through others."""
        return ancestor in self.parents[position] or bool(self.ancestors[position] >> ancestor & 1)
