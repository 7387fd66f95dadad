"""What light does: effects, layers and blending; from a sequence and a display to frames."""

from twinklr.core.effects.catalog import EFFECTS, EffectRow
from twinklr.core.effects.render import Renderer

__all__ = ["EFFECTS", "EffectRow", "Renderer"]
