"""Song file -> `SongBundle`: the whole flow on one screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tinytag import TinyTag, TinyTagException

from twinklr.core.audio.beat_files import with_beats
from twinklr.core.audio.beats import steadiness, steady_tempo_bpm
from twinklr.core.audio.bundle import Bar, Beat, Chord, Curve, Key, Moment, Onset, SongBundle, SongFile
from twinklr.core.audio.character import TEMPO_HOP_MS, describe, tempo_values
from twinklr.core.audio.corrections import Corrections, find_corrections
from twinklr.core.audio.given_files import is_file
from twinklr.core.audio.listening import Heard, bar_edges, listen
from twinklr.core.audio.loudness import (
    CURVE_HOP_MS,
    energy_curve,
    integrated_lufs,
    music_span,
    reference_level,
    short_term_lufs,
)
from twinklr.core.audio.lyric_grid import SongGrid
from twinklr.core.audio.lyrics import align_sheet, find_sheet, lyric_candidates
from twinklr.core.audio.moments import find_moments
from twinklr.core.audio.onsets import RawOnset, detect_onsets
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, Recording, read_recording
from twinklr.core.audio.sections import hear_sections
from twinklr.core.audio.spectra import FRAME_S
from twinklr.core.audio.stems import Stems, read_stems, voice_in_stem
from twinklr.core.audio.sung_net import Singing, hear_singing
from twinklr.core.audio.tonality import estimate_chords, estimate_key
from twinklr.core.audio.vocals import VOCAL_HOP_MS, vocal_spans, voice_curve
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.errors import InputError

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
UNCERTAIN = 0.25


class AudioAnalyzer:
    """Listens to songs for a job.

    Args:
        app_config: Bounds of this machine.
        job_config: What this show wants; it may name lyrics, corrections, beats and stems.

    Example:
        ``bundle = await AudioAnalyzer(AppConfig(), JobConfig()).analyze("song.mp3")``
    """

    def __init__(self, app_config: AppConfig, job_config: JobConfig) -> None:
        self._app_config = app_config
        self._job_config = job_config

    async def analyze(self, path: str | Path) -> SongBundle:
        """Everything heard in a song; the work runs in a thread, the event loop stays free.

        Raises:
            InputError: See `analyze_song`.
        """
        return await asyncio.to_thread(self._analyze, Path(path))

    def _analyze(self, path: Path) -> SongBundle:
        job = self._job_config
        return analyze_song(
            path,
            lyrics_path=job.lyrics_path,
            corrections=with_beats(find_corrections(path, job.corrections_path), job.beats_path, path),
            stems_dir=job.stems_dir,
            longest_s=self._app_config.audio.max_duration_s,
        )


def analysis_inputs(path: str | Path, lyrics_path: Path | None = None) -> tuple[Path, ...]:
    """The files the analysis of a song finds by itself: the song, its lyrics and the corrections beside it.

    A cache must know them all, and besides them what the user names: corrections, beats and stems.

    Args:
        path: Of the song.
        lyrics_path: Lyrics that are read instead of those beside the song.
    """
    song = Path(path)
    if not song.name:
        return (song,)
    beside = [song.with_name(f"{song.stem}.twinklr.toml"), *lyric_candidates(song, lyrics_path)]
    return (song, *(candidate for candidate in beside if is_file(candidate)))


def analyze_song(
    path: str | Path,
    *,
    lyrics_path: Path | None = None,
    corrections: Corrections | None = None,
    stems_dir: Path | None = None,
    longest_s: float = AppConfig().audio.max_duration_s,
) -> SongBundle:
    """Everything heard in a song. The same file gives the same bundle, to the byte.

    Args:
        path: An audio file.
        lyrics_path: A lyrics file; without it, one beside the song or the tags are used where there are any.
        corrections: What the user knows better; without it, ``SONG.twinklr.toml`` beside the song where there is one.
        stems_dir: A folder of the song's stems, as demucs writes them; or ``demucs``, to ask it.
        longest_s: Longer songs are refused.

    Raises:
        InputError: The file is missing, not audio, empty, shorter than 0.4 s, too long, or silent from end to end;
            or the lyrics, corrections or stems cannot be used.
    """
    path = Path(path)
    recording = read_recording(path, longest_s=longest_s)
    corrections = corrections or find_corrections(path)
    if corrections is not None:
        corrections.check_length(recording.duration_ms / 1000)
    tags = _read_tags(path)
    sheet = find_sheet(path, lyrics_path, tags.get("lyrics", ""))
    span = music_span(recording.samples)
    if span is None:
        raise InputError(
            "the song is silent", where=path, expected="music", cure="check that it was exported with sound"
        )
    stems = None
    if stems_dir is not None:
        stems = read_stems(stems_dir, path, len(recording.samples), longest_s=longest_s)
    heard = listen(recording, span, corrections, stems.part("drums", span) if stems else None)
    onsets = detect_onsets(heard.flux, heard.chances)
    singing, voice = _hear_voice(recording.samples[span[0] : span[1]], stems.part("vocals", span) if stems else None)
    vocals = vocal_spans(voice, heard.offset_s)
    key_name, key_confidence = estimate_key(heard.harmony)
    bars_s = bar_edges(heard)
    moments: tuple[Moment, ...] = ()
    if len(bars_s):
        moments = find_moments(bars_s, heard.offset_s, heard.flux, heard.energy, CURVE_HOP_MS / 1000)
    grid = SongGrid(
        beats_s=heard.beats_s + heard.offset_s,
        bars_s=bars_s + heard.offset_s,
        strength=heard.flux.mid.astype(np.float64),
        strength_hop_s=FRAME_S,
        voice=voice,
        voice_hop_s=VOCAL_HOP_MS / 1000,
        offset_s=heard.offset_s,
        singing=singing,
    )
    lyrics = None if sheet is None else align_sheet(sheet[0], recording.duration_ms, vocals, sheet[1], grid)
    loudness_lufs = integrated_lufs(recording.powers)
    beats = _beats(heard)
    tempo_curve = tempo_values(heard, recording.duration_ms)
    return SongBundle(
        file=_song_file(path, recording, tags),
        tempo_bpm=round(steady_tempo_bpm(heard.beats_s), 2),
        tempo_confidence=round(heard.beat_confidence * steadiness(heard.beats_s), 3),
        beats_per_bar=heard.meter.beats_per_bar,
        # Bars are no surer than the beats they are made of.
        meter_confidence=min(heard.meter.confidence, heard.beat_confidence),
        beats=beats,
        bars=_bars(beats, recording.duration_ms),
        onsets=_onsets(heard, onsets),
        key=Key(name=key_name, confidence=key_confidence),
        chords=_chords(heard, key_name, recording.duration_ms),
        sections=hear_sections(heard, bars_s, recording.duration_ms, voice, moments, (corrections, lyrics)),
        energy=_curve(energy_curve(recording.powers), 3),
        loudness=_curve(short_term_lufs(recording.powers), 1),
        integrated_loudness_lufs=round(loudness_lufs, 2),
        moments=moments,
        vocals=vocals,
        music_start_ms=heard.ms(0),
        music_end_ms=min(recording.duration_ms, round(span[1] / ANALYSIS_RATE_HZ * 1000)),
        lyrics=lyrics,
        warnings=(*recording.warnings, *_warnings(heard, corrections)),
        vocal_activity=_shifted_curve(voice, heard.offset_s, recording.duration_ms),
        tempo_curve=Curve(hop_ms=TEMPO_HOP_MS, values=tempo_curve) if tempo_curve else None,
        swing=heard.feel.swing,
        swing_confidence=heard.feel.confidence,
        compound=heard.feel.compound,
        character=describe(heard, onsets, loudness_lufs, key_name, key_confidence),
        corrected=_corrected(corrections, stems, bool(beats)),
    )


def _warnings(heard: Heard, corrections: Corrections | None) -> list[str]:
    if not len(heard.beats_s):
        found = ["no steady beat was found: sections follow changes of sound, and nothing can be set on beats"]
        if corrections is not None and corrections.about_beats:
            found.append("the given tempo, meter or beats could not be followed: check that they fit the song")
        return found
    if heard.laid_evenly:
        return ["the music does not keep the given tempo: beats are laid evenly, so check them with --click"]
    if heard.beat_confidence < UNCERTAIN:
        return ["the beats are uncertain: check them with --click, or give the tempo in a corrections file"]
    return []


def _hear_voice(music: Floats, vocals: Floats | None) -> tuple[Singing, Doubles]:
    """Speech sounds and vocal activity, from the vocals stem where there is one."""
    if vocals is None:
        singing = hear_singing(music, reference_level(music))
        return singing, voice_curve(singing)
    activity = voice_in_stem(vocals, reference_level(music), VOCAL_HOP_MS / 1000)
    return hear_singing(vocals, reference_level(vocals)), activity


def _corrected(corrections: Corrections | None, stems: Stems | None, has_beats: bool) -> tuple[str, ...]:
    """What did not come from listening to the mix; without beats, nothing came of what was said about them."""
    given = corrections or Corrections()
    source = f" (from {given.source})" if given.source else ""
    about_beats = {
        f"tempo as the user set it{source}": given.tempo_bpm is not None or given.octave is not None,
        f"meter as the user set it{source}": given.beats_per_bar is not None,
        f"first downbeat as the user set it{source}": given.first_downbeat_s is not None,
    }
    rows = {
        **(about_beats if has_beats else {}),
        f"sections as the user set it{source}": bool(given.sections),
        f"beats from {given.beats_source or 'the user'}": bool(given.beats) and has_beats,
    }
    files = stems.files if stems else {}
    sources = [
        f"{what} from {files[name]}" for name, what in (("vocals", "voice"), ("drums", "drums")) if name in files
    ]
    return (*(text for text, is_given in rows.items() if is_given), *sources)


def _beats(heard: Heard) -> tuple[Beat, ...]:
    frames = np.clip(np.rint(heard.beats_s / FRAME_S).astype(int), 0, max(len(heard.activation) - 1, 0))
    result: list[Beat] = []
    for frame, at_s, position in zip(frames, heard.beats_s, heard.meter.positions, strict=True):
        strength = float(np.sqrt(heard.activation[max(0, frame - 2) : frame + 3].max()))
        at_ms = heard.ms(float(at_s))
        if not result or at_ms > result[-1].at_ms:
            result.append(Beat(at_ms=at_ms, strength=round(min(strength, 1.0), 3), position=position + 1))
    return tuple(result)


def _bars(beats: tuple[Beat, ...], duration_ms: int) -> tuple[Bar, ...]:
    starts = [beat.at_ms for beat in beats if beat.position == 1]
    if len(starts) < 2:
        return ()
    typical = round(float(np.median(np.diff(starts))))
    ends = [*starts[1:], min(duration_ms, starts[-1] + typical)]
    return tuple(Bar(start_ms=a, end_ms=b) for a, b in zip(starts, ends, strict=True) if b > a)


def _onsets(heard: Heard, onsets: list[RawOnset]) -> tuple[Onset, ...]:
    return tuple(
        Onset(
            at_ms=heard.ms(raw.at_s),
            band=raw.band,
            strength=raw.strength,
            drum=raw.drums[0] if raw.drums else None,
            drums=raw.drums,
        )
        for raw in onsets
    )


def _chords(heard: Heard, key: str, duration_ms: int) -> tuple[Chord, ...]:
    if len(heard.beats_s) >= 2:
        edges = np.append(heard.beats_s, heard.spectra.duration_s)
    else:
        edges = np.arange(0, heard.spectra.duration_s + 0.25, 0.5)
    result: list[Chord] = []
    for first, last, name, confidence in estimate_chords(heard.harmony, edges, key):
        start, end = heard.ms(float(edges[first])), min(duration_ms, heard.ms(float(edges[last])))
        if end > start:
            result.append(Chord(start_ms=start, end_ms=end, name=name, confidence=confidence))
    return tuple(result)


def _curve(values: Doubles, digits: int) -> Curve:
    rounded = tuple(float(value) for value in np.round(values, digits)) or (0.0,)
    return Curve(hop_ms=CURVE_HOP_MS, values=rounded)


def _shifted_curve(voice: Doubles, offset_s: float, duration_ms: int) -> Curve:
    before = np.zeros(round(offset_s * 1000 / VOCAL_HOP_MS))
    values = np.concatenate([before, voice])[: max(1, duration_ms // VOCAL_HOP_MS)]
    return Curve(hop_ms=VOCAL_HOP_MS, values=tuple(float(value) for value in np.round(values, 3)) or (0.0,))


def _read_tags(path: Path) -> dict[str, str]:
    """Title, artist, album and lyrics, as far as the tags can be read; broken tags are no reason to stop."""
    try:
        tag = TinyTag.get(path, image=False)
    except (TinyTagException, OSError, ValueError, KeyError, IndexError, ArithmeticError):
        return {}
    other = getattr(tag, "other", {}) or {}
    lyrics = other.get("lyrics") or other.get("unsyncedlyrics") or [""]
    found = {"title": tag.title, "artist": tag.artist, "album": tag.album, "lyrics": lyrics[0]}
    return {name: str(value) for name, value in found.items() if value}


def _song_file(path: Path, recording: Recording, tags: dict[str, str]) -> SongFile:
    return SongFile(
        name=path.stem,
        file_name=path.name,
        sha256=recording.sha256,
        duration_ms=recording.duration_ms,
        sample_rate_hz=recording.sample_rate_hz,
        channels=recording.channels,
        title=tags.get("title", ""),
        artist=tags.get("artist", ""),
        album=tags.get("album", ""),
    )
