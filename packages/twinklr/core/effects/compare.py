"""How well two renders of a show agree: per model, per effect, and over a whole set of reference renders.

Effects that use chance can never agree bulb by bulb, so they are judged by what an eye sees of them: how much is lit,
in what colour, how fast it changes and how coarse its pattern is. A reference is one throw of the dice, so it is
compared with the mean of several renders of ours, and beside that stands how far each of these is from the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.display import Display
from twinklr.core.effects.catalog import EFFECTS
from twinklr.core.effects.channels import ChannelMap, channel_map, from_channels
from twinklr.core.effects.layers import layer_settings
from twinklr.core.effects.transitions import OF_CHANCE
from twinklr.core.xlights.sequence import Effect, Sequence

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
        for layer in row.all_layers:
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


def mean_look(looks: Iterable[Look]) -> Look:
    """The mean of some looks, figure by figure."""
    every = list(looks)
    red, green, blue = np.mean([look.color for look in every], axis=0).tolist()
    return Look(
        float(np.mean([look.lit for look in every])),
        (red, green, blue),
        float(np.mean([look.change for look in every])),
        tuple(np.mean([look.coarseness for look in every], axis=0).tolist()),
    )


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
class Chance:
    """How the renders of an effect of chance compare with a reference, and with each other.

    Attributes:
        ours: Look of each render, one a seed.
        theirs: Look of the reference.
    """

    ours: tuple[Look, ...]
    theirs: Look

    @property
    def error(self) -> dict[str, float]:
        """How far our mean look is off theirs (see `look_error`)."""
        return {name: round(value, 4) for name, value in look_error(mean_look(self.ours), self.theirs).items()}

    @property
    def seeds(self) -> tuple[float, ...]:
        """Agreement of each render with the mean of the others: what the reference would get if it were ours."""
        others = [self.ours[:number] + self.ours[number + 1 :] for number in range(len(self.ours))]
        pairs = zip(self.ours, others, strict=True)
        return tuple(1.0 - max(look_error(mean_look(rest), one).values()) for one, rest in pairs if rest)


@dataclass(frozen=True, slots=True)
class VariantAgreement:
    """One slot of a reference sequence: the same settings on several models.

    Attributes:
        start: First frame.
        stop: End, exclusive.
        effect: Names of the effects in it.
        settings: Their stored settings.
        models: Share of channel values within `NEAR`, by model.
        look: For effects of chance: how far the look of the first render is off, over all models; empty for others.
        chance: For effects of chance: the looks of all renders.
    """

    start: int
    stop: int
    effect: str
    settings: str
    models: Mapping[str, float]
    look: Mapping[str, float]
    chance: Chance | None = None

    @property
    def worst(self) -> float:
        """The lowest share of near values of any model."""
        return min(self.models.values(), default=1.0)

    @property
    def score(self) -> float:
        """One number, 1 for perfect: share of near values, or for chance 1 less the largest error of the mean look."""
        error = {} if self.chance is None else self.chance.error
        return max(1.0 - max(error.values(), default=1.0), self.worst)

    @property
    def ceiling(self) -> float:
        """What score to expect of the very same effect, chance being what it is."""
        seeds = () if self.chance is None else self.chance.seeds
        return float(np.mean(seeds)) if seeds else 1.0

    @property
    def scatter(self) -> float:
        """Standard error of the score: what other seeds alone would make of it."""
        seeds = () if self.chance is None else self.chance.seeds
        return float(np.std(seeds) / np.sqrt(len(seeds))) if seeds else 0.0

    @property
    def by_chance(self) -> bool:
        """Whether the reference is no further from our renders than these are from each other."""
        return self.chance is not None and self.score >= min(self.chance.seeds, default=1.0)


def compare_variants(
    ours: Frames, theirs: Frames, sequence: Sequence, display: Display, others: Iterable[Frames] = ()
) -> list[VariantAgreement]:
    """Agreement of every slot of a reference sequence.

    A slot is a stretch between two times at which any effect begins or ends.

    Args:
        ours: Channel bytes of our render.
        theirs: Channel bytes of the reference.
        sequence: What was rendered.
        display: The show folder it was rendered for.
        others: Renders of ours with other seeds, for effects of chance.
    """
    mapping = channel_map(display)
    stop = min(len(ours), len(theirs))
    cuts = {0, stop}
    effects = [effect for row in sequence.rows for layer in row.layers for effect in layer.effects]
    for effect in effects:
        cuts |= {effect.start_ms // sequence.frame_ms, effect.end_ms // sequence.frame_ms}
    edges = sorted(cut for cut in cuts if 0 <= cut <= stop)
    further = list(others)
    found = []
    for first, last in pairwise(edges):
        here = [
            effect
            for effect in effects
            if effect.start_ms // sequence.frame_ms < last and effect.end_ms // sequence.frame_ms > first
        ]
        if not here:
            continue
        part = slice(first, last)
        chance = None
        if any(_uses_chance(effect) for effect in here):
            chance = _chance([ours[part], *(other[part] for other in further)], theirs[part], mapping, display)
        found.append(
            VariantAgreement(
                first,
                last,
                " + ".join(dict.fromkeys(effect.name for effect in here)),
                " | ".join(dict.fromkeys(effect.settings for effect in here)),
                _by_model(ours[part], theirs[part], display),
                {} if chance is None else replace(chance, ours=chance.ours[:1]).error,
                chance,
            )
        )
    return found


def uses_chance(sequence: Sequence) -> bool:
    """Whether any effect of a sequence shows something else with another seed."""
    return any(_uses_chance(effect) for row in sequence.rows for layer in row.layers for effect in layer.effects)


def _uses_chance(effect: Effect) -> bool:
    row, layer = EFFECTS.get(effect.name), layer_settings(effect.settings, effect.palette)
    ways = (layer.fade_in, layer.fade_out)
    return (
        (row is not None and row.random)
        or layer.sparkle.curve is not None
        or layer.sparkle.number > 0.0
        or any(way.duration_s > 0.0 and way.kind in OF_CHANCE for way in ways)
    )


def _by_model(ours: Frames, theirs: Frames, display: Display) -> dict[str, float]:
    shares = {}
    for prop in display.props:
        span = slice(prop.first_channel, prop.first_channel + prop.channel_count)
        if ours[:, span].any() or theirs[:, span].any():
            apart = np.abs(ours[:, span].astype(np.int16) - theirs[:, span])
            shares[prop.name] = round(float((apart <= NEAR).mean()), 5)
    return shares


def _chance(ours: list[Frames], theirs: Frames, mapping: ChannelMap, display: Display) -> Chance | None:
    """Looks over all nodes that are lit in any render; None where none is."""
    one, *rest = (from_channels(frames, mapping, display.node_count) for frames in (theirs, *ours))
    used = np.any([colors.any(axis=(0, 2)) for colors in (one, *rest)], axis=0)
    if not used.any():
        return None
    return Chance(tuple(look_of(colors[:, used]) for colors in rest), look_of(one[:, used]))
