"""The command line in a process of its own state: a cache folder per test session, and a small song."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.audio_files import write_beats
from twinklr.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """What a command gave back."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def twinklr(cache_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run the command line as a user would: ``twinklr("run", song, "--show", folder)``."""
    monkeypatch.setenv("TWINKLR_CACHE_DIR", str(cache_dir))

    def run(*arguments: str | Path) -> Outcome:
        code = main([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return Outcome(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_beats(tmp_path_factory.mktemp("song") / "beats.wav")


@pytest.fixture(scope="session")
def demo_show(repository: Path) -> Path:
    return repository / "examples" / "demo_show"
