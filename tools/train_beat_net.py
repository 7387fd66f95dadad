"""Trains the beat net on music made by ``make_training_music.py`` and writes its weights for numpy.

    python tools/train_beat_net.py --data /tmp/training --out packages/twinklr/core/audio/beat_net.npz --minutes 30

Needs torch (training only). One CPU core and half an hour are enough.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from training import Net, held_out_losses, read_options, train

from twinklr.core.audio.beat_net import OUTPUTS, POOL, net_input
from twinklr.core.audio.spectra import FRAME_S, MEL_BANDS

CLIP = 1400
CHANNELS, BLOCKS = 32, 10


def colour(rng: np.random.Generator, mel: np.ndarray) -> np.ndarray:
    """The same music through another room: a smooth random equaliser, level and noise floor."""
    curve = np.interp(np.arange(MEL_BANDS), np.linspace(0, MEL_BANDS - 1, 7), rng.normal(0, 5, 7))
    result = mel * (10 ** ((curve + rng.normal(0, 3)) / 20)).astype(np.float32)
    if rng.random() < 0.3:
        result = result + np.float32(10 ** rng.uniform(-3, -1)) * rng.random(result.shape, np.float32)
    return result


def stretch(rng: np.random.Generator, mel: np.ndarray) -> tuple[np.ndarray, float]:
    """A little faster or slower, by leaving out or repeating frames between others."""
    if rng.random() < 0.4:
        return mel, 1.0
    factor = rng.uniform(0.88, 1.14)
    places = np.clip(np.rint(np.arange(0, len(mel), factor)).astype(int), 0, len(mel) - 1)
    return mel[places], factor


def targets(marks: list[np.ndarray], frames: int) -> np.ndarray:
    """One row per kind of mark: 1 on the frame, less beside it."""
    rows = np.zeros((len(marks), frames), np.float32)
    for row, times in enumerate(marks):
        places = np.rint((times / FRAME_S + 0.5) / POOL - 0.5).astype(int)
        for shift, value in ((-1, 0.4), (1, 0.4), (0, 1.0)):
            near = places + shift
            near = near[(near >= 0) & (near < frames)]
            rows[row, near] = np.maximum(rows[row, near], value)
    return rows


def example(rng: np.random.Generator, song: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    mel, factor = stretch(rng, song["mel"].astype(np.float32))
    length = CLIP * POOL
    start = int(rng.integers(0, max(1, len(mel) - length)))
    mel = mel[start : start + length]
    features = net_input(colour(rng, mel))
    marks = [
        song["beats"],
        song["beats"][song["positions"] == 0],
        *(song[name] for name in ("onsets", "kick", "snare", "hat")),
    ]
    goal = targets([times / factor - start * FRAME_S for times in marks], len(features))
    if len(features) < CLIP:
        features = np.pad(features, ((0, CLIP - len(features)), (0, 0)))
        goal = np.pad(goal, ((0, 0), (0, CLIP - goal.shape[1])))
    return features.T, goal


def loss_of(logits: torch.Tensor, goal: torch.Tensor) -> tuple[torch.Tensor]:
    weight = torch.tensor([4.0, 8.0, 1.5, 3.0, 3.0, 2.0])[None, :, None]
    each = nn.functional.binary_cross_entropy_with_logits(logits, goal, pos_weight=weight, reduction="none")
    return ((each.mean(dim=(0, 2)) * torch.tensor([1.0, 1.0, 0.3, 0.4, 0.4, 0.3])).sum(),)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    options = read_options(parser, minutes=30, rate=3e-3, batch=12)
    rng = np.random.default_rng(options.seed)
    songs = [dict(np.load(path)) for path in sorted(options.data.glob("*.npz"))]
    songs = [song for song in songs if len(song["beats"]) > 16]
    held, songs = songs[: len(songs) // 15], songs[len(songs) // 15 :]
    held_rng = np.random.default_rng(99)
    clips = [example(held_rng, song) for song in held]
    net = Net(2 * MEL_BANDS, len(OUTPUTS), CHANNELS, BLOCKS)
    print(len(songs), "songs", flush=True)
    train(
        net,
        options,
        draw=lambda: example(rng, songs[rng.integers(len(songs))]),
        loss_of=loss_of,
        report=lambda: f"held out {held_out_losses(net, clips, loss_of)[0].sum():.4f}",
        decay=1e-3,
    )


if __name__ == "__main__":
    main()
