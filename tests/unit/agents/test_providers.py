"""Providers keep secrets, say what is missing, and their answers are checked, fed back and replaced by the rules'."""

from __future__ import annotations

import asyncio
import json
import pickle
import stat
from pathlib import Path

import pytest

from support.songs import small_song
from twinklr.core.agents import (
    Attempt,
    MacroPlanner,
    OfflineProvider,
    OpenAIProvider,
    Planner,
    Task,
    Verdict,
    create_llm_logger,
    run_audio_profile,
)
from twinklr.core.agents.journal import LlmLogger, redact
from twinklr.core.agents.listening import describe_song
from twinklr.core.agents.ports import Answer
from twinklr.core.config import AgentConfig
from twinklr.core.errors import OutputError, ProviderError
from twinklr.core.planning import MacroPlan, PlanningContext, read_display_groups
from unit.choreography.small_show import small_groups

KEY = "sk-verysecretkey0123456789"


def _context() -> PlanningContext:
    return PlanningContext(
        audio_profile=describe_song(small_song()), display_groups=read_display_groups(small_groups())
    )


def test_the_openai_provider_says_it_is_not_built_in() -> None:
    provider = OpenAIProvider(api_key=KEY)
    with pytest.raises(ProviderError) as caught:
        asyncio.run(run_audio_profile(small_song(), provider))
    message = str(caught.value)
    assert "not built in yet" in message
    assert "--provider offline" in message
    assert KEY not in message


def test_the_key_shows_nowhere() -> None:
    provider = OpenAIProvider(api_key=KEY)
    assert KEY not in repr(provider)
    assert KEY not in str(provider)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(provider)


def test_both_providers_are_planners() -> None:
    assert isinstance(OfflineProvider(), Planner)
    assert isinstance(OpenAIProvider(), Planner)


class Stubborn:
    """A planner that answers from a list, and remembers what it was told."""

    def __init__(self, *answers: MacroPlan) -> None:
        self.answers = list(answers)
        self.heard: list[Attempt[MacroPlan] | None] = []

    @property
    def name(self) -> str:
        """Name in reports."""
        return "stubborn"

    async def plan(self, task: Task[Answer], previous: Attempt[Answer] | None = None) -> Answer:
        """The next answer; the last one for ever."""
        self.heard.append(previous)  # type: ignore[arg-type]
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        assert isinstance(answer, task.answer)
        return answer


class Strict:
    """A judge with scores by palette."""

    async def judge(self, task: Task[Answer], answer: Answer) -> Verdict:
        """Likes one palette only."""
        assert isinstance(answer, MacroPlan)
        return Verdict(score=9.0 if answer.palette == "ice" else 3.0)


def _good(context: PlanningContext) -> MacroPlan:
    return asyncio.run(MacroPlanner().run(context)).plan


def test_findings_go_back_until_the_plan_passes() -> None:
    context = _context()
    good = _good(context)
    provider = Stubborn(good.model_copy(update={"palette": "mud"}), good)
    result = asyncio.run(MacroPlanner(provider).run(context))
    assert (result.plan, result.source, result.rounds, result.findings) == (good, "stubborn", 2, ())
    assert provider.heard[0] is None
    assert provider.heard[1] is not None
    assert "mud" in provider.heard[1].findings[0].what


def test_the_rules_step_in_for_a_plan_that_never_passes(tmp_path: Path) -> None:
    context = _context()
    bad = _good(context).model_copy(update={"palette": "mud"})
    journal = create_llm_logger(tmp_path)
    provider = Stubborn(bad)
    result = asyncio.run(MacroPlanner(provider, journal).run(context))
    assert result.source == "offline"
    assert result.findings == ()
    assert len(provider.heard) == 2, "an answer that does not change ends the rounds"
    assert "mud" in (tmp_path / "llm.jsonl").read_text()


def test_the_best_of_the_rounds_is_kept() -> None:
    context = _context()
    good = _good(context)
    liked = good.model_copy(update={"palette": "ice"})
    disliked = [good.model_copy(update={"palette": name}) for name in ("rock", "flag")]
    planner = MacroPlanner(Stubborn(disliked[0], liked, disliked[1]), judge=Strict(), config=AgentConfig(max_rounds=3))
    result = asyncio.run(planner.run(context))
    assert result.plan == liked
    assert result.score == 9.0


def test_the_journal_is_private_and_holds_no_keys(tmp_path: Path) -> None:
    journal = LlmLogger(tmp_path / "deep" / "llm.jsonl", clock=lambda: 12.5)
    journal.log("macro_plan", model="m", request={"headers": {"Authorization": f"Bearer {KEY}"}, "text": f"key {KEY}"})
    journal.log("macro_plan", error="timed out", usage={"input_tokens": 12})
    assert journal.path is not None
    text = journal.path.read_text()
    assert KEY not in text
    first, second = map(json.loads, text.splitlines())
    assert (first["at"], first["agent"], first["version"]) == (12.5, "macro_plan", 1)
    assert second["usage"] == {"input_tokens": 12}
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_run_without_requests_writes_no_journal(tmp_path: Path) -> None:
    asyncio.run(MacroPlanner(OfflineProvider(), create_llm_logger(tmp_path)).run(_context()))
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="journal"):
        create_llm_logger(tmp_path / "file").log("x")


def test_redaction_reaches_into_lists() -> None:
    assert redact([{"password": "p", "n": [f"x {KEY}"]}]) == [{"password": "***", "n": ["x ***"]}]
