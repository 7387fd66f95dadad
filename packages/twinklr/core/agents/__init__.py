"""Agents: who decides. The ports, the offline rules, the place of a language model, and the loops around them."""

from twinklr.core.agents.journal import LlmLogger, create_llm_logger
from twinklr.core.agents.offline import OfflineProvider
from twinklr.core.agents.openai import OpenAIProvider
from twinklr.core.agents.orchestrator import GroupPlanner, MacroPlanner, PlanResult
from twinklr.core.agents.phase_one import run_audio_profile, run_lyrics_async
from twinklr.core.agents.ports import Attempt, Judge, Planner, Task, Verdict

__all__ = [
    "Attempt",
    "GroupPlanner",
    "Judge",
    "LlmLogger",
    "MacroPlanner",
    "OfflineProvider",
    "OpenAIProvider",
    "PlanResult",
    "Planner",
    "Task",
    "Verdict",
    "create_llm_logger",
    "run_audio_profile",
    "run_lyrics_async",
]
