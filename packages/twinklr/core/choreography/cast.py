"""The cast: which rows of the layout each planned group plays on, and in which order its props stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twinklr.core.color import to_hex
from twinklr.core.display import Display, Group, ordered
from twinklr.core.planning import DisplayGroup


@dataclass(frozen=True, slots=True)
class Troupe:
    """The props of one planned group.

    Attributes:
        group_id: Its role key in plans.
        role: What the props are.
        rows: Rows that light each of its props once: groups of the layout and single models.
        members: Its props by name from left to right, each in one troupe only.
        banks: Those of the rows that are groups of the layout.
    """

    group_id: str
    role: str
    rows: tuple[str, ...]
    members: tuple[str, ...]
    banks: frozenset[str] = frozenset()

    def without(self, names: Collection[str]) -> Troupe:
        """The same without some props, and then on the rows of single models only."""
        if not names:
            return self
        left = tuple(name for name in self.members if name not in names)
        return replace(self, rows=left, members=left, banks=frozenset())

    def share(self, share: float) -> Troupe:
        """Some of its props, evenly spread, on rows of their own.

        Example:
            >>> Troupe("arch", "arch", ("All",), ("a", "b", "c", "d")).share(0.5).members
            ('a', 'c')
        """
        count = max(1, round(share * len(self.members)))
        if count >= len(self.members):
            return self
        left = tuple(self.members[index * len(self.members) // count] for index in range(count))
        return replace(self, rows=left, members=left, banks=frozenset())

    def only(self, name: str) -> Troupe:
        """One prop of it by itself."""
        return replace(self, rows=(name,), members=(name,), banks=frozenset())


def cast_display(display: Display, groups: Iterable[Mapping[str, Any]]) -> tuple[Troupe, ...]:
    """Troupes for display groups in the plain form.

    A group's ``rows`` name groups and models of the layout; without them its props are those of its role. A prop that
    two groups claim goes to the first.

    Args:
        display: The house.
        groups: ``{"role_key", "rows", ...}`` as `display_groups` gives them.
    """
    taken: set[str] = set()
    troupes = []
    for group in groups:
        one = DisplayGroup.model_validate(dict(group))
        rows = tuple(group.get("rows", ())) or _rows_of_role(display, one.prop_role)
        covered: dict[str, tuple[str, ...]] = {}
        for row in rows:
            props = tuple(name for name in _props(display, row) if name not in taken)
            whole = display.has_group(row) and _is_plain(display.group(row)) and len(props) == len(_props(display, row))
            covered.update({row: props} if whole else {name: (name,) for name in props})
            taken.update(props)
        if covered:
            members = ordered([display.prop(name) for props in covered.values() for name in props])
            banks = frozenset(row for row in covered if display.has_group(row))
            names = tuple(prop.name for prop in members)
            troupes.append(Troupe(one.role_key, one.prop_role, tuple(covered), names, banks))
    return tuple(troupes)


def _rows_of_role(display: Display, role: str) -> tuple[str, ...]:
    """A plain group of the layout that holds all props of a role and nothing else, or those props."""
    names = [prop.name for prop in display.props if prop.role.role.value == role and prop.active and not prop.ignored]
    for group in display.groups:
        if len(names) > 1 and set(group.props) == set(names) and _is_plain(group):
            return (group.name,)
    return tuple(names)


def _is_plain(group: Group) -> bool:
    """Whether a group is made of whole models, each once."""
    return sorted(group.leaves) == sorted(group.props)


def _props(display: Display, row: str) -> list[str]:
    """The props behind a row that take part in the show."""
    names = display.group(row).props if display.has_group(row) else (row,) if display.has_prop(row) else ()
    return [name for name in names if display.prop(name).active and not display.prop(name).ignored]


TONES = (1.0, 0.3, 0.6)
"""Brightness of what stands for a palette's first, second, third colour where lights have one colour each."""


def single_tones(display: Display, rows: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Rows whose lights all have the same one colour, with that colour in some levels of brightness."""
    found = {}
    for row in rows:
        props = [display.prop(name) for name in _props(display, row)]
        if not props or any(prop.output.order or prop.output.super_colors or prop.output.any_color for prop in props):
            continue
        tints = {tuple(map(int, display.node_tint[prop.first_node])) for prop in props}
        if len(tints) == 1:
            red, green, blue = tints.pop()
            found[row] = tuple(to_hex((int(red * t), int(green * t), int(blue * t))) for t in TONES)
    return found


def render_order(display: Display) -> tuple[str, ...]:
    """Rows from first to last rendered: groups from big to small, then models in layout order."""
    sizes = {group.name: len(group.props) for group in display.groups}
    groups = sorted(sizes, key=lambda name: -sizes[name])
    props = [prop.name for prop in display.props]
    known = set(props)
    return (*(name for name in groups if name not in known), *props)
