"""Scores of aligned lyrics and of vocal activity on songs whose words are known, and the calibration of confidence.

    python -m benchmarks.audio.word_tables FOLDER           (from ``tests``; tables)
    python -m benchmarks.audio.word_tables FOLDER --fit     (weights for `sung_words.CHANCE_WEIGHTS`)

A truth file holds ``words`` (start, end, text), and ``lines`` of them or ``downbeats``: then two bars are a line.
Songs are aligned twice: with the times of the lines, and from plain text.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio import SongBundle, analyze_song
from twinklr.core.audio.loudness import music_span, reference_level
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, read_recording
from twinklr.core.audio.sung_net import FRAME_S, hear_singing
from twinklr.core.audio.sung_words import SungWord, chance_features, find_words, sound_scores

Doubles = NDArray[np.float64]
Lines = list[list[tuple[float, float, str]]]
RIGHT_S = 0.3
KINDS = {"timed": ".lrc", "text": ".txt"}


@dataclass(frozen=True)
class WordScores:
    """One song, one kind of sheet: error and confidence of every word."""

    errors_s: Doubles
    confidence: Doubles

    @property
    def right(self) -> float:
        """Share of words within `RIGHT_S`."""
        return float(np.mean(self.errors_s <= RIGHT_S))


def read_lines(truth_path: Path, duration_s: float) -> Lines:
    """Lines of a truth file that begin within the song."""
    truth = json.loads(truth_path.read_text())
    if "lines" in truth:
        lines: Lines = [[(a, b, text) for a, b, text in line] for line in truth["lines"]]
    else:
        bars = [(int(np.searchsorted(truth["downbeats"], word[0] + 0.4)) - 1) // 2 for word in truth["words"]]
        lines = [[] for _ in dict.fromkeys(bars)]
        row = dict(zip(dict.fromkeys(bars), lines, strict=True))
        for bar, (start, end, text) in zip(bars, truth["words"], strict=True):
            row[bar].append((start, end, text))
    return [line for line in lines if line[0][0] < duration_s - 0.1]


def align(song: Path, lines: Lines, kind: str, folder: Path) -> SongBundle:
    """The song analysed with its words, as a sheet of a kind."""
    rows = [" ".join(text for _, _, text in line) for line in lines]
    if kind == "timed":
        rows = [
            f"[{line[0][0] // 60:02.0f}:{line[0][0] % 60:06.3f}]{row}" for line, row in zip(lines, rows, strict=True)
        ]
    sheet = folder / f"{song.stem}{KINDS[kind]}"
    sheet.write_text("\n".join(rows))
    return analyze_song(song, lyrics_path=sheet)


def score_words(lines: Lines, bundle: SongBundle) -> WordScores:
    """Errors of word starts; a missing word counts as wrong."""
    assert bundle.lyrics is not None
    wanted = [word[0] for line in lines for word in line]
    found = [(word.start_ms / 1000, word.confidence) for line in bundle.lyrics.lines for word in line.words]
    found += [(1e6, 0.0)] * (len(wanted) - len(found))
    errors = [abs(at - want) for (at, _), want in zip(found, wanted, strict=False)]
    return WordScores(np.array(errors), np.array([chance for _, chance in found[: len(wanted)]]))


def vocal_area(lines: Lines, bundle: SongBundle) -> float:
    """Chance that a sung moment scores above an unsung one, every 0.1 s; words are widened by 0.15 s."""
    assert bundle.vocal_activity is not None
    times = np.arange(0.05, bundle.duration_ms / 1000, 0.1)
    sung = np.zeros(len(times), bool)
    for line in lines:
        for start, end, _ in line:
            sung |= (times >= start - 0.15) & (times < end + 0.15)
    heard = np.array([bundle.vocal_activity.at(int(at * 1000)) for at in times])
    above = (heard[sung][:, None] > heard[~sung]).mean() + 0.5 * (heard[sung][:, None] == heard[~sung]).mean()
    return float(above)


def score_folder(folder: Path) -> dict[str, dict[str, WordScores | float]]:
    """Scores of every song of a folder that has words."""
    rows: dict[str, dict[str, WordScores | float]] = {}
    for song in sorted(folder.glob("*.ogg")):
        truth_path = song.with_suffix(".json")
        if not truth_path.is_file() or not json.loads(truth_path.read_text()).get("words"):
            continue
        row: dict[str, WordScores | float] = {}
        with tempfile.TemporaryDirectory() as scratch:
            for kind in KINDS:
                lines = read_lines(truth_path, 1e9)
                bundle = align(song, lines, kind, Path(scratch))
                lines = read_lines(truth_path, bundle.duration_ms / 1000)
                row[kind] = score_words(lines, bundle)
                row["voice"] = vocal_area(lines, bundle)
        rows[song.stem] = row
    return rows


def table(rows: dict[str, dict[str, WordScores | float]]) -> str:
    """Right words and median error of both kinds of sheet, and vocal activity, with means."""
    lines = [f"{'song':20s}{'timed':>8s}{'median':>8s}{'text':>8s}{'median':>8s}{'voice':>8s}"]
    figures = []
    for song, row in rows.items():
        cells = []
        for kind in KINDS:
            scores = row[kind]
            assert isinstance(scores, WordScores)
            cells += [scores.right, float(np.median(scores.errors_s))]
        assert isinstance(row["voice"], float)
        figures.append([*cells, row["voice"]])
        lines.append(f"{song[:20]:20s}" + "".join(f"{value:8.3f}" for value in figures[-1]))
    lines.append(f"{'mean':20s}" + "".join(f"{value:8.3f}" for value in np.mean(figures, axis=0)))
    return "\n".join(lines)


def calibration(rows: dict[str, dict[str, WordScores | float]]) -> str:
    """Share of right words per band of confidence: honest where both columns agree."""
    lines = [f"{'confidence':14s}{'said':>8s}{'was':>8s}{'words':>8s}"]
    for kind in KINDS:
        scores = [row[kind] for row in rows.values()]
        sure = np.concatenate([one.confidence for one in scores if isinstance(one, WordScores)])
        right = np.concatenate([one.errors_s <= RIGHT_S for one in scores if isinstance(one, WordScores)])
        for low in np.arange(0, 1, 0.2):
            inside = (sure >= low) & (sure < low + 0.2 + (low > 0.7))
            if inside.any():
                name = f"{kind} {low:.1f}-{low + 0.2:.1f}"
                lines.append(f"{name:14s}{sure[inside].mean():8.2f}{right[inside].mean():8.2f}{inside.sum():8d}")
    return "\n".join(lines)


def fit_chances(folder: Path) -> dict[str, tuple[float, ...]]:
    """Weights of a logistic regression from fits to being right, for both kinds of sheet."""
    features: dict[str, list[Doubles]] = {kind: [] for kind in KINDS}
    right: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for song in sorted(folder.glob("*.ogg")):
        for kind, lines, found in _follow(song):
            # Between line times every line is followed alone and knows no song.
            groups = [[line] for line in found] if kind == "timed" else [found]
            features[kind] += [rows for group in groups for rows in chance_features(group)]
            for line, words in zip(lines, found, strict=True):
                right[kind] += [
                    word is not None and abs(word.start_s - truth[0]) <= RIGHT_S
                    for word, truth in zip(words, line, strict=True)
                ]
    return {kind: _logistic(np.concatenate(features[kind]), np.array(right[kind], float)) for kind in KINDS}


def _follow(song: Path) -> list[tuple[str, Lines, list[list[SungWord | None]]]]:
    """Words of a song as they are heard, line by line, for both kinds of sheet."""
    recording = read_recording(song)
    first, last = music_span(recording.samples) or (0, len(recording.samples))
    music, offset_s = recording.samples[first:last], first / ANALYSIS_RATE_HZ
    scores = sound_scores(hear_singing(music, reference_level(music)))
    lines = read_lines(song.with_suffix(".json"), recording.duration_ms / 1000)
    texts = [[word[2] for word in line] for line in lines]
    whole = find_words(scores, texts, offset_s) or [None] * sum(map(len, texts))
    ends = [*(line[0][0] for line in lines[1:]), recording.duration_ms / 1000]
    each: list[list[SungWord | None]] = []
    for line, words, end_s in zip(lines, texts, ends, strict=True):
        frames = [max(0, round((at - offset_s) / FRAME_S)) for at in (line[0][0], end_s)]
        part = scores[frames[0] : frames[1]]
        each.append(find_words(part, [words], offset_s + frames[0] * FRAME_S) or [None] * len(words))
    starts = np.cumsum([0, *map(len, texts)])
    rows = [whole[a:b] for a, b in pairwise(starts)]
    return [("timed", lines, each), ("text", lines, rows)]


def _logistic(features: Doubles, right: Doubles) -> tuple[float, ...]:
    """Newton's method with a little shrinkage."""
    weights = np.zeros(features.shape[1])
    shrink = 1e-2 * len(right) * np.diag([0.0, *[0.01] * (features.shape[1] - 1)])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - chance) - shrink @ weights
        curve = (features * (chance * (1 - chance))[:, None]).T @ features + shrink + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return tuple(round(float(value), 2) for value in weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    if options.fit:
        print(fit_chances(options.folder))
        return
    rows = score_folder(options.folder)
    print(table(rows))
    print(calibration(rows))


if __name__ == "__main__":
    main()
