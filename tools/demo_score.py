"""The demo song as written music: carols in the public domain, note by note, with their words and chords.

* *Jingle Bells* (James Lord Pierpont, 1857): verses and choruses.
* *God Rest Ye Merry, Gentlemen* (traditional, printed 1760): the bridge.

A melody is a text of notes: ``D4`` lasts an eighth, ``D4*3`` three of them, ``D4*.5`` a sixteenth, ``r*2`` is a rest.
A bar of 4/4 holds eight eighths. Words are split into syllables by ``_``; each note takes one syllable.
Chords stand for half a bar each.
"""

from __future__ import annotations

from dataclasses import dataclass

BPM = 124.0
BEATS_PER_BAR = 4
LEAD_SILENCE_S = 0.35
TAIL_S = 1.2
PITCHES = {"C": 0, "C#": 1, "D": 2, "D#": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "G#": 8, "A": 9, "A#": 10, "B": 11}
NAMES = {number: name for name, number in PITCHES.items()}


@dataclass(frozen=True)
class Note:
    """A note: when and how long in eighths from the start of its section, MIDI pitch, and the syllable sung on it."""

    start: float
    length: float
    pitch: int
    syllable: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the form.

    Attributes:
        label: What listeners call it.
        bars: Its length.
        chords: Two chord names a bar.
        melody: The tune as text, one string a bar; an upbeat of the next section belongs to the last bar.
        lines: The words, a line each; empty for an instrumental part.
        shift: Semitones everything sounds above what is written.
    """

    label: str
    bars: int
    chords: tuple[str, ...]
    melody: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    shift: int = 0


VERSE_CHORDS = ("G", "G", "G", "C", "Am", "D", "D", "G") * 2
CHORUS_CHORDS = ("G", "G", "G", "G", "C", "G", "A", "D", "G", "G", "G", "G", "C", "G", "D", "G")
CHORUS_MELODY = (
    "B4 B4 B4*2 B4 B4 B4*2",
    "B4 D5 G4*1.5 A4*.5 B4*4",
    "C5 C5 C5*1.5 C5*.5 C5 B4 B4 B4*.5 B4*.5",
    "B4 A4 A4 B4 A4*2 D5*2",
    "B4 B4 B4*2 B4 B4 B4*2",
    "B4 D5 G4*1.5 A4*.5 B4*4",
    "C5 C5 C5*1.5 C5*.5 C5 B4 B4 B4*.5 B4*.5",
    "D5 D5 C5 A4 G4*4",
)
CHORUS_LINES = (
    "Jin_gle bells, jin_gle bells,",
    "jin_gle all the way!",
    "Oh what fun it is to ride",
    "in a one-_horse o_pen sleigh, hey!",
    "Jin_gle bells, jin_gle bells,",
    "jin_gle all the way!",
    "Oh what fun it is to ride",
    "in a one-_horse o_pen sleigh!",
)

FORM = (
    Section(
        "intro",
        4,
        ("G", "G", "C", "D", "G", "Em", "C", "D"),
        ("r*8", "r*8", "B4 B4 B4*2 B4 B4 B4*2", "B4 D5 G4*1.5 A4*.5 B4*4"),
    ),
    Section(
        "verse",
        8,
        VERSE_CHORDS,
        (
            "D4 B4 A4 G4 D4*3 D4*.5 D4*.5",
            "D4 B4 A4 G4 E4*4",
            "E4 C5 B4 A4 F#4*4",
            "D5 D5 C5 A4 B4*4",
            "D4 B4 A4 G4 D4*4",
            "D4 B4 A4 G4 E4*3 E4",
            "E4 C5 B4 A4 D5 D5 D5 D5",
            "E5 D5 C5 A4 G4*4",
        ),
        (
            "Dash_ing through the snow",
            "in a one-_horse o_pen sleigh,",
            "o'er the fields we go,",
            "laugh_ing all the way.",
            "Bells on bob_tails ring,",
            "mak_ing spir_its bright,",
            "what fun it is to ride and sing",
            "a sleigh_ing song to_night!",
        ),
    ),
    Section("chorus", 8, CHORUS_CHORDS, CHORUS_MELODY, CHORUS_LINES),
    Section(
        "verse",
        8,
        VERSE_CHORDS,
        (
            "D4*.5 D4*.5 B4 A4 G4 D4*3 D4",
            "D4 B4 A4 G4 E4*3 E4",
            "E4 C5 B4 A4 F#4*3 A4",
            "D5 D5 C5 A4 B4*3 D4",
            "D4 B4 A4 G4 D4*3 D4",
            "D4 B4 A4 G4 E4*3 E4",
            "E4 C5 B4 A4 D5 D5 D5 D5",
            "E5 D5 C5 A4 G4*4",
        ),
        (
            "A day or two a_go",
            "I thought I'd take a ride,",
            "and soon Miss Fan_nie Bright",
            "was seat_ed by my side.",
            "The horse was lean and lank,",
            "mis_for_tune seemed his lot,",
            "he got in_to a drift_ed bank",
            "and we, we got up_sot!",
        ),
    ),
    Section("chorus", 8, CHORUS_CHORDS, CHORUS_MELODY, CHORUS_LINES),
    Section(
        "bridge",
        12,
        ("Em", "Em", "Em", "G", "Am", "D", "Em", "Em") * 2 + ("C", "C", "D", "D", "E", "E", "E", "E"),
        (
            "E4 E4 B4*2 B4*2 A4*2",
            "G4*2 F#4*2 E4*2 D4*2",
            "E4*2 F#4*2 G4*2 A4*2",
            "B4*4 r*2 E4*2",
            "E4*2 B4*2 B4*2 A4*2",
            "G4*4 E4*2 D4*2",
            "E4*2 F#4*2 G4*2 A4*2",
            "B4*8",
            "r*8",
            "r*8",
            "r*8",
            "r*8",
        ),
        (
            "God rest ye mer_ry, gen_tle_men,",
            "let noth_ing you dis_may.",
            "Re_mem_ber Christ our Sa_viour",
            "was born on Christ_mas Day.",
        ),
    ),
    Section("chorus", 8, CHORUS_CHORDS, CHORUS_MELODY, CHORUS_LINES, shift=2),
    Section(
        "outro",
        4,
        ("G", "G", "C", "D", "G", "G", "G", "G"),
        ("B4 D5 G4*1.5 A4*.5 B4*4", "B4 D5 G4*1.5 A4*.5 B4*4", "G4*8", "r*8"),
        shift=2,
    ),
)
BREAK_BARS = (0, 8)
"""First and last bar of the quiet part inside the bridge; the build fills the rest of it."""


def pitch_number(name: str) -> int:
    """MIDI number of a note name.

    Example:
        >>> pitch_number("A4"), pitch_number("F#4")
        (69, 66)
    """
    return PITCHES[name[:-1]] + 12 * (int(name[-1]) + 1)


def read_melody(section: Section) -> list[Note]:
    """The notes of a section with their syllables, transposed to how it sounds."""
    syllables = iter([part for line in section.lines for word in line.split() for part in _split_word(word)])
    notes: list[Note] = []
    at = 0.0
    for token in " ".join(section.melody).split():
        name, _, length = token.partition("*")
        eighths = float(length or 1)
        if name != "r":
            notes.append(Note(at, eighths, pitch_number(name) + section.shift, next(syllables, "")))
        at += eighths
    if next(syllables, "") or (section.lines and not notes[-1].syllable):
        raise ValueError(f"{section.label}: not a syllable for every note")
    if at != 8 * len(section.melody):
        raise ValueError(f"{section.label}: {at} eighths in {len(section.melody)} bars")
    return notes


def _split_word(word: str) -> list[str]:
    """Syllables of a word, each but the last with a trailing ``_`` so that words can be joined again."""
    parts = word.split("_")
    return [part + "_" for part in parts[:-1]] + [parts[-1]]


def chord_pitches(name: str, shift: int = 0) -> tuple[int, tuple[int, int, int]]:
    """Root as a pitch class, and the triad as semitones above the root.

    Example:
        >>> chord_pitches("Am")
        (9, (0, 3, 7))
    """
    minor = name.endswith("m")
    root = (PITCHES[name.removesuffix("m")] + shift) % 12
    return root, (0, 3 if minor else 4, 7)


def chord_label(name: str, shift: int = 0) -> str:
    """A chord in the notation of MIREX.

    Example:
        >>> chord_label("Am", 2)
        'B:min'
    """
    root, (_, third, _) = chord_pitches(name, shift)
    return f"{NAMES[root]}:{'min' if third == 3 else 'maj'}"
