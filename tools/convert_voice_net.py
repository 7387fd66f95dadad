"""Turns the weights of Silero VAD (MIT, ``silero_vad.jit`` in its wheel) into the file the voice net reads.

    python tools/convert_voice_net.py silero_vad.jit packages/twinklr/core/audio/voice_net.npz

Needs torch, here only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

NAMES = {
    **{
        f"encoder.{layer}.reparam_conv.{kind}": f"conv{layer + 1}.{kind}"
        for layer in range(4)
        for kind in ("weight", "bias")
    },
    **{f"decoder.rnn.{kind}": f"lstm_cell.{kind}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")},
    "decoder.decoder.2.weight": "final_conv.weight",
    "decoder.decoder.2.bias": "final_conv.bias",
}


def main() -> None:
    state = torch.jit.load(sys.argv[1]).state_dict()
    arrays = {ours: state[f"_model.{theirs}"].numpy().astype(np.float16) for theirs, ours in NAMES.items()}
    with Path(sys.argv[2]).open("wb") as file:
        np.savez_compressed(file, **arrays)


if __name__ == "__main__":
    main()
