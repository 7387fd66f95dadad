"""Sending values to the channels of a DMX fixture: motors by angle, every other channel by value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.fixtures import Motor
from twinklr.core.effects.call import EffectCall, Pixels, PlacedFixture

Floats = NDArray[np.float64]

STEPS_16 = 65535
"""Highest value of a coarse and a fine channel together."""


def send(call: EffectCall, pixels: Pixels, placed: PlacedFixture, node: int | None, values: Floats) -> None:
    """Give a channel of a fixture a value 0..255 per frame, as a grey that a single channel shows unchanged.

    Nothing is sent where the fixture has no such channel.
    """
    cells = call.surroundings.node_cells
    if node is None or not 0 <= placed.first + node < len(cells):
        return
    level = np.clip(values, 0.0, 255.0).astype(np.uint8)
    for y, x in cells[placed.first + node]:
        if 0 <= y < call.height and 0 <= x < call.width:
            pixels[:, y, x, :3] = level[:, None]
            pixels[:, y, x, 3] = 255


def send_share(
    call: EffectCall, pixels: Pixels, placed: PlacedFixture, motor: Motor, share: Floats, *, fine: bool = True
) -> None:
    """Send a motor to a share 0..1 of its whole way, over its coarse and fine channels or the coarse one alone."""
    steps = np.round(np.clip(share, 0.0, 1.0) * STEPS_16)
    if motor.fine_node is None or not fine:
        send(call, pixels, placed, motor.node, np.round(steps / 257.0))
        return
    send(call, pixels, placed, motor.node, steps // 256)
    send(call, pixels, placed, motor.fine_node, steps % 256)


def share_of_angle(motor: Motor, angle_deg: Floats) -> Floats:
    """How far along its way, 0..1, a motor stands at an angle counted from where it rests.

    Example:
        >>> share_of_angle(Motor("pan", 0, range_deg=540.0, home_deg=270.0), np.array([0.0, 90.0])).round(4).tolist()
        [0.5, 0.6667]
    """
    low = -np.inf if motor.low_deg is None else motor.low_deg
    high = np.inf if motor.high_deg is None else motor.high_deg
    angle = np.clip(angle_deg, low, high)
    way = -angle if motor.reverse else angle
    return np.clip((motor.home_deg + way) / max(motor.range_deg, 1e-6), 0.0, 1.0)
