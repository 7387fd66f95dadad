"""A small song that is known perfectly: a `SongBundle` made of numbers, without any audio."""

from __future__ import annotations

from twinklr.core.audio.bundle import (
    Bar,
    Beat,
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

FORM = (
    ("intro", "A", 4, 0.15),
    ("verse", "B", 8, 0.4),
    ("chorus", "C", 8, 0.8),
    ("verse", "B", 8, 0.45),
    ("chorus", "C", 8, 0.82),
    ("break", "D", 4, 0.1),
    ("chorus", "C", 8, 1.0),
    ("outro", "E", 4, 0.2),
)
"""Label, group, bars and energy of each section."""


SHORT_FORM = (("verse", "A", 2, 0.4), ("chorus", "B", 2, 1.0))
"""A form of eight seconds, for tests that render."""


def small_song(
    *,
    tempo_bpm: float = 120.0,
    lyrics: bool = True,
    lead_in_ms: int = 210,
    form: tuple[tuple[str, str, int, float], ...] = FORM,
) -> SongBundle:
    """A song of 52 bars in 4/4, or of another form, with perfect knowledge of itself."""
    beat_ms = 60_000 / tempo_bpm
    bars: list[Bar] = []
    beats: list[Beat] = []
    onsets: list[Onset] = []
    sections: list[Section] = []
    energy: list[float] = []
    at = float(lead_in_ms)
    for index, (label, group, count, level) in enumerate(form):
        start = at
        for _ in range(count):
            bars.append(Bar(start_ms=round(at), end_ms=round(at + 4 * beat_ms)))
            for position in range(1, 5):
                beats.append(Beat(at_ms=round(at), strength=1.0 if position == 1 else 0.6, position=position))
                band = "low" if position in (1, 3) else "mid"
                onsets.append(Onset(at_ms=round(at), band=band, strength=level))
                onsets.append(Onset(at_ms=round(at + beat_ms / 2), band="high", strength=level / 2))
                at += beat_ms
        first = 0 if index == 0 else round(start)
        sections.append(
            Section(
                index=index, start_ms=first, end_ms=round(at), label=label, group=group, energy=level, confidence=0.9
            )
        )
    duration = round(at) + 333
    sections[-1] = sections[-1].model_copy(update={"end_ms": duration})
    for time_ms in range(0, duration, 100):
        level = next(section.energy for section in sections if time_ms < section.end_ms)
        energy.append(level)
    chorus = [section for section in sections if section.label == "chorus"]
    return SongBundle(
        file=SongFile(
            name="small song",
            file_name="small song.ogg",
            sha256="5" * 64,
            duration_ms=duration,
            sample_rate_hz=44_100,
            channels=2,
            title="Snow on the Tree",
        ),
        tempo_bpm=tempo_bpm,
        tempo_confidence=0.95,
        beats_per_bar=4,
        meter_confidence=0.9,
        beats=tuple(beats),
        bars=tuple(bars),
        onsets=tuple(onsets),
        key=Key(name="G major", confidence=0.8),
        chords=(),
        sections=tuple(sections),
        energy=Curve(hop_ms=100, values=tuple(energy)),
        loudness=Curve(hop_ms=100, values=tuple(-40 + 30 * level for level in energy)),
        integrated_loudness_lufs=-14.0,
        moments=(
            Moment(kind="peak", start_ms=chorus[-1].start_ms, end_ms=chorus[-1].end_ms, strength=1.0),
            Moment(
                kind="drop", start_ms=chorus[-1].start_ms, end_ms=chorus[-1].start_ms + round(beat_ms), strength=0.9
            ),
        ),
        vocals=tuple(Span(start_ms=one.start_ms, end_ms=one.end_ms) for one in chorus),
        music_start_ms=lead_in_ms,
        music_end_ms=round(at),
        lyrics=_words(sections) if lyrics else None,
    )


def _words(sections: list[Section]) -> Lyrics:
    lines = []
    for section in sections:
        if section.label in ("verse", "chorus"):
            start = section.start_ms
            words = tuple(
                Word(
                    text=text,
                    start_ms=start + 400 * place,
                    end_ms=start + 400 * place + 350,
                    phonemes=(("MBP", start + 400 * place, start + 400 * place + 100),
                              ("AI", start + 400 * place + 100, start + 400 * place + 350)),
                )
                for place, text in enumerate(("Snow", "on", "the", "tree"))
            )  # fmt: skip
            lines.append(LyricLine(text="Snow on the tree", start_ms=start, end_ms=start + 1600, words=words))
    return Lyrics(lines=tuple(lines), source="test", confidence=1.0)
