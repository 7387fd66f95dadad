"""Where a shape stands: xLights' transforms from local to world coordinates, for every generation of the file.

World coordinates are preview pixels: x to the right, y up, z to the viewer, the origin at the bottom left of the
preview.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from twinklr.core.display.shapes import Shape
from twinklr.core.display.shapes.shape import Floats
from twinklr.core.xlights import ModelElement

THREE_POINT = frozenset({"Arches", "Candy Canes", "Icicles"})
HEIGHT_IN_SHAPE = frozenset({"Arches", "Candy Canes"})
"""Types whose shape has the height factor in it already."""


def place(model: ModelElement, shape: Shape, preview: tuple[int, int], centred: bool) -> Floats:
    """World coordinates of every light point of a model, ``(points, 3)``.

    Args:
        model: The model with its position attributes.
        shape: Its shape.
        preview: Width and height of the preview.
        centred: x = 0 is the middle of the preview; moved so that it is its left edge.
    """
    if is_fractional(model):
        return _fractional(model, shape, preview)
    world = _placer(model)(model, shape)
    if centred:
        world = world + np.array([preview[0] / 2.0, 0.0, 0.0])
    return world


def is_fractional(model: ModelElement) -> bool:
    """Whether a model's place is written as fractions of the preview, as until 2018."""
    return "WorldPosX" not in model.attributes and ("X1" in model.attributes or "offsetXpct" in model.attributes)


def _placer(model: ModelElement) -> Callable[[ModelElement, Shape], Floats]:
    if model.display_as in THREE_POINT:
        return _three_point
    if model.display_as in {"Single Line", "Channel Block"}:
        return _two_point
    return _poly_point if model.display_as in {"Poly Line", "MultiPoint"} else _boxed


def _position(model: ModelElement) -> Floats:
    return np.array([model.number(f"WorldPos{axis}") for axis in "XYZ"])


def rotation(x_deg: float, y_deg: float, z_deg: float) -> Floats:
    """Rotation matrix about x, then y, then z, for column vectors."""
    (sx, cx), (sy, cy), (sz, cz) = (
        (math.sin(angle), math.cos(angle)) for angle in map(math.radians, (x_deg, y_deg, z_deg))
    )
    return np.array(
        [
            [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
            [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
            [-sy, sx * cy, cx * cy],
        ]
    )


def _turned(places: Floats, x_deg: float, y_deg: float = 0.0, z_deg: float = 0.0) -> Floats:
    """Places turned about x, then y, then z."""
    if not (x_deg or y_deg or z_deg):
        return places
    result: Floats = places @ rotation(x_deg, y_deg, z_deg).T
    return result


def _turned_as(model: ModelElement, places: Floats) -> Floats:
    return _turned(places, *(model.number(f"Rotate{axis}") for axis in "XYZ"))


def _boxed(model: ModelElement, shape: Shape) -> Floats:
    scale = np.array([model.number(f"Scale{axis}", 1.0) for axis in "XYZ"])
    return leaning(_turned_as(model, shape.local * scale), shape.tilt) + _position(model)


def leaning(places: Floats, tilt: float) -> Floats:
    """Places leant towards the viewer by an angle in radians, so that the back of a deep model is seen."""
    return _turned(places, math.degrees(tilt))


def _towards(end: Floats) -> tuple[Floats, float]:
    """Rotation that turns the x axis towards a point, and the distance to it."""
    x, y, z = map(float, end)
    length = math.hypot(x, y, z)
    if length < 1e-9:
        return np.eye(3), 0.0
    yaw = math.degrees(math.atan2(-z, x)) if abs(z) > 1e-12 else 0.0
    flat = math.hypot(x, z) if yaw else x
    roll = math.degrees(math.atan2(y, flat))
    return rotation(0.0, yaw, 0.0) @ rotation(0.0, 0.0, roll), length


def _end_point(model: ModelElement) -> Floats:
    return np.array([model.number(f"{axis}2") for axis in "XYZ"])


def _two_point(model: ModelElement, shape: Shape) -> Floats:
    turn, length = _towards(_end_point(model))
    scale = length / max(shape.render_width, 1e-9)
    result: Floats = (shape.local * scale) @ turn.T + _position(model)
    return result


def _three_point(model: ModelElement, shape: Shape) -> Floats:
    start, end, shear = _position(model), _end_point(model), model.number("Shear")
    if end[0] < 0.0:
        # A model drawn from right to left is turned round, so that what hangs does not stand on its head.
        start, end, shear = start + end, -end, -shear
    turn, length = _towards(end)
    scale = length / max(shape.render_width, 1e-9)
    height = 1.0 if model.display_as in HEIGHT_IN_SHAPE else model.number("Height", 1.0)
    local = shape.local * np.array([1.0, height, 1.0])
    local = local + local[:, [1]] * np.array([shear, 0.0, 0.0])
    result: Floats = _turned(local * scale, model.number("RotateX")) @ turn.T + start
    return result


def _poly_point(model: ModelElement, shape: Shape) -> Floats:
    scale = np.array([model.number(f"Scale{axis}", 1.0) for axis in "XYZ"])
    return _turned_as(model, shape.local * scale) + _position(model)


def _fractional(model: ModelElement, shape: Shape, preview: tuple[int, int]) -> Floats:
    """Places of 2016-2018: end points or centre and scale as fractions of the preview."""
    size = np.array([preview[0], preview[1], 0.0])
    if "X1" in model.attributes:
        offset = np.array([model.number("offsetXpct"), model.number("offsetYpct"), 0.0])
        start = (np.array([model.number("X1"), model.number("Y1"), 0.0]) + offset) * size
        end = (np.array([model.number("X2"), model.number("Y2"), 0.0]) + offset) * size
        turn, length = _towards(end - start)
        local = shape.local * (length / max(shape.render_width, 1e-9))
        return np.asarray(local @ turn.T + start)
    if len(shape.local) == 0:
        return np.zeros((0, 3))
    centre = np.array([model.number("offsetXpct", 0.5), model.number("offsetYpct", 0.5), 0.0]) * size
    scale = np.array([model.number("PreviewScaleX", model.number("PreviewScale", 0.2)), 0.0, 0.0])
    scale[1] = model.number("PreviewScaleY", float(scale[0]))
    local = leaning(shape.local, shape.tilt)
    extent = np.maximum(np.ptp(local, axis=0), 1.0)
    factor = np.array([size[0] * scale[0] / extent[0], size[1] * scale[1] / extent[1], 0.0])
    middle = (local.min(axis=0) + local.max(axis=0)) / 2.0
    result: Floats = _turned((local - middle) * factor, 0.0, 0.0, model.number("PreviewRotation")) + centre
    return result
