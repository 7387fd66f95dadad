"""`OpenAIProvider`: the place of a language model. Not built in yet: it takes its key, keeps it to itself, and says so.

It exists so that scripts written for it run up to the first question, and then fail with one clear line.
"""

from __future__ import annotations

from twinklr.core.agents.ports import Answer, Attempt, Task, Verdict
from twinklr.core.errors import ProviderError


class OpenAIProvider:
    """Would ask an OpenAI-compatible service. Every call raises `ProviderError` in this version.

    Args:
        api_key: The key; never shown, logged or written anywhere.
        base_url: Another service that speaks the same protocol.

    Example:
        >>> OpenAIProvider(api_key="secret")
        OpenAIProvider(api_key=***)
    """

    __slots__ = ("_api_key", "base_url")

    def __init__(self, api_key: str | None = None, *, base_url: str | None = None) -> None:
        self._api_key = api_key
        self.base_url = base_url

    def __repr__(self) -> str:
        return f"OpenAIProvider(api_key={'***' if self._api_key else None})"

    def __reduce__(self) -> str:
        """Refuse to be pickled: the key must not reach a cache or another process.

        Raises:
            TypeError: Always.
        """
        raise TypeError("OpenAIProvider holds a key and cannot be pickled; make one where it is used")

    @property
    def name(self) -> str:
        """Short name for reports."""
        return "openai"

    async def plan(self, task: Task[Answer], previous: Attempt[Answer] | None = None) -> Answer:
        """Refuse.

        Raises:
            ProviderError: Always, with the cure.
        """
        raise self._not_built_in(task.agent)

    async def judge(self, task: Task[Answer], answer: Answer) -> Verdict:
        """Refuse.

        Raises:
            ProviderError: Always, with the cure.
        """
        raise self._not_built_in(task.agent)

    def _not_built_in(self, agent: str) -> ProviderError:
        return ProviderError(
            "the OpenAI provider is not built in yet",
            where=agent,
            cure="use OfflineProvider() or `--provider offline`, which needs no key",
        )
