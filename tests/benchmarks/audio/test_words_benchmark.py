"""Tables of aligned lyrics and vocal activity against songs whose words are known, and how honest confidence is.

    uv run --group bench pytest tests/benchmarks/audio/test_words_benchmark.py -m benchmark -s

Another folder of songs with truth files is measured with ``TWINKLR_TRUTH=FOLDER``.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.audio.word_tables import KINDS, WordScores, calibration, score_folder, table

pytestmark = [pytest.mark.benchmark, pytest.mark.reference]

LEAST = {"timed": 0.84, "text": 0.68}
LEAST_VOICE = 0.90


def test_words_and_voice(reference: Path) -> None:
    rows = score_folder(Path(os.environ.get("TWINKLR_TRUTH", reference / "music" / "truth")))
    print("\n" + table(rows) + "\n" + calibration(rows))
    for kind in KINDS:
        right = [scores.right for row in rows.values() if isinstance(scores := row[kind], WordScores)]
        assert np.mean(right) >= LEAST[kind]
    assert np.mean([float(row["voice"]) for row in rows.values() if isinstance(row["voice"], float)]) >= LEAST_VOICE
