"""The plan itself: one for the whole display, one for each group. Frozen, in words of the vocabulary, made to be read.

Plans are files too: ``plan.model_dump_json(indent=1)`` can be edited and read back with ``model_validate_json``.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from twinklr.core.planning.vocabulary import (
    Accent,
    Coverage,
    Direction,
    Driver,
    GroupRole,
    Intensity,
    Motion,
    PaletteRole,
    Spread,
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MacroSection(_Frozen):
    """What happens in one section over the whole display."""

    section_id: str
    intensity: Intensity
    palette_role: PaletteRole = Field(description="The colours that lead.")
    motion: Motion
    coverage: Coverage
    leads: tuple[str, ...] = Field(default=(), max_length=4, description="Groups in focus, most important first.")
    supports: tuple[str, ...] = Field(default=(), description="Groups that carry the lead; all others rest.")
    breath: bool = Field(default=False, description="Hold the breath (go dark) just before it starts.")
    why: str = Field(default="", max_length=200)

    def role_of(self, group_id: str) -> GroupRole:
        """What a group does in this section."""
        if group_id in self.leads:
            return GroupRole.LEAD
        return GroupRole.SUPPORT if group_id in self.supports else GroupRole.REST


class MacroPlan(_Frozen):
    """The plan of the whole show: a palette for the song, and one entry per section of the song, in order."""

    palette: str = Field(description="Name of a row of the palette table.")
    sections: tuple[MacroSection, ...]

    def section(self, section_id: str) -> MacroSection:
        """The entry of a section.

        Raises:
            KeyError: If the plan has no such section.
        """
        return {section.section_id: section for section in self.sections}[section_id]


class GroupSection(_Frozen):
    """What one group does in one section: a steady base, one moving look over it, and accents."""

    section_id: str
    role: GroupRole
    base: str = Field(default="", description="Steady look below; empty for none.")
    look: str = Field(default="", description="Moving look above; empty for none.")
    answer: str = Field(default="", description="Moving look of every second eight bars; empty for the same one.")
    driver: Driver = Driver.BAR
    palette_role: PaletteRole = PaletteRole.PRIMARY
    direction: Direction = Direction.RIGHT
    spread: Spread = Spread.TOGETHER
    accent: Accent = Accent.NONE


class GroupPlan(_Frozen):
    """The plan of one group: one entry per section of the song, in order."""

    group_id: str
    sections: tuple[GroupSection, ...]

    def section(self, section_id: str) -> GroupSection:
        """The entry of a section.

        Raises:
            KeyError: If the plan has no such section.
        """
        return {section.section_id: section for section in self.sections}[section_id]
