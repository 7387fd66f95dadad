"""The ports of deciding: what a provider is asked, and what it must answer. Nothing here knows who answers.

A `Planner` answers a `Task` with an object of the task's output type; a `Judge` gives a plan a score and findings.
The offline rules implement both; a language model is another implementation, and planning code never notices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from twinklr.core.planning import Finding

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Task(Generic[Answer]):
    """One thing to decide.

    Attributes:
        agent: Who asks: audio_profile, lyrics, macro_plan or group_plan.
        context: All that is known, one frozen model.
        answer: The type the answer must have.
        model: Name of the language model to ask; "offline" asks none.
        temperature: How freely a model may choose, 0..2.
    """

    agent: str
    context: BaseModel
    answer: type[Answer]
    model: str = "offline"
    temperature: float = 0.7


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Answer]):
    """An earlier answer to a task and what was wrong with it, handed back for a better one."""

    answer: Answer
    findings: tuple[Finding, ...]


class Verdict(BaseModel):
    """What a judge thinks of a plan. Whether it is accepted is computed from the score, not asked."""

    model_config = ConfigDict(frozen=True)

    score: float = Field(ge=0.0, le=10.0)
    findings: tuple[str, ...] = Field(default=(), max_length=12)


@runtime_checkable
class Planner(Protocol):
    """Answers tasks. Implementations raise `ProviderError` when they cannot."""

    @property
    def name(self) -> str:
        """Short name for reports: "offline", "openai"."""
        ...

    async def plan(self, task: Task[Answer], previous: Attempt[Answer] | None = None) -> Answer:
        """Answer a task; ``previous`` is an answer that did not pass, with its findings."""
        ...


@runtime_checkable
class Judge(Protocol):
    """Gives plans a score."""

    async def judge(self, task: Task[Answer], answer: Answer) -> Verdict:
        """Score an answer that has passed all checks."""
        ...
