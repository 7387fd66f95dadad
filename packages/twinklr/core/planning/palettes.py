"""Song palettes: a few colours that go together, by what the song is about and how it feels. Rows of a table.

A palette has a primary pair, a secondary pair, one accent and a white. Few colours at once is what people make by
hand: white a quarter of the time, red and green next, then blue and purple, one colour on half of all effects.
"""

from __future__ import annotations

from dataclasses import dataclass

from twinklr.core.planning.vocabulary import Mood, PaletteRole, Theme


@dataclass(frozen=True, slots=True)
class SongPalette:
    """Colours for a song, ``#RRGGBB``.

    Attributes:
        name: Name in plans.
        primary: The colours that lead most of the song, strongest first.
        secondary: Their counterpart.
        accent: For hits.
        white: Its white: warm, neutral or cold.
        themes: What it suits by subject.
        moods: What it suits by feeling.
    """

    name: str
    primary: tuple[str, str]
    secondary: tuple[str, str]
    accent: str
    white: str
    themes: tuple[Theme, ...]
    moods: tuple[Mood, ...]

    def colors(self, role: PaletteRole) -> tuple[str, ...]:
        """The colours of a role, strongest first.

        Example:
            >>> palette("classic_christmas").colors(PaletteRole.ACCENT)
            ('#FFD24A',)
        """
        match role:
            case PaletteRole.PRIMARY:
                return self.primary
            case PaletteRole.SECONDARY:
                return self.secondary
            case PaletteRole.ACCENT:
                return (self.accent,)
            case PaletteRole.WHITE:
                return (self.white,)
            case PaletteRole.MIX:
                return (self.primary[0], self.secondary[0], self.white)


_C, _W, _H, _P, _L, _G = (
    Theme.CHRISTMAS,
    Theme.WINTER,
    Theme.HALLOWEEN,
    Theme.PATRIOTIC,
    Theme.LOVE,
    Theme.GENERAL,
)

PALETTES: tuple[SongPalette, ...] = (
    SongPalette(
        "classic_christmas", ("#FF0000", "#FF3A1A"), ("#00C800", "#4CFF3A"), "#FFD24A", "#FFE8C0",
        (_C,), (Mood.PLAYFUL, Mood.WARM, Mood.DRIVING, Mood.SOLEMN),
    ),
    SongPalette(
        "candy_cane", ("#FF0000", "#FF1040"), ("#FFFFFF", "#FFD0D0"), "#FF2060", "#FFFFFF",
        (_C, _G), (Mood.PLAYFUL, Mood.DRIVING),
    ),
    SongPalette(
        "golden_night", ("#FFB030", "#FF8000"), ("#2030FF", "#5A20FF"), "#FF2A00", "#FFE0A0",
        (_C, _G), (Mood.SOLEMN, Mood.WARM, Mood.TENDER),
    ),
    SongPalette(
        "ice", ("#0060FF", "#00B0FF"), ("#80E8FF", "#00FFE0"), "#A040FF", "#E8F4FF",
        (_W, _C, _G), (Mood.TENDER, Mood.SOLEMN, Mood.DARK),
    ),
    SongPalette(
        "frost_berry", ("#4020FF", "#8020FF"), ("#FF1080", "#FF40A0"), "#00D0FF", "#F0F0FF",
        (_W, _G, _L), (Mood.PLAYFUL, Mood.DRIVING, Mood.TENDER),
    ),
    SongPalette(
        "northern_lights", ("#00E080", "#00FFA8"), ("#6020FF", "#A020FF"), "#00A0FF", "#E0FFF4",
        (_W, _G), (Mood.DARK, Mood.TENDER, Mood.SOLEMN),
    ),
    SongPalette(
        "sunset", ("#FF6000", "#FF2000"), ("#C000C0", "#FF0080"), "#FFC800", "#FFE8D0",
        (_G, _L), (Mood.WARM, Mood.DRIVING),
    ),
    SongPalette(
        "rock", ("#FF0000", "#FF5000"), ("#0030FF", "#0080FF"), "#FFFFFF", "#FFFFFF",
        (_G,), (Mood.DRIVING, Mood.DARK, Mood.PLAYFUL),
    ),
    SongPalette(
        "roses", ("#FF1050", "#FF0020"), ("#C030FF", "#FF70C0"), "#FFFFFF", "#FFE4E8",
        (_L,), (Mood.TENDER, Mood.WARM, Mood.PLAYFUL),
    ),
    SongPalette(
        "pumpkin", ("#FF6000", "#FF8A00"), ("#8000FF", "#5000C0"), "#40FF00", "#FFE0B0",
        (_H,), (Mood.DARK, Mood.PLAYFUL, Mood.DRIVING, Mood.SOLEMN),
    ),
    SongPalette(
        "flag", ("#FF0000", "#FF2020"), ("#0020FF", "#2040FF"), "#FFFFFF", "#FFFFFF",
        (_P,), (Mood.SOLEMN, Mood.DRIVING, Mood.PLAYFUL, Mood.WARM),
    ),
)  # fmt: skip

_BY_NAME = {row.name: row for row in PALETTES}


def palette(name: str) -> SongPalette:
    """The palette of a name.

    Raises:
        KeyError: If there is none.
    """
    return _BY_NAME[name]


def palettes_for(theme: Theme, mood: Mood) -> tuple[str, ...]:
    """Names of the palettes that suit a song's theme, those that suit its mood as well first.

    Example:
        >>> palettes_for(Theme.HALLOWEEN, Mood.TENDER)
        ('pumpkin',)
    """
    by_theme = [row for row in PALETTES if theme in row.themes]
    return tuple(row.name for row in sorted(by_theme, key=lambda row: mood not in row.moods))
