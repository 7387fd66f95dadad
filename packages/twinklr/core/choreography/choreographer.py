"""`choreograph`: a plan, a song and a house become a sequence. Deterministic, and valid by construction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.choreography.canvas import BOTTOM, Canvas, write_palette, write_settings
from twinklr.core.choreography.cast import Troupe, cast_display, render_order, single_tones
from twinklr.core.choreography.faces import can_sing, sing
from twinklr.core.choreography.fixtures import light_fixture, moves_by_motor
from twinklr.core.choreography.grid import BeatGrid, Step
from twinklr.core.choreography.scene import LEVELS, Scene
from twinklr.core.choreography.tracks import timing_tracks
from twinklr.core.display import Display, display_groups, unlit
from twinklr.core.planning import (
    Accent,
    Driver,
    GroupPlan,
    GroupSection,
    Intensity,
    LookKind,
    MacroPlan,
    MacroSection,
    SongPalette,
    palette,
)
from twinklr.core.xlights.sequence import Effect
from twinklr.core.xlights.sequence import Sequence as XlightsSequence

FEW_GROUPS = 4
"""A house of fewer groups lights a share of each group's props in quiet sections."""

MANY_PROPS = 4
"""Props from which a group can be lit in part."""


def choreograph(
    bundle: SongBundle,
    display: Display,
    macro_plan: MacroPlan,
    group_plans: Iterable[GroupPlan],
    *,
    seed: int = 0,
    frame_ms: int = 25,
    groups: Sequence[Mapping[str, Any]] | None = None,
) -> XlightsSequence:
    """Turn a plan into effects on the rows of a house.

    Args:
        bundle: The song.
        display: The house.
        macro_plan: Plan of the whole display.
        group_plans: Plans of its groups, by role key.
        seed: Written into the sequence's comment; all choices are in the plans already.
        frame_ms: Length of a frame, 25 or 50 as a rule.
        groups: Display groups in the plain form; those of the display where left out.

    Returns:
        A sequence with groups first (big to small) and models last, and timing tracks.
    """
    grid = BeatGrid(bundle, frame_ms)
    order = render_order(display)
    plans = {plan.group_id: plan for plan in group_plans}
    troupes = cast_display(display, display_groups(display) if groups is None else groups)
    production = _Production(
        display=display,
        macro_plan=macro_plan,
        colors=palette(macro_plan.palette),
        grid=grid,
        canvas=Canvas(frame_ms, grid.end_ms, frozenset(order), single_tones(display, order)),
        spans=lit_spans(grid, macro_plan),
        few=len(troupes) < FEW_GROUPS,
    )
    for place, troupe in enumerate(troupes):
        if troupe.group_id in plans:
            production.play(troupe, plans[troupe.group_id], place)
    production.light_the_rest()
    file = bundle.file
    return XlightsSequence(
        frame_ms=frame_ms,
        duration_ms=bundle.duration_ms,
        rows=production.canvas.finish(order),
        timing_tracks=timing_tracks(bundle, grid, set(order)),
        media_file=file.file_name,
        model_blending=True,
        head=(
            ("song", file.title or file.name),
            ("artist", file.artist),
            ("album", file.album),
            ("comment", f"Made with Twinklr, seed {seed}"),
        ),
    )


def lit_spans(grid: BeatGrid, macro_plan: MacroPlan) -> dict[str, Step]:
    """Start and end of the light in each section: all of it, less one beat where the next section wants a breath."""
    spans = dict(grid.sections)
    for before, after in zip(macro_plan.sections, macro_plan.sections[1:], strict=False):
        start, end = spans.get(before.section_id, (0, 0))
        if after.breath and end - start > 4 * grid.beat_ms:
            strikes = [strike for strike in grid.strikes if strike < end - grid.beat_ms // 2]
            spans[before.section_id] = start, max(strikes[-1] if strikes else end, start)
    return spans


@dataclass(frozen=True, slots=True)
class _Production:
    """What all groups of a show share.

    Attributes:
        display: The house.
        macro_plan: Plan of the whole display.
        colors: The song's palette.
        grid: Beats, bars and hits.
        canvas: Where effects go.
        spans: Start and end of the light in each section.
        few: The house has so few groups that a quiet section lights some props of each instead of some groups.
    """

    display: Display
    macro_plan: MacroPlan
    colors: SongPalette
    grid: BeatGrid
    canvas: Canvas
    spans: Mapping[str, Step]
    few: bool

    def play(self, troupe: Troupe, plan: GroupPlan, place: int) -> None:
        """All sections of one group: its ordinary props by the plan, singers to the words, fixtures steadily."""
        props = [self.display.prop(name) for name in troupe.members]
        motors = [prop for prop in props if moves_by_motor(prop)]
        singers = [prop for prop in props if prop not in motors and can_sing(prop, self.grid.bundle)]
        players = troupe.without({prop.name for prop in (*motors, *singers)})
        for macro in self.macro_plan.sections:
            part = plan.section(macro.section_id)
            scene = replace(self._scene(self._present(players, macro), part, macro), place=place)
            if players.members:
                scene.play()
            for prop in motors:
                light_fixture(scene, prop)
            for prop in singers:
                sing(replace(scene, troupe=troupe.only(prop.name), part=_steady(part)), prop)

    def light_the_rest(self) -> None:
        """A steady glow in the strongest sections for props that no effect reaches, so that no model stays dark."""
        forgotten = unlit(self.display, [name for name in render_order(self.display) if self.canvas.used(name)])
        levels = [section.intensity.level for section in self.macro_plan.sections]
        strong = min(max(levels, default=0), Intensity.STRONG.level)
        for macro in self.macro_plan.sections:
            if macro.intensity.level < strong:
                continue
            light = write_palette(self.colors.colors(macro.palette_role)[:1], LEVELS[LookKind.BASE][macro.intensity])
            for step in self.grid.steps(Driver.PHRASE, *self.spans.get(macro.section_id, (0, 0))):
                for name in forgotten:
                    self.canvas.put(name, BOTTOM, Effect("On", *step, write_settings(), light))

    def _scene(self, troupe: Troupe, part: GroupSection, macro: MacroSection) -> Scene:
        start_ms, end_ms = self.spans.get(macro.section_id, (0, 0))
        return Scene(troupe, part, macro, self.colors, start_ms, end_ms, self.grid, self.canvas)

    def _present(self, troupe: Troupe, macro: MacroSection) -> Troupe:
        """Who of a group is on stage: all, or in a house of few groups as many of its props as the section lights."""
        many = self.few and len(troupe.members) >= MANY_PROPS
        return troupe.share(macro.coverage.share) if many else troupe


def _steady(part: GroupSection) -> GroupSection:
    """The part of a face that does not sing: its base alone."""
    lit = part.base or part.look
    return part.model_copy(update={"base": "glow" if lit else "", "look": "", "accent": Accent.NONE})
