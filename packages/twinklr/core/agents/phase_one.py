"""The first two decisions about a song, independent of each other: its profile and its words."""

from __future__ import annotations

from twinklr.core.agents.journal import LlmLogger
from twinklr.core.agents.ports import Planner, Task
from twinklr.core.audio.bundle import SongBundle
from twinklr.core.planning import AudioProfile, LyricContext


async def run_audio_profile(
    bundle: SongBundle,
    provider: Planner,
    llm_logger: LlmLogger | None = None,
    model: str = "offline",
    temperature: float = 0.7,
) -> AudioProfile:
    """Describe a song for planners.

    Args:
        bundle: What was heard.
        provider: Who describes it.
        llm_logger: Journal for requests to a language model.
        model: Name of the language model, for providers that ask one.
        temperature: How freely it may choose, 0..2.

    Raises:
        ProviderError: If the provider does not answer usefully.
    """
    return await provider.plan(Task("audio_profile", bundle, AudioProfile, model, temperature))


async def run_lyrics_async(
    bundle: SongBundle,
    provider: Planner,
    llm_logger: LlmLogger | None = None,
    model: str = "offline",
    temperature: float = 0.7,
) -> LyricContext:
    """Read the words of a song for planners; an empty context where it has none.

    Args:
        bundle: What was heard.
        provider: Who reads them.
        llm_logger: Journal for requests to a language model.
        model: Name of the language model, for providers that ask one.
        temperature: How freely it may choose, 0..2.

    Raises:
        ProviderError: If the provider does not answer usefully.
    """
    return await provider.plan(Task("lyrics", bundle, LyricContext, model, temperature))
