from __future__ import annotations

import json
from pathlib import Path

import pytest

from twinklr.cli.main import main
from twinklr.core.display import read_display
from unit.display.display_fixtures import yard


def test_inspect_prints_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(yard(tmp_path)), "--draw", str(tmp_path / "a.svg")]) == 0
    text = capsys.readouterr().out
    assert "Upper Gutters" in text
    assert "roof_line" in text
    assert "7 props, 878 nodes" in text
    assert (tmp_path / "a.svg").is_file()


def test_inspect_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(yard(tmp_path)), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["nodes"] == 878
    assert content["props"][3]["role"] == "mega_tree"
    assert {group["role_key"] for group in content["display_groups"]} >= {"arch", "matrix"}


def test_inspect_of_nothing_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path / "nothing")]) == 2
    errors = capsys.readouterr().err.strip()
    assert "no such folder" in errors
    assert "\n" not in errors


def test_roles_without_edit_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roles", str(yard(tmp_path))]) == 0
    assert '# "Upper Gutters" = "roof_line"' in capsys.readouterr().out
    assert not (tmp_path / "twinklr.toml").exists()


def test_roles_edit_force_and_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(yard(tmp_path))
    path = tmp_path / "twinklr.toml"
    assert main(["roles", folder, "--edit"]) == 0
    first = path.read_text(encoding="utf-8")
    assert main(["roles", folder, "--edit"]) == 2
    assert "--force" in capsys.readouterr().err
    path.write_text(first.replace('# "Wall" = "matrix"', '"Wall" = "door"'), encoding="utf-8")
    assert read_display(tmp_path).prop("Wall").role.role.value == "door"
    assert main(["roles", folder, "--edit", "--force"]) == 0
    # What was set stays set; the file before is kept.
    assert '\n"Wall" = "door"' in path.read_text(encoding="utf-8")
    assert '\n"Wall" = "door"' in (tmp_path / "twinklr.toml.bak").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.glob(".*")} == set(), "nothing half-written"
    assert read_display(tmp_path).prop("Wall").role.role.value == "door"
