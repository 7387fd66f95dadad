"""DMX fixtures: lights whose channels are not all light.

A moving head has channels for motors, shutter, gobos and programs between those for light, and the display does not
say which is which. So a fixture gets one constant value for as long as it is lit: nothing sweeps, nothing fades,
nothing pulses, which on a shutter or program channel would be a strobe or a wild ride. Full white is what nearly
all fixtures take as "lamp on, shutter open". Aiming them is left to the user.
"""

from __future__ import annotations

from twinklr.core.choreography.canvas import BOTTOM, write_palette
from twinklr.core.choreography.scene import Scene
from twinklr.core.display import Prop, Role
from twinklr.core.planning import GroupRole, Intensity
from twinklr.core.xlights.sequence import Effect

LIT_FROM = Intensity.STRONG
"""Fixtures rest in quieter sections: they outshine everything else."""


def moves_by_motor(prop: Prop) -> bool:
    """Whether a prop is a DMX fixture, whose channels are not all light."""
    return prop.display_as.lower().startswith("dmx") or prop.role.role is Role.MOVING_HEAD


def light_fixture(scene: Scene, prop: Prop) -> None:
    """Switch a fixture on for a whole strong section, or leave it off."""
    if scene.part.role is GroupRole.REST or scene.macro.intensity.level < LIT_FROM.level:
        return
    on = Effect("On", scene.start_ms, scene.end_ms, "", write_palette(("#FFFFFF",)))
    scene.canvas.put(prop.name, BOTTOM, on)
