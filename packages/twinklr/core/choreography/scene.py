"""One group in one section: base, move and accents become effects on its rows.

Rows of this table turn categories into light: how bright an intensity is, how a spread deals steps out to props.
"""

from __future__ import annotations

from dataclasses import dataclass

from twinklr.core.choreography.canvas import BOTTOM, MIDDLE, TOP, Canvas, write_palette, write_settings
from twinklr.core.choreography.cast import Troupe
from twinklr.core.choreography.grid import BeatGrid, Step
from twinklr.core.planning import (
    Accent,
    Direction,
    Driver,
    GroupRole,
    GroupSection,
    Intensity,
    Look,
    LookKind,
    MacroSection,
    PaletteRole,
    Recipe,
    SongPalette,
    Spread,
    look,
)
from twinklr.core.timebase import interval_index
from twinklr.core.xlights.sequence import Effect

LEVELS: dict[LookKind, dict[Intensity, int]] = {
    LookKind.BASE: {
        Intensity.WHISPER: 14, Intensity.SOFT: 18, Intensity.MED: 24, Intensity.STRONG: 34, Intensity.PEAK: 48,
    },
    LookKind.MOVE: {
        Intensity.WHISPER: 40, Intensity.SOFT: 50, Intensity.MED: 68, Intensity.STRONG: 85, Intensity.PEAK: 100,
    },
    LookKind.HIT: {
        Intensity.WHISPER: 50, Intensity.SOFT: 60, Intensity.MED: 80, Intensity.STRONG: 95, Intensity.PEAK: 100,
    },
}  # fmt: skip
"""Brightness in per cent of each kind of look at each intensity."""

SUPPORT_SHARE = 0.8
"""How bright a supporting group is beside the leads."""

FADE_IN_S = {Intensity.WHISPER: "1.00", Intensity.SOFT: "0.50"}
FADE_OUT_S = "0.80"
EACH_PROP: Recipe = (("B_CHOICE_BufferStyle", "Per Model Default"),)
"""On a group row: the effect runs on every member by itself."""

MOST_ROWS = 4
"""Props a group may have to play in two halves."""

MOST_TURNS = 12
"""Props a group may have for each to take its own turn."""

STANZA_PHRASES = 2
"""Phrases that belong together: eight bars."""

INSTRUMENTS = (Driver.LOW, Driver.MID, Driver.HIGH)
"""Drivers whose strikes may fall between beats; who follows them gets no accents, which would double the flashes."""

STRIKES = (Driver.BEAT, *INSTRUMENTS)

FALLS_TO = {Driver.BEAT: 0.3, Driver.LOW: 0.3, Driver.MID: 0.3, Driver.HIGH: 0.3, Driver.BAR: 0.75}
"""How far moving looks fade within one step: light that strikes with the music and decays, as sound does."""

BACK = {
    Direction.RIGHT: Direction.LEFT,
    Direction.LEFT: Direction.RIGHT,
    Direction.UP: Direction.DOWN,
    Direction.DOWN: Direction.UP,
    Direction.OUT: Direction.IN,
    Direction.IN: Direction.OUT,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What one group does in one section, with all it needs to do it.

    Attributes:
        troupe: Who plays.
        part: The group's plan for the section.
        macro: The whole display's plan for the section.
        colors: The song's palette.
        start_ms: Start of the light.
        end_ms: End of the light; earlier than the section's where a breath is held.
        grid: Beats, bars and hits.
        canvas: Where effects go.
        place: Its number among the groups; odd and even ones take turns.
    """

    troupe: Troupe
    part: GroupSection
    macro: MacroSection
    colors: SongPalette
    start_ms: int
    end_ms: int
    grid: BeatGrid
    canvas: Canvas
    place: int = 0

    def play(self) -> None:
        """Place the group's effects."""
        if self.part.role is GroupRole.REST or self.end_ms <= self.start_ms:
            return
        if self.part.base:
            self._base(look(self.part.base))
        if self.part.look:
            self._move(look(self.part.look))
        if self.part.accent is not Accent.NONE and self.part.driver not in INSTRUMENTS:
            self._accents()

    def _base(self, row: Look) -> None:
        steps = self.grid.steps(Driver.PHRASE, self.start_ms, self.end_ms)
        for index, step in enumerate(steps):
            extra: Recipe = ()
            if index == 0 and self.macro.intensity in FADE_IN_S:
                extra += (("T_TEXTCTRL_Fadein", FADE_IN_S[self.macro.intensity]),)
            if index == len(steps) - 1 and self.macro.intensity.level < Intensity.MED.level:
                extra += (("T_TEXTCTRL_Fadeout", FADE_OUT_S),)
            for target in self.troupe.rows:
                self._put(target, BOTTOM, row, step, extra)

    def _move(self, row: Look) -> None:
        answer = look(self.part.answer) if self.part.answer else row
        turns = {one.name: self._turns(one) for one in (row, answer)}
        phrases = [start for start, _ in self.grid.steps(Driver.PHRASE, self.start_ms, self.end_ms)]
        falls_to = FALLS_TO.get(self.part.driver, 1.0)
        for index, step in enumerate(self.grid.steps(self.part.driver, self.start_ms, self.end_ms)):
            phrase = interval_index(phrases, step[0])
            stanza = phrase // STANZA_PHRASES
            if self._listens(stanza, len(phrases)):
                continue
            one = row if stanza % 2 == 0 else answer
            direction = self.part.direction if phrase % 2 == 0 else BACK[self.part.direction]
            for target in turns[one.name][index % len(turns[one.name])]:
                self._put(target, MIDDLE, one, step, direction=direction, falls_to=falls_to)

    def _listens(self, stanza: int, phrases: int) -> bool:
        """Whether a supporting group stands still for eight bars while the other half of them moves.

        Only in sections of several stanzas, and never in the peak: call and answer instead of everybody at once. Who
        follows one instrument keeps following it.
        """
        if self.part.role is not GroupRole.SUPPORT or self.macro.intensity is Intensity.PEAK:
            return False
        if self.part.driver in INSTRUMENTS:
            return False
        return phrases > STANZA_PHRASES and (stanza + self.place) % 2 == 1

    def _turns(self, row: Look) -> list[tuple[str, ...]]:
        """Who plays the first step, the second ..., over and over.

        Together is all rows at once; where those are many, mirrored pairs take turns.
        """
        members, rows, spread = self.troupe.members, self.troupe.rows, self.part.spread
        strikes = self.part.driver in STRIKES
        if row.across or len(members) < 2 or self.part.driver not in (*STRIKES, Driver.BAR):
            return [rows]
        if spread is Spread.TRAVEL and len(members) <= MOST_TURNS:
            back = self.part.direction in (Direction.LEFT, Direction.IN)
            return [(name,) for name in (members[::-1] if back else members)]
        if spread is Spread.ALTERNATE and len(members) <= MOST_ROWS:
            return [members[::2], members[1::2]]
        return [rows] if len(rows) <= (2 if strikes else MOST_ROWS) else _mirrored(rows)

    def _accents(self) -> None:
        rows = self.troupe.rows
        turns = [rows] if len(rows) <= 2 else _mirrored(rows)
        for index, step in enumerate(self._accent_steps()):
            for target in turns[index % len(turns)]:
                self._put(target, TOP, look("hit"), step)

    def _accent_steps(self) -> list[Step]:
        grid, span = self.grid, (self.start_ms, self.end_ms)
        if self.part.accent is Accent.HITS:
            return grid.struck(grid.strong("low", *span), self.end_ms)
        driver = Driver.BAR if self.part.accent is Accent.DOWNBEATS else Driver.PHRASE
        return grid.struck([start for start, _ in grid.steps(driver, *span)], self.end_ms)

    def _put(
        self,
        target: str,
        layer: int,
        row: Look,
        step: Step,
        extra: Recipe = (),
        *,
        direction: Direction | None = None,
        falls_to: float = 1.0,
    ) -> None:
        settings = row.settings(direction or self.part.direction)
        if target in self.troupe.banks and not row.across:
            settings += EACH_PROP
        if row.blend and layer != BOTTOM:
            settings += (("T_CHOICE_LayerMethod", row.blend),)
        bright = self._brightness(row.kind, step)
        end = bright if row.effect == "On" else max(round(bright * falls_to), 1)
        palette = write_palette(self._colors(row), bright, falls_to=end)
        self.canvas.put(target, layer, Effect(row.effect, *step, write_settings(settings, extra), palette))

    def _colors(self, row: Look) -> tuple[str, ...]:
        if row.kind is LookKind.HIT:
            return self.colors.colors(
                PaletteRole.WHITE if self.part.palette_role is PaletteRole.ACCENT else PaletteRole.ACCENT
            )
        own = self.colors.colors(self.part.palette_role)
        if row.kind is LookKind.MOVE and self.part.base:
            own = own[1:] + own[:1]
        if row.colors > len(own):
            own += self.colors.colors(PaletteRole.WHITE)
        return own[: row.colors]

    def _brightness(self, kind: LookKind, step: Step) -> int:
        """Per cent in steps of five: by intensity, energy and role, and by how loud this very moment is."""
        level = float(LEVELS[kind][self.macro.intensity])
        energy = self.grid.energy(self.macro.section_id)
        level *= 0.7 + 0.3 * energy
        if self.part.role is GroupRole.SUPPORT:
            level *= SUPPORT_SHARE
        level *= self.grid.swell(*step)
        return min(max(5 * round(level / 5), 5), 100)


def _mirrored(rows: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Pairs of rows that mirror each other, from the outside in.

    Example:
        >>> _mirrored(("a", "b", "c"))
        [('a', 'c'), ('b',)]
    """
    half = (len(rows) + 1) // 2
    return [tuple(dict.fromkeys((rows[i], rows[-1 - i]))) for i in range(half)]
