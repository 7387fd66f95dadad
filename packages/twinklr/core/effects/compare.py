"""How well two renders of a show agree: per model, per effect, and over a whole set of reference renders.

Effects that use chance can never agree bulb by bulb, so they are judged by what an eye sees of them: how much is lit,
in what colour, how fast it changes and how coarse its pattern is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.display import Display
from twinklr.core.effects.catalog import EFFECTS
from twinklr.core.effects.channels import ChannelMap, channel_map, from_channels
from twinklr.core.xlights.sequence import Sequence

Frames = NDArray[np.uint8]

NEAR = 2
"""Channel values this close count as equal to the eye, of 255."""

LIT = 8
"""A node brighter than this, of 255, counts as lit."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two renders of the same channels agree.

    Attributes:
        name: What was compared: a model, or an effect.
        values: Channel values compared.
        equal: Share of them that are equal.
        near: Share of them within `NEAR`.
        mean_difference: Mean absolute difference, of 255.
        first_divergence: First frame with a value further apart than `NEAR`, or None.
        worst_frame: Frame of the largest mean difference, or None where all are equal.
    """

    name: str
    values: int
    equal: float
    near: float
    mean_difference: float
    first_divergence: int | None
    worst_frame: int | None


class _Tally:
    """Counts up an `Agreement` over windows of frames."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._values = self._equal = self._near = 0
        self._difference = 0.0
        self._first: int | None = None
        self._worst: tuple[float, int] | None = None

    def add(self, first_frame: int, ours: Frames, theirs: Frames) -> None:
        """Count a window ``(frames, channels)`` that starts at a frame."""
        if not ours.size:
            return
        apart = np.abs(ours.astype(np.int16) - theirs)
        self._values += apart.size
        self._equal += int((apart == 0).sum())
        far = (apart > NEAR).any(axis=1)
        self._near += int((apart <= NEAR).sum())
        means = apart.mean(axis=1)
        self._difference += float(means.sum()) * apart.shape[1]
        if self._first is None and far.any():
            self._first = first_frame + int(far.argmax())
        worst = int(means.argmax())
        if means[worst] > (self._worst[0] if self._worst else 0.0):
            self._worst = (float(means[worst]), first_frame + worst)

    def result(self) -> Agreement:
        """What was counted so far."""
        count = max(self._values, 1)
        empty = self._values == 0
        return Agreement(
            self._name,
            self._values,
            1.0 if empty else self._equal / count,
            1.0 if empty else self._near / count,
            self._difference / count,
            self._first,
            self._worst[1] if self._worst else None,
        )


def compare_models(windows: Iterator[tuple[int, Frames, Frames]], display: Display) -> list[Agreement]:
    """Agreement of each model that is lit in either render, in layout order.

    Args:
        windows: First frame and both renders' channel bytes, window by window.
        display: The show folder they were rendered for.
    """
    tallies = {prop.name: _Tally(prop.name) for prop in display.props}
    lit: set[str] = set()
    for first, ours, theirs in windows:
        for prop in display.props:
            span = slice(prop.first_channel, prop.first_channel + prop.channel_count)
            one, other = ours[:, span], theirs[:, span]
            if one.any() or other.any():
                lit.add(prop.name)
            tallies[prop.name].add(first, one, other)
    return [tally.result() for name, tally in tallies.items() if name in lit]


def compare_effects(
    windows: Iterator[tuple[int, Frames, Frames]], display: Display, sequence: Sequence
) -> list[Agreement]:
    """Agreement by effect name, over the channels of the models an effect stands on while it is there.

    Where several effects lie over each other, all of them answer for what shows.
    """
    channels = {prop.name: range(prop.first_channel, prop.first_channel + prop.channel_count) for prop in display.props}
    spans: list[tuple[str, int, int, NDArray[np.int64]]] = []
    members = {group.name: group.props for group in display.groups}
    for row in sequence.rows:
        names = members.get(row.name, (row.name,))
        mine = np.array([channel for name in names for channel in channels.get(name, ())], dtype=np.int64)
        for layer in (*row.layers, *(layer for sub in row.subrows for layer in sub.layers)):
            for effect in layer.effects:
                first, stop = effect.start_ms // sequence.frame_ms, effect.end_ms // sequence.frame_ms
                spans.append((effect.name, first, stop, mine))
    tallies: dict[str, _Tally] = {}
    for first, ours, theirs in windows:
        for name, begin, end, mine in spans:
            low, high = max(begin, first), min(end, first + len(ours))
            if low < high and len(mine):
                part = slice(low - first, high - first)
                tallies.setdefault(name, _Tally(name)).add(low, ours[part][:, mine], theirs[part][:, mine])
    return sorted((tally.result() for tally in tallies.values()), key=lambda found: found.near)


@dataclass(frozen=True, slots=True)
class Look:
    """What an eye sees of some frames.

    Attributes:
        lit: Share of nodes that are lit.
        color: Mean red, green and blue, 0..255.
        change: Mean absolute change from frame to frame, of 255.
        coarseness: Mean difference of nodes 1, 2, 4 and 8 apart along their strings, of 255.
    """

    lit: float
    color: tuple[float, float, float]
    change: float
    coarseness: tuple[float, ...]


def look_of(colors: Frames) -> Look:
    """Measure node colours ``(frames, nodes, 3)``."""
    values = colors.astype(np.float32)
    change = float(np.abs(np.diff(values, axis=0)).mean()) if len(values) > 1 else 0.0
    distances = []
    for step in (1, 2, 4, 8):
        apart = np.abs(values[:, step:] - values[:, :-step])
        distances.append(float(apart.mean()) if apart.size else 0.0)
    red, green, blue = (float(part) for part in values.mean(axis=(0, 1)))
    return Look(float((colors.max(axis=2) > LIT).mean()), (red, green, blue), change, tuple(distances))


def look_error(ours: Look, theirs: Look) -> dict[str, float]:
    """How far our look is off theirs, each as a share of theirs; small values of theirs do not blow it up."""
    floor = 2.55  # one per cent of full light
    color = np.array(ours.color), np.array(theirs.color)
    coarse = np.array(ours.coarseness), np.array(theirs.coarseness)
    return {
        "lit": abs(ours.lit - theirs.lit) / max(theirs.lit, 0.01),
        "color": float(np.abs(color[0] - color[1]).max() / max(float(color[1].max()), floor)),
        "change": abs(ours.change - theirs.change) / max(theirs.change, floor),
        "spectrum": float((np.abs(coarse[0] - coarse[1]) / np.maximum(coarse[1], floor)).max()),
    }


@dataclass(frozen=True, slots=True)
class VariantAgreement:
    """One slot of a reference sequence: the same settings on several models.

    Attributes:
        start: First frame.
        stop: End, exclusive.
        effect: Names of the effects in it.
        settings: Their stored settings.
        models: Share of channel values within `NEAR`, by model.
        look: For effects of chance: how far the look is off (see `look_error`), over all models; empty for others.
    """

    start: int
    stop: int
    effect: str
    settings: str
    models: Mapping[str, float]
    look: Mapping[str, float]

    @property
    def worst(self) -> float:
        """The lowest share of near values of any model."""
        return min(self.models.values(), default=1.0)

    @property
    def score(self) -> float:
        """One number, 1 for perfect: share of near values, or for chance 1 less the largest error of the look."""
        return max(1.0 - max(self.look.values(), default=1.0), self.worst)


def compare_variants(ours: Frames, theirs: Frames, sequence: Sequence, display: Display) -> list[VariantAgreement]:
    """Agreement of every slot of a reference sequence.

    A slot is a stretch between two times at which any effect begins or ends.
    """
    mapping = channel_map(display)
    stop = min(len(ours), len(theirs))
    cuts = {0, stop}
    effects = [effect for row in sequence.rows for layer in row.layers for effect in layer.effects]
    for effect in effects:
        cuts |= {effect.start_ms // sequence.frame_ms, effect.end_ms // sequence.frame_ms}
    edges = sorted(cut for cut in cuts if 0 <= cut <= stop)
    found = []
    for first, last in pairwise(edges):
        here = [
            effect
            for effect in effects
            if effect.start_ms // sequence.frame_ms < last and effect.end_ms // sequence.frame_ms > first
        ]
        if here:
            names = " + ".join(dict.fromkeys(effect.name for effect in here))
            settings = " | ".join(dict.fromkeys(effect.settings for effect in here))
            random = any(effect.name in EFFECTS and EFFECTS[effect.name].random for effect in here)
            random = random or any("SparkleFrequency" in effect.palette for effect in here)
            part = slice(first, last)
            found.append(
                VariantAgreement(
                    first,
                    last,
                    names,
                    settings,
                    _by_model(ours[part], theirs[part], display),
                    _looks(ours[part], theirs[part], mapping, display) if random else {},
                )
            )
    return found


def _by_model(ours: Frames, theirs: Frames, display: Display) -> dict[str, float]:
    shares = {}
    for prop in display.props:
        span = slice(prop.first_channel, prop.first_channel + prop.channel_count)
        if ours[:, span].any() or theirs[:, span].any():
            apart = np.abs(ours[:, span].astype(np.int16) - theirs[:, span])
            shares[prop.name] = round(float((apart <= NEAR).mean()), 5)
    return shares


def _looks(ours: Frames, theirs: Frames, mapping: ChannelMap, display: Display) -> dict[str, float]:
    one = from_channels(ours, mapping, display.node_count)
    other = from_channels(theirs, mapping, display.node_count)
    used = one.any(axis=(0, 2)) | other.any(axis=(0, 2))
    errors = look_error(look_of(one[:, used]), look_of(other[:, used])) if used.any() else {}
    return {name: round(value, 4) for name, value in errors.items()}
