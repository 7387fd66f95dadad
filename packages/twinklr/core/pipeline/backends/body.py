"""The part of a stage that does the work, ready to be called anywhere, and the interface of the places to call it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from twinklr.core.pipeline.context import PipelineContext


@dataclass(frozen=True, slots=True)
class Body:
    """A stage's ``execute``, or a function, and how to call it.

    Attributes:
        function: What is called.
        takes: How many of ``(input, context)`` it takes.
        is_async: Whether calling it gives something to await.
    """

    function: Callable[..., Any]
    takes: int
    is_async: bool

    @classmethod
    def of(cls, stage: Any) -> Body:
        """Look at a stage object or function once, before anything runs."""
        function = getattr(stage, "execute", stage)
        target = getattr(function, "func", function)  # functools.partial
        called = getattr(type(target), "__call__", None)  # noqa: B004 - its kind is asked for, not whether there is one
        is_async = inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(called)
        return cls(function, _positional(function), is_async)

    def __call__(self, value: Any, context: PipelineContext) -> Any:
        """Call it with as many arguments as it takes."""
        if self.takes == 2:
            return self.function(value, context)
        return self.function(value) if self.takes else self.function()

    def misfit(self) -> str:
        """Why it cannot be called that way; empty where it can."""
        try:
            inspect.signature(self.function).bind(*[None] * self.takes)
        except TypeError as error:
            return str(error)
        except ValueError:  # some builtins have no signature
            return ""
        return ""


def _positional(function: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some builtins have no signature; they take what they work on
        return 1
    kinds = [parameter.kind for parameter in parameters if parameter.default is parameter.empty]
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return 2
    count = sum(kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds)
    named = [parameter.name for parameter in parameters]
    # A parameter with a default is ours only if it is called what we hand in: (input, context=None).
    return 2 if "context" in named[1:2] else min(2, max(count, int(bool(named) and named[0] == "input")))


class Backend(Protocol):
    """A place where stages run."""

    async def call(self, body: Body, value: Any, context: PipelineContext) -> Any:
        """Run the body and give what it returned; raise what it raised. Must stop soon when cancelled."""

    def close(self) -> None:
        """The run is over: let go of everything."""
