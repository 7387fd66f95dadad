"""What the planners are told: the song in profile, its words, and the groups of the display. All frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twinklr.core.display import Role
from twinklr.core.errors import InputError
from twinklr.core.planning.plan import MacroPlan
from twinklr.core.planning.vocabulary import Intensity, Mood, Theme

_ROLES_LONGEST_FIRST = sorted((role.value for role in Role), key=len, reverse=True)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SectionProfile(_Frozen):
    """One section of the song as a planner sees it.

    ``group`` names what it repeats: sections of one group sound alike and should look alike.
    """

    id: str
    label: str
    group: str
    bars: int = Field(ge=0)
    energy: float = Field(ge=0.0, le=1.0, description="Relative to this song's own quietest and loudest parts.")
    intensity: Intensity
    vocals: float = Field(default=0.0, ge=0.0, le=1.0, description="Share of the section that is sung.")
    drums: float = Field(default=0.0, ge=0.0, le=1.0, description="How strongly low hits lead, 0..1.")
    moments: tuple[str, ...] = Field(default=(), description="build, drop, break, peak that begin in it.")


class AudioProfile(_Frozen):
    """The song in profile: what a person would say about it after listening once."""

    song: str
    song_id: str = Field(description="Identity of the song's bytes.")
    title: str = ""
    duration_ms: int
    tempo_bpm: float
    beats_per_bar: int = 4
    beat_trust: float = Field(default=1.0, ge=0.0, le=1.0, description="How far to build on the beats.")
    key: str = ""
    mood: Mood
    theme: Theme = Theme.GENERAL
    sections: tuple[SectionProfile, ...]
    peak_section: str = Field(description="Id of the section the whole show aims at.")

    def section(self, section_id: str) -> SectionProfile:
        """The section of an id.

        Raises:
            KeyError: If the song has no such section.
        """
        return {section.id: section for section in self.sections}[section_id]


class LyricSection(_Frozen):
    """What is sung in one section."""

    section_id: str
    words: int = 0
    images: tuple[str, ...] = Field(default=(), description="Prop roles the words call up: star, tree, snowflake.")


class LyricContext(_Frozen):
    """The words of the song, as far as they matter for light."""

    theme: Theme
    timed_words: bool = Field(description="True when single words have their own times.")
    sections: tuple[LyricSection, ...]
    source: str = ""

    def images(self, section_id: str) -> tuple[str, ...]:
        """Prop roles the words of a section call up."""
        return next((section.images for section in self.sections if section.section_id == section_id), ())


class DisplayGroup(BaseModel):
    """A group of props a planner may use. Further keys of the dictionary it comes from are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role_key: str = Field(min_length=1)
    model_count: int = Field(default=1, ge=0)
    group_type: str = ""
    role: str = Field(default="", description="What the props are; read from the key where empty.")

    @property
    def prop_role(self) -> str:
        """What the props are: as given, else the role the key speaks of, "prop" where it names none.

        Example:
            >>> DisplayGroup(role_key="MEGA_TREES").prop_role, DisplayGroup(role_key="arch:left").prop_role
            ('mega_tree', 'arch')
        """
        if self.role:
            return self.role
        key = self.role_key.lower().replace(" ", "_").replace("-", "_")
        return next((role for role in _ROLES_LONGEST_FIRST if role in key), Role.PROP.value)


def read_display_groups(groups: Iterable[Mapping[str, Any] | DisplayGroup]) -> tuple[DisplayGroup, ...]:
    """Display groups from plain dictionaries ``{"role_key", "model_count", "group_type"}``.

    Raises:
        InputError: If a group has no usable role key, or two groups share one.

    Example:
        >>> read_display_groups([{"role_key": "arch", "model_count": 4, "group_type": "family"}])[0].model_count
        4
    """
    found: dict[str, DisplayGroup] = {}
    for index, group in enumerate(groups):
        try:
            one = group if isinstance(group, DisplayGroup) else DisplayGroup.model_validate(dict(group))
        except (ValidationError, TypeError, ValueError) as error:
            detail = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
            raise InputError(
                f"{'.'.join(map(str, detail['loc'])) or 'group'}: {detail['msg']}",
                where=f"display_groups[{index}]",
                expected="a dictionary with role_key, model_count and group_type",
            ) from error
        if one.role_key in found:
            raise InputError(
                f"role_key {one.role_key!r} occurs twice",
                where=f"display_groups[{index}]",
                cure="give every group its own role_key",
            )
        found[one.role_key] = one
    return tuple(found.values())


class PlanningContext(_Frozen):
    """Everything the macro planner is told."""

    audio_profile: AudioProfile
    lyric_context: LyricContext | None = None
    display_groups: tuple[DisplayGroup, ...] = ()
    seed: int = Field(default=0, ge=0)


class GroupPlanningContext(_Frozen):
    """Everything the group planner is told about one group."""

    audio_profile: AudioProfile
    macro_plan: MacroPlan
    group_id: str = Field(min_length=1)
    lyric_context: LyricContext | None = None
    prop_role: str = Field(default="", description="What the props are; read from group_id where empty.")
    group_type: str = ""
    model_count: int = Field(default=1, ge=0)
    seed: int = Field(default=0, ge=0)

    @property
    def role(self) -> str:
        """What the props of the group are: "arch", "mega_tree"."""
        return self.prop_role or DisplayGroup(role_key=self.group_id).prop_role
