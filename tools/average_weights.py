"""Averages weights of several stages of one training: more often right than the last stage alone.

python tools/average_weights.py net.npz:0.2 longer.npz:0.3 longest.npz:0.5 --out sung_net.npz
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
    for stage in options.stages:
        name, _, share = stage.rpartition(":")
        with np.load(name) as arrays:
            for key in arrays.files:
                total[key] = total.get(key, 0.0) + float(share) * arrays[key].astype(np.float64)
    np.savez_compressed(options.out, **{key: value.astype(np.float16) for key, value in total.items()})


if __name__ == "__main__":
    main()
