"""Watches who writes and reads which state, and says so where the outcome is left to chance.

State is for small facts that conditions decide on. A key written by two stages neither of which waits for the other,
or read by a stage that does not wait for the writer, works by luck: those are findings, not silent races.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from twinklr.core.pipeline.graph import Graph


class StateWitness:
    """Hears of every read and write of state in one run.

    Args:
        graph: Who waits for whom.
        answers: Answers to questions, by id; kept here since views of the context reach them through this object.
        state: The state as it stands.
        find: Takes a finding.
    """

    def __init__(
        self, graph: Graph, answers: dict[str, Any], state: Mapping[str, Any], find: Callable[[str], None]
    ) -> None:
        self.answers = answers
        self._graph = graph
        self._state = state
        self._find = find
        self._writers: dict[str, tuple[str, int | None]] = {}
        self._missed: set[tuple[str, str]] = set()

    def wrote(self, key: str, stage_id: str, item: int | None) -> None:
        """A stage, or one of its items, wrote a key."""
        previous = self._writers.get(key)
        self._writers[key] = (stage_id, item)
        if previous is None or previous == (stage_id, item):
            return
        if previous[0] == stage_id:
            self._find(
                f"stage {stage_id!r}: several items write state {key!r}, so its value is left to chance; "
                "return it as the item's output instead"
            )
        elif not self._ordered(previous[0], stage_id):
            self._find(
                f"stage {stage_id!r}: writes state {key!r}, as does {previous[0]!r}, and neither waits for the other, "
                "so its value is left to chance; use two keys, or make one an input of the other"
            )

    def read(self, key: str, stage_id: str, known: bool, bare: bool) -> None:
        """A stage, or its condition, read a key; see `RunLink`."""
        writer = self._writers.get(key)
        if known:
            if writer is not None and writer[0] != stage_id and not self._ordered(writer[0], stage_id):
                self._find(
                    f"stage {stage_id!r}: reads state {key!r} of {writer[0]!r}, which is not upstream, so it may not "
                    f"be there yet; add {writer[0]!r} to its inputs"
                )
        elif bare and (stage_id, key) not in self._missed:
            self._missed.add((stage_id, key))
            keys = sorted(self._state)  # copied at once: stages on threads may write meanwhile
            near = get_close_matches(key, keys, 1, 0.4)
            written = ", ".join(keys[:10]) or "nothing"
            hint = f"did you mean {near[0]!r}?" if near else f"written so far: {written}."
            self._find(
                f"stage {stage_id!r}: reads state {key!r}, which no upstream stage wrote; {hint} Let an upstream stage "
                f"call context.set_state({key!r}, ...), or read it with a default: get_state({key!r}, False)"
            )

    def _ordered(self, first: str, second: str) -> bool:
        one, other = self._graph.index.get(first), self._graph.index.get(second)
        if one is None or other is None:
            return True
        return self._graph.is_upstream(one, other) or self._graph.is_upstream(other, one)
