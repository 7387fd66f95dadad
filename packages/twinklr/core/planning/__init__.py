"""Planning: the schema of a show's plan, the words it is written in, the catalog of looks, palettes, and checks."""

from twinklr.core.planning.checks import Finding, check_group_plan, check_macro_plan
from twinklr.core.planning.context import (
    AudioProfile,
    DisplayGroup,
    GroupPlanningContext,
    LyricContext,
    LyricSection,
    PlanningContext,
    SectionProfile,
    read_display_groups,
)
from twinklr.core.planning.looks import LOOKS, Look, LookKind, Recipe, look, looks_for
from twinklr.core.planning.palettes import PALETTES, SongPalette, palette, palettes_for
from twinklr.core.planning.plan import GroupPlan, GroupSection, MacroPlan, MacroSection
from twinklr.core.planning.vocabulary import (
    Accent,
    Coverage,
    Direction,
    Driver,
    GroupRole,
    Intensity,
    Mood,
    Motion,
    PaletteRole,
    Spread,
    Theme,
)

__all__ = [
    "LOOKS",
    "PALETTES",
    "Accent",
    "AudioProfile",
    "Coverage",
    "Direction",
    "DisplayGroup",
    "Driver",
    "Finding",
    "GroupPlan",
    "GroupPlanningContext",
    "GroupRole",
    "GroupSection",
    "Intensity",
    "Look",
    "LookKind",
    "LyricContext",
    "LyricSection",
    "MacroPlan",
    "MacroSection",
    "Mood",
    "Motion",
    "PaletteRole",
    "PlanningContext",
    "Recipe",
    "SectionProfile",
    "SongPalette",
    "Spread",
    "Theme",
    "check_group_plan",
    "check_macro_plan",
    "look",
    "looks_for",
    "palette",
    "palettes_for",
    "read_display_groups",
]
