"""What the training of both nets shares: the net, its schedule, and its weights as numpy reads them. Needs torch."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

TAPS = 5
DROPOUT = 0.1
REPORT_MINUTES = 3
Example = tuple[np.ndarray, ...]
"""Features (bands x frames), then what the loss compares the net's outputs with."""
Loss = Callable[..., tuple[torch.Tensor, ...]]


class Block(nn.Module):
    """A dilated convolution around which the signal may pass unchanged."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv1d(channels, channels, TAPS, dilation=dilation, padding=TAPS // 2 * dilation)
        self.mix = nn.Conv1d(channels, channels, 1)
        self.drop = nn.Dropout1d(DROPOUT)

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        """Same shape as its input."""
        return state + self.mix(self.drop(torch.relu(self.wide(state))))


class Net(nn.Module):
    """See ``twinklr.core.audio.beat_net.run_net``."""

    def __init__(self, bands: int, outputs: int, channels: int, blocks: int) -> None:
        super().__init__()
        self.front = nn.Conv1d(bands, channels, TAPS, padding=TAPS // 2)
        self.blocks = nn.ModuleList([Block(channels, 2**number) for number in range(blocks)])
        self.out = nn.Conv1d(channels, outputs, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits, one row per output."""
        state = torch.relu(self.front(features))
        for block in self.blocks:
            state = block(state)
        return self.out(torch.relu(state))


def read_options(parser: argparse.ArgumentParser, *, minutes: float, rate: float, batch: int) -> argparse.Namespace:
    """The command line, with what every training takes; threads and chances are set by it."""
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="Weights to go on from.")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    return options


def train(
    net: Net,
    options: argparse.Namespace,
    draw: Callable[[], Example],
    loss_of: Loss,
    report: Callable[[], str],
    decay: float,
) -> None:
    """Train for as long as the options say, with a rate that falls as a cosine; the best is what is there at the end.

    Args:
        net: Is changed, and written to ``options.out`` with every report.
        options: See `read_options`.
        draw: Gives one example.
        loss_of: Losses of logits against what an example wants; they are added.
        report: Figures on what was never trained on.
        decay: Pull of the weights towards 0.
    """
    if options.start is not None:
        load(net, options.start)
    print(sum(p.numel() for p in net.parameters()), "weights", flush=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=decay)
    began, step, shown, running = time.monotonic(), 0, 0.0, 0.0
    while (spent := (time.monotonic() - began) / 60) < options.minutes:
        falling = 0.5 * (1 + np.cos(np.pi * spent / options.minutes)) + 0.01
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 100) * falling
        batch = [draw() for _ in range(options.batch)]
        features, *wanted = (torch.from_numpy(np.stack(parts)) for parts in zip(*batch, strict=True))
        loss = torch.stack(loss_of(net(features), *wanted)).sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
        if spent - shown > REPORT_MINUTES:
            shown = spent
            save(net, options.out)
            print(f"{spent:5.1f} min  step {step}  loss {running:.4f}  {report()}", flush=True)
    save(net, options.out)
    print(report())


def held_out_losses(net: Net, clips: list[Example], loss_of: Loss) -> tuple[np.ndarray, list[np.ndarray]]:
    """Mean losses and the logits of clips never trained on."""
    net.eval()
    losses, logits = [], []
    with torch.no_grad():
        for features, *wanted in clips:
            found = net(torch.from_numpy(features[None]))
            losses.append([one.item() for one in loss_of(found, *(torch.from_numpy(one[None]) for one in wanted))])
            logits.append(found[0].numpy())
    net.train()
    return np.mean(losses, axis=0), logits


def load(net: Net, path: Path) -> None:
    """Weights of an earlier training; outputs that the net did not have then start as they are drawn."""
    with np.load(path) as arrays:
        state = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    for name in ("out.weight", "out.bias"):
        state[name] = torch.cat([state[name], net.state_dict()[name][len(state[name]) :]])
    net.load_state_dict(state)


def save(net: Net, path: Path) -> None:
    """Weights as numpy reads them, in half precision."""
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in net.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
