"""Shapes: every model type's nodes in buffer cells and local coordinates."""

from twinklr.core.display.shapes.build import build_shape
from twinklr.core.display.shapes.shape import Shape

__all__ = ["Shape", "build_shape"]
