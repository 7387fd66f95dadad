"""Guesses at what each prop is, from its type, geometry, faces, name and groups; each with a confidence and reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twinklr.core.display.display import Display, Prop, Role, RoleGuess
from twinklr.core.display.naming import named_roles, words_of
from twinklr.core.display.ordering import bounds

MEGA_TREE_NODES = 500
"""A tree of at least this many nodes on eight strands is the show's mega tree, whatever it is called."""

_LINES = frozenset({Role.ROOF_LINE, Role.OUTLINE, Role.WINDOW, Role.DOOR})
_NEED_LENGTH = _LINES | {Role.MATRIX, Role.MEGA_TREE, Role.SPINNER}
_LINE_TYPES = frozenset({"Single Line", "Poly Line"})
_LINE_GROUPS = frozenset({Role.DOOR, Role.ROOF_LINE, Role.WINDOW, Role.ICICLE, Role.CANE, Role.ARCH})
_NOT_A_LINE = frozenset({Role.MATRIX, Role.MEGA_TREE, Role.SPINNER, Role.FACE})

BY_TYPE: dict[str, tuple[Role, float]] = {
    "Arches": (Role.ARCH, 0.95),
    "Candy Canes": (Role.CANE, 0.95),
    "Star": (Role.STAR, 0.95),
    "Wreath": (Role.WREATH, 0.9),
    "Spinner": (Role.SPINNER, 0.9),
    "Icicles": (Role.ICICLE, 0.95),
    "Window Frame": (Role.WINDOW, 0.9),
    "DmxMovingHead": (Role.MOVING_HEAD, 0.98),
    "DmxMovingHeadAdv": (Role.MOVING_HEAD, 0.98),
    "DmxMovingHead3D": (Role.MOVING_HEAD, 0.98),
    "DmxFloodlight": (Role.FLOOD, 0.95),
    "DmxFloodArea": (Role.FLOOD, 0.95),
    "DmxSkull": (Role.FACE, 0.9),
}
"""xLights type -> role, where the type alone says it."""


@dataclass(frozen=True, eq=False, slots=True)
class RoleFacts:
    """What a guess looks at.

    Attributes:
        prop: The prop.
        width: Extent in the preview across.
        height: Extent in the preview up.
        share_of_width: Its width in the width of the whole display.
        above: Where its middle is in the display, 0 at the bottom, 1 at the top.
        group_names: Names of the smaller groups it is in.
    """

    prop: Prop
    width: float
    height: float
    share_of_width: float
    above: float
    group_names: tuple[str, ...]

    @property
    def is_point(self) -> bool:
        """All its lights in one place."""
        return max(self.width, self.height) < 1e-3


def guess_roles(display: Display) -> list[RoleGuess]:
    """A role with confidence and reason for every prop, in order."""
    return [guess_role(facts) for facts in _facts(display)]


def _facts(display: Display) -> list[RoleFacts]:
    lows, highs = (corner[:, :2] for corner in bounds(display.props))
    low, extent = lows.min(axis=0), np.maximum(highs.max(axis=0) - lows.min(axis=0), 1.0)
    groups: dict[str, list[str]] = {}
    for group in display.groups:
        # A group of nearly everything says nothing about its members.
        if 2 * len(group.props) <= len(display.props) or len(group.props) < 4:
            for name in group.props:
                groups.setdefault(name, []).append(group.name)
    sizes = highs - lows
    return [
        RoleFacts(
            prop=prop,
            width=float(sizes[i, 0]),
            height=float(sizes[i, 1]),
            share_of_width=float(sizes[i, 0] / extent[0]),
            above=float(((lows[i, 1] + highs[i, 1]) / 2.0 - low[1]) / extent[1]),
            group_names=tuple(groups.get(prop.name, ())),
        )
        for i, prop in enumerate(display.props)
    ]


def guess_role(facts: RoleFacts) -> RoleGuess:
    """The role of one prop: the first rule of `_RULES` that says something."""
    for rule in _RULES:
        guess = rule(facts)
        if guess is not None:
            return guess
    return RoleGuess(Role.PROP, 0.3, f"nothing about this {facts.prop.display_as or 'model'} tells more")


def has_node_face(prop: Prop) -> bool:
    """Whether a face is drawn with the prop's own nodes: at least two different mouths (not pictures)."""
    for _, attributes in prop.faces:
        values = dict(attributes)
        if values.get("Type") in {"NodeRange", "SingleNode"}:
            mouths = {text for key, text in attributes if key.startswith("Mouth-") and text and "Color" not in key}
            if len(mouths) > 1:
                return True
    return False


def _by_face(facts: RoleFacts) -> RoleGuess | None:
    if has_node_face(facts.prop):
        return RoleGuess(Role.FACE, 0.95, "its face definition moves a mouth made of its own nodes")
    return None


def _by_type(facts: RoleFacts) -> RoleGuess | None:
    found = BY_TYPE.get(facts.prop.display_as)
    if found is None:
        return None
    role, confidence = found
    named = [named_role for named_role, _ in named_roles(facts.prop.name)]
    if role in named:
        return RoleGuess(role, 0.99, f"xLights type {facts.prop.display_as}, and the name says so too")
    return RoleGuess(role, confidence, f"xLights type {facts.prop.display_as}")


def _tree(facts: RoleFacts) -> RoleGuess | None:
    prop = facts.prop
    if prop.display_as != "Tree":
        return None
    named = {role for role, _ in named_roles(prop.name)}
    if "mini" in words_of(prop.name):
        return RoleGuess(Role.TREE, 0.98, "a tree called mini")
    if Role.MEGA_TREE in named:
        return RoleGuess(Role.MEGA_TREE, 0.98, "a tree called so")
    if prop.node_count >= MEGA_TREE_NODES and len(prop.strands) >= 8:
        return RoleGuess(Role.MEGA_TREE, 0.85, f"a tree of {prop.node_count} nodes on {len(prop.strands)} strands")
    return RoleGuess(Role.TREE, 0.95, f"xLights type Tree, {prop.node_count} nodes")


def _matrix(facts: RoleFacts) -> RoleGuess | None:
    prop = facts.prop
    if prop.display_as != "Matrix":
        return None
    named = _head(prop.name)
    if min(prop.buffer.width, prop.buffer.height) <= 3:
        if named is not None and named[0] is not Role.MATRIX:
            return RoleGuess(named[0], 0.8, f"a matrix of few strands called {named[1]!r}")
        return RoleGuess(Role.OUTLINE, 0.5, "a matrix of few strands is a line")
    if named is not None and named[0] in {Role.MEGA_TREE, Role.TREE, Role.ICICLE, Role.ARCH, Role.CANE}:
        return RoleGuess(named[0], 0.7, f"a matrix called {named[1]!r}")
    if named is not None and named[0] is Role.PROP and prop.node_count < 500:
        return RoleGuess(Role.PROP, 0.6, f"a small matrix called {named[1]!r}")
    return RoleGuess(Role.MATRIX, 0.95, f"xLights type Matrix, {prop.buffer.width} x {prop.buffer.height}")


def _head(name: str) -> tuple[Role, str] | None:
    """What a name says the thing is: its last word that names a role; a lone "line" or "house" gives way."""
    found = named_roles(name)
    strong = [pair for pair in found if pair[0] is not Role.OUTLINE]
    if strong:
        return strong[-1]
    return found[-1] if found else None


def _line(facts: RoleFacts) -> RoleGuess | None:
    prop = facts.prop
    if prop.display_as not in _LINE_TYPES:
        return None
    named = [pair for pair in named_roles(prop.name) if pair[0] not in _NOT_A_LINE]
    if facts.is_point:
        return _point([pair for pair in named if pair[0] not in _NEED_LENGTH])
    strong = [pair for pair in named if pair[0] is not Role.OUTLINE]
    if strong:
        return RoleGuess(strong[-1][0], 0.9, f"a line called {strong[-1][1]!r}")
    if (by_group := _line_by_group(facts)) is not None:
        return by_group
    if named:
        return RoleGuess(Role.OUTLINE, 0.8, f"a line called {named[-1][1]!r}")
    kind = Role.PROP if prop.node_count == 1 else Role.OUTLINE
    return RoleGuess(kind, 0.5, f"a {prop.display_as.lower()} of {prop.node_count} nodes, its name tells nothing")


def _point(named: Sequence[tuple[Role, str]]) -> RoleGuess:
    if named:
        return RoleGuess(named[-1][0], 0.9, f"a single light called {named[-1][1]!r}")
    return RoleGuess(Role.PROP, 0.5, "a single light")


def _line_by_group(facts: RoleFacts) -> RoleGuess | None:
    """A line that is in a group named for roof, windows or doors; banks named for both say nothing."""
    for name in facts.group_names:
        named = named_roles(name)
        roles = {role for role, _ in named} - {Role.OUTLINE}
        if len(roles) == 1 and roles <= _LINE_GROUPS and all(word != "outline" for _, word in named):
            return RoleGuess(roles.pop(), 0.75, f"a line in the group {name!r}")
    return None


def _by_name(facts: RoleFacts) -> RoleGuess | None:
    named = _head(facts.prop.name)
    if named is None:
        return None
    if facts.is_point and named[0] in _NEED_LENGTH:
        return None
    if named[0] is Role.OUTLINE and min(facts.prop.buffer.width, facts.prop.buffer.height) > 3:
        return None  # "Garage Light": the word says where it hangs, not what it is
    if named[0] is Role.TREE and facts.prop.node_count >= MEGA_TREE_NODES and len(facts.prop.strands) >= 8:
        return RoleGuess(Role.MEGA_TREE, 0.7, f"a big {facts.prop.display_as} called {named[1]!r}")
    return RoleGuess(named[0], 0.85, f"a {facts.prop.display_as} called {named[1]!r}")


def _by_density(facts: RoleFacts) -> RoleGuess | None:
    """A custom model that fills a rectangle of its grid is a matrix by another name."""
    buffer = facts.prop.buffer
    if min(buffer.width, buffer.height) >= 4 and facts.prop.node_count >= 0.75 * buffer.width * buffer.height:
        return RoleGuess(Role.MATRIX, 0.85, f"its nodes fill a grid of {buffer.width} x {buffer.height}")
    return None


_PARTS: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.SNOWFLAKE, ("flake", "snowflake")),
    (Role.SPINNER, ("spiral", "petal", "ring", "spoke", "swirl", "feather")),
    (Role.SNOWFLAKE, ("arm", "tip", "branch")),
)


def _by_parts(facts: RoleFacts) -> RoleGuess | None:
    """The words of its submodels: spirals and rings make a spinner, arms a snowflake."""
    parts = [part.name.lower() for part in facts.prop.submodels]
    for role, words in _PARTS:
        hits = sum(any(word in name for word in words) for name in parts)
        if hits >= 4:
            return RoleGuess(role, 0.6, f"{hits} of its submodels are called {', '.join(words)} or the like")
    return None


def _by_group_name(facts: RoleFacts) -> RoleGuess | None:
    """The name of a group of its like: the smallest words first."""
    for name in facts.group_names:
        named = _head(name)
        if named is not None and named[0] not in _LINES:
            return RoleGuess(named[0], 0.55, f"in the group {name!r}")
    return None


def _dmx(facts: RoleFacts) -> RoleGuess | None:
    if not facts.prop.display_as.startswith("Dmx"):
        return None
    named = _head(facts.prop.name)
    if named is not None and named[0] in {Role.MOVING_HEAD, Role.FLOOD, Role.FACE}:
        return RoleGuess(named[0], 0.85, f"a DMX fixture called {named[1]!r}")
    return RoleGuess(Role.PROP, 0.5, "a DMX fixture of no known kind")


_RULES: Sequence[Callable[[RoleFacts], RoleGuess | None]] = (
    _by_type,
    _tree,
    _matrix,
    _by_density,
    _by_face,
    _dmx,
    _line,
    _by_name,
    _by_parts,
    _by_group_name,
)
