"""Trains the beat net on music made by ``make_training_music.py`` and writes its weights for numpy.

    python tools/train_beat_net.py --data /tmp/training --out packages/twinklr/core/audio/beat_net.npz --minutes 30

Needs torch (training only). One CPU core and half an hour are enough.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from twinklr.core.audio.beat_net import OUTPUTS, POOL, net_input
from twinklr.core.audio.spectra import FRAME_S, MEL_BANDS

CLIP = 1400
TAPS, BLOCKS, CHANNELS = 5, 10, 32


class Block(nn.Module):
    """A dilated convolution around which the signal may pass unchanged."""

    def __init__(self, channels: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.wide = nn.Conv1d(channels, channels, TAPS, dilation=dilation, padding=TAPS // 2 * dilation)
        self.mix = nn.Conv1d(channels, channels, 1)
        self.drop = nn.Dropout1d(dropout)

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        """Same shape as its input."""
        return state + self.mix(self.drop(torch.relu(self.wide(state))))


class BeatNet(nn.Module):
    """See ``twinklr.core.audio.beat_net``."""

    def __init__(self, channels: int = CHANNELS, blocks: int = BLOCKS, dropout: float = 0.1) -> None:
        super().__init__()
        self.front = nn.Conv1d(2 * MEL_BANDS, channels, TAPS, padding=TAPS // 2)
        self.blocks = nn.ModuleList([Block(channels, 2**number, dropout) for number in range(blocks)])
        self.out = nn.Conv1d(channels, len(OUTPUTS), 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits, one row per output."""
        state = torch.relu(self.front(features))
        for block in self.blocks:
            state = block(state)
        return self.out(torch.relu(state))


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


def loss_of(logits: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
    weight = torch.tensor([4.0, 8.0, 1.5, 3.0, 3.0, 2.0])[None, :, None]
    each = nn.functional.binary_cross_entropy_with_logits(logits, goal, pos_weight=weight, reduction="none")
    return (each.mean(dim=(0, 2)) * torch.tensor([1.0, 1.0, 0.3, 0.4, 0.4, 0.3])).sum()


def save(net: BeatNet, path: Path) -> None:
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in net.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="Weights to go on from.")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    songs = [dict(np.load(path)) for path in sorted(options.data.glob("*.npz"))]
    songs = [song for song in songs if len(song["beats"]) > 16]
    held, songs = songs[: len(songs) // 15], songs[len(songs) // 15 :]
    check_rng = np.random.default_rng(99)
    held_out = [example(check_rng, song) for song in held]
    net = BeatNet()
    if options.start is not None:
        with np.load(options.start) as arrays:
            net.load_state_dict({name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files})
    print(len(songs), "songs,", sum(p.numel() for p in net.parameters()), "weights", flush=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-3)
    began, step, shown, running = time.monotonic(), 0, 0.0, 0.0
    while (spent := (time.monotonic() - began) / 60) < options.minutes:
        share = spent / options.minutes
        rate = options.rate * min(1, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * share)) + 0.01)
        for group in optimiser.param_groups:
            group["lr"] = rate
        chosen = rng.integers(0, len(songs), options.batch)
        batch = [example(rng, songs[index]) for index in chosen]
        features = torch.from_numpy(np.stack([x for x, _ in batch]))
        goal = torch.from_numpy(np.stack([y for _, y in batch]))
        loss = loss_of(net(features), goal)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
        if spent - shown > 2:
            shown = spent
            net.eval()
            with torch.no_grad():
                wanted = [
                    loss_of(net(torch.from_numpy(x[None])), torch.from_numpy(y[None])).item() for x, y in held_out
                ]
            net.train()
            save(net, options.out)
            print(f"{spent:5.1f} min  step {step}  loss {running:.4f}  held out {np.mean(wanted):.4f}", flush=True)
    save(net, options.out)


if __name__ == "__main__":
    main()
