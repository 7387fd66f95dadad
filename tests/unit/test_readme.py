"""What the README shows is run: its Python, and every command it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from twinklr.cli.main import COMMANDS, twinklr

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", [code for language, code in BLOCKS if language == "python"])
def test_python_runs(code):
    exec(compile(code, str(README), "exec"), {"__name__": "readme"})


def test_every_block_is_of_a_kind_that_is_tested():
    assert {language for language, _ in BLOCKS} == {"sh", "python"}


def test_ci_runs_the_command_that_passes_the_tests():
    commands = [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()]

    assert "python -m pip install uv && uv run twinklr demo" in commands
    assert "python -m pip install uv && uv run pytest" in commands
    assert "python -m pip install uv && uv run pytest" in (README.parent / ".ci" / "run").read_text().splitlines()


def named_commands() -> set[str]:
    text = README.read_text(encoding="utf-8")
    table = re.findall(r"^\| `(twinklr [^|]*)\|", text, re.MULTILINE)
    named = set(re.findall(r"\btwinklr (\w+)", text)) & set(COMMANDS)
    for row in table:
        named |= set(re.findall(r"`(?:twinklr )?(\w+)", row))
    return named


@pytest.mark.parametrize("name", sorted(named_commands()))
def test_a_named_command_is_there_and_explains_itself(name):
    outcome = CliRunner().invoke(twinklr, [name, "--help"])

    assert outcome.exit_code == 0
    assert "Usage: twinklr" in outcome.output


def test_options_in_the_command_table_exist():
    for row in re.findall(r"^\| `(twinklr .*)$", README.read_text(encoding="utf-8"), re.MULTILINE):
        command = shlex.split(row.split("`")[0])[1]
        said = CliRunner().invoke(twinklr, [command, "--help"]).output
        for option in re.findall(r"--\w+", row):
            assert option in said, f"{command} has no {option}"


def test_every_picture_and_link_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
