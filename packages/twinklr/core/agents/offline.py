"""`OfflineProvider`: decides by rules and a seed. No key, no network, under a millisecond a plan, equal on repeat.

It is the default, the fallback when a language model fails, and the baseline one must beat.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from twinklr.core.agents.casting import cast_group
from twinklr.core.agents.listening import describe_lyrics, describe_song
from twinklr.core.agents.ports import Answer, Attempt, Task, Verdict
from twinklr.core.agents.staging import stage_show
from twinklr.core.audio.bundle import SongBundle
from twinklr.core.errors import ProviderError
from twinklr.core.planning import AudioProfile, GroupPlanningContext, LyricContext, PlanningContext

_Seeded = TypeVar("_Seeded", PlanningContext, GroupPlanningContext)


class OfflineProvider:
    """Answers every task by rules.

    Args:
        seed: Taken for contexts that carry no seed of their own (0); the same seed gives the same plans.

    Example:
        >>> OfflineProvider(seed=7)
        OfflineProvider(seed=7)
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def __repr__(self) -> str:
        return f"OfflineProvider(seed={self.seed})"

    @property
    def name(self) -> str:
        """Short name for reports."""
        return "offline"

    async def plan(self, task: Task[Answer], previous: Attempt[Answer] | None = None) -> Answer:
        """Answer a task; asked again it answers the same, so ``previous`` changes nothing.

        Raises:
            ProviderError: If there are no rules for what is asked.
        """
        answer = self._decide(task.answer, task.context)
        if not isinstance(answer, task.answer):
            raise ProviderError(
                f"the offline rules do not answer {task.answer.__name__}",
                where=task.agent,
                cure="ask a provider that does",
            )
        return answer

    async def judge(self, task: Task[Answer], answer: Answer) -> Verdict:
        """Rules have no taste: what passes the checks gets full marks."""
        return Verdict(score=10.0)

    def _decide(self, answer: type[BaseModel], context: BaseModel) -> BaseModel | None:
        if isinstance(context, SongBundle):
            rule = {AudioProfile: describe_song, LyricContext: describe_lyrics}.get(answer)
            return rule(context) if rule is not None else None
        if isinstance(context, PlanningContext):
            return stage_show(self._seeded(context))
        if isinstance(context, GroupPlanningContext):
            return cast_group(self._seeded(context))
        return None

    def _seeded(self, context: _Seeded) -> _Seeded:
        return context if context.seed or not self.seed else context.model_copy(update={"seed": self.seed})
