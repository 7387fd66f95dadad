"""The rules that plan the whole display: which sections are strong, who leads, what is lit, in which colours.

Repeats look alike because every choice hangs on the section's *group*; the peak outshines them because it adds
to what its group does and takes nothing away.
"""

from __future__ import annotations

import math

from twinklr.core.agents.choice import choose, ranked
from twinklr.core.planning import (
    AudioProfile,
    Coverage,
    DisplayGroup,
    Intensity,
    LyricContext,
    MacroPlan,
    MacroSection,
    Motion,
    PaletteRole,
    PlanningContext,
    SectionProfile,
    Theme,
    palettes_for,
)

LEAD_WEIGHT = {
    "mega_tree": 4.0, "matrix": 3.5, "singing_face": 0.6, "spinner": 2.5, "tree": 2.0, "arch": 2.5, "star": 1.8,
    "snowflake": 1.8, "wreath": 1.5, "cane": 1.8, "moving_head": 0.6, "icicle": 1.2, "window": 1.2, "door": 0.8,
    "roof_line": 1.2, "outline": 1.2, "flood": 0.4, "prop": 1.0,
}  # fmt: skip
"""How readily a prop role takes the lead. Trees, matrices and arches do in most shows made by hand; faces that can
sing do so whatever their part."""

COVERAGE = {
    Intensity.WHISPER: Coverage.FEW,
    Intensity.SOFT: Coverage.SOME,
    Intensity.MED: Coverage.SOME,
    Intensity.STRONG: Coverage.MOST,
    Intensity.PEAK: Coverage.ALL,
}
LEADS = {Intensity.WHISPER: 1, Intensity.SOFT: 1, Intensity.MED: 2, Intensity.STRONG: 2, Intensity.PEAK: 3}
MOTION = {
    Intensity.WHISPER: Motion.STILL,
    Intensity.SOFT: Motion.GENTLE,
    Intensity.MED: Motion.FLOWING,
    Intensity.STRONG: Motion.DRIVING,
    Intensity.PEAK: Motion.EXPLOSIVE,
}
LABEL_COLORS = {
    "intro": (PaletteRole.WHITE, PaletteRole.PRIMARY),
    "verse": (PaletteRole.PRIMARY, PaletteRole.SECONDARY),
    "chorus": (PaletteRole.MIX, PaletteRole.PRIMARY),
    "bridge": (PaletteRole.SECONDARY, PaletteRole.ACCENT),
    "break": (PaletteRole.WHITE, PaletteRole.SECONDARY),
    "build": (PaletteRole.ACCENT, PaletteRole.SECONDARY),
    "drop": (PaletteRole.MIX, PaletteRole.ACCENT),
    "solo": (PaletteRole.ACCENT, PaletteRole.SECONDARY),
    "outro": (PaletteRole.WHITE, PaletteRole.PRIMARY),
}
"""Leading colours by section label, first choice first."""


def stage_show(context: PlanningContext) -> MacroPlan:
    """The plan of the whole display."""
    profile = context.audio_profile
    key = (context.seed, profile.song_id)
    theme = profile.theme
    if theme is Theme.GENERAL and context.lyric_context is not None:
        theme = context.lyric_context.theme
    suitable = palettes_for(theme, profile.mood)
    colors = _colors_by_group(profile, key)
    sections: list[MacroSection] = []
    for index, section in enumerate(profile.sections):
        before = profile.sections[index - 1] if index else None
        leads, supports = _cast(section, context, key)
        sections.append(
            MacroSection(
                section_id=section.id,
                intensity=section.intensity,
                palette_role=colors[section.group],
                motion=MOTION[section.intensity],
                coverage=COVERAGE[section.intensity],
                leads=leads,
                supports=supports,
                breath=_holds_breath(section, before),
                why=f"{section.label} {section.group}, energy {section.energy:.2f}, {section.bars} bars",
            )
        )
    return MacroPlan(
        palette=choose(suitable, *key, "palette", weights=[0.45**place for place in range(len(suitable))]),
        sections=_nobody_forgotten(sections, profile, context.display_groups),
    )


def _holds_breath(section: SectionProfile, before: SectionProfile | None) -> bool:
    if before is None or section.intensity.level < Intensity.STRONG.level:
        return False
    return section.intensity is Intensity.PEAK or "drop" in section.moments or section.energy - before.energy > 0.25


def _colors_by_group(profile: AudioProfile, key: tuple[object, ...]) -> dict[str, PaletteRole]:
    """Leading colours of each section group; neighbours differ where the table allows it."""
    found: dict[str, PaletteRole] = {}
    last: PaletteRole | None = None
    for section in profile.sections:
        if section.group not in found:
            likely = LABEL_COLORS.get(section.label, (PaletteRole.PRIMARY, PaletteRole.SECONDARY, PaletteRole.MIX))
            free = [role for role in likely if role is not last] or list(likely)
            found[section.group] = choose(free, *key, section.group, "colors", weights=[3.0, 1.0, 1.0][: len(free)])
        last = found[section.group]
    return found


def _group_intensity(section: SectionProfile, profile: AudioProfile) -> Intensity:
    """The intensity that all repeats of a section share: the strongest of those that are not the peak."""
    peers = [one.intensity for one in profile.sections if one.group == section.group]
    usual = [intensity for intensity in peers if intensity is not Intensity.PEAK]
    return max(usual or peers, key=lambda intensity: intensity.level)


def _cast(
    section: SectionProfile, context: PlanningContext, key: tuple[object, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who leads and who supports in a section."""
    groups = context.display_groups
    if not groups:
        return (), ()
    profile = context.audio_profile
    images = _images(section, profile, context.lyric_context)
    weights = [_lead_weight(group, images) for group in groups]
    names = [group.role_key for group in groups]
    order = ranked(names, *key, section.group, "leads", weights=weights)
    usual = _group_intensity(section, profile)
    lead_count = min(LEADS[usual], len(order))
    likely = {name: LEAD_WEIGHT.get(group.prop_role, 1.0) for name, group in zip(names, groups, strict=True)}
    left = order[lead_count:]
    rest = ranked(left, *key, section.group, "supports", weights=[likely[name] for name in left])
    lit = max(math.ceil(COVERAGE[usual].share * len(order)), lead_count)
    if section.intensity.level > usual.level:
        lit = max(math.ceil(COVERAGE[section.intensity].share * len(order)), lit)
        lead_count = min(LEADS[section.intensity], len(order))
    line_up = order[: min(LEADS[usual], len(order))] + rest
    return tuple(line_up[:lead_count]), tuple(line_up[lead_count:lit])


def _images(section: SectionProfile, profile: AudioProfile, lyrics: LyricContext | None) -> set[str]:
    """Prop roles that the words of a section and of its repeats call up."""
    if lyrics is None:
        return set()
    peers = [one.id for one in profile.sections if one.group == section.group]
    return {image for peer in peers for image in lyrics.images(peer)}


def _lead_weight(group: DisplayGroup, images: set[str]) -> float:
    role = group.prop_role
    weight = float(LEAD_WEIGHT.get(role, 1.0) ** 1.5) * (1.0 + 0.05 * min(group.model_count, 10))
    if role in images:
        weight *= 2.0
    return weight


def _nobody_forgotten(
    sections: list[MacroSection], profile: AudioProfile, groups: tuple[DisplayGroup, ...]
) -> tuple[MacroSection, ...]:
    """Give a group that no section lights a supporting part in the peak."""
    lit = {name for section in sections for name in (*section.leads, *section.supports)}
    forgotten = tuple(group.role_key for group in groups if group.role_key not in lit)
    if not forgotten:
        return tuple(sections)
    return tuple(
        section.model_copy(update={"supports": section.supports + forgotten})
        if section.section_id == profile.peak_section
        else section
        for section in sections
    )
