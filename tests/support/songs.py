"""Small songs as `SongBundle` values, without any audio."""

from __future__ import annotations

from twinklr.core.audio import Bar, Beat, Curve, Key, Onset, Section, SongBundle, SongFile

FORM = (
    ("intro", "A", 0.2),
    ("verse", "B", 0.45),
    ("chorus", "C", 0.9),
    ("verse", "B", 0.45),
    ("chorus", "C", 0.95),
    ("outro", "D", 0.25),
)


def steady_song(
    beat_ms: int = 500, bars_per_section: int = 4, form: tuple[tuple[str, str, float], ...] = FORM
) -> SongBundle:
    """A song of equal bars of four beats: kick on 1 and 3, snare on 2 and 4, loudness that follows the energy."""
    section_ms = bars_per_section * 4 * beat_ms
    duration_ms = section_ms * len(form)
    count = duration_ms // beat_ms
    sections = tuple(
        Section(
            index=index,
            start_ms=index * section_ms,
            end_ms=(index + 1) * section_ms,
            label=label,
            group=group,
            energy=energy,
            confidence=0.9,
        )
        for index, (label, group, energy) in enumerate(form)
    )
    energy = tuple(sections[min(t // section_ms, len(sections) - 1)].energy for t in range(0, duration_ms, 100))
    return SongBundle(
        file=SongFile(
            name="steady",
            file_name="steady.wav",
            sha256="0" * 64,
            duration_ms=duration_ms,
            sample_rate_hz=44100,
            channels=2,
        ),
        tempo_bpm=60000 / beat_ms,
        tempo_confidence=0.95,
        beats_per_bar=4,
        meter_confidence=0.9,
        beats=tuple(Beat(at_ms=i * beat_ms, strength=0.8, position=i % 4 + 1) for i in range(count)),
        bars=tuple(Bar(start_ms=t, end_ms=t + 4 * beat_ms) for t in range(0, duration_ms, 4 * beat_ms)),
        onsets=tuple(
            Onset(at_ms=i * beat_ms, band="mid" if i % 2 else "low", strength=0.9, drum="snare" if i % 2 else "kick")
            for i in range(count)
        ),
        key=Key(name="C major", confidence=0.8),
        chords=(),
        sections=sections,
        energy=Curve(hop_ms=100, values=energy),
        loudness=Curve(hop_ms=100, values=tuple(-40.0 + 30.0 * value for value in energy)),
        integrated_loudness_lufs=-16.0,
        music_end_ms=duration_ms,
    )
