"""What was heard as timing tracks: ``.xtiming`` for xLights, label files for Audacity."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.errors import OutputError

TIMING_SUFFIXES = (".xtiming", ".txt")

Mark = tuple[int, int, str]
"""Start and end in milliseconds, and the label."""


@dataclass(frozen=True)
class TimingTrack:
    """A named track of marks; lyrics have three layers (lines, words, mouth shapes), everything else one."""

    name: str
    layers: tuple[tuple[Mark, ...], ...]


def timing_tracks(song: SongBundle) -> tuple[TimingTrack, ...]:
    """All tracks that hold anything."""
    tracks = [TimingTrack(name, build(song)) for name, build in _TRACKS.items()]
    return tuple(track for track in tracks if any(track.layers))


def _beats(song: SongBundle) -> tuple[tuple[Mark, ...], ...]:
    ends = [*(beat.at_ms for beat in song.beats), song.duration_ms][1:]
    return (tuple((b.at_ms, end, str(b.position)) for b, end in zip(song.beats, ends, strict=True) if end > b.at_ms),)


def _bars(song: SongBundle) -> tuple[tuple[Mark, ...], ...]:
    return (tuple((bar.start_ms, bar.end_ms, str(number)) for number, bar in enumerate(song.bars, 1)),)


def _sections(song: SongBundle) -> tuple[tuple[Mark, ...], ...]:
    return (tuple((s.start_ms, s.end_ms, s.name or f"{s.label} {s.group}") for s in song.sections),)


def _chords(song: SongBundle) -> tuple[tuple[Mark, ...], ...]:
    return (tuple((chord.start_ms, chord.end_ms, chord.name) for chord in song.chords),)


def _onsets(song: SongBundle) -> tuple[tuple[Mark, ...], ...]:
    return (tuple((o.at_ms, o.at_ms + 50, o.drum or o.band) for o in song.onsets),)


def _lyrics(song: SongBundle) -> tuple[tuple[Mark, ...], ...]:
    if song.lyrics is None:
        return ()
    words = [word for line in song.lyrics.lines for word in line.words]
    return (
        tuple((line.start_ms, line.end_ms, line.text) for line in song.lyrics.lines),
        tuple((word.start_ms, word.end_ms, word.text) for word in words),
        tuple((start, end, shape) for word in words for shape, start, end in word.phonemes),
    )


_TRACKS: dict[str, Callable[[SongBundle], tuple[tuple[Mark, ...], ...]]] = {
    "Beats": _beats,
    "Bars": _bars,
    "Sections": _sections,
    "Chords": _chords,
    "Onsets": _onsets,
    "Lyrics": _lyrics,
}


def to_xtiming(tracks: tuple[TimingTrack, ...]) -> bytes:
    """Timing tracks as xLights imports them (Import Timing Tracks)."""
    root = etree.Element("timings")
    for track in tracks:
        timing = etree.SubElement(root, "timing", name=track.name, SourceVersion="2026.15")
        for layer in track.layers:
            rows = etree.SubElement(timing, "EffectLayer")
            for start, end, label in _apart(layer):
                etree.SubElement(rows, "Effect", label=_printable(label), starttime=str(start), endtime=str(end))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _apart(layer: tuple[Mark, ...]) -> list[Mark]:
    """Marks in order and without overlap: xLights drops what overlaps."""
    ordered = sorted(layer)
    following = [*(mark[0] for mark in ordered), 1 << 60][1:]
    return [
        (start, min(end, after), label)
        for (start, end, label), after in zip(ordered, following, strict=True)
        if min(end, after) > start
    ]


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def to_labels(track: TimingTrack, layer: int = 0) -> str:
    r"""One layer as Audacity labels: seconds, seconds, text.

    Example:
        >>> to_labels(TimingTrack("Bars", (((0, 500, "1"),),)))
        '0.000\t0.500\t1\n'
    """
    rows = [f"{start / 1000:.3f}\t{end / 1000:.3f}\t{_printable(label)}\n" for start, end, label in track.layers[layer]]
    return "".join(rows)


def write_timing(song: SongBundle, path: Path) -> None:
    """Write all tracks: ``.xtiming`` as one file for xLights, ``.txt`` as Audacity labels.

    ``song.beats.txt`` holds the beats, and so for every track; any other name the sections. A track without anything
    in it gives an empty file.

    Raises:
        OutputError: The suffix is another, or the file cannot be written.
    """
    check_target(path, TIMING_SUFFIXES)
    if path.suffix.lower() == ".xtiming":
        content = to_xtiming(timing_tracks(song))
    else:
        wanted = path.stem.rpartition(".")[2].title()
        name = wanted if wanted in _TRACKS else "Sections"
        layers = _TRACKS[name](song) or ((),)
        content = to_labels(TimingTrack(name, layers)).encode()
    write_file(path, content)


def check_target(path: Path, suffixes: tuple[str, ...], inputs: Iterable[Path] = ()) -> None:
    """Refuse to write what the suffix does not promise, or over a file that is read.

    Args:
        path: Where something is to be written.
        suffixes: What can be written.
        inputs: Files and folders that are read; links to them count as they do.

    Raises:
        OutputError: It must not be written there.
    """
    if path.suffix.lower() not in suffixes:
        raise OutputError(
            "this kind of file cannot be written here", where=path, expected=" or ".join(suffixes), cure="rename it"
        )
    if path.exists() and any(
        path.samefile(file)
        for given in inputs
        for file in (given, *(given.iterdir() if given.is_dir() else ()))
        if file.exists()
    ):
        raise OutputError("this file is read, it must not be written over", where=path, cure="choose another name")


def write_file(path: Path, content: bytes) -> None:
    """Write a whole file or nothing.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(draft).chmod(0o644)
            Path(draft).replace(path)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise OutputError(f"cannot be written: {reason}", where=path, cure="choose another place") from error
