"""What a person sees while a show is made: progress, plain lines, JSON, quiet, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

STAGES = ["audio", "display", "profile", "macro", "groups", "choreograph", "render", "score", "export"]


def test_without_a_terminal_each_stage_is_a_plain_line(twinklr, song, demo_show, tmp_path):
    outcome = twinklr("run", song, "--show", demo_show, "--out", tmp_path)

    assert outcome.code == 0
    assert "\x1b[" not in outcome.err
    for stage in STAGES:
        assert any(stage in line for line in outcome.err.splitlines()), stage
    assert "beats.xsq" in outcome.out


def test_quiet_says_nothing(twinklr, song, demo_show, tmp_path):
    outcome = twinklr("run", song, "--show", demo_show, "--out", tmp_path, "--quiet")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_json_is_one_object(twinklr, song, demo_show, tmp_path):
    outcome = twinklr("run", song, "--show", demo_show, "--out", tmp_path, "--json")

    told = json.loads(outcome.out)
    assert told["folder"] == str(tmp_path / "beats")
    assert 0 <= told["score"]["total"] <= 100
    assert all(Path(file).exists() for file in told["files"])


def test_ctrl_c_stops_at_once_and_leaves_nothing(demo_show, repository, tmp_path, cache_dir):
    command = [
        sys.executable, "-m", "twinklr.cli.main", "run", str(repository / "examples" / "demo_song.ogg"),
        "--show", str(demo_show), "--out", str(tmp_path / "out"), "--fresh",
    ]  # fmt: skip
    environment = os.environ | {"TWINKLR_CACHE_DIR": str(cache_dir)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "display" in line:
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        code = process.wait(timeout=30)

    assert code == 130
    assert "nothing was written" in said
    assert not (tmp_path / "out").exists()
