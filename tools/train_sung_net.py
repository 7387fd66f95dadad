"""Trains the sung net on lines and music made by ``make_sung_lines.py`` and writes its weights for numpy.

    python tools/train_sung_net.py --lines DIR --music DIR --held-lines DIR --held-music DIR --out sung_net.npz

The shipped weights are the average (``average_weights.py``, shares .30, .35 and .35) of three stages of one training:
after 69 minutes on sounds and voice alone, after 62 more with the beginnings of syllables (``--start``, ``--rate
2e-3``), and after another 24 (``--rate 1e-3``). The first stage knows best which instruments only seem to sing.

Any line is sung over any music at any level, with the pauses of songs; a quarter of the clips have no voice at all.
Magnitudes are added by power, which is what sounds of no fixed phase do. Needs torch (training only).
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from training import Net, held_out_losses, read_options, train

from twinklr.core.audio.sung_net import BANDS, FRAME_S, SILENCE, net_input

CLIP = 1000
CHANNELS, BLOCKS = 96, 7
OUTPUTS = SILENCE + 3
SILENCE_WEIGHT, VOICE_WEIGHT, BEGIN_WEIGHT = 0.35, 0.7, 1.5
Line = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Magnitudes, the sound of every frame, and 1 where a syllable begins."""
Clip = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class Material:
    """Lines and music of two folders."""

    def __init__(self, lines: Path, music: Path) -> None:
        self.lines: list[Line] = []
        self.music: list[np.ndarray] = []
        for path in sorted(lines.glob("*.npz")):
            with np.load(path) as arrays:
                versions = [name.removeprefix("mel") for name in arrays.files if name.startswith("mel")]
                self.lines += [tuple(arrays[kind + one] for kind in ("mel", "labels", "begins")) for one in versions]
        for path in sorted(music.glob("*.npz")):
            with np.load(path) as arrays:
                self.music.append(arrays["mel"])


def colour(rng: np.random.Generator, spread_db: float) -> np.ndarray:
    """A smooth random equaliser."""
    knots = rng.normal(0, spread_db, 6)
    return (10 ** (np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 6), knots) / 20)).astype(np.float32)


def vary_line(rng: np.random.Generator, line: Line) -> Line:
    """The same line a little faster or slower, by a slightly longer or shorter throat, through another microphone."""
    mel, labels, begins = line[0].astype(np.float32), line[1], line[2]
    if rng.random() < 0.6:
        places = np.rint(np.arange(0, len(mel) - 1, rng.uniform(0.8, 1.25))).astype(int)
        mel, labels, begins = mel[places], labels[places], begins[places]
    if rng.random() < 0.4:
        at = np.clip(np.arange(BANDS) + rng.uniform(-1.5, 1.5), 0, BANDS - 1)
        low = np.minimum(at.astype(int), BANDS - 2)
        share = (at - low).astype(np.float32)
        mel = mel[:, low] * (1 - share) + mel[:, low + 1] * share
    return mel * colour(rng, 3.0), labels, begins


def example(rng: np.random.Generator, material: Material) -> Clip:
    """A clip: features, sound of every frame, voice of every frame, beginnings of syllables."""
    power = np.zeros((CLIP, BANDS), np.float32)
    labels = np.full(CLIP, SILENCE, np.int64)
    begins = np.zeros(CLIP, np.float32)
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
            mel, found, starts = vary_line(rng, material.lines[rng.integers(len(material.lines))])
            first, last = max(at, 0), min(at + len(mel), CLIP)
            if last > first:
                power[first:last] += (voice_gain * mel[first - at : last - at]) ** 2
                sung = found[first - at : last - at] != SILENCE
                labels[first:last][sung] = found[first - at : last - at][sung]
                begins[first:last][starts[first - at : last - at] > 0] = 1
            # Where the tail of reverb overlaps the next line, both sound.
            at += int(np.flatnonzero(found != SILENCE)[-1] - rng.uniform(0.2, 0.6) / FRAME_S + rng.exponential(pause))
    mel = np.sqrt(power) / np.float32(loudness * 10 ** (rng.normal(0, 1.5) / 20))
    mel = mel + np.float32(10 ** rng.uniform(-3.5, -0.5)) * rng.random(mel.shape, np.float32)
    return net_input(mel).T, labels, voiced(labels), begins


def voiced(labels: np.ndarray, gap_s: float = 0.4, edge_s: float = 0.12) -> np.ndarray:
    """1 where somebody sings, pauses within a phrase included."""
    result = (labels != SILENCE).astype(np.float32)
    places = np.flatnonzero(result)
    for before, after in pairwise(places):
        if 1 < after - before <= gap_s / FRAME_S:
            result[before:after] = 1
    edge = round(edge_s / FRAME_S)
    return np.convolve(result, np.ones(2 * edge + 1), mode="same").clip(0, 1).astype(np.float32)


def loss_of(
    logits: torch.Tensor, labels: torch.Tensor, voice: torch.Tensor, begins: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What the net got wrong of sounds, voice and beginnings."""
    weight = torch.ones(SILENCE + 1)
    weight[SILENCE] = SILENCE_WEIGHT
    binary = nn.functional.binary_cross_entropy_with_logits
    sounds = nn.functional.cross_entropy(logits[:, : SILENCE + 1], labels, weight=weight)
    heard = binary(logits[:, SILENCE + 1], voice)
    return sounds, VOICE_WEIGHT * heard, BEGIN_WEIGHT * binary(logits[:, SILENCE + 2], begins)


def report(net: Net, clips: list[Clip]) -> str:
    """Figures on clips of voices never trained on."""
    losses, logits = held_out_losses(net, clips, loss_of)
    right, sung, hits, frames = 0, 0, 0, 0
    for found, (_, labels, voice, _) in zip(logits, clips, strict=True):
        is_sung = labels != SILENCE
        right += int((found[:SILENCE].argmax(0) == labels)[is_sung].sum())
        sung += int(is_sung.sum())
        hits += int(((found[SILENCE + 1] > 0) == (voice > 0.5)).sum())
        frames += len(voice)
    parts = " ".join(f"{part:.4f}" for part in losses)
    return f"held out {parts}  sounds {right / sung:.3f}  voice {hits / frames:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--held-lines", type=Path, required=True)
    parser.add_argument("--held-music", type=Path, required=True)
    options = read_options(parser, minutes=60, rate=2.5e-3, batch=8)
    rng = np.random.default_rng(options.seed)
    material, held = Material(options.lines, options.music), Material(options.held_lines, options.held_music)
    held_rng = np.random.default_rng(99)
    clips = [example(held_rng, held) for _ in range(40)]
    net = Net(BANDS, OUTPUTS, CHANNELS, BLOCKS)
    print(len(material.lines), "lines", flush=True)
    train(
        net,
        options,
        draw=lambda: example(rng, material),
        loss_of=loss_of,
        report=lambda: report(net, clips),
        decay=1e-2,
    )


if __name__ == "__main__":
    main()
