"""The analysis as a short text for people."""

from __future__ import annotations

from twinklr.core.audio.bundle import SongBundle


def clock(time_ms: int) -> str:
    """Minutes, seconds and tenths.

    Example:
        >>> clock(83_450)
        '1:23.4'
    """
    return f"{time_ms // 60000}:{time_ms % 60000 // 1000:02d}.{time_ms % 1000 // 100}"


def summarize(song: SongBundle) -> str:
    """One line per fact, a table of the sections, and the warnings."""
    file = song.file
    name = f"{file.artist} - {file.title}" if file.artist and file.title else file.file_name
    lines = [f"{name}  ({clock(song.duration_ms)}, {file.sample_rate_hz} Hz, {file.channels} ch)"]
    facts = [("tempo", _tempo(song)), ("key", f"{song.key.name}  ({song.key.confidence:.0%} sure)")]
    facts.append(("loudness", f"{song.integrated_loudness_lufs:.1f} LUFS"))
    facts.append(("onsets", _onsets(song)))
    sung = sum(span.end_ms - span.start_ms for span in song.vocals)
    facts.append(("voice", f"{sung / max(song.duration_ms, 1):.0%} of the song (a proxy)"))
    if song.lyrics is not None:
        words = sum(len(line.words) for line in song.lyrics.lines)
        facts.append(("lyrics", f"{len(song.lyrics.lines)} lines, {words} words from {song.lyrics.source}"))
    for moment in song.moments:
        facts.append((moment.kind, f"{clock(moment.start_ms)} to {clock(moment.end_ms)}  ({moment.strength:.0%})"))
    lines += [f"  {name:10s}{text}" for name, text in facts]
    lines.append(f"  {'section':12s}{'from':>8s}{'to':>9s}  group  energy  sure")
    for s in song.sections:
        times = f"{clock(s.start_ms):>8s}{clock(s.end_ms):>9s}"
        name = f"  {s.name}" if s.name else ""
        lines.append(f"  {s.label:12s}{times}  {s.group:5s}{s.energy:8.0%}{s.confidence:6.0%}{name}")
    lines += [f"  corrected: {text}" for text in song.corrected]
    lines += [f"  warning: {text}" for text in song.warnings]
    return "\n".join(lines)


def _tempo(song: SongBundle) -> str:
    if not song.beats:
        return "no steady beat"
    meter = f"{song.beats_per_bar} beats a bar ({song.meter_confidence:.0%} sure)"
    count = f"{len(song.beats)} beats, {len(song.bars)} bars"
    return f"{song.tempo_bpm:.2f} BPM ({song.tempo_confidence:.0%} sure), {meter}, {count}"


def _onsets(song: SongBundle) -> str:
    counts = {drum: sum(drum in onset.drums for onset in song.onsets) for drum in ("kick", "snare", "hat")}
    named = ", ".join(f"{count} {drum}" for drum, count in counts.items())
    return f"{len(song.onsets)}  ({named})"
