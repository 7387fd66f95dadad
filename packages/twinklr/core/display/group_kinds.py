"""What a group is for: the whole house, a family of like props, an ordered row, a bank of parts, or a mixture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from twinklr.core.display.display import Group, GroupKind, Prop
from twinklr.core.display.naming import words_of
from twinklr.core.display.ordering import is_row

WHOLE_SHARE = 0.6
"""A group with at least this share of all props is one for the whole house."""

_WHOLE_WORDS = frozenset({"all", "everything", "whole", "entire", "display", "base"})


def group_kind(group: Group, props: Mapping[str, Prop], total: int) -> GroupKind:
    """The kind of a group.

    Args:
        group: The group, resolved.
        props: All props of the display by name.
        total: Number of props that take part in the show.
    """
    members = [props[name] for name in group.props if name in props]
    if not members:
        return GroupKind.MIXED
    if sum(leaf not in props for leaf in group.leaves) > len(group.leaves) / 2:
        return GroupKind.PART_BANK
    share = len(members) / max(1, total)
    roles = Counter(prop.role.role for prop in members)
    whole_word = bool(_WHOLE_WORDS.intersection(words_of(group.name)))
    several = len(roles) > 1 or total == len(members)
    if several and len(members) > 1 and (share >= WHOLE_SHARE or (whole_word and share >= WHOLE_SHARE / 2)):
        return GroupKind.WHOLE_HOUSE
    if roles.most_common(1)[0][1] < 0.9 * len(members):
        return GroupKind.MIXED
    return GroupKind.ROW if is_row(members) and _same_size(members) else GroupKind.FAMILY


def _same_size(props: Sequence[Prop]) -> bool:
    counts = [prop.node_count for prop in props]
    return max(counts) <= 2 * min(counts)
