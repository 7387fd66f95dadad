"""Measure the renderer against a folder of sequences with the frames xLights made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display import read_display
from twinklr.core.effects.compare import VariantAgreement, compare_variants, look_error, mean_look, uses_chance
from twinklr.core.effects.render import Renderer
from twinklr.core.errors import InputError
from twinklr.core.xlights import read_fseq, read_sequence

SEEDS = 6
"""Renders of a sequence with effects of chance."""

PAR = 0.99
"""Share of near values asked of deterministic effects."""

RANDOM_PAR = 0.9
"""Score asked of effects of chance: every part of their look within 10 %."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "effect_Candle": "each model is one flame, whose random walk no average evens out",
        "effect_Circles": "a few discs whose random ways decide how much changes: xLights' own repeats differ as much",
        "effect_Fireworks": "a few bursts at random places in forty frames",
        "effect_Life": "the cells alive at first are random, and whether they die out hangs on them",
        "effect_Lines": "ours: on models of one row corners lose their drift; how they bounce there is not known",
        "effect_Meteors": "a few meteors at random places in forty frames",
        "effect_Snowstorm": "ours: some worms begin anew to brighten along their length; which ones is not known",
        "effect_Spirograph": "ours: which cells a wide moving pen sweeps between two frames is known only in part",
    }
)
"""Why variants of a file differ by more than our seeds among themselves, where they do."""


@dataclass(frozen=True, slots=True)
class ReferenceResult:
    """One file of a reference set.

    Attributes:
        name: File name without its ending.
        variants: Its slots.
        unsupported: Effects in it that are not supported.
    """

    name: str
    variants: tuple[VariantAgreement, ...]
    unsupported: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Mean score of its variants."""
        return float(np.mean([variant.score for variant in self.variants])) if self.variants else 1.0

    @property
    def worst(self) -> float:
        """Lowest score of its variants."""
        return min((variant.score for variant in self.variants), default=1.0)

    @property
    def low(self) -> tuple[VariantAgreement, ...]:
        """Variants below what is asked of them."""
        return tuple(one for one in self.variants if one.score < (RANDOM_PAR if one.chance is not None else PAR))

    @property
    def ceiling(self) -> float:
        """Mean score to expect of the very same effects, chance being what it is."""
        return float(np.mean([variant.ceiling for variant in self.variants])) if self.variants else 1.0

    @property
    def pooled(self) -> dict[str, float]:
        """How far the look of its effects of chance is off over all variants (see `look_error`); empty without any.

        What is by chance too much in one variant is too little in another; what is left is ours.
        """
        chances = [variant.chance for variant in self.variants if variant.chance is not None]
        if not chances:
            return {}
        ours = mean_look(mean_look(chance.ours) for chance in chances)
        return look_error(ours, mean_look(chance.theirs for chance in chances))


def compare_folder(folder: str | Path, names: Iterable[str] | None = None) -> Iterator[ReferenceResult]:
    """Render every sequence of a folder and compare it with the frames beside it, in order of names.

    Args:
        folder: Show folder with ``NAME.xsq`` and ``NAME.fseq`` in it.
        names: Names to compare, or None for all.

    Raises:
        InputError: If the folder has no such pair.
    """
    path = Path(folder)
    display = read_display(path)
    wanted = None if names is None else set(names)
    pairs = [file for file in sorted(path.glob("*.xsq")) if file.with_suffix(".fseq").is_file()]
    if not pairs:
        raise InputError("no .xsq with an .fseq beside it", where=path, cure="give the folder of the reference renders")
    for file in pairs:
        if wanted is not None and file.stem not in wanted:
            continue
        sequence = read_sequence(file)
        renderer = Renderer(sequence, display)
        with read_fseq(file.with_suffix(".fseq")) as reference:
            reference.check_length()
            stored = reference.frames()[:, : renderer.channel_count]
        theirs = np.zeros((len(stored), renderer.channel_count), dtype=np.uint8)
        theirs[:, : stored.shape[1]] = stored
        ours = _whole(renderer, len(theirs))
        seeds = range(1, SEEDS) if uses_chance(sequence) else ()
        others = [_whole(Renderer(sequence, display, seed=seed), len(theirs)) for seed in seeds]
        variants = compare_variants(ours, theirs, sequence, display, others)
        yield ReferenceResult(file.stem, tuple(variants), tuple(renderer.unsupported))


def _whole(renderer: Renderer, frames: int) -> NDArray[np.uint8]:
    return np.concatenate(list(renderer.windows(renderer.window_frames, 0, frames)))


def to_golden(results: Iterable[ReferenceResult]) -> dict[str, list[float]]:
    """Scores of every variant by file, to be kept and only ever improved upon."""
    return {result.name: [round(variant.score, 4) for variant in result.variants] for result in results}


def regressions(
    results: Iterable[ReferenceResult], golden: dict[str, list[float]], allowance: float = 0.002
) -> list[str]:
    """What became worse than the figures kept, a line each.

    Args:
        results: What was measured now.
        golden: What was kept, see `to_golden`.
        allowance: How much worse a score may be before it counts. Effects of chance may be worse by three standard
            errors of their score too, as another order of throwing the dice would make them.
    """
    found = []
    for result in results:
        kept = golden.get(result.name, [])
        for index, (variant, before) in enumerate(zip(result.variants, kept, strict=False)):
            if variant.score < before - max(allowance, 3.0 * variant.scatter):
                found.append(f"{result.name} variant {index}: {variant.score:.4f}, was {before:.4f}")
        if len(result.variants) < len(kept):
            found.append(f"{result.name}: {len(result.variants)} variants, were {len(kept)}")
    return found
