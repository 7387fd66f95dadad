"""Hearing: song file -> `SongBundle`."""

from twinklr.core.audio.analyzer import AudioAnalyzer, analysis_inputs, analyze_song
from twinklr.core.audio.bundle import (
    Bar,
    Beat,
    Character,
    Chord,
    Curve,
    Key,
    LyricLine,
    Lyrics,
    Moment,
    Onset,
    Section,
    SongBundle,
    SongFile,
    Span,
    Word,
)
from twinklr.core.audio.corrections import Corrections, SectionMark, read_corrections
from twinklr.core.audio.lyric_files import LyricSheet, read_lyrics
from twinklr.core.audio.phonemes import mouth_shapes
from twinklr.core.audio.timing_export import timing_tracks, to_labels, to_xtiming, write_timing

__all__ = [
    "AudioAnalyzer",
    "Bar",
    "Beat",
    "Character",
    "Chord",
    "Corrections",
    "Curve",
    "Key",
    "LyricLine",
    "LyricSheet",
    "Lyrics",
    "Moment",
    "Onset",
    "Section",
    "SectionMark",
    "SongBundle",
    "SongFile",
    "Span",
    "Word",
    "analysis_inputs",
    "analyze_song",
    "mouth_shapes",
    "read_corrections",
    "read_lyrics",
    "timing_tracks",
    "to_labels",
    "to_xtiming",
    "write_timing",
]
