"""Matrices, trees, spheres and cubes: strings folded into strands that stand side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twinklr.core.display.shapes.shape import (
    DEEP_TILT,
    Floats,
    Ints,
    Shape,
    equal_strands,
    ints,
    one_cell_per_node,
    points,
)


@dataclass(frozen=True, slots=True)
class Wiring:
    """How strings run through a matrix-like model.

    Attributes:
        strings: Number of strings.
        nodes: Nodes of one string.
        strands: Strands one string is folded into.
        left: The first strand is at the left (``Dir="L"``).
        bottom: The wire starts at the bottom (``StartSide="B"``).
        no_zig: Every strand runs the same way instead of zig-zag.
        alternate: The wire takes every second node out and the others back.
    """

    strings: int
    nodes: int
    strands: int = 1
    left: bool = True
    bottom: bool = True
    no_zig: bool = False
    alternate: bool = False

    @property
    def strand_count(self) -> int:
        """Strands of all strings."""
        return max(1, self.strings) * max(1, self.strands)

    @property
    def strand_length(self) -> int:
        """Nodes of one strand; what does not divide is not lit."""
        return max(1, self.nodes // max(1, self.strands))


def _along(wiring: Wiring, forward: bool) -> tuple[Ints, Ints]:
    """Strand number and position along it for every node in wire order; ``forward`` says where the wire starts."""
    count, length = wiring.strand_count, wiring.strand_length
    strand = np.repeat(np.arange(count), length)
    step = np.tile(np.arange(length), count)
    if wiring.alternate:
        step = np.where(step + 1 <= (length + 1) // 2, step * 2, (length - step - 1) * 2 + 1)
        turned = np.full(strand.shape, not forward)
    elif wiring.no_zig:
        turned = np.full(strand.shape, not forward)
    else:
        turned = ((strand % max(1, wiring.strands)) % 2 == 0) != forward
    return ints(strand), ints(np.where(turned, length - 1 - step, step))


def matrix(wiring: Wiring, vertical: bool = True) -> Shape:
    """A matrix: strands as columns (vertical) or rows (horizontal), one cell for each node.

    Example:
        >>> shape = matrix(Wiring(strings=1, nodes=6, strands=2))
        >>> list(zip(shape.x.tolist(), shape.y.tolist()))
        [(0, 0), (0, 1), (0, 2), (1, 2), (1, 1), (1, 0)]
    """
    count, length = wiring.strand_count, wiring.strand_length
    if vertical:
        strand, y = _along(wiring, wiring.bottom)
        x = strand if wiring.left else count - 1 - strand
        width, height = count, length
    else:
        strand, x = _along(wiring, wiring.left)
        y = strand if wiring.bottom else count - 1 - strand
        width, height = length, count
    shape = one_cell_per_node(width, height, x, y, points(x - width // 2, y - height // 2))
    return replace(shape, strands=equal_strands(count, length))


ROUND, FLAT, RIBBON = range(3)
"""Bodies of trees, xLights' ``TreeType``."""

RIBBON_SPREAD = 0.33
"""How far the outer lights of a ribbon's node lie from its middle one, in nodes."""


@dataclass(frozen=True, slots=True)
class TreeForm:
    """The body of a tree.

    Attributes:
        kind: xLights' TreeType.
        degrees: How much of the full circle the strands take.
        rotation_deg: Turn around the trunk.
        ratio: Radius at the bottom over radius at the top; negative stands on its top.
        perspective: Tilt towards the viewer in radians.
        spiral_turns: Turns of each strand around the trunk.
    """

    kind: int = ROUND
    degrees: float = 360.0
    rotation_deg: float = 3.0
    ratio: float = 6.0
    perspective: float = 0.2
    spiral_turns: float = 0.0


def tree(wiring: Wiring, form: TreeForm, vertical: bool = True) -> Shape:
    """A tree: the matrix buffer wrapped around a cone, or spread flat."""
    shape = matrix(wiring, vertical)
    round_ = form.kind == ROUND
    local = _round_tree(shape, form) if round_ else _flat_tree(shape, form)
    if form.kind == RIBBON:
        node, x, y = (ints(np.repeat(part, 3)) for part in (shape.node, shape.x, shape.y))
        shape = replace(shape, node=node, x=x, y=y)
    width = shape.height * 3 / 1.8 if round_ else shape.width * (5.0 if form.kind == RIBBON else 4.0) + 2.0
    return replace(shape, local=local, render_width=width, tilt=form.perspective if round_ else 0.0)


def _round_tree(shape: Shape, form: TreeForm) -> Floats:
    height = 3.0 * shape.height
    radius = height / 1.8 / 2.0
    top_radius = radius / abs(form.ratio) if abs(form.ratio) > 1e-6 else radius
    if form.ratio < 0:
        radius, top_radius = top_radius, radius
    gaps = shape.width - 1 if form.degrees < 350 and shape.width > 1 else shape.width
    start = -np.radians(form.degrees) / 2.0 + np.radians(form.rotation_deg)
    rise, turn = _strand_path(shape.height, radius, top_radius, form.spiral_turns)
    up = rise[shape.y] / max(1, shape.height - 1)
    angle = start + shape.x * np.radians(form.degrees) / gaps + turn[shape.y]
    r = radius + (top_radius - radius) * up
    return points(r * np.sin(angle), height * up - height / 2.0, r * np.cos(angle))


SPIRAL_PARTS = 10
"""Parts of equal height and turn that a spiral strand is cut into; the lights of a part are evenly spaced."""


def _strand_path(count: int, radius: float, top_radius: float, turns: float) -> tuple[Floats, Floats]:
    """Height (0 to about ``count - 1``) and turn (radians) of each light of a tree's strand, from the bottom up.

    A spiral spaces its lights along the wire: the wide bottom takes more of them than the narrow top. xLights
    measures the wire in ten parts and gives each a whole number of lights, so the tip may stand a little off.
    """
    if not turns:
        return np.arange(count, dtype=np.float64), np.zeros(count)
    shrink = (radius - top_radius) / SPIRAL_PARTS
    around = (2.0 * np.pi * (radius - shrink * np.arange(SPIRAL_PARTS)) - shrink / 2.0) * turns / SPIRAL_PARTS
    wire = np.hypot(around, count / SPIRAL_PARTS)
    lights = np.floor(wire / wire.sum() * count + 0.5).astype(int)
    # The steps from light to light belong to the part they lie in; the last part takes all that remain.
    before_last = min(int(lights[:-1].sum()), max(0, count - 1))
    lights[-1] = max(1, count - 1 - before_last)
    part = np.repeat(np.arange(SPIRAL_PARTS), lights)[: max(0, count - 1)]
    step = np.concatenate([[0.0], np.cumsum(1.0 / lights[part])]) / SPIRAL_PARTS
    return step * count, step * turns * 2.0 * np.pi


def _flat_tree(shape: Shape, form: TreeForm) -> Floats:
    """A fan of straight strands; a ribbon's outer strands do not reach quite as high as its middle."""
    ribbon = form.kind == RIBBON
    height = 2.0 * shape.height
    middle = shape.x + 0.5 - shape.width / 2.0
    bottom, top = middle * (5.0 if ribbon else 4.0), middle * 0.9
    up = shape.y / (shape.height - 1.0) if shape.height > 1 else np.full(len(shape.y), 0.5)
    reach = height / np.hypot(height, top - bottom) if ribbon else 1.0
    if ribbon:
        # Every node is a stripe of three lights.
        spread = RIBBON_SPREAD / max(1, shape.height - 1)
        up, bottom, top, reach = (np.repeat(part, 3) for part in (up, bottom, top, reach))
        up = up + np.tile([0.0, -spread, spread], len(shape.y))
    return points(bottom + (top - bottom) * up, height * up * reach - height / 2.0)


def sphere(wiring: Wiring, degrees: float = 360.0, latitudes: tuple[float, float] = (-86.0, 86.0)) -> Shape:
    """A sphere: the matrix buffer wrapped around a ball between two latitudes, the first strand at the back."""
    shape = matrix(wiring)
    low, high = np.radians(latitudes[0]), np.radians(latitudes[1])
    radius = max(shape.width, shape.height) / 1.8 / 2.0
    latitude = low + (high - low) * shape.y / max(1, shape.height - 1)
    open_side = np.radians(360.0 - degrees)
    step = (2.0 * np.pi - open_side + open_side / shape.width) / shape.width
    longitude = open_side / 2.0 - np.pi - SPHERE_TURN + shape.x * step
    flat = radius * np.cos(latitude)
    local = points(flat * np.sin(longitude), radius * np.sin(latitude), flat * np.cos(longitude))
    return replace(shape, local=local, tilt=DEEP_TILT)


SPHERE_TURN = 0.003
"""Radians a sphere is turned, so that back and front strands do not hide each other."""


def cube(width: int, height: int, depth: int, left: bool = True, bottom: bool = True) -> Shape:
    """A cube of stacked planes from the front to the back; the buffer lays the planes side by side."""
    per_plane = width * height
    index = np.arange(per_plane * depth)
    plane, inside = index // per_plane, index % per_plane
    row, step = inside // width, inside % width
    column = np.where((row % 2 == 0) == left, step, width - 1 - step)
    level = row if bottom else height - 1 - row
    local = points(column - width / 2.0, level - height / 2.0, depth / 2.0 - plane)
    shape = one_cell_per_node(width * depth, height, plane * width + column, level, local, width)
    return replace(shape, strands=equal_strands(height * depth, width), tilt=DEEP_TILT)
