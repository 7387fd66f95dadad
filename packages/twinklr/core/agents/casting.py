"""The rules that plan one group of props: its base, its moving look, what drives it, where it goes.

Every choice hangs on the seed, the song, the group and the section's own group, so repeats of a section look the same
and two groups of props differ.
"""

from __future__ import annotations

from twinklr.core.agents.choice import choose
from twinklr.core.planning import (
    Accent,
    Direction,
    Driver,
    GroupPlan,
    GroupPlanningContext,
    GroupRole,
    GroupSection,
    Intensity,
    Look,
    LookKind,
    PaletteRole,
    SectionProfile,
    Spread,
    looks_for,
)

STILL_BELOW = Intensity.MED
"""Supporting groups stand still below this intensity."""

ANSWER_BARS = 8
"""Longer sections have a second look that answers the first."""

SUPPORT_COLORS = {
    PaletteRole.PRIMARY: (PaletteRole.PRIMARY, PaletteRole.WHITE, PaletteRole.SECONDARY),
    PaletteRole.SECONDARY: (PaletteRole.SECONDARY, PaletteRole.WHITE, PaletteRole.PRIMARY),
    PaletteRole.ACCENT: (PaletteRole.PRIMARY, PaletteRole.SECONDARY),
    PaletteRole.WHITE: (PaletteRole.WHITE, PaletteRole.PRIMARY),
    PaletteRole.MIX: (PaletteRole.PRIMARY, PaletteRole.SECONDARY, PaletteRole.WHITE),
}
"""Colours of those who support a section's leading colours."""

WANTED = {
    GroupRole.LEAD: ((Driver.BEAT, 6.0), (Driver.LOW, 2.0), (Driver.BAR, 1.0), (Driver.PHRASE, 0.3)),
    GroupRole.SUPPORT: (
        (Driver.BAR, 2.5),
        (Driver.LOW, 1.5),
        (Driver.MID, 2.5),
        (Driver.HIGH, 2.5),
        (Driver.BEAT, 1.0),
        (Driver.PHRASE, 1.5),
    ),
}
"""What a role likes to follow, and how much: leads the beat, supports one instrument or the bars."""

INSTRUMENTS = (Driver.LOW, Driver.MID, Driver.HIGH)
CRISP = ("On", "Shockwave")
"""Effects whose light is there at once: they show a single hit best."""

STRIKES_FROM = Intensity.MED
"""Supporting groups follow single instruments from this intensity; below they keep to bars and phrases."""


def cast_group(context: GroupPlanningContext) -> GroupPlan:
    """The plan of one group."""
    sections = tuple(_cast_section(context, section) for section in context.audio_profile.sections)
    return GroupPlan(group_id=context.group_id, sections=sections)


def _cast_section(context: GroupPlanningContext, section: SectionProfile) -> GroupSection:
    macro = context.macro_plan.section(section.id)
    role = macro.role_of(context.group_id)
    if role is GroupRole.REST:
        return GroupSection(section_id=section.id, role=role)
    key = (context.seed, context.audio_profile.song_id, context.group_id, section.group)
    intensities = _shared_intensities(context, section)
    base = _choose_look(LookKind.BASE, context.role, intensities, key)
    move, answer, driver = _choose_move(context, section, role, intensities, key)
    directions = tuple(move.turns) if move is not None and move.turns else tuple(Direction)
    return GroupSection(
        section_id=section.id,
        role=role,
        base=base.name if base is not None else "",
        look=move.name if move is not None else "",
        answer=answer.name if answer is not None else "",
        driver=driver,
        palette_role=_colors(role, macro.palette_role, key),
        direction=choose(directions, *key, "direction"),
        spread=_spread(context, role, driver, key),
        accent=_accent(role, macro.intensity, section, key),
    )


def _shared_intensities(context: GroupPlanningContext, section: SectionProfile) -> tuple[Intensity, ...]:
    """Intensities of all repeats of a section: a look for it must suit every one."""
    peers = [one.id for one in context.audio_profile.sections if one.group == section.group]
    return tuple(context.macro_plan.section(peer).intensity for peer in peers)


def _suiting(kind: LookKind, role: str, intensities: tuple[Intensity, ...]) -> list[Look]:
    return [row for row in looks_for(kind, role, intensities[0]) if all(row.suits(role, i) for i in intensities)]


def _choose_look(kind: LookKind, role: str, intensities: tuple[Intensity, ...], key: tuple[object, ...]) -> Look | None:
    rows = _suiting(kind, role, intensities)
    return choose(rows, *key, kind.value) if rows else None


def _choose_move(
    context: GroupPlanningContext,
    section: SectionProfile,
    role: GroupRole,
    intensities: tuple[Intensity, ...],
    key: tuple[object, ...],
) -> tuple[Look | None, Look | None, Driver]:
    """A moving look, one that answers it, and their driver, the driver first: leads follow beats, supports bars."""
    still = role is GroupRole.SUPPORT and max(i.level for i in intensities) < STILL_BELOW.level
    rows = [] if still else _suiting(LookKind.MOVE, context.role, intensities)
    wanted = _wanted_drivers(context, section, role, intensities)
    offered = [(driver, weight) for driver, weight in wanted if any(driver in row.drivers for row in rows)]
    if not offered:
        return None, None, Driver.PHRASE
    drivers, driver_weights = zip(*offered, strict=True)
    driver = choose(drivers, *key, "driver", weights=driver_weights)
    fitting = [row for row in rows if driver in row.drivers]
    weights = [_fit(row, context.role, driver) for row in fitting]
    first = choose(fitting, *key, "look", weights=weights)
    others = [row for row in fitting if row is not first]
    answer = choose(others, *key, "answer") if others and section.bars > ANSWER_BARS else None
    return first, answer, driver


def _fit(row: Look, role: str, driver: Driver) -> float:
    """How well a look fits: made for the prop, and crisp enough where it follows a single instrument."""
    fit = 2.5 if role in row.strong_roles else 1.0
    return fit * (2.5 if driver in INSTRUMENTS and row.effect in CRISP else 1.0)


def _wanted_drivers(
    context: GroupPlanningContext, section: SectionProfile, role: GroupRole, intensities: tuple[Intensity, ...]
) -> list[tuple[Driver, float]]:
    """Drivers a role asks for in a section, with weights; none the song does not have."""
    if context.audio_profile.beat_trust < 0.2:
        return [(Driver.PHRASE, 1.0), (Driver.BAR, 1.0)]
    calm = role is GroupRole.SUPPORT and min(i.level for i in intensities) < STRIKES_FROM.level
    slow = (Driver.BAR, Driver.PHRASE)
    return [
        (driver, weight)
        for driver, weight in WANTED[role]
        if (not calm or driver in slow) and (driver is not Driver.LOW or section.drums >= 0.3)
    ]


def _colors(role: GroupRole, leading: PaletteRole, key: tuple[object, ...]) -> PaletteRole:
    if role is GroupRole.LEAD:
        return leading
    return choose(SUPPORT_COLORS[leading], *key, "colors", weights=[3.0, 2.0, 1.0][: len(SUPPORT_COLORS[leading])])


def _spread(context: GroupPlanningContext, role: GroupRole, driver: Driver, key: tuple[object, ...]) -> Spread:
    if context.model_count < 2 or driver in (Driver.PHRASE, Driver.SECTION):
        return Spread.TOGETHER
    if role is GroupRole.SUPPORT:
        return choose((Spread.TOGETHER, Spread.ALTERNATE), *key, "spread", weights=[2.0, 1.0])
    return choose((Spread.TOGETHER, Spread.ALTERNATE, Spread.TRAVEL), *key, "spread")


def _accent(role: GroupRole, intensity: Intensity, section: SectionProfile, key: tuple[object, ...]) -> Accent:
    if role is not GroupRole.LEAD or intensity.level < Intensity.MED.level:
        return Accent.PHRASES if role is GroupRole.LEAD else Accent.NONE
    if intensity is Intensity.PEAK:
        return Accent.HITS
    return choose((Accent.DOWNBEATS, Accent.HITS, Accent.PHRASES), *key, "accent")
