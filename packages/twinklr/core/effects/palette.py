"""The colours an effect may use, as xLights keeps them: up to eight enabled slots, each plain or a colour curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Palette:
    """Enabled colours of an effect over the painted frames.

    Attributes:
        colors: uint8 ``(frames, slots, 3)``; a plain colour repeats over the frames. At least one slot: white when
            nothing is enabled, as in xLights.
    """

    colors: NDArray[np.uint8]

    @property
    def size(self) -> int:
        """Number of enabled slots."""
        return int(self.colors.shape[1])

    def color(self, slot: int) -> NDArray[np.uint8]:
        """RGB of a slot per frame, ``(frames, 3)``; slots wrap around."""
        return self.colors[:, slot % self.size]
