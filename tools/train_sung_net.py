"""Trains the sung net on lines and music made by ``make_sung_lines.py`` and writes its weights for numpy.

    python tools/train_sung_net.py --lines DIR --music DIR --held-lines DIR --held-music DIR --out sung_net.npz

The shipped weights took 44 minutes, then 25 more (``--start``, ``--rate 1e-3``) with solo instruments among the music;
they are ``average_weights.py`` of three stages of that training, with shares of 0.2, 0.3 and 0.5.

Any line is sung over any music at any level, with the pauses of songs; a quarter of the clips have no voice at all.
Magnitudes are added by power, which is what sounds of no fixed phase do. Needs torch (training only).
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from train_beat_net import TAPS, Block

from twinklr.core.audio.sung_net import BANDS, FRAME_S, SILENCE, net_input

CLIP = 1000
CHANNELS, BLOCKS = 96, 7
SILENCE_WEIGHT, VOICE_WEIGHT = 0.35, 0.7
Line = tuple[np.ndarray, np.ndarray]


class SungNet(nn.Module):
    """See ``twinklr.core.audio.sung_net``."""

    def __init__(self, channels: int = CHANNELS, blocks: int = BLOCKS, dropout: float = 0.1) -> None:
        super().__init__()
        self.front = nn.Conv1d(BANDS, channels, TAPS, padding=TAPS // 2)
        self.blocks = nn.ModuleList([Block(channels, 2**number, dropout) for number in range(blocks)])
        self.out = nn.Conv1d(channels, SILENCE + 2, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits, one row per output."""
        state = torch.relu(self.front(features))
        for block in self.blocks:
            state = block(state)
        return self.out(torch.relu(state))


class Material:
    """Lines and music of two folders; looks again for what came since."""

    def __init__(self, lines: Path, music: Path) -> None:
        self._folders = (lines, music)
        self._seen: set[Path] = set()
        self.lines: list[Line] = []
        self.music: list[np.ndarray] = []

    def refresh(self) -> None:
        """Read new files; one that is just being written is left for the next time."""
        for folder in self._folders:
            for path in sorted(folder.glob("*.npz")):
                if path in self._seen or time.time() - path.stat().st_mtime < 3:
                    continue
                self._seen.add(path)
                with np.load(path) as arrays:
                    if "mel" in arrays.files:
                        self.music.append(arrays["mel"])
                    versions = [name[3:] for name in arrays.files if name.startswith("mel") and name != "mel"]
                    self.lines += [(arrays[f"mel{one}"], arrays[f"labels{one}"]) for one in versions]


def colour(rng: np.random.Generator, spread_db: float) -> np.ndarray:
    """A smooth random equaliser."""
    knots = rng.normal(0, spread_db, 6)
    return (10 ** (np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 6), knots) / 20)).astype(np.float32)


def vary_line(rng: np.random.Generator, line: Line) -> Line:
    """The same line a little faster or slower, by a slightly longer or shorter throat, through another microphone."""
    mel, labels = line[0].astype(np.float32), line[1]
    if rng.random() < 0.6:
        places = np.arange(0, len(mel) - 1, rng.uniform(0.8, 1.25))
        mel, labels = mel[np.rint(places).astype(int)], labels[np.rint(places).astype(int)]
    if rng.random() < 0.4:
        at = np.clip(np.arange(BANDS) + rng.uniform(-1.5, 1.5), 0, BANDS - 1)
        low = np.minimum(at.astype(int), BANDS - 2)
        share = (at - low).astype(np.float32)
        mel = mel[:, low] * (1 - share) + mel[:, low + 1] * share
    return mel * colour(rng, 3.0), labels


def example(rng: np.random.Generator, material: Material) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A clip: features, sound of every frame, voice of every frame."""
    power = np.zeros((CLIP, BANDS), np.float32)
    labels = np.full(CLIP, SILENCE, np.int64)
    if rng.random() < 0.96:
        music = material.music[rng.integers(len(material.music))]
        start = int(rng.integers(0, max(1, len(music) - CLIP)))
        part = music[start : start + CLIP].astype(np.float32) * colour(rng, 3.0)
        power[: len(part)] += part**2
        power[len(part) :] += part[: CLIP - len(part)] ** 2
    loudness = 1.0
    if rng.random() < 0.72:
        voice_gain = np.float32(10 ** (rng.uniform(-11, 8) / 20))
        loudness = float(np.sqrt(1 + voice_gain**2))
        at = int(rng.uniform(-100, 300))
        pause = rng.choice([10, 40, 150])
        while at < CLIP - 50:
            mel, found = vary_line(rng, material.lines[rng.integers(len(material.lines))])
            first, last = max(at, 0), min(at + len(mel), CLIP)
            if last > first:
                power[first:last] += (voice_gain * mel[first - at : last - at]) ** 2
                sung = found[first - at : last - at] != SILENCE
                labels[first:last][sung] = found[first - at : last - at][sung]
            # Where the tail of reverb overlaps the next line, both sound.
            at += int(np.flatnonzero(found != SILENCE)[-1] - rng.uniform(0.2, 0.6) / FRAME_S + rng.exponential(pause))
    mel = np.sqrt(power) / np.float32(loudness * 10 ** (rng.normal(0, 1.5) / 20))
    mel = mel + np.float32(10 ** rng.uniform(-3.5, -0.5)) * rng.random(mel.shape, np.float32)
    return net_input(mel).T, labels, voiced(labels)


def voiced(labels: np.ndarray, gap_s: float = 0.4, edge_s: float = 0.12) -> np.ndarray:
    """1 where somebody sings, pauses within a phrase included."""
    result = (labels != SILENCE).astype(np.float32)
    places = np.flatnonzero(result)
    for before, after in pairwise(places):
        if 1 < after - before <= gap_s / FRAME_S:
            result[before:after] = 1
    edge = round(edge_s / FRAME_S)
    return np.convolve(result, np.ones(2 * edge + 1), mode="same").clip(0, 1).astype(np.float32)


def loss_of(logits: torch.Tensor, labels: torch.Tensor, voice: torch.Tensor) -> torch.Tensor:
    weight = torch.ones(SILENCE + 1)
    weight[SILENCE] = SILENCE_WEIGHT
    sounds = nn.functional.cross_entropy(logits[:, : SILENCE + 1], labels, weight=weight)
    heard = nn.functional.binary_cross_entropy_with_logits(logits[:, SILENCE + 1], voice)
    return sounds + VOICE_WEIGHT * heard


def report(net: SungNet, clips: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> str:
    """Figures on clips of voices never trained on."""
    net.eval()
    losses, right, sung, hits, frames = [], 0, 0, 0, 0
    with torch.no_grad():
        for features, labels, voice in clips:
            logits = net(torch.from_numpy(features[None]))
            losses.append(loss_of(logits, torch.from_numpy(labels[None]), torch.from_numpy(voice[None])).item())
            best = logits[0, :SILENCE].argmax(0).numpy()
            is_sung = labels != SILENCE
            right += int((best == labels)[is_sung].sum())
            sung += int(is_sung.sum())
            hits += int(((logits[0, SILENCE + 1].numpy() > 0) == (voice > 0.5)).sum())
            frames += len(voice)
    net.train()
    return f"held out {np.mean(losses):.4f}  sounds {right / sung:.3f}  voice {hits / frames:.3f}"


def save(net: SungNet, path: Path) -> None:
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in net.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--held-lines", type=Path, required=True)
    parser.add_argument("--held-music", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="Weights to go on from.")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    material, held = Material(options.lines, options.music), Material(options.held_lines, options.held_music)
    material.refresh()
    held.refresh()
    held_rng = np.random.default_rng(99)
    clips = [example(held_rng, held) for _ in range(40)]
    net = SungNet()
    if options.start is not None:
        with np.load(options.start) as arrays:
            net.load_state_dict({name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files})
    print(len(material.lines), "lines,", sum(p.numel() for p in net.parameters()), "weights", flush=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=1e-2)
    began, step, shown, running = time.monotonic(), 0, 0.0, 0.0
    while (spent := (time.monotonic() - began) / 60) < options.minutes:
        share = spent / options.minutes
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * share)) + 0.01)
        batch = [example(rng, material) for _ in range(options.batch)]
        features, labels, voice = (torch.from_numpy(np.stack(parts)) for parts in zip(*batch, strict=True))
        loss = loss_of(net(features), labels, voice)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
        if spent - shown > 3:
            shown = spent
            save(net, options.out)
            print(f"{spent:5.1f} min  step {step}  loss {running:.4f}  {report(net, clips)}", flush=True)
            material.refresh()
    save(net, options.out)
    print(report(net, clips), len(material.lines), "lines at the end")


if __name__ == "__main__":
    main()
