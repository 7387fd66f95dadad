"""Compiled loops where neither the package nor the home folder can be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twinklr.core import compiled

USE_A_LOOP = """
import os
import numpy as np
from twinklr.core.effects.history import one_share
print(one_share(np.uint64(1), 2, 3), os.environ["NUMBA_CACHE_DIR"])
"""


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A copy of the package in which nothing compiled can be kept: a file lies where each folder for it would."""
    source = Path(compiled.__file__).parents[1]
    root = tmp_path / "sealed"
    shutil.copytree(source / "core", root / "twinklr" / "core", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [root / "twinklr" / "core", *(path for path in root.rglob("*") if path.is_dir())]:
        (folder / "__pycache__").touch()
    return root


@pytest.mark.slow
@pytest.mark.parametrize("ours_can_be_written", [True, False])
def test_loops_work_where_nothing_can_be_kept(sealed: Path, tmp_path: Path, ours_can_be_written: bool) -> None:
    (tmp_path / "home").touch()
    ours = tmp_path / "home" / "cache" if not ours_can_be_written else tmp_path / "ours"
    env = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    env |= {
        "PYTHONPATH": str(sealed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "home" / "cache"),
        "TWINKLR_CACHE_DIR": str(ours),
    }
    done = subprocess.run([sys.executable, "-c", USE_A_LOOP], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    share, folder = done.stdout.split()
    assert 0.0 <= float(share) < 1.0
    if ours_can_be_written:
        assert Path(folder) == ours / "compiled"
        assert list(ours.rglob("*.nbi"))
    else:
        assert not Path(folder).exists()


def test_a_folder_the_user_named_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    compiled.choose_cache_folder()
    assert os.environ["NUMBA_CACHE_DIR"] == "mine"
