"""``twinklr cache`` and ``twinklr pipeline``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from twinklr.cli.main import main
from twinklr.core.pipeline import ExecutionPattern, PipelineDefinition, PipelineExecutor, StageDefinition


async def big(value: int, context: Any) -> bytes:
    return bytes(value)


def definition() -> PipelineDefinition:
    each = StageDefinition("each", big, ExecutionPattern.FAN_OUT, ["input"], cache=True, description="Make bytes.")
    return PipelineDefinition("bytes", [each, StageDefinition("end", len, inputs=["each"], critical=False)])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    executor = PipelineExecutor(store=tmp_path / "store")
    assert asyncio.run(executor.execute(definition(), [50_000, 60_000])).success
    return tmp_path / "store"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    found = capsys.readouterr()
    return code, found.out + found.err


def test_cache_show(store: Path, capsys: pytest.CaptureFixture[str]):
    code, out = run(capsys, "cache", "show", "--dir", str(store))
    assert code == 0
    assert "each        2 entries" in out
    assert "3 entries" in out


def test_cache_prune(store: Path, capsys: pytest.CaptureFixture[str]):
    assert run(capsys, "cache", "prune", "--dir", str(store))[0] == 2
    code, out = run(capsys, "cache", "prune", "--dir", str(store), "--older-than", "3 fortnights")
    assert code == 2
    assert "write it like 30d" in out
    assert "forgot 0 entries" in run(capsys, "cache", "prune", "--dir", str(store), "--older-than", "30d")[1]
    assert "forgot 2 entries" in run(capsys, "cache", "prune", "--dir", str(store), "--max-size", "0.05MB")[1]


def test_cache_verify(store: Path, capsys: pytest.CaptureFixture[str]):
    assert run(capsys, "cache", "verify", "--dir", str(store)) == (0, "everything is whole\n")
    next((store / "blobs").glob("*/*")).write_bytes(b"ruined")
    code, out = run(capsys, "cache", "verify", "--dir", str(store))
    assert code == 1
    assert "is damaged" in out
    assert run(capsys, "cache", "verify", "--repair", "--dir", str(store))[0] == 0
    assert run(capsys, "cache", "verify", "--dir", str(store))[0] == 0


def test_where_nothing_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for command in (["cache", "show"], ["cache", "verify"], ["pipeline", "history"]):
        assert "nothing is kept in" in run(capsys, *command, "--dir", str(tmp_path))[1]


def test_a_ruined_store_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "index.db").mkdir()
    assert run(capsys, "cache", "show", "--dir", str(tmp_path))[0] == 0
    (tmp_path / "index.db").rmdir()
    (tmp_path / "index.db").write_bytes(b"x" * 5000)
    assert "was damaged" in run(capsys, "cache", "verify", "--dir", str(tmp_path))[1]


def test_pipeline_show_and_graph(capsys: pytest.CaptureFixture[str]):
    name = f"{__name__}:definition"
    code, out = run(capsys, "pipeline", "show", name)
    assert code == 0
    assert "each  after input (fan-out, cached)" in out
    assert "end   after each (optional)" in out
    assert "flowchart TD" in run(capsys, "pipeline", "graph", name)[1]
    assert "digraph" in run(capsys, "pipeline", "graph", name, "--format", "dot")[1]
    for wrong in ("nowhere:x", f"{__name__}:nothing", f"{__name__}:Path", "x"):
        assert run(capsys, "pipeline", "show", wrong)[0] == 2


def test_the_pipeline_that_makes_a_show(capsys: pytest.CaptureFixture[str]):
    code, out = run(capsys, "pipeline", "show")
    assert code == 0
    for stage in ("audio", "lyrics", "groups"):
        assert stage in out
    assert "problem:" not in out


def test_history(store: Path, capsys: pytest.CaptureFixture[str]):
    code, out = run(capsys, "pipeline", "history", "--stages", "--dir", str(store))
    assert code == 0
    assert "bytes  succeeded" in out
    assert "0/2 kept" in out


def test_a_pipeline_in_the_current_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "pipeline_of_the_folder.py").write_text(
        "from twinklr.core.pipeline import PipelineDefinition, StageDefinition\n"
        "def mine():\n    return PipelineDefinition('mine', [StageDefinition('only', len)])\n"
        "def wants(more):\n    return more\n"
        "none = PipelineDefinition('none', [])\n"
    )
    (tmp_path / "pipeline_of_ruins.py").write_text("raise ValueError('half written')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    assert "mine: 1 stages" in run(capsys, "pipeline", "show", "pipeline_of_the_folder:mine")[1]
    assert "has no stages" in run(capsys, "pipeline", "show", "pipeline_of_the_folder:none")[1]
    for wrong, words in (
        ("pipeline_of_the_folder:wants", "missing 1 required"),
        ("pipeline_of_ruins:x", "half written"),
    ):
        code, out = run(capsys, "pipeline", "show", wrong)
        assert code == 2
        assert words in out
        assert len(out.splitlines()) == 1
