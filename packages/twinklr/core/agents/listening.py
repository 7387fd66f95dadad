"""The rules that describe a song: from what was heard to what a planner wants to know. No seed, no choice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from twinklr.core.audio.bundle import Section, SongBundle, Span
from twinklr.core.planning import AudioProfile, Intensity, LyricContext, LyricSection, Mood, SectionProfile, Theme

INTENSITY_FROM = ((0.62, Intensity.STRONG), (0.38, Intensity.MED), (0.15, Intensity.SOFT))
"""Section energy from which an intensity holds; PEAK is given to one section only."""

THEME_WORDS: tuple[tuple[Theme, str], ...] = (
    (Theme.HALLOWEEN, r"halloween|pumpkin|ghosts?|witch\w*|monsters?|thriller|spooky|zombies?|skeletons?"),
    (
        Theme.CHRISTMAS,
        r"christmas|xmas|noel|santa|jingle|sleigh|carols?|bethlehem|manger|reindeer|rudolph|mistletoe|yuletide"
        r"|holy night|silent night|first nowell|deck the halls?|wenceslas|three kings|sugar plum|nutcracker|herald",
    ),
    (Theme.WINTER, r"snow\w*|winter\w*|frost\w*|ice|icy|cold"),
    (Theme.PATRIOTIC, r"america\w*|star.spangled|anthem|independence|liberty|yankee"),
    (Theme.LOVE, r"love\w*|heart\w*|kiss\w*|valentine\w*|darling"),
)
"""Words that give a song its subject, strongest subject first."""

FEAST_WORTH = {Theme.CHRISTMAS: 3, Theme.HALLOWEEN: 3}
"""Carols speak of snow more than of Christmas, and are Christmas songs all the same."""

IMAGE_WORDS: tuple[tuple[str, str], ...] = (
    ("star", r"stars?|starry|heaven\w*|sky"),
    ("snowflake", r"snow\w*|flakes?|winter\w*|frost\w*"),
    ("tree", r"trees?|tannenbaum|branch\w*|evergreen|pine|ivy|holly"),
    ("mega_tree", r"trees?|tannenbaum"),
    ("wreath", r"wreaths?|holly|boughs?"),
    ("window", r"windows?|home|house"),
    ("icicle", r"icicles?|ice"),
    ("arch", r"ways?|roads?|sleigh\w*|ride|dash\w*"),
)
"""Words of a song and the props they call up."""


def read_theme(title: Iterable[str], words: Iterable[str] = ()) -> Theme:
    """The subject of a song. The title counts more than the words, and a feast more than the weather.

    Example:
        >>> read_theme(["03 - Jingle Bells (live)"], ["dashing through the snow"])
        <Theme.CHRISTMAS: 'CHRISTMAS'>
    """
    counts = dict.fromkeys(Theme, 0)
    for texts, worth in ((title, 4), (words, 1)):
        text = re.sub(r"[_\W]+", " ", " ".join(texts)).lower()
        for theme, pattern in THEME_WORDS:
            counts[theme] += worth * FEAST_WORTH.get(theme, 1) * len(re.findall(rf"\b(?:{pattern})\b", text))
    best = max(counts, key=lambda theme: counts[theme])
    return best if counts[best] else Theme.GENERAL


def describe_song(bundle: SongBundle) -> AudioProfile:
    """The song in profile."""
    peak = peak_section(bundle)
    return AudioProfile(
        song=bundle.file.name,
        song_id=bundle.file.sha256,
        title=bundle.file.title,
        duration_ms=bundle.duration_ms,
        tempo_bpm=round(bundle.tempo_bpm, 2),
        beats_per_bar=bundle.beats_per_bar,
        beat_trust=round(min(max(bundle.tempo_confidence, 0.0), 1.0), 3),
        key=bundle.key.name,
        mood=read_mood(bundle),
        theme=read_theme(_titles(bundle), _lines(bundle)),
        sections=tuple(_describe_section(bundle, section, peak) for section in bundle.sections),
        peak_section=peak.id,
    )


CLEARLY_STRONGER = 0.08
"""How much more energy a later section needs to outdo the last chorus."""


def peak_section(bundle: SongBundle) -> Section:
    """The section the show aims at.

    That is the last chorus, unless a later section has clearly more energy (a final chorus in another key may not be
    heard as one); without choruses the one with most energy, the later of equals.
    """
    strongest = max(bundle.sections, key=lambda section: (section.energy, section.index))
    choruses = [section for section in bundle.sections if section.label == "chorus"]
    if not choruses:
        return strongest
    last = choruses[-1]
    outdone = strongest.index > last.index and strongest.energy >= last.energy + CLEARLY_STRONGER
    return strongest if outdone else last


def read_mood(bundle: SongBundle) -> Mood:
    """What the song feels like: how loud, fast and dense it is, and how major and bright.

    These are proxies and no more; they choose between palettes.
    """
    arousal, valence = bundle.character.arousal, bundle.character.valence
    if arousal >= 0.6:
        return Mood.DRIVING if valence >= 0.35 else Mood.DARK
    if arousal >= 0.45:
        return Mood.PLAYFUL if valence >= 0.45 else Mood.DARK
    if arousal >= 0.38:
        return Mood.WARM if valence >= 0.45 else Mood.SOLEMN
    return Mood.TENDER if valence >= 0.45 else Mood.SOLEMN


def _titles(bundle: SongBundle) -> list[str]:
    return [bundle.file.title or bundle.file.name, bundle.file.album]


def _lines(bundle: SongBundle) -> list[str]:
    return [line.text for line in bundle.lyrics.lines] if bundle.lyrics is not None else []


def _describe_section(bundle: SongBundle, section: Section, peak: Section) -> SectionProfile:
    length = max(section.end_ms - section.start_ms, 1)
    intensity = next((name for least, name in INTENSITY_FROM if section.energy >= least), Intensity.WHISPER)
    if section.index == peak.index:
        intensity = Intensity.PEAK
    beats = sum(section.start_ms <= beat.at_ms < section.end_ms for beat in bundle.beats)
    low = sum(section.start_ms <= onset.at_ms < section.end_ms for onset in bundle.onsets if onset.band == "low")
    sung = bundle.vocals
    if not sung and bundle.lyrics is not None:
        sung = tuple(Span(start_ms=line.start_ms, end_ms=line.end_ms) for line in bundle.lyrics.lines)
    covered = sum(max(0, min(s.end_ms, section.end_ms) - max(s.start_ms, section.start_ms)) for s in sung)
    return SectionProfile(
        id=section.id,
        label=section.label,
        group=section.group,
        bars=sum(section.start_ms <= bar.start_ms < section.end_ms for bar in bundle.bars),
        energy=round(min(max(section.energy, 0.0), 1.0), 3),
        intensity=intensity,
        vocals=round(min(covered / length, 1.0), 3),
        drums=round(min(low / max(beats, 1), 1.0), 3),
        moments=tuple(m.kind for m in bundle.moments if section.start_ms <= m.start_ms < section.end_ms),
    )


def describe_lyrics(bundle: SongBundle) -> LyricContext:
    """The words of a song as far as they matter for light; an empty context for a song without words."""
    lyrics = bundle.lyrics
    if lyrics is None:
        return LyricContext(theme=Theme.GENERAL, timed_words=False, sections=())
    sections = []
    for section in bundle.sections:
        text = " ".join(
            line.text for line in lyrics.lines if section.start_ms <= line.start_ms < section.end_ms
        ).lower()
        if text:
            images = tuple(role for role, words in IMAGE_WORDS if re.search(rf"\b(?:{words})\b", text))
            sections.append(LyricSection(section_id=section.id, words=len(text.split()), images=images))
    return LyricContext(
        theme=read_theme(_titles(bundle), _lines(bundle)),
        timed_words=any(line.words for line in lyrics.lines),
        sections=tuple(sections),
        source=lyrics.source,
    )
