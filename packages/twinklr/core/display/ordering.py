"""Order in the yard: left to right, near to far, and pairs that mirror each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.display import Prop

Direction = Literal["left_right", "near_far", "bottom_top"]

_AXES: dict[Direction, tuple[int, float]] = {"left_right": (0, 1.0), "near_far": (2, -1.0), "bottom_top": (1, 1.0)}
"""Direction -> axis and sign: what is near has the larger z."""


def bounds(props: Sequence[Prop]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner of each prop's extent, ``(props, 3)`` each; the origin for one without lights."""
    low, high = np.zeros((len(props), 3)), np.zeros((len(props), 3))
    counts = np.array([len(prop.points) for prop in props], dtype=np.int64)
    lit = np.flatnonzero(counts)
    if len(lit):
        points = np.concatenate([prop.points for prop in props if len(prop.points)])
        starts = np.concatenate([[0], np.cumsum(counts[lit])[:-1]])
        low[lit], high[lit] = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    return low, high


def middles(props: Sequence[Prop]) -> NDArray[np.float64]:
    """Middle of each prop's extent, ``(props, 3)``; the origin for one without lights."""
    low, high = bounds(props)
    return (low + high) / 2.0


def ordered(props: Sequence[Prop], direction: Direction = "left_right") -> list[Prop]:
    """Props in their order in the yard; props at the same place keep their order in the layout."""
    axis, sign = _AXES[direction]
    places = np.round(middles(props)[:, axis] * sign, 3)
    return [props[i] for i in np.argsort(places, kind="stable")]


def symmetric_pairs(props: Sequence[Prop], tolerance: float = 0.1) -> list[tuple[Prop, Prop]]:
    """Pairs of like props (role, nearly the same size) that mirror each other about the middle of them all.

    Args:
        props: Candidates, for example one family.
        tolerance: How far a partner may be from the mirrored place, in parts of the whole width.

    Returns:
        Pairs as (left, right), the outermost first.
    """
    if len(props) < 2:
        return []
    places = middles(props)
    low, high = places[:, :2].min(axis=0), places[:, :2].max(axis=0)
    axis = (low[0] + high[0]) / 2.0
    room = tolerance * max(float(high[0] - low[0]), 1.0)
    order = np.argsort(places[:, 0], kind="stable")
    left = [int(i) for i in order if places[i, 0] < axis - room / 2]
    free = [int(i) for i in order[::-1] if places[i, 0] > axis + room / 2]
    pairs = []
    for i in left:
        mirrored = np.array([2.0 * axis - places[i, 0], places[i, 1]])
        near = [j for j in free if _alike(props[i], props[j]) and np.abs(places[j, :2] - mirrored).max() <= room]
        if near:
            partner = min(near, key=lambda j: float(np.abs(places[j, :2] - mirrored).sum()))
            free.remove(partner)
            pairs.append((props[i], props[partner]))
    return pairs


def _alike(one: Prop, other: Prop) -> bool:
    larger = max(one.node_count, other.node_count)
    return one.role.role is other.role.role and abs(one.node_count - other.node_count) <= 0.2 * larger


def is_row(props: Sequence[Prop]) -> bool:
    """Whether props stand in a row: three or more, side by side, about evenly spaced."""
    if len(props) < 3:
        return False
    places = middles(props)[:, :2]
    spread = np.ptp(places, axis=0)
    axis = int(spread.argmax())
    if spread[axis] <= 0 or spread[1 - axis] > 0.5 * spread[axis]:
        return False
    gaps = np.diff(np.sort(places[:, axis]))
    return bool(gaps.std() <= 0.6 * gaps.mean())
