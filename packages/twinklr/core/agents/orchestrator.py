"""The loop around a planner: ask, check, ask again with the findings, keep the best, fall back to the rules.

`MacroPlanner` does it for the whole display, `GroupPlanner` for one group. Whether a plan is good enough is computed
here from checks and the judge's score; nobody who answers decides that about himself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from pydantic import BaseModel

from twinklr.core.agents.journal import LlmLogger, create_llm_logger
from twinklr.core.agents.offline import OfflineProvider
from twinklr.core.agents.ports import Answer, Attempt, Judge, Planner, Task
from twinklr.core.config import AgentConfig
from twinklr.core.planning import (
    Finding,
    GroupPlan,
    GroupPlanningContext,
    MacroPlan,
    PlanningContext,
    check_group_plan,
    check_macro_plan,
)

MOST_FINDINGS = 12
"""Findings handed back at a time; more only confuse a model."""

GOOD_ENOUGH = 7.0
"""Judge's score (of 10) from which a plan that passes all checks is taken at once."""


@dataclass(frozen=True, slots=True)
class PlanResult(Generic[Answer]):
    """A plan and how it came about.

    Attributes:
        plan: The plan.
        source: Name of the provider it is from; "offline" where the rules had to step in.
        rounds: How often the provider was asked.
        findings: What checks still find; empty for a plan that passes.
        score: The judge's score, or None where none judged.
    """

    plan: Answer
    source: str
    rounds: int
    findings: tuple[Finding, ...] = ()
    score: float | None = None


@dataclass(slots=True)
class _Loop(Generic[Answer]):
    """Ask, check, judge, repeat."""

    provider: Planner
    judge: Judge | None
    journal: LlmLogger
    rounds: int

    async def run(self, task: Task[Answer], check: Callable[[Answer], Sequence[Finding]]) -> PlanResult[Answer]:
        best: PlanResult[Answer] | None = None
        previous: Attempt[Answer] | None = None
        for attempt in range(1, self.rounds + 1):
            answer = await self.provider.plan(task, previous)
            findings = tuple(check(answer))
            score = None
            if not findings and self.judge is not None:
                score = (await self.judge.judge(task, answer)).score
            result = PlanResult(answer, self.provider.name, attempt, findings, score)
            best = result if best is None or _rank(result) > _rank(best) else best
            if not findings and (score is None or score >= GOOD_ENOUGH):
                break
            if previous is not None and previous.answer == answer:
                break
            previous = Attempt(answer, findings[:MOST_FINDINGS])
        assert best is not None
        return best if not best.findings else await self._fall_back(task, check, best)

    async def _fall_back(
        self, task: Task[Answer], check: Callable[[Answer], Sequence[Finding]], best: PlanResult[Answer]
    ) -> PlanResult[Answer]:
        """The rules' plan instead of one that does not pass, if theirs does."""
        self.journal.log(task.agent, provider=best.source, error="; ".join(map(str, best.findings[:MOST_FINDINGS])))
        rules = OfflineProvider()
        answer = await rules.plan(task)
        findings = tuple(check(answer))
        return PlanResult(answer, rules.name, best.rounds, findings) if len(findings) < len(best.findings) else best


def _rank(result: PlanResult[Answer]) -> tuple[int, float]:
    return -len(result.findings), result.score or 0.0


class _Orchestrator:
    """What both planners share: who is asked, who judges, and how often."""

    def __init__(
        self,
        provider: Planner | None = None,
        llm_logger: LlmLogger | None = None,
        config: AgentConfig | None = None,
        *,
        judge: Judge | None = None,
    ) -> None:
        self.provider = provider if provider is not None else OfflineProvider()
        self.llm_logger = llm_logger if llm_logger is not None else create_llm_logger()
        self.config = config if config is not None else AgentConfig()
        self.judge = judge

    def _task(self, agent: str, context: BaseModel, answer: type[Answer]) -> Task[Answer]:
        model = self.config.plan_agent
        return Task(agent, context, answer, model.model, model.temperature)

    async def _decide(self, task: Task[Answer], check: Callable[[Answer], Sequence[Finding]]) -> PlanResult[Answer]:
        loop: _Loop[Answer] = _Loop(self.provider, self.judge, self.llm_logger, self.config.max_rounds)
        return await loop.run(task, check)


class MacroPlanner(_Orchestrator):
    """Plans the whole display.

    Args:
        provider: Who decides; the offline rules where none is given.
        llm_logger: Journal of requests.
        config: Models, temperatures and the number of rounds.
        judge: Who scores plans that pass the checks, if anyone.
    """

    async def run(self, planning_context: PlanningContext) -> PlanResult[MacroPlan]:
        """Plan the whole display; ``.plan`` of the result is the plan."""
        task = self._task("macro_plan", planning_context, MacroPlan)
        return await self._decide(task, lambda plan: check_macro_plan(plan, planning_context))


class GroupPlanner(_Orchestrator):
    """Plans one group of props at a time; groups are independent of each other and can be planned side by side."""

    async def run_single_group(self, ctx: GroupPlanningContext) -> PlanResult[GroupPlan]:
        """Plan one group; ``.plan`` of the result is the plan."""
        task = self._task("group_plan", ctx, GroupPlan)
        return await self._decide(task, lambda plan: check_group_plan(plan, ctx))
