"""The demo scripts: with the framework and by hand, the same plans and the same sequence."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from support.scripts import load_script
from twinklr.core.pipeline import example_usage


def _script(repository: Path, name: str) -> ModuleType:
    return load_script(repository / "scripts" / f"{name}.py")


@pytest.mark.slow
def test_both_scripts_make_the_same_show(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _script(repository, "demo_sequencer_pipeline").main(["--out", str(tmp_path / "new")]) == 0
    assert "Pipeline completed!" in capsys.readouterr().out
    assert _script(repository, "demo_sequencer_pipeline_old").main(["--out", str(tmp_path / "old")]) == 0
    for name in ("plan.json", "demo_song.xsq"):
        new, old = ((tmp_path / folder / name).read_bytes() for folder in ("new", "old"))
        assert new == old, name


@pytest.mark.parametrize("name", ["demo_sequencer_pipeline", "demo_sequencer_pipeline_old"])
def test_a_missing_song_fails_with_one_line_for_the_stage(
    name: str, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _script(repository, name).main([str(tmp_path / "no.mp3"), "--out", str(tmp_path / "out")]) == 1
    out = capsys.readouterr().out
    assert "audio" in out
    assert "no.mp3" in out
    assert "Traceback" not in out
    assert not (tmp_path / "out").exists()


def test_the_new_script_is_about_a_hundred_lines(repository: Path) -> None:
    lengths = [
        len((repository / "scripts" / f"{name}.py").read_text().splitlines())
        for name in ("demo_sequencer_pipeline", "demo_sequencer_pipeline_old")
    ]
    assert lengths[0] < 110
    assert lengths[1] > 250


def test_the_example_runs_offline_without_a_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert example_usage.main([]) == 0
    out = capsys.readouterr().out
    assert "palette:" in out
    assert "mega_tree=" in out


def test_the_example_says_what_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert example_usage.main([str(tmp_path / "no.ogg")]) == 1
    assert "no.ogg" in capsys.readouterr().err
