"""The groups a planner plans for: few, without overlap, and every prop in one of them.

Groups of the layout are used where they hold one family and nothing else; the rest is grouped by role. Banks that
overlap others ("odd", "left third", "beat 1") stay for the choreographer, who knows them from `Display.groups`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from twinklr.core.display.display import Display, Group, GroupKind, Prop, Role
from twinklr.core.display.naming import says_unused, words_of
from twinklr.core.display.ordering import is_row, ordered

MAX_GROUPS = 16
"""More groups than a planner can give each its own part are joined, the smallest first."""

MIN_LAYOUT_GROUP = 2
"""A layout group of fewer props is no family."""

MIN_SHARE = 0.15
"""A pair with a smaller share of its role's props is a detail, not a family."""

_BANK_WORDS = frozenset(
    {
        "left",
        "right",
        "third",
        "half",
        "top",
        "mid",
        "middle",
        "bottom",
        "odd",
        "even",
        "beat",
        "inner",
        "outer",
        "north",
        "south",
        "east",
        "west",
        "center",
        "centre",
        "alternate",
        "alt",
    }
)
"""Words of groups that cut a family by place or count, for chases; kept out of the partition."""

_HEROES = frozenset({Role.MEGA_TREE, Role.MATRIX, Role.FACE, Role.MOVING_HEAD})
"""Roles that need a plan of their own."""

_RELATED = (
    frozenset({Role.ROOF_LINE, Role.OUTLINE, Role.WINDOW, Role.DOOR, Role.ICICLE}),
    frozenset({Role.STAR, Role.SNOWFLAKE, Role.SPINNER, Role.WREATH}),
    frozenset({Role.ARCH, Role.CANE, Role.TREE}),
    frozenset({Role.PROP, Role.FLOOD, Role.WREATH}),
)


@dataclass(frozen=True, slots=True)
class DisplayGroup:
    """A group of props that gets one plan.

    Attributes:
        role_key: Unique key that starts with the role ("arch", "outline_all_fences").
        role: Role of its props.
        model_count: Number of props in it.
        group_type: "whole_house", "family", "ordered_row", "part_bank", "mixed", or "single" for one prop.
        name: Name for people: the layout group's, the model's or the role's.
        rows: Rows of a sequence to put effects on so that every prop of it is lit: the layout's group, or its models.
        models: Its props, from left to right.
        node_count: Nodes of all its props.
        share_of_nodes: Its nodes in those of the whole display.
    """

    role_key: str
    role: Role
    model_count: int
    group_type: str
    name: str
    rows: tuple[str, ...]
    models: tuple[str, ...]
    node_count: int
    share_of_nodes: float

    def as_dict(self) -> dict[str, Any]:
        """The plain form that pipeline stages take."""
        return {
            "role_key": self.role_key,
            "role": self.role.value,
            "model_count": self.model_count,
            "group_type": self.group_type,
            "name": self.name,
            "rows": list(self.rows),
            "models": list(self.models),
            "node_count": self.node_count,
            "share_of_nodes": self.share_of_nodes,
        }


@dataclass(frozen=True, slots=True)
class _Draft:
    role: Role
    name: str
    rows: tuple[str, ...]
    props: tuple[Prop, ...]

    @property
    def weight(self) -> tuple[int, int]:
        return len(self.props), sum(prop.node_count for prop in self.props)


def display_groups(display: Display, limit: int = MAX_GROUPS) -> list[dict[str, Any]]:
    """Groups to plan for, in plain form: see `plan_groups`."""
    return [group.as_dict() for group in plan_groups(display, limit)]


def plan_groups(display: Display, limit: int = MAX_GROUPS) -> list[DisplayGroup]:
    """Groups to plan for: every prop that takes part is in exactly one.

    Args:
        display: The display.
        limit: Most groups to return.

    Returns:
        The groups, the most important role first; none when every prop is ignored.
    """
    taking_part = [prop for prop in display.props if prop.active and not prop.ignored]
    drafts: list[_Draft] = []
    for role in Role:
        props = [prop for prop in taking_part if prop.role.role is role]
        drafts.extend(_family(display, role, props))
    drafts = _joined(drafts, max(1, limit))
    total = max(1, sum(prop.node_count for prop in taking_part))
    keys: set[str] = set()
    return [_finished(draft, keys, total) for draft in drafts]


def _family(display: Display, role: Role, props: list[Prop]) -> list[_Draft]:
    """Cover the props of one role: by disjoint layout groups, largest first, then by what is left."""
    names = {prop.name for prop in props}
    by_name = {prop.name: prop for prop in props}
    drafts = []
    candidates = [group for group in display.groups if _is_family(group, names)]
    whole = [group for group in candidates if len(group.props) == len(props)]
    candidates = whole or [group for group in candidates if not _BANK_WORDS.intersection(words_of(group.name))]
    for group in sorted(candidates, key=lambda group: -len(group.props)):
        if names.issuperset(group.props) and len(group.props) >= min(3.0, MIN_SHARE * len(props)):
            members = tuple(by_name[name] for name in group.props)
            drafts.append(_Draft(role, group.name, (group.name,), members))
            names.difference_update(group.props)
    left = tuple(prop for prop in props if prop.name in names)
    if left:
        title = left[0].name if len(left) == 1 else role.value.replace("_", " ")
        drafts.append(_Draft(role, title, tuple(prop.name for prop in left), left))
    return drafts


def _is_family(group: Group, names: set[str]) -> bool:
    """Whether a layout group lights whole props of one role and nothing else, each of them once."""
    return (
        len(group.props) >= MIN_LAYOUT_GROUP
        and group.leaves == group.props
        and names.issuperset(group.props)
        and not says_unused(group.name)
        and group.kind is not GroupKind.PART_BANK
    )


def _joined(drafts: list[_Draft], limit: int) -> list[_Draft]:
    """Join the smallest drafts: first of one role, then of related roles, at last whatever is smallest."""
    drafts = list(drafts)
    while len(drafts) > limit:
        pairs = [
            (rank, one.weight[0] + other.weight[0], i, j)
            for i, one in enumerate(drafts)
            for j, other in enumerate(drafts[:i])
            if (rank := _distance(one.role, other.role)) is not None
        ]
        if not pairs:
            break
        _, _, i, j = min(pairs)
        one, other = sorted((drafts[i], drafts[j]), key=lambda draft: draft.weight, reverse=True)
        drafts[j] = _Draft(one.role, one.role.value.replace("_", " "), one.rows + other.rows, one.props + other.props)
        del drafts[i]
    return drafts


def _distance(one: Role, other: Role) -> int | None:
    """How unlike two roles are: 0 the same, 1 related, 2 not; None where they are never one group."""
    if one is other:
        return 0
    if _HEROES & {one, other}:
        return None
    return 1 if any({one, other} <= related for related in _RELATED) else 2


def _finished(draft: _Draft, keys: set[str], total: int) -> DisplayGroup:
    nodes = sum(prop.node_count for prop in draft.props)
    return DisplayGroup(
        role_key=_key(draft, keys),
        role=draft.role,
        model_count=len(draft.props),
        group_type=_kind(draft).value if len(draft.props) > 1 else "single",
        name=draft.name,
        rows=draft.rows,
        models=tuple(prop.name for prop in ordered(draft.props)),
        node_count=nodes,
        share_of_nodes=round(nodes / total, 4),
    )


def _kind(draft: _Draft) -> GroupKind:
    if len({prop.role.role for prop in draft.props}) > 1:
        return GroupKind.MIXED
    return GroupKind.ROW if is_row(draft.props) else GroupKind.FAMILY


def _key(draft: _Draft, keys: set[str]) -> str:
    """The role, or the role and the group's name where the role has several groups."""
    role = draft.role.value
    slug = re.sub(r"[^a-z0-9]+", "_", draft.name.lower()).strip("_")
    # A name that speaks of another role would make the key ambiguous; it gets a number instead.
    clear = slug and slug != role and not any(other.value in slug for other in Role if other is not draft.role)
    options = [role, *([f"{role}_{slug}"] if clear else [])]
    key = next((option for option in options if option not in keys), None)
    number = 2
    while key is None:
        key = f"{role}_{number}" if f"{role}_{number}" not in keys else None
        number += 1
    keys.add(key)
    return key


def whole_house_group(display: Display) -> Group | None:
    """The layout's group that lights most of the house, for effects over everything; None without one."""
    groups = [group for group in display.groups if group.kind is GroupKind.WHOLE_HOUSE]
    return max(groups, key=lambda group: len(group.props), default=None)


def unlit(display: Display, rows: Iterable[str]) -> list[str]:
    """Props that take part in the show but that no effect on these rows reaches."""
    reached: set[str] = set()
    for row in rows:
        reached.update(display.group(row).props if display.has_group(row) else (row,))
    return [prop.name for prop in display.props if prop.active and not prop.ignored and prop.name not in reached]
