"""Tables of the analysis against truth, its speed and memory; librosa beside it where it is installed.

    uv run --group bench pytest tests/benchmarks/audio -m benchmark -s

Another folder of songs with truth files is measured with ``TWINKLR_TRUTH=FOLDER``.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from twinklr.core.audio import analyze_song

pytestmark = [pytest.mark.benchmark, pytest.mark.reference]
needs_mir_eval = pytest.mark.skipif(importlib.util.find_spec("mir_eval") is None, reason="needs the group 'bench'")
needs_librosa = pytest.mark.skipif(importlib.util.find_spec("librosa") is None, reason="needs the group 'bench'")

RENDERED = {"beat F": 0.95, "down F": 0.95, "onset": 0.88, "kick": 0.85, "snare": 0.75, "sect .5": 0.65, "sect 3": 0.8}
RENDERED |= {"key": 0.93, "chord": 0.88}
REAL = {"beat F": 0.85, "down F": 0.60}
"""What the mean over the rendered and over the recorded songs must reach."""


def truth_folder(reference: Path) -> Path:
    return Path(os.environ.get("TWINKLR_TRUTH", reference / "music" / "truth"))


@needs_mir_eval
def test_accuracy(reference: Path) -> None:
    from benchmarks.audio.truth_tables import read_truth, score_folder, table

    folder = truth_folder(reference)
    rows = score_folder(folder)
    print("\n" + table(rows))
    kinds = {name: read_truth(folder / f"{name}.json").get("kind") == "real" for name in rows}
    for is_real, bounds in ((True, REAL), (False, RENDERED)):
        chosen = [scores for name, scores in rows.items() if kinds[name] == is_real]
        for name, least in bounds.items() if chosen else ():
            mean = np.mean([scores[name] for scores in chosen if name in scores])
            assert mean >= least, f"{name}: {mean:.3f} < {least}"


@needs_mir_eval
@needs_librosa
def test_beats_beside_librosa(reference: Path) -> None:
    import librosa

    from benchmarks.audio.truth_tables import read_truth, score_beats, table

    folder = truth_folder(reference)
    rows: dict[str, dict[str, float]] = {}
    for path in sorted(folder.glob("*.json")):
        truth, song = read_truth(path), path.with_suffix(".ogg")
        ours = analyze_song(song)
        samples, rate = librosa.load(song, sr=22050)
        theirs = librosa.beat.beat_track(y=samples, sr=rate, units="time")[1]
        rows[f"{path.stem[:9]} ours"] = score_beats(truth, np.array([beat.at_ms / 1000 for beat in ours.beats]))
        rows[f"{path.stem[:9]} librosa"] = score_beats(truth, theirs)
    print("\n" + table(rows))


def librosa_pass(path: Path) -> None:
    """What people usually ask of librosa for a light show."""
    import librosa

    samples, rate = librosa.load(path, sr=22050)
    harmonic, percussive = librosa.effects.hpss(samples)
    librosa.beat.beat_track(y=percussive, sr=rate)
    librosa.onset.onset_detect(y=percussive, sr=rate)
    librosa.feature.chroma_cqt(y=harmonic, sr=rate)
    librosa.feature.mfcc(y=samples, sr=rate)
    librosa.feature.rms(y=samples)
    librosa.feature.spectral_contrast(y=samples, sr=rate)


@needs_librosa
def test_cpu_time_beside_librosa(reference: Path) -> None:
    song = reference / "music" / "truth" / "jingle_pop.ogg"
    analyze_song(song)
    librosa_pass(reference / "music" / "Kevin_MacLeod_-_Vibe_Ace.ogg")
    ours, theirs = [], []
    for _ in range(3):
        began = time.process_time()
        analyze_song(song)
        ours.append(time.process_time() - began)
        began = time.process_time()
        librosa_pass(song)
        theirs.append(time.process_time() - began)
    ratio = min(ours) / min(theirs)
    print(f"\nCPU seconds: ours {min(ours):.2f}, librosa {min(theirs):.2f}, ratio {ratio:.3f}")
    assert ratio < 0.15


def test_memory(reference: Path) -> None:
    song = reference / "music" / "truth" / "Feelings.ogg"
    code = f"""
import re, time
from pathlib import Path
from twinklr.core.audio import analyze_song
began = time.monotonic(); analyze_song({str(song)!r})
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(time.monotonic() - began, peak_kb / 1024)"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    output = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, output.stdout.split())
    print(f"\n288 s of music: {seconds:.2f} s wall, {megabytes:.0f} MB at most")
    assert megabytes < 550
