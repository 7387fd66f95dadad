"""A small song and a small house, made of numbers: enough to plan, choreograph and render without any file."""

from __future__ import annotations

import numpy as np

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
from twinklr.core.display.display import Buffer, Display, Group, GroupKind, Prop, Role, RoleGuess

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


_HOUSE = (
    ("Mega Tree", "Tree", Role.MEGA_TREE, 12, 16),
    ("Matrix", "Matrix", Role.MATRIX, 16, 10),
    ("Arch 1", "Arches", Role.ARCH, 20, 1),
    ("Arch 2", "Arches", Role.ARCH, 20, 1),
    ("Arch 3", "Arches", Role.ARCH, 20, 1),
    ("Arch 4", "Arches", Role.ARCH, 20, 1),
    ("Cane 1", "Candy Canes", Role.CANE, 1, 18),
    ("Cane 2", "Candy Canes", Role.CANE, 1, 18),
    ("Roof Left", "Single Line", Role.ROOF_LINE, 30, 1),
    ("Roof Right", "Single Line", Role.ROOF_LINE, 30, 1),
    ("Window", "Window Frame", Role.WINDOW, 10, 12),
    ("Star", "Star", Role.STAR, 9, 9),
    ("Snowflake 1", "Custom", Role.SNOWFLAKE, 11, 11),
    ("Snowflake 2", "Custom", Role.SNOWFLAKE, 11, 11),
    ("Spinner", "Spinner", Role.SPINNER, 8, 10),
    ("Singing Bulb", "Custom", Role.FACE, 8, 10),
    ("Flood", "Single Line", Role.FLOOD, 1, 1),
    ("Moving Head", "DmxMovingHeadAdv", Role.MOVING_HEAD, 12, 1),
)


def small_house(names: tuple[str, ...] | None = None) -> Display:
    """Eighteen props of thirteen roles in a row, with groups for the families and the whole house."""
    props: list[Prop] = []
    xyz: list[tuple[float, float, float]] = []
    for name, display_as, role, width, height in _HOUSE:
        if names is not None and name not in names:
            continue
        first, count = len(xyz), width * height
        grid_y, grid_x = np.divmod(np.arange(count, dtype=np.int32), width)
        left = 60.0 * len(props)
        xyz.extend((left + float(x), 50.0 + float(y), 0.0) for x, y in zip(grid_x, grid_y, strict=True))
        buffer = Buffer(
            width,
            height,
            grid_x.astype(np.int32),
            grid_y.astype(np.int32),
            np.arange(first, first + count, dtype=np.int32),
        )
        face = (
            ("Bulb", (("Type", "NodeRange"), ("Mouth-AI", "1-8"), ("Eyes-Open", "60-64"), ("FaceOutline", "70-80"))),
        )
        props.append(
            Prop(
                name=name,
                display_as=display_as,
                string_type="RGB Nodes",
                role=RoleGuess(role, 0.9, "test"),
                first_channel=3 * first,
                channel_count=3 * count,
                first_node=first,
                node_count=count,
                buffer=buffer,
                submodels=(),
                strands=(tuple(range(count)),),
                faces=face if role is Role.FACE else (),
                points=np.array(xyz[first:], dtype=np.float32),
            )
        )
    nodes = len(xyz)
    present = [prop.name for prop in props]
    return Display(
        name="small house",
        props=tuple(props),
        groups=_groups(present),
        channel_count=3 * nodes,
        node_channel=3 * np.arange(nodes, dtype=np.int32),
        node_offsets=np.tile(np.array([[0, 1, 2, -1]], dtype=np.int8), (nodes, 1)),
        node_tint=np.full((nodes, 3), 255, dtype=np.uint8),
        node_xyz=np.array(xyz, dtype=np.float32).reshape(-1, 3),
        preview_size=(1280, 720),
    )


def _groups(present: list[str]) -> tuple[Group, ...]:
    rows = (
        ("Whole House", GroupKind.WHOLE_HOUSE, tuple(present)),
        ("All Arches", GroupKind.ROW, tuple(name for name in present if name.startswith("Arch"))),
        ("All Canes", GroupKind.ROW, tuple(name for name in present if name.startswith("Cane"))),
        ("Roof", GroupKind.FAMILY, tuple(name for name in present if name.startswith("Roof"))),
        ("Snowflakes", GroupKind.FAMILY, tuple(name for name in present if name.startswith("Snowflake"))),
    )
    return tuple(
        Group(name, kind, "minimalGrid", 400, members, members, members) for name, kind, members in rows if members
    )


def small_groups() -> list[dict[str, object]]:
    """Display groups in the plain form, for planners."""
    counts: dict[str, int] = {}
    for _, _, role, _, _ in _HOUSE:
        counts[role.value] = counts.get(role.value, 0) + 1
    return [
        {"role_key": role, "model_count": count, "group_type": "family" if count > 1 else "single"}
        for role, count in counts.items()
    ]
