"""A show folder understood: props with every node's channel, buffer cell and place; groups, roles and drawings."""

from twinklr.core.display.buffers import buffers_of
from twinklr.core.display.display import Buffer, Display, Group, GroupKind, Prop, Role, RoleGuess, Submodel
from twinklr.core.display.drawing import ROLE_COLORS, draw_layout
from twinklr.core.display.fixtures import ChannelUse, Fixture, FixtureChannel, Motor, WheelColor
from twinklr.core.display.ordering import is_row, ordered, symmetric_pairs
from twinklr.core.display.outputs import Output, WhiteHandling
from twinklr.core.display.overrides import OVERRIDES_FILE, Overrides, read_overrides
from twinklr.core.display.overrides_file import overrides_text, write_overrides
from twinklr.core.display.planning_groups import (
    DisplayGroup,
    display_groups,
    plan_groups,
    unlit,
    whole_house_group,
)
from twinklr.core.display.reading import read_display

__all__ = [
    "OVERRIDES_FILE",
    "ROLE_COLORS",
    "Buffer",
    "ChannelUse",
    "Display",
    "DisplayGroup",
    "Fixture",
    "FixtureChannel",
    "Group",
    "GroupKind",
    "Motor",
    "Output",
    "Overrides",
    "Prop",
    "Role",
    "RoleGuess",
    "Submodel",
    "WheelColor",
    "WhiteHandling",
    "buffers_of",
    "display_groups",
    "draw_layout",
    "is_row",
    "ordered",
    "overrides_text",
    "plan_groups",
    "read_display",
    "read_overrides",
    "symmetric_pairs",
    "unlit",
    "whole_house_group",
    "write_overrides",
]
