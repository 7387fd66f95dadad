"""Averages weights of several stages of one training: more often right than the last stage alone.

python tools/average_weights.py net.npz:0.2 longer.npz:0.3 longest.npz:0.5 --out sung_net.npz

An early stage may have fewer outputs: those it lacks are the average of the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np


def main() -> None:
    """Read the command line, write the average."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stages", nargs="+", metavar="FILE:SHARE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    total: dict[str, np.ndarray] = {}
    shares: dict[str, np.ndarray] = {}
    for stage in options.stages:
        name, _, share = stage.rpartition(":")
        with np.load(name) as arrays:
            for key in arrays.files:
                weights = arrays[key].astype(np.float64)
                total[key] = _add(total.get(key), float(share) * weights)
                shares[key] = _add(shares.get(key), np.full_like(weights, float(share)))
    np.savez_compressed(options.out, **{key: (total[key] / shares[key]).astype(np.float16) for key in total})


def _add(sum_so_far: np.ndarray | None, weights: np.ndarray) -> np.ndarray:
    """Sum of weights, of which one may have fewer outputs (rows) than the other."""
    if sum_so_far is None:
        return weights
    long, short = sorted((sum_so_far, weights), key=len, reverse=True)
    long = long.copy()
    long[: len(short)] += short
    return long


if __name__ == "__main__":
    main()
