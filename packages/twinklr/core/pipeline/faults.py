"""What the framework raises on purpose.

A stage never lets one of these out of `PipelineExecutor.execute`: what happens inside a stage ends as a
`StageResult`. These come from calls you make yourself.

* `PipelineError`: a run did not end well and you asked for an exception (`PipelineResult.raise_for_failure`).
* `PipelineValidationError`: the definition itself cannot run; the message holds every finding.
* `StageTimeout`: kept in `StageResult.exception` when an attempt or a stage took too long.
* `BudgetExceeded`: a stage spent more than `Budget` allows.
* `StoreError`: a value cannot be stored, or what was stored cannot be read back; names the field.
"""

from __future__ import annotations

from collections.abc import Sequence


class PipelineError(Exception):
    """A run failed, was cancelled, or waits for an answer; the base of everything here."""


class PipelineValidationError(PipelineError, ValueError):
    """The definition cannot run.

    Attributes:
        findings: Every problem, each naming the stage, the cause and the cure.
    """

    def __init__(self, pipeline: str, findings: Sequence[str]) -> None:
        self.pipeline = pipeline
        self.findings = list(findings)
        lines = "".join(f"\n  - {finding}" for finding in findings)
        super().__init__(f"pipeline {pipeline!r} cannot run:{lines}")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the findings when the error crosses a process border."""
        return type(self), (self.pipeline, self.findings)


class StageTimeout(PipelineError, TimeoutError):
    """An attempt, or all attempts together, took longer than the definition allows."""


class BudgetExceeded(PipelineError):
    """A stage asked for more than is left of a `Budget`."""


class StoreError(PipelineError):
    """A value cannot be stored, or a stored one cannot be restored."""
