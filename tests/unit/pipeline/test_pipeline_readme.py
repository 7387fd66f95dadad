"""Every block of the tutorial runs, in order, as one program."""

from __future__ import annotations

import re
from pathlib import Path

import twinklr.core.pipeline

README = Path(twinklr.core.pipeline.__file__).parent / "README.md"


def test_every_block_runs():
    text = README.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "readme"}
    blocks = list(re.finditer(r"```python\n(.*?)```", text, re.DOTALL))
    assert len(blocks) >= 12
    for block in blocks:
        line = text[: block.start(1)].count("\n")
        exec(compile("\n" * line + block.group(1), str(README), "exec"), names)


def test_the_five_questions_of_the_specification_are_answered():
    text = README.read_text(encoding="utf-8")
    for question in (
        "How do I add retry logic?",
        "How do I skip stages conditionally?",
        "How do I share state between stages?",
        "How do I track metrics?",
        "When should I use fan-out vs parallel?",
    ):
        assert f"## {question}" in text
