"""The pipeline framework: declare stages, get dataflow, retries, caching, resume and tracing. See README.md."""

from twinklr.core.pipeline.clock import Clock, SystemClock
from twinklr.core.pipeline.codec import Artifact
from twinklr.core.pipeline.context import PipelineContext, StateKey
from twinklr.core.pipeline.definition import (
    CachePolicy,
    ExecutionPattern,
    PipelineDefinition,
    Stage,
    StageDefinition,
)
from twinklr.core.pipeline.events import (
    AttemptFailed,
    Event,
    ItemFinished,
    JsonLines,
    MetricsTable,
    Observer,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
)
from twinklr.core.pipeline.executor import PipelineExecutor
from twinklr.core.pipeline.faults import (
    BudgetExceeded,
    PipelineError,
    PipelineValidationError,
    StageTimeout,
    StoreError,
)
from twinklr.core.pipeline.limits import Budget, CancelToken, RateLimiter
from twinklr.core.pipeline.policy import RetryConfig, RetryPolicy, TenacityPolicy
from twinklr.core.pipeline.result import PipelineResult, Question, RunStatus, StageResult, StageStatus

__all__ = [
    "Artifact",
    "AttemptFailed",
    "Budget",
    "BudgetExceeded",
    "CachePolicy",
    "CancelToken",
    "Clock",
    "Event",
    "ExecutionPattern",
    "ItemFinished",
    "JsonLines",
    "MetricsTable",
    "Observer",
    "PipelineContext",
    "PipelineDefinition",
    "PipelineError",
    "PipelineExecutor",
    "PipelineResult",
    "PipelineValidationError",
    "Question",
    "RateLimiter",
    "RetryConfig",
    "RetryPolicy",
    "RunFinished",
    "RunStarted",
    "RunStatus",
    "Stage",
    "StageDefinition",
    "StageFinished",
    "StageResult",
    "StageStarted",
    "StageStatus",
    "StageTimeout",
    "StateKey",
    "StoreError",
    "SystemClock",
    "TenacityPolicy",
]
