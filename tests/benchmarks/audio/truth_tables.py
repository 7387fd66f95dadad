"""Scores of the analysis against truth files, with mir_eval: one row per song, one column per target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio import SongBundle

Doubles = NDArray[np.float64]
Scores = dict[str, float]


def read_truth(path: Path) -> dict[str, Any]:
    """A truth file: lists of seconds, see the README of the reference material."""
    truth: dict[str, Any] = json.loads(path.read_text())
    return truth


def score_beats(truth: dict[str, Any], beats_s: Doubles) -> Scores:
    """F (70 ms), AMLt and tempo within 4 %, as MIREX counts them (the first 5 s left out)."""
    wanted = mir_eval.beat.trim_beats(np.array(truth["beats"]))
    got = mir_eval.beat.trim_beats(np.asarray(beats_s))
    if not len(got):
        return {"beat F": 0.0, "AMLt": 0.0, "tempo": 0.0}
    amlt = mir_eval.beat.continuity(wanted, got)[3]
    tempo = 60 / float(np.median(np.diff(got))) if len(got) > 1 else 0.0
    true_tempo = 60 / float(np.median(np.diff(wanted)))
    return {
        "beat F": mir_eval.beat.f_measure(wanted, got),
        "AMLt": amlt,
        "tempo": float(abs(tempo / true_tempo - 1) < 0.04),
    }


def score_song(truth: dict[str, Any], song: SongBundle) -> Scores:
    """Every figure this truth allows."""
    scores = score_beats(truth, _seconds([beat.at_ms for beat in song.beats]))
    downs = _seconds([beat.at_ms for beat in song.beats if beat.position == 1])
    wanted = mir_eval.beat.trim_beats(np.array(truth["downbeats"]))
    scores["down F"] = mir_eval.beat.f_measure(wanted, mir_eval.beat.trim_beats(downs))
    scores["meter"] = float(song.beats_per_bar == truth["meter"])
    if truth.get("kind") != "real":
        scores |= _onset_scores(truth, song) | _form_scores(truth, song) | _harmony_scores(truth, song)
        scores |= _word_scores(truth, song)
    return scores


def _seconds(times_ms: list[int]) -> Doubles:
    return np.array(times_ms, float) / 1000


def _onset_scores(truth: dict[str, Any], song: SongBundle) -> Scores:
    got = _seconds([onset.at_ms for onset in song.onsets])
    scores = {"onset": mir_eval.onset.f_measure(np.array(truth["onsets"]), got)[0]}
    for drum in ("kick", "snare", "hat"):
        if truth.get(drum):
            hits = _seconds([onset.at_ms for onset in song.onsets if drum in drums_of(onset)])
            scores[drum] = mir_eval.onset.f_measure(np.array(truth[drum]), hits)[0]
    return scores


def drums_of(onset: Any) -> tuple[str, ...]:
    """All drums of an onset."""
    return tuple(getattr(onset, "drums", ())) or ((onset.drum,) if onset.drum else ())


def _form_scores(truth: dict[str, Any], song: SongBundle) -> Scores:
    if not truth.get("sections"):
        return {}
    wanted = np.array([row[:2] for row in truth["sections"]], float)
    got = np.array([[section.start_ms, section.end_ms] for section in song.sections], float) / 1000
    labels = [row[2] for row in truth["sections"]]
    named, groups = [s.label for s in song.sections], [s.group for s in song.sections]
    result = {}
    for name, window in (("sect .5", 0.5), ("sect 3", 3.0)):
        result[name] = mir_eval.segment.detection(wanted, got, window=window, trim=True)[2]
    wanted, labels = mir_eval.util.adjust_intervals(wanted, labels, t_min=0.0, t_max=song.duration_ms / 1000)
    ours, groups = mir_eval.util.adjust_intervals(got, groups, t_min=0.0, t_max=song.duration_ms / 1000)
    result["group F"] = mir_eval.segment.pairwise(wanted, labels, ours, groups)[2]
    times = np.arange(0.05, song.duration_ms / 1000, 0.1)
    truth_at = mir_eval.util.interpolate_intervals(wanted, labels, times)
    ours_at = mir_eval.util.interpolate_intervals(got, named, times)
    pairs = [(a, b) for a, b in zip(truth_at, ours_at, strict=True) if a in ("verse", "chorus", "intro", "outro")]
    result["label"] = float(np.mean([a == b for a, b in pairs])) if pairs else 0.0
    return result


def _harmony_scores(truth: dict[str, Any], song: SongBundle) -> Scores:
    scores: Scores = {}
    if truth.get("key"):
        scores["key"] = mir_eval.key.weighted_score(_key(truth["key"]), _key(song.key.name))
    if truth.get("chords"):
        wanted = np.array([row[:2] for row in truth["chords"]], float)
        labels = [row[2] for row in truth["chords"]]
        got = np.array([[chord.start_ms, chord.end_ms] for chord in song.chords], float) / 1000
        named = [chord.name for chord in song.chords]
        got, named = mir_eval.util.adjust_intervals(got, named, wanted.min(), wanted.max(), "N", "N")
        spans, left, right = mir_eval.util.merge_labeled_intervals(wanted, labels, got, named)
        hits = mir_eval.chord.majmin(left, right)
        scores["chord"] = mir_eval.chord.weighted_accuracy(hits, mir_eval.util.intervals_to_durations(spans))
    return scores


def _key(name: str) -> str:
    return name.replace("F# ", "Gb ").replace("Gb ", "F# ")


def _word_scores(truth: dict[str, Any], song: SongBundle) -> Scores:
    if not truth.get("words"):
        return {}
    times = np.arange(0.05, song.duration_ms / 1000, 0.1)
    sung = _covered(times, [(a, b) for a, b, _ in truth["words"]])
    curve = getattr(song, "vocal_activity", None)
    if curve is None:
        heard = _covered(times, [(span.start_ms / 1000, span.end_ms / 1000) for span in song.vocals]).astype(float)
    else:
        heard = np.array([curve.at(int(t * 1000)) for t in times])
    return {"vocal": area_under_curve(sung, heard)}


def _covered(times: Doubles, spans: list[tuple[float, float]]) -> NDArray[np.bool_]:
    inside = np.zeros(len(times), bool)
    for start, end in spans:
        inside |= (times >= start - 0.15) & (times < end + 0.15)
    return inside


def area_under_curve(wanted: NDArray[np.bool_], got: Doubles) -> float:
    """Chance that a wanted moment scores above an unwanted one."""
    order = np.argsort(got, kind="stable")
    ranks = np.empty(len(got))
    values, starts, counts = np.unique(got[order], return_index=True, return_counts=True)
    del values
    for start, count in zip(starts, counts, strict=True):
        ranks[order[start : start + count]] = start + (count + 1) / 2
    positive = int(wanted.sum())
    negative = len(wanted) - positive
    if not positive or not negative:
        return float("nan")
    return float((ranks[wanted].sum() - positive * (positive + 1) / 2) / (positive * negative))


def table(rows: dict[str, Scores]) -> str:
    """Rows of scores as a text table with a line of means."""
    columns = list(dict.fromkeys(name for scores in rows.values() for name in scores))
    lines = [f"{'song':16s}" + "".join(f"{name:>8s}" for name in columns)]
    for song, scores in rows.items():
        cells = "".join(f"{scores[name]:8.3f}" if name in scores else "       -" for name in columns)
        lines.append(f"{song[:16]:16s}{cells}")
    means = [np.nanmean([scores[name] for scores in rows.values() if name in scores]) for name in columns]
    lines.append(f"{'mean':16s}" + "".join(f"{value:8.3f}" for value in means))
    return "\n".join(lines)


def score_folder(folder: Path) -> dict[str, Scores]:
    """Scores of every audio file in a folder that has a truth beside it."""
    from twinklr.core.audio import analyze_song

    rows = {}
    for truth_path in sorted(folder.glob("*.json")):
        songs = [path for path in sorted(folder.glob(f"{truth_path.stem}.*")) if path.suffix != ".json"]
        if songs:
            rows[truth_path.stem] = score_song(read_truth(truth_path), analyze_song(songs[0]))
    return rows


if __name__ == "__main__":
    import sys

    print(table(score_folder(Path(sys.argv[1]))))
