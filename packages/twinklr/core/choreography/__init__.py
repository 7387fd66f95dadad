"""Choreography: a plan, a song and a house become a sequence on the beat grid, and the sequence becomes light."""

from twinklr.core.choreography.calming import render_safely
from twinklr.core.choreography.cast import Troupe, cast_display
from twinklr.core.choreography.choreographer import choreograph
from twinklr.core.choreography.flashes import UNSAFE_SHARE, flashing_share
from twinklr.core.choreography.grid import BeatGrid
from twinklr.core.choreography.rendered import RenderedShow, render_show

__all__ = [
    "UNSAFE_SHARE",
    "BeatGrid",
    "RenderedShow",
    "Troupe",
    "cast_display",
    "choreograph",
    "flashing_share",
    "render_safely",
    "render_show",
]
