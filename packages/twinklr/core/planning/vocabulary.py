"""The words a plan is written in. A plan says *what* and *how strongly*, never milliseconds or slider values.

Every list is ordered from little to much where that makes sense; `Intensity.level` gives the rank.
"""

from __future__ import annotations

from enum import StrEnum


class Intensity(StrEnum):
    """How strong a section feels, from a held breath to the peak of the song."""

    WHISPER = "WHISPER"
    SOFT = "SOFT"
    MED = "MED"
    STRONG = "STRONG"
    PEAK = "PEAK"

    @property
    def level(self) -> int:
        """Rank, 0 for WHISPER to 4 for PEAK.

        Example:
            >>> Intensity.PEAK.level
            4
        """
        return _LEVELS[self.value]


_LEVELS = {intensity.value: level for level, intensity in enumerate(Intensity)}


class GroupRole(StrEnum):
    """What a group of props does in a section."""

    LEAD = "LEAD"
    SUPPORT = "SUPPORT"
    REST = "REST"


class Driver(StrEnum):
    """What in the music moves a look."""

    BEAT = "BEAT"
    BAR = "BAR"
    PHRASE = "PHRASE"
    SECTION = "SECTION"
    LOW = "LOW"
    MID = "MID"
    HIGH = "HIGH"
    VOCAL = "VOCAL"


class PaletteRole(StrEnum):
    """Which colours of the song's palette are meant."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"
    ACCENT = "ACCENT"
    WHITE = "WHITE"
    MIX = "MIX"


class Direction(StrEnum):
    """Where a motion goes, seen from the street."""

    RIGHT = "RIGHT"
    LEFT = "LEFT"
    UP = "UP"
    DOWN = "DOWN"
    OUT = "OUT"
    IN = "IN"


class Accent(StrEnum):
    """Which moments of the music get an extra hit of light."""

    NONE = "NONE"
    DOWNBEATS = "DOWNBEATS"
    HITS = "HITS"
    PHRASES = "PHRASES"


class Motion(StrEnum):
    """How a section moves as a whole."""

    STILL = "STILL"
    GENTLE = "GENTLE"
    FLOWING = "FLOWING"
    DRIVING = "DRIVING"
    EXPLOSIVE = "EXPLOSIVE"


class Coverage(StrEnum):
    """How much of the display is lit in a section."""

    FEW = "FEW"
    SOME = "SOME"
    MOST = "MOST"
    ALL = "ALL"

    @property
    def share(self) -> float:
        """Share of the groups that are lit.

        Example:
            >>> Coverage.ALL.share
            1.0
        """
        return {"FEW": 0.3, "SOME": 0.55, "MOST": 0.8, "ALL": 1.0}[self.value]


class Spread(StrEnum):
    """How a look is dealt out over the props of a group."""

    TOGETHER = "TOGETHER"
    ALTERNATE = "ALTERNATE"
    TRAVEL = "TRAVEL"


class Mood(StrEnum):
    """What the song feels like, as far as tempo, key and energy tell."""

    TENDER = "TENDER"
    WARM = "WARM"
    SOLEMN = "SOLEMN"
    PLAYFUL = "PLAYFUL"
    DRIVING = "DRIVING"
    DARK = "DARK"


class Theme(StrEnum):
    """What the words or the title are about."""

    CHRISTMAS = "CHRISTMAS"
    WINTER = "WINTER"
    HALLOWEEN = "HALLOWEEN"
    PATRIOTIC = "PATRIOTIC"
    LOVE = "LOVE"
    GENERAL = "GENERAL"
