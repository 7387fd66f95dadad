"""The journal of language-model requests: one JSON line each, failures included, readable by its owner only.

Keys and tokens are struck out before anything is written. A run that asks no model writes no file.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twinklr.core.errors import OutputError

JOURNAL_VERSION = 1
STRUCK_OUT = "***"
_SECRET_NAMES = re.compile(r"api[_-]?key|authorization|token$|secret|password", re.IGNORECASE)
_SECRET_VALUES = re.compile(
    r"(?:sk|pk|rk|gsk|xai)-[A-Za-z0-9_\-]{8,}|AIza[0-9A-Za-z_\-]{20,}|(?<=Bearer )[A-Za-z0-9._\-]{8,}"
)


def redact(value: Any) -> Any:
    """A copy without keys: values under telling names, and texts that look like keys.

    Example:
        >>> redact({"api_key": "abc", "text": "Bearer abcdefgh12", "n": 1})
        {'api_key': '***', 'text': 'Bearer ***', 'n': 1}
    """
    if isinstance(value, Mapping):
        return {
            str(name): STRUCK_OUT if _SECRET_NAMES.search(str(name)) and item is not None else redact(item)
            for name, item in value.items()
        }
    if isinstance(value, str):
        return _SECRET_VALUES.sub(STRUCK_OUT, value)
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value


class LlmLogger:
    """Writes the journal.

    Args:
        path: The file, made at the first entry with mode 0600; None keeps nothing.
        clock: Seconds since the epoch.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock

    def log(self, agent: str, **entry: Any) -> None:
        """Write one line: who asked, and whatever else is known (model, request, response, usage, error ...).

        Raises:
            OutputError: If the file cannot be written.
        """
        if self.path is None:
            return
        line = {"version": JOURNAL_VERSION, "at": round(self._clock(), 3), "agent": agent, **redact(entry)}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        except OSError as error:
            raise OutputError(
                f"the journal cannot be written ({error.strerror})", where=self.path, cure="choose another folder"
            ) from error


def create_llm_logger(output_dir: str | Path | None = None, *, file_name: str = "llm.jsonl") -> LlmLogger:
    """A journal in a folder; without a folder one that keeps nothing.

    Example:
        >>> create_llm_logger().path is None
        True
    """
    return LlmLogger(Path(output_dir) / file_name if output_dir is not None else None)
