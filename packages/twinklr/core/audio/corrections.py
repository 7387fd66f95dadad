"""What the user knows better: tempo, meter, first downbeat, sections. The analysis follows it and says so.

A correction file lies beside the song as ``SONG.twinklr.toml`` or is named:

    tempo_bpm = 95.0          # or  octave = "half" / "double"
    beats_per_bar = 3
    first_downbeat_s = 0.41

    [[sections]]
    at_s = 8.2
    name = "verse"

Sections may also come from an Audacity label file or the timing track of an ``.xsq``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from twinklr.core.audio.given_files import is_file, is_folder, read_given, to_text
from twinklr.core.audio.section_names import label_of
from twinklr.core.errors import InputError

LARGEST_BYTES = 64_000_000
SLOWEST_TEMPO_BPM, FASTEST_TEMPO_BPM = 30, 300
FEWEST_BEATS, MOST_BEATS = 2, 7
"""In a bar."""
LONGEST_S = 1e6
"""No song is as long; a later time is no time."""
PAST_END_S = 1.0
"""A mark of the end may lie so far behind it; copies of a song differ by their last silence."""
SECTION_TRACKS = ("sections", "song structure", "structure", "song sections", "segments", "parts")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SectionMark(_Strict):
    """Where a section begins, and what the user calls it."""

    at_s: float = Field(ge=0)
    name: str = "part"

    @property
    def label(self) -> str:
        """The nearest of the names the product knows.

        Example:
            >>> SectionMark(at_s=0, name="Verse 2").label, SectionMark(at_s=0, name="Refrain").label
            ('verse', 'chorus')
        """
        return label_of(self.name)


class BeatMark(_Strict):
    """A beat, and its position in the bar where that is known (1 is the downbeat, 0 unknown)."""

    at_s: float = Field(ge=0)
    position: int = Field(default=0, ge=0)


class Corrections(_Strict):
    """Everything the user may set; what is None is left to the analysis."""

    tempo_bpm: float | None = None
    octave: Literal["half", "double"] | None = None
    beats_per_bar: int | None = Field(default=None, ge=FEWEST_BEATS, le=MOST_BEATS)
    first_downbeat_s: float | None = Field(default=None, ge=0)
    sections: tuple[SectionMark, ...] = ()
    beats: tuple[BeatMark, ...] = ()
    source: str = ""
    beats_source: str = ""

    @field_validator("tempo_bpm")
    @classmethod
    def _can_be_followed(cls, tempo_bpm: float | None) -> float | None:
        if tempo_bpm is not None and not SLOWEST_TEMPO_BPM <= tempo_bpm <= FASTEST_TEMPO_BPM:
            raise ValueError(f"a tempo of {SLOWEST_TEMPO_BPM} to {FASTEST_TEMPO_BPM} BPM can be followed")
        return tempo_bpm

    @field_validator("sections")
    @classmethod
    def _sections_in_order(cls, marks: tuple[SectionMark, ...]) -> tuple[SectionMark, ...]:
        return tuple(sorted(marks, key=lambda mark: mark.at_s))

    @field_validator("beats")
    @classmethod
    def _beats_in_order(cls, marks: tuple[BeatMark, ...]) -> tuple[BeatMark, ...]:
        return tuple(sorted(marks, key=lambda mark: mark.at_s))

    @property
    def about_beats(self) -> bool:
        """Whether anything is said about tempo, bars or beats."""
        return (
            bool(self.tempo_bpm or self.octave or self.beats_per_bar or self.beats) or self.first_downbeat_s is not None
        )

    def check_length(self, duration_s: float) -> None:
        """Refuse what lies behind the end of the song, where it would do nothing.

        Raises:
            InputError: The first downbeat, a section, or all beats but one are not inside the song.
        """
        # Beat trackers count on into the last silence; only beats that give no tempo are a mistake.
        beats = [] if sum(beat.at_s < duration_s for beat in self.beats) > 1 else list(self.beats)
        rows = [
            ("the first downbeat", self.source, [self.first_downbeat_s or 0.0]),
            ("a section", self.source, [mark.at_s for mark in self.sections]),
            ("a beat", self.beats_source or self.source, [mark.at_s for mark in beats]),
        ]
        for what, source, times_s in rows:
            latest_s = max(times_s, default=0.0)
            if latest_s > duration_s + PAST_END_S:
                raise InputError(
                    f"{what} at {latest_s:g} s lies beyond the song",
                    where=source or "corrections",
                    expected=f"times in seconds, up to {duration_s:.1f}",
                    cure="correct it, or check that it belongs to this song",
                )


def find_corrections(song: Path, given: Path | None = None) -> Corrections | None:
    """Corrections from the given file, or from ``SONG.twinklr.toml`` beside the song.

    Raises:
        InputError: The file cannot be used, or the song is a folder.
    """
    if is_folder(song):
        raise InputError("this is a folder", where=song, expected="an audio file", cure="name the song")
    if given is not None:
        return read_corrections(given)
    beside = song.with_name(f"{song.stem}.twinklr.toml")
    return read_corrections(beside) if is_file(beside) else None


def read_corrections(path: Path, track: str | None = None) -> Corrections:
    """Corrections from TOML, or section marks from labels (``.txt``) or a sequence (``.xsq``, ``.xtiming``).

    Args:
        path: The file.
        track: Name of the timing track with the sections, in a sequence.

    Raises:
        InputError: It cannot be read (see `read_given`), or does not hold what it should.
    """
    data = read_given(path, "corrections", "--corrections (corrections_path)", LARGEST_BYTES)
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return _from_toml(path, to_text(data, path))
    if suffix in (".xsq", ".xml", ".xtiming"):
        return Corrections(sections=_from_xml(path, data, track), source=path.name)
    return Corrections(sections=_from_labels(path, to_text(data, path)), source=path.name)


def _from_toml(path: Path, text: str) -> Corrections:
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise InputError("nested too deeply", where=path, expected="plain settings", cure="correct it") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", where=path, cure="correct that line") from error
    try:
        return Corrections.model_validate({**content, "source": path.name})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{place}: {first['msg'].lower().removeprefix('value error, ')}", where=path, cure="correct that setting"
        ) from error


def _from_labels(path: Path, text: str) -> tuple[SectionMark, ...]:
    marks = []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        parts = row.split("\t") if "\t" in row else row.split(maxsplit=2)
        try:
            at_s = _seconds(float(parts[0]))
        except ValueError:
            expected = "start, end and name, separated by tabs"
            where = f"{path}:{number}"
            raise InputError(
                "this is not an Audacity label", where=where, expected=expected, cure="correct it"
            ) from None
        marks.append(SectionMark(at_s=at_s, name=parts[2].strip() if len(parts) > 2 else "part"))
    if not marks:
        raise InputError("no labels in this file", where=path, expected="Audacity labels", cure="export them again")
    return tuple(sorted(marks, key=lambda mark: mark.at_s))


def _seconds(at_s: float) -> float:
    """A time in a song; what lies before it is its beginning.

    Raises:
        ValueError: No song has such a time.
    """
    if not abs(at_s) < LONGEST_S:
        raise ValueError("no time in a song")
    return max(0.0, at_s)


def _from_xml(path: Path, data: bytes, track: str | None) -> tuple[SectionMark, ...]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"not valid XML: {error.msg}", where=path, cure="save it again in xLights") from error
    tracks = {}
    for element in root.iter("Element", "timing"):
        if element.tag == "timing" or element.get("type") == "timing":
            layer = element.find("EffectLayer")
            if layer is not None and len(layer):
                tracks[element.get("name", "")] = layer
    wanted = [track.lower()] if track else list(SECTION_TRACKS)
    chosen = next((layer for name, layer in tracks.items() if name.strip().lower() in wanted), None)
    if chosen is None:
        names = ", ".join(sorted(filter(None, tracks))) or "none"
        expected = f"a timing track named {track or 'Sections'}; there are: {names}"
        raise InputError("no timing track with sections", where=path, expected=expected, cure="rename the track")
    marks = []
    expected = "marks with a start time in milliseconds"
    for effect in chosen.iter("Effect"):
        try:
            at_s = _seconds(float(effect.get("startTime") or effect.get("starttime") or "") / 1000)
        except ValueError:
            where = f"{path}:{effect.sourceline}"
            raise InputError(
                "a section has no usable time", where=where, expected=expected, cure="mark it again"
            ) from None
        marks.append(SectionMark(at_s=at_s, name=effect.get("label") or "part"))
    if not marks:
        raise InputError("the sections have no usable times", where=path, expected=expected, cure="mark them again")
    return tuple(sorted(marks, key=lambda mark: mark.at_s))
