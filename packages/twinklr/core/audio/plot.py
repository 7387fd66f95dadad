"""One picture of all that was heard: waveform, beats and bars, sections, energy, chords, voice, onsets and lyrics."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, read_recording
from twinklr.core.audio.timing_export import check_target, write_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_SUFFIXES = (".png",)
# Okabe and Ito's colours: told apart by everyone, also in grey.
GROUP_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#D55E00", "#999999")
BAND_COLOURS = {"low": "#D55E00", "mid": "#009E73", "high": "#0072B2"}
DRUM_ROWS = {"kick": 0, "snare": 1, "hat": 2}
NOTES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MAJOR_COLOUR, MINOR_COLOUR = "#0072B2", "#CC79A7"
QUIET_BELOW_LU = 30
"""The loudness axis ends so far below the loudest passage; silence would flatten all the rest."""
LYRIC_ROWS, LONGEST_LINE = 5, 44
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
MOMENT_COLOURS = {"build": "#E69F00", "drop": "#D55E00", "break": "#0072B2", "peak": "#CC79A7"}


def write_plot(song: SongBundle, song_path: Path, path: Path) -> None:
    """Draw the analysis into a PNG.

    Raises:
        InputError: The song cannot be read.
        OutputError: The file is the song itself, is no ``.png``, or cannot be written.
    """
    check_target(path, PLOT_SUFFIXES, [song_path])
    # Matplotlib takes a second to load; only a plot needs it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    width = float(np.clip(song.duration_ms / 1000 / 9, 14, 40))
    figure = Figure(figsize=(width, 9.5), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(
        6, 1, sharex=True, gridspec_kw={"height_ratios": [2.0, 0.8, 1.4, 1.2, 1.0, 1.3 if song.lyrics else 0.8]}
    )
    _waveform(rows[0], song, read_recording(song_path).samples)
    for axes, draw in zip(rows[1:], (_form, _curves, _chords, _onsets, _voice), strict=True):
        draw(axes, song)
    for axes in rows:
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xlim(0, song.duration_ms / 1000)
        for section in song.sections[1:]:
            axes.axvline(section.start_ms / 1000, color="#222222", linewidth=0.7, linestyle=":", alpha=0.6)
    step_s = next(step for step in TIME_STEPS_S if song.duration_ms / 1000 / step <= width * 1.2)
    rows[-1].set_xticks(np.arange(0, song.duration_ms / 1000, step_s))
    rows[-1].xaxis.set_major_formatter(lambda seconds, _: f"{int(seconds) // 60}:{int(seconds) % 60:02d}")
    rows[-1].set_xlabel("minutes:seconds")
    figure.suptitle(title(song), fontsize=13, x=0.01, ha="left")
    if notes := [*song.corrected, *song.warnings]:
        figure.text(0.99, 0.995, "\n".join(notes), fontsize=7.5, ha="right", va="top", color="#555555")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    write_file(path, buffer.getvalue())


def title(song: SongBundle) -> str:
    """The song in one line: name, tempo, meter, key, loudness."""
    name = f"{song.file.artist} - {song.file.title}" if song.file.artist and song.file.title else song.file.name
    beats = f"{song.tempo_bpm:.1f} BPM ({song.tempo_confidence:.0%} sure)" if song.beats else "no steady beat"
    meter = f", {song.beats_per_bar} beats a bar ({song.meter_confidence:.0%} sure)" if song.beats else ""
    key = f"{song.key.name} ({song.key.confidence:.0%} sure)"
    return f"{name}:  {beats}{meter},  {key},  {song.integrated_loudness_lufs:.1f} LUFS"


def _waveform(axes: Axes, song: SongBundle, samples: NDArray[np.float32]) -> None:
    step = max(1, len(samples) // 4000)
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    times = (np.arange(len(whole)) + 0.5) * step / ANALYSIS_RATE_HZ
    axes.fill_between(times, whole.min(axis=1), whole.max(axis=1), color="#8a8f99", linewidth=0)
    limit = max(float(np.abs(samples).max(initial=0.0)), 1e-3)
    downs = [beat.at_ms / 1000 for beat in song.beats if beat.position == 1]
    others = [beat.at_ms / 1000 for beat in song.beats if beat.position != 1]
    axes.vlines(others, -1.12 * limit, -1.02 * limit, color="#333333", linewidth=0.5)
    axes.vlines(downs, -1.22 * limit, -1.02 * limit, color="#D55E00", linewidth=0.9)
    axes.set_ylim(-1.25 * limit, 1.05 * limit)
    axes.set_ylabel("sound\nbeats, bars")
    axes.set_yticks([])


def _form(axes: Axes, song: SongBundle) -> None:
    groups = list(dict.fromkeys(section.group for section in song.sections))
    for section in song.sections:
        start, length = section.start_ms / 1000, (section.end_ms - section.start_ms) / 1000
        colour = GROUP_COLOURS[groups.index(section.group) % len(GROUP_COLOURS)]
        axes.broken_barh(
            [(start, length)], (0, 1), facecolors=colour, edgecolor="white", alpha=0.45 + 0.5 * section.energy
        )
        room = length / (song.duration_ms / 1000)
        if room > 1 / 40:
            text = f"{section.name or section.label}\n{section.group}"
            # What is hardly more than a guess is written so.
            text += f"  {section.confidence:.0%} sure" if room > 1 / 20 else ""
            axes.text(start + 0.004 * song.duration_ms / 1000, 0.5, text, va="center", fontsize=8, clip_on=True)
    for moment in song.moments:
        start, length = moment.start_ms / 1000, (moment.end_ms - moment.start_ms) / 1000
        axes.broken_barh([(start, length)], (1.05, 0.2), facecolors=MOMENT_COLOURS[moment.kind])
        axes.text(start, 1.3, moment.kind, fontsize=6.5, va="bottom", clip_on=True)
    axes.set_ylim(0, 1.75)
    axes.set_yticks([])
    axes.set_ylabel("form")


def _curves(axes: Axes, song: SongBundle) -> None:
    times = np.arange(len(song.energy.values)) * song.energy.hop_ms / 1000
    axes.fill_between(times, song.energy.values, color="#E69F00", alpha=0.55, linewidth=0, label="energy")
    other: Any = axes.twinx()
    other.plot(
        np.arange(len(song.loudness.values)) * song.loudness.hop_ms / 1000,
        song.loudness.values,
        color="#0072B2",
        lw=0.9,
    )
    loudest = max(song.loudness.values)
    other.set_ylim(loudest - QUIET_BELOW_LU, loudest + 1)
    other.set_ylabel("LUFS", color="#0072B2")
    other.spines[["top"]].set_visible(False)
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("energy", color="#a86f00")


def _chords(axes: Axes, song: SongBundle) -> None:
    for chord in song.chords:
        if chord.name == "N":
            continue
        root, _, quality = chord.name.partition(":")
        colour = MAJOR_COLOUR if quality.startswith("maj") else MINOR_COLOUR
        span = (chord.start_ms / 1000, (chord.end_ms - chord.start_ms) / 1000)
        axes.broken_barh(
            [span], (NOTES.index(root) - 0.45, 0.9), facecolors=colour, alpha=0.35 + 0.6 * chord.confidence
        )
    axes.set_ylim(-0.8, 11.8)
    naturals = [row for row, note in enumerate(NOTES) if len(note) == 1]
    axes.set_yticks(naturals, [NOTES[row] for row in naturals], fontsize=6.5)
    axes.set_ylabel("chords")
    _key(axes, {"major": MAJOR_COLOUR, "minor": MINOR_COLOUR})


def _onsets(axes: Axes, song: SongBundle) -> None:
    for band, colour in BAND_COLOURS.items():
        chosen = [onset for onset in song.onsets if onset.band == band]
        times = [onset.at_ms / 1000 for onset in chosen]
        axes.vlines(times, 3.2, [3.2 + 1.6 * onset.strength for onset in chosen], color=colour, linewidth=0.6)
    for drum, row in DRUM_ROWS.items():
        times = [onset.at_ms / 1000 for onset in song.onsets if drum in (onset.drums or (onset.drum,))]
        axes.vlines(times, row + 0.1, row + 0.9, color="#333333", linewidth=0.6)
    axes.set_yticks([0.5, 1.5, 2.5, 4.0], ["kick", "snare", "hat", "onsets"], fontsize=7)
    axes.set_ylim(0, 5)
    _key(axes, BAND_COLOURS)


def _key(axes: Axes, colours: dict[str, str]) -> None:
    """What the colours of a row mean, at its right end."""
    for row, (name, colour) in enumerate(colours.items()):
        axes.text(1.004, 0.85 - 0.22 * row, name, color=colour, fontsize=7.5, transform=axes.transAxes, va="center")


def _voice(axes: Axes, song: SongBundle) -> None:
    if song.vocal_activity is not None:
        curve = song.vocal_activity
        axes.plot(np.arange(len(curve.values)) * curve.hop_ms / 1000, curve.values, color="#009E73", linewidth=0.8)
    for span in song.vocals:
        axes.broken_barh(
            [(span.start_ms / 1000, (span.end_ms - span.start_ms) / 1000)], (0, 0.25), facecolors="#009E73", alpha=0.4
        )
    if not song.vocals:
        axes.text(0.5, 0.5, "no voice was heard", transform=axes.transAxes, ha="center", fontsize=8, color="#777777")
    if song.lyrics is not None:
        _lyrics(axes, song)
    axes.set_ylim(0, 2.6 if song.lyrics else 1.05)
    axes.set_yticks([])
    axes.set_ylabel("voice")


def _lyrics(axes: Axes, song: SongBundle) -> None:
    """Lines above the voice, in as many rows as keep them apart; below each, a tick a word."""
    assert song.lyrics is not None
    width_s = song.duration_ms / 1000
    ends = [0.0] * LYRIC_ROWS
    for line in song.lyrics.lines:
        start = line.start_ms / 1000
        row = min(
            range(LYRIC_ROWS),
            key=lambda number: (ends[number] > start, number if ends[number] <= start else ends[number]),
        )
        text = line.text if len(line.text) <= LONGEST_LINE else line.text[: LONGEST_LINE - 1] + "…"
        ends[row] = start + width_s * 0.0045 * len(text)
        axes.text(start, 1.25 + 0.28 * row, text, fontsize=6, va="bottom", clip_on=True)
    starts = [word.start_ms / 1000 for line in song.lyrics.lines for word in line.words]
    axes.vlines(starts, 1.06, 1.2, color="#333333", linewidth=0.5)
