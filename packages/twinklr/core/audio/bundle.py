"""`SongBundle`: everything heard in a song, frozen and typed. Times are integer milliseconds from the file's start.

Every estimate carries a confidence in 0..1 that says how far to trust it; a caller that cannot trust the beats
should not build on them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Band = Literal["low", "mid", "high"]
Drum = Literal["kick", "snare", "hat"]
Confidence = float


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SongFile(_Frozen):
    """The file itself: what it is, and what its tags say."""

    name: str = Field(description="File name without its suffix; outputs are named after it.")
    file_name: str
    sha256: str = Field(description="Of the file's bytes: the identity of the song.")
    duration_ms: int
    sample_rate_hz: int
    channels: int
    title: str = ""
    artist: str = ""
    album: str = ""


class Beat(_Frozen):
    """One beat: when, how strong (0..1), and its position in the bar (1 is the downbeat)."""

    at_ms: int
    strength: float
    position: int


class Bar(_Frozen):
    """One bar, from its downbeat to the next."""

    start_ms: int
    end_ms: int


class Onset(_Frozen):
    """A note or hit beginning: its band of the spectrum, how strong it is, and which drum it may be."""

    at_ms: int
    band: Band = Field(description="The one in which it stands out most; a kick is low, a snare mid.")
    strength: float
    drum: Drum | None = None
    drums: tuple[Drum, ...] = Field(default=(), description="All drums that sound together; `drum` is the first.")


class Chord(_Frozen):
    """A chord over a span, in the ``C:maj`` / ``A:min`` / ``N`` notation of MIREX."""

    start_ms: int
    end_ms: int
    name: str
    confidence: Confidence


class Key(_Frozen):
    """The key, as ``G major``, and how sure that is."""

    name: str
    confidence: Confidence


class Section(_Frozen):
    """A part of the form. Sections of one ``group`` are repeats of each other ("A", "B", ...)."""

    index: int
    start_ms: int
    end_ms: int
    label: str = Field(description="intro, verse, chorus, bridge, break, build, drop, solo, outro or part")
    group: str
    energy: float = Field(description="0..1, relative to this song's own quietest and loudest parts.")
    confidence: Confidence
    name: str = Field(default="", description="What the user calls it, where he marked it.")

    @property
    def id(self) -> str:
        """A stable name for plans and files: ``s03_chorus``."""
        return f"s{self.index:02d}_{self.label}"


class Curve(_Frozen):
    """Evenly spaced values; value i is at ``i * hop_ms``."""

    hop_ms: int
    values: tuple[float, ...]

    def at(self, time_ms: int) -> float:
        """The value at a time, held at both ends.

        Example:
            >>> Curve(hop_ms=100, values=(0.0, 1.0)).at(130)
            1.0
        """
        index = min(max(time_ms // self.hop_ms, 0), len(self.values) - 1)
        return self.values[index]


class Moment(_Frozen):
    """A span the ear waits for: a build, a drop, a break, or the peak of the song."""

    kind: Literal["build", "drop", "break", "peak"]
    start_ms: int
    end_ms: int
    strength: float


class Span(_Frozen):
    """A stretch of time, such as a sung phrase."""

    start_ms: int
    end_ms: int


class Word(_Frozen):
    """A sung word and the phonemes xLights' faces use (AI E FV L MBP O U WQ etc rest) with their times."""

    text: str
    start_ms: int
    end_ms: int
    phonemes: tuple[tuple[str, int, int], ...] = ()
    confidence: Confidence = Field(default=0.0, description="Chance that the start is right to 0.3 s.")


class LyricLine(_Frozen):
    """A sung line."""

    text: str
    start_ms: int
    end_ms: int
    words: tuple[Word, ...] = ()


class LyricSection(_Frozen):
    """A part of the form as the lyrics name it: ``[Chorus 2]`` has the label ``chorus``."""

    name: str
    label: str = Field(description="A section label; part where the name says nothing.")
    start_ms: int
    end_ms: int


class Lyrics(_Frozen):
    """The words of the song in time, where they come from, and how sure the times are."""

    lines: tuple[LyricLine, ...]
    source: str
    confidence: Confidence
    sections: tuple[LyricSection, ...] = Field(default=(), description="From headings in the lyrics, if any.")


class Character(_Frozen):
    """What the music is like, measured and not felt: proxies, each 0..1.

    `valence` is how major and bright it is, `arousal` how loud, fast and dense, `danceability` how steady and strong
    its beat. No listener was asked; use them to choose between looks, not to describe a song to its composer.
    """

    valence: float = 0.5
    arousal: float = 0.5
    danceability: float = 0.0
    brightness: float = 0.5


class SongBundle(_Frozen):
    """All that was heard. See the field types for units; empty tuples mean "none found"."""

    file: SongFile
    tempo_bpm: float
    tempo_confidence: Confidence
    beats_per_bar: int
    meter_confidence: Confidence
    beats: tuple[Beat, ...]
    bars: tuple[Bar, ...]
    onsets: tuple[Onset, ...]
    key: Key
    chords: tuple[Chord, ...]
    sections: tuple[Section, ...] = Field(description="Cover the whole song without gaps, in order.")
    energy: Curve = Field(description="Short-term energy, 0..1 relative to this song.")
    loudness: Curve = Field(description="Short-term loudness, LUFS.")
    integrated_loudness_lufs: float
    moments: tuple[Moment, ...] = ()
    vocals: tuple[Span, ...] = ()
    music_start_ms: int = Field(default=0, description="End of the silence at the start.")
    music_end_ms: int = Field(description="Start of the silence at the end.")
    lyrics: Lyrics | None = None
    warnings: tuple[str, ...] = ()
    vocal_activity: Curve | None = Field(default=None, description="How likely somebody sings, 0..1.")
    tempo_curve: Curve | None = Field(default=None, description="Local tempo in BPM; None without beats.")
    swing: float = Field(
        default=0.5, description="Place of the off-beat within a beat: 0.5 is straight, 0.67 a shuffle."
    )
    swing_confidence: Confidence = 0.0
    compound: bool = Field(
        default=False, description="Beats fall into three: 6/8 with two beats a bar, 12/8 with four."
    )
    character: Character = Character()
    corrected: tuple[str, ...] = Field(default=(), description="What was taken from the user's corrections.")

    @property
    def duration_ms(self) -> int:
        """Length of the song."""
        return self.file.duration_ms

    def section_at(self, time_ms: int) -> Section:
        """The section a time lies in; the last one for times past the end."""
        for section in self.sections:
            if time_ms < section.end_ms:
                return section
        return self.sections[-1]
