"""Scores beats, downbeats and meter on music made by ``make_training_music.py``, style by style.

    python tools/make_training_music.py --count 120 --seconds 75 --seed 77 --font FONT.sf2 --out /tmp/held_out
    python tools/score_generated_music.py /tmp/held_out

Take a seed the net was not trained on. A change to the tracker counts as better when it is better here, in the styles
it was not made for too, and not only on a few recordings. Needs mir_eval (group ``bench``).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import mir_eval
import numpy as np

from twinklr.core.audio.beat_net import hear_beats
from twinklr.core.audio.beat_phase import in_one_phase
from twinklr.core.audio.beats import beat_activation, find_beats
from twinklr.core.audio.feel import estimate_feel
from twinklr.core.audio.flux import compute_flux, log_mel
from twinklr.core.audio.meter import METERS, estimate_meter
from twinklr.core.audio.tonality import Harmony

SLOW_PER_FAST = 5


def score(song: dict[str, np.ndarray]) -> tuple[float, float, float]:
    """Beat F, downbeat F and whether the meter is right; harmony is not stored, so meter does without it."""
    mel = song["mel"].astype(np.float32)
    flux, chances = compute_flux(mel), hear_beats(mel)
    activation = beat_activation(flux, chances["beat"])
    beats_s = in_one_phase(find_beats(activation, chances), activation, chances["beat"])
    if len(beats_s) < 4:
        return 0.0, 0.0, 0.0
    nothing = np.zeros((len(mel) // SLOW_PER_FAST + 1, 12))
    harmony = Harmony(nothing, nothing, nothing[:, 0], 0.0)
    compound = estimate_feel(beats_s, flux.full, chances["onset"]).compound
    meter = estimate_meter(beats_s, flux, harmony, log_mel(mel), chances["downbeat"], METERS, compound)
    downs_s = beats_s[np.array(meter.positions) == 0]
    wanted_s = song["beats"].astype(float)
    return (
        f_measure(wanted_s, beats_s),
        f_measure(wanted_s[song["positions"] == 0], downs_s),
        float(meter.beats_per_bar == int(song["meter"])),
    )


def f_measure(wanted_s: np.ndarray, found_s: np.ndarray) -> float:
    return float(mir_eval.beat.f_measure(mir_eval.beat.trim_beats(wanted_s), mir_eval.beat.trim_beats(found_s)))


def main() -> None:
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for path in sorted(Path(sys.argv[1]).glob("*.npz")):
        with np.load(path) as song:
            rows[str(song["style"])].append(score(dict(song)))
    print(f"{'style':16s}{'songs':>6s}{'beat F':>8s}{'down F':>8s}{'meter':>8s}")
    for style, scores in sorted(rows.items()):
        print(f"{style:16s}{len(scores):6d}" + "".join(f"{value:8.3f}" for value in np.mean(scores, axis=0)))
    mean = np.mean([np.mean(scores, axis=0) for scores in rows.values()], axis=0)
    print(f"{'mean of styles':16s}{sum(map(len, rows.values())):6d}" + "".join(f"{value:8.3f}" for value in mean))


if __name__ == "__main__":
    main()
