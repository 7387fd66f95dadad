"""Matrices, trees, spheres and cubes: strings folded into strands that stand side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twinklr.core.display.shapes.shape import Floats, Ints, Shape, equal_strands, ints, one_cell_per_node, points


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


@dataclass(frozen=True, slots=True)
class TreeForm:
    """The body of a tree.

    Attributes:
        kind: 0 round, 1 flat, 2 ribbon (xLights' TreeType).
        degrees: How much of the full circle the strands take.
        rotation_deg: Turn around the trunk.
        ratio: Radius at the bottom over radius at the top; negative stands on its top.
        perspective: Tilt towards the viewer in radians.
        spiral_turns: Turns of each strand around the trunk.
    """

    kind: int = 0
    degrees: float = 360.0
    rotation_deg: float = 3.0
    ratio: float = 6.0
    perspective: float = 0.2
    spiral_turns: float = 0.0


def tree(wiring: Wiring, form: TreeForm, vertical: bool = True) -> Shape:
    """A tree: the matrix buffer wrapped around a cone, or spread flat."""
    shape = matrix(wiring, vertical)
    place = _round_tree if form.kind == 0 else _flat_tree
    tilt = form.perspective if form.kind == 0 else 0.0
    return replace(shape, local=place(shape, form), render_width=_tree_width(shape, form), tilt=tilt)


def _tree_width(shape: Shape, form: TreeForm) -> float:
    return shape.height * 3 / 1.8 if form.kind == 0 else float(shape.width * 4)


def _round_tree(shape: Shape, form: TreeForm) -> Floats:
    height = 3.0 * shape.height
    radius = height / 1.8 / 2.0
    top_radius = radius / max(abs(form.ratio), 1e-3)
    if form.ratio < 0:
        radius, top_radius = top_radius, radius
    gaps = shape.width - 1 if form.degrees < 350 and shape.width > 1 else shape.width
    start = -np.radians(form.degrees) / 2.0 + np.radians(form.rotation_deg)
    up = shape.y / max(1, shape.height - 1)
    turns = form.spiral_turns * shape.y / shape.height
    angle = start + shape.x * np.radians(form.degrees) / gaps + turns * 2.0 * np.pi
    r = radius + (top_radius - radius) * up
    x, y, z = r * np.sin(angle), height * up - height / 2.0, r * np.cos(angle)
    return points(x, y, z)


def _flat_tree(shape: Shape, form: TreeForm) -> Floats:
    bottom = (4.0 if form.kind == 1 else 5.0) * shape.width
    height = 2.0 * shape.height
    up = shape.y / max(1, shape.height - 1)
    spread = bottom + (0.9 - bottom) * up
    across = shape.x / max(1, shape.width - 1) - 0.5
    return points(across * spread, up * height - height / 2.0)


def sphere(wiring: Wiring, degrees: float = 360.0, latitudes: tuple[float, float] = (-86.0, 86.0)) -> Shape:
    """A sphere: the matrix buffer wrapped around a ball between two latitudes."""
    shape = matrix(wiring)
    low, high = np.radians(latitudes[0]), np.radians(latitudes[1])
    radius = max(shape.width, shape.height) / 2.0
    latitude = low + (high - low) * shape.y / max(1, shape.height - 1)
    longitude = -np.radians(degrees) / 2.0 + shape.x * np.radians(degrees) / max(1, shape.width)
    flat = radius * np.cos(latitude)
    local = points(flat * np.sin(longitude), radius * np.sin(latitude), flat * np.cos(longitude))
    return replace(shape, local=local)


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
    return replace(shape, strands=equal_strands(height * depth, width))
