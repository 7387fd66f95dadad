from __future__ import annotations

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.call import Surroundings
from twinklr.core.effects.dmx import render_dmx


def test_every_slider_reaches_its_channel_and_may_be_inverted() -> None:
    surroundings = Surroundings(node_cells=tuple(((0, node),) for node in range(4)))
    settings = "E_SLIDER_DMX1=128,E_SLIDER_DMX2=12,E_SLIDER_DMX3=12,E_CHECKBOX_INVDMX3=1"
    pixels = render_dmx(make_call(settings, size=(4, 1), frames=3, surroundings=surroundings))
    assert pixels[1, 0, :, 0].tolist() == [128, 12, 243, 0]
    assert (pixels[..., 3] == 255).all()
    assert np.array_equal(pixels[..., 0], pixels[..., 2])
