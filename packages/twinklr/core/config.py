"""What a run is told: the application's settings and one job's settings, as frozen models.

`AppConfig` is about this machine and user (where the cache lies, how many workers), `JobConfig` about one show
(frame rate, seed, which model plans). Both have defaults for everything, so ``AppConfig()`` and ``JobConfig()`` run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AudioConfig(_Frozen):
    """Bounds and corrections of the audio analysis."""

    max_duration_s: float = Field(default=7200.0, gt=0, description="Longer files are refused.")


def default_cache_dir() -> Path:
    """``$TWINKLR_CACHE_DIR`` where set, else the user's cache folder as the system has it."""
    return Path(os.environ.get("TWINKLR_CACHE_DIR") or platformdirs.user_cache_dir("twinklr"))


class AppConfig(_Frozen):
    """Settings of this machine and user, the same for every show."""

    cache_dir: Path = Field(default_factory=default_cache_dir)
    audio: AudioConfig = AudioConfig()


class AgentModelConfig(_Frozen):
    """Which language model one agent asks, and how."""

    model: str = "offline"
    temperature: float = Field(default=0.7, ge=0.0, le=2.0)


class AgentConfig(_Frozen):
    """The agents that decide: the planner and the judge of its plans."""

    plan_agent: AgentModelConfig = AgentModelConfig()
    judge_agent: AgentModelConfig = AgentModelConfig(temperature=0.2)
    max_rounds: int = Field(default=3, ge=1, le=10, description="Plan-judge rounds per plan at most.")


class JobConfig(_Frozen):
    """Settings of one show."""

    seed: int = Field(default=0, ge=0, description="The same inputs and seed give the same show, byte for byte.")
    fps: Literal[20, 40] = 40
    lyrics_path: Path | None = None
    corrections_path: Path | None = Field(default=None, description="What the user knows better of the song.")
    beats_path: Path | None = Field(default=None, description="Beats found by another program; or 'beat-this'.")
    stems_dir: Path | None = Field(default=None, description="The song taken apart; or 'demucs'.")
    agent: AgentConfig = AgentConfig()

    @property
    def frame_ms(self) -> int:
        """Length of one frame in milliseconds: 25 at 40 frames a second, 50 at 20."""
        return 1000 // self.fps
