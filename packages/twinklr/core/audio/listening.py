"""The music between the silences, measured once: spectra, flux, harmony, beats and bars. All else is built on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.beat_net import hear_beats
from twinklr.core.audio.beat_phase import in_one_phase
from twinklr.core.audio.beats import beat_activation, clearness, find_beats, steady_tempo_bpm
from twinklr.core.audio.corrections import Corrections
from twinklr.core.audio.feel import Feel, estimate_feel
from twinklr.core.audio.flux import Flux, compute_flux, log_mel
from twinklr.core.audio.given_beats import (
    GIVEN_CONFIDENCE,
    anchored,
    even_beats,
    given_bars,
    given_beats,
    in_octave,
    in_phase,
    keeps_tempo,
    tempi_around,
)
from twinklr.core.audio.loudness import CURVE_HOP_MS, energy_curve, reference_level
from twinklr.core.audio.meter import METERS, Meter, estimate_meter
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, SILENT_PEAK, Recording
from twinklr.core.audio.spectra import FRAME_S, Spectra, compute_mel, compute_spectra
from twinklr.core.audio.tonality import Harmony, compute_harmony

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
LEAST_BEAT_CONFIDENCE = 0.05
LEAST_FORCE = 1.5
"""Flux (see `Flux.size`) of sound without onsets."""
LONGEST_REST_S = 2.5
MUSIC_UNDER_DRUMS = np.float32(0.1)
"""The net has never heard drums quite alone: in bands that are empty then, it would hear whatever is left."""
DRUMS = ("kick", "snare", "hat")


@dataclass(frozen=True, eq=False)
class Heard:
    """What was measured; times in seconds from `offset_s`, where the music begins."""

    offset_s: float
    spectra: Spectra
    levels: NDArray[np.float32] = field(repr=False)
    flux: Flux = field(repr=False)
    harmony: Harmony = field(repr=False)
    energy: Doubles = field(repr=False)
    chances: dict[str, Doubles] = field(repr=False)
    activation: Doubles = field(repr=False)
    beats_s: Doubles
    beat_confidence: float
    feel: Feel
    meter: Meter
    laid_evenly: bool = False
    """Whether the beats are the user's tempo, which the music does not keep."""

    def ms(self, seconds: float) -> int:
        """Time in the file, in milliseconds."""
        return max(0, round((self.offset_s + seconds) * 1000))


def listen(
    recording: Recording, span: tuple[int, int], corrections: Corrections | None, drums: Floats | None = None
) -> Heard:
    """Measure the samples of a span.

    Args:
        recording: The decoded song.
        span: First and last sample of the music.
        corrections: What the user set; followed.
        drums: The drums alone over that span, where there is a stem of them.

    Raises:
        InputError: The user set a tempo that cannot be followed, see `given_beats`.
    """
    wishes = corrections or Corrections()
    offset_s = span[0] / ANALYSIS_RATE_HZ
    music = recording.samples[span[0] : span[1]]
    spectra = compute_spectra(music / np.float32(reference_level(music)))
    levels, flux, harmony = log_mel(spectra.mel), compute_flux(spectra.mel), compute_harmony(spectra.pitch)
    chances = hear_beats(spectra.mel)
    if drums is not None:
        chances = _with_drums(chances, drums, music)
    activation = beat_activation(flux, chances["beat"])
    beats_s, confidence, laid = _beats(activation, chances, spectra, flux, (wishes, offset_s))
    feel = estimate_feel(beats_s, flux.full, chances["onset"])
    meters = (wishes.beats_per_bar,) if wishes.beats_per_bar else METERS
    meter = estimate_meter(beats_s, flux, harmony, levels, chances["downbeat"], meters, feel.compound)
    if not wishes.beats_per_bar:
        meter = given_bars(wishes, beats_s + offset_s) or meter
    if wishes.first_downbeat_s is not None and len(beats_s):
        meter = anchored(meter, beats_s, wishes.first_downbeat_s - offset_s)
    energy = energy_curve(recording.powers)[round(offset_s * 1000 / CURVE_HOP_MS) :]
    return Heard(
        offset_s=offset_s,
        spectra=spectra,
        levels=levels,
        flux=flux,
        harmony=harmony,
        energy=energy if len(energy) else np.zeros(1),
        chances=chances,
        activation=activation,
        beats_s=beats_s,
        beat_confidence=confidence,
        feel=feel,
        meter=meter,
        laid_evenly=laid,
    )


def _beats(
    activation: Doubles, chances: dict[str, Doubles], spectra: Spectra, flux: Flux, given: tuple[Corrections, float]
) -> tuple[Doubles, float, bool]:
    """Beats as heard or given, how sure they are, and whether they are laid evenly against the music."""
    wishes, offset_s = given
    clear = 1.0
    if wishes.beats:
        beats_s = given_beats(wishes, offset_s)
    else:
        beats_s = find_beats(activation, chances, tempi_around(wishes))
        clear = clearness(chances["beat"], beats_s)
        beats_s = _without_rests(in_octave(in_one_phase(beats_s, activation, chances["beat"]), wishes), spectra.mel)
    beats_s = beats_s[(beats_s >= 0) & (beats_s < spectra.duration_s)]
    # Where nothing begins with any force, as in a tone or in noise, the scaled flux shows ripples as beats.
    forceful = float(np.clip((flux.size - LEAST_FORCE) / 2, 0, 1))
    confidence = round(beat_confidence(beats_s, activation) * forceful * clear, 3)
    if wishes.beats and len(beats_s):
        confidence = max(confidence, GIVEN_CONFIDENCE)
    elif confidence < LEAST_BEAT_CONFIDENCE or len(beats_s) < 4:
        beats_s, confidence = beats_s[:0], 0.0
    if not keeps_tempo(beats_s, wishes):
        free_s = beats_s if wishes.beats else find_beats(activation, chances)
        heard_bpm = steady_tempo_bpm(free_s) if forceful else 0.0
        return even_beats(wishes, heard_bpm, offset_s, spectra.duration_s), GIVEN_CONFIDENCE, True
    if wishes.first_downbeat_s is not None and not wishes.beats:
        beats_s = in_phase(beats_s, wishes.first_downbeat_s - offset_s)
        beats_s = beats_s[beats_s < spectra.duration_s]
    return beats_s, confidence, False


def _with_drums(chances: dict[str, Doubles], drums: Floats, music: Floats) -> dict[str, Doubles]:
    """Drums as heard in a stem of them; an onset is one of the mix or of the drums."""
    frames = len(chances["onset"])
    if float(np.abs(drums).max(initial=0.0)) <= SILENT_PEAK:
        return {**chances, **{drum: np.zeros(frames) for drum in DRUMS}}
    sound = drums + MUSIC_UNDER_DRUMS * music
    alone = hear_beats(compute_mel((sound / reference_level(sound)).astype(np.float32)))
    heard = {drum: alone[drum][:frames] for drum in DRUMS}
    return {**chances, **heard, "onset": np.maximum(chances["onset"], alone["onset"][:frames])}


def _without_rests(beats_s: Doubles, mel: NDArray[np.float32]) -> Doubles:
    """Beats that no sound is near to (a long rest in the middle of a file) are left out."""
    if not len(beats_s):
        return beats_s
    power = np.square(mel).sum(axis=1)
    reach = round(LONGEST_REST_S / 2 / FRAME_S)
    heard = power > 1e-5 * np.percentile(power, 95)
    sums = np.concatenate([[0], np.cumsum(heard)])
    frames = np.clip(np.rint(beats_s / FRAME_S).astype(int), 0, len(power) - 1)
    near = sums[np.minimum(frames + reach, len(power))] - sums[np.maximum(frames - reach, 0)]
    kept: Doubles = beats_s[near > 0]
    return kept


def beat_confidence(beats_s: Doubles, activation: Doubles) -> float:
    """How much more happens on the beats than between them, and how steady they are: 0..1."""
    if len(beats_s) < 4:
        return 0.0
    frames = np.rint(beats_s / FRAME_S).astype(int)
    around = np.arange(-2, 3)
    last = len(activation) - 1
    on = activation[np.clip(frames[:, None] + around, 0, last)].max(axis=1)
    quarter = np.median(np.diff(frames)) / 4
    middles = np.rint(frames[:-1] + quarter).astype(int)
    off = activation[np.clip(middles[:, None] + around, 0, last)].max(axis=1)
    contrast = (on.mean() - off.mean()) / max(on.mean() + off.mean(), 1e-9)
    intervals = np.diff(beats_s)
    wobble = float(np.median(np.abs(np.diff(intervals)) / intervals[1:])) if len(intervals) > 1 else 1.0
    return round(float(np.clip(1.3 * contrast * np.exp(-4 * wobble), 0, 1)), 3)


def bar_edges(heard: Heard) -> Doubles:
    """Downbeats, continued to both ends of the music; empty where there are too few to speak of bars."""
    starts = heard.beats_s[np.array(heard.meter.positions, int) == 0] if len(heard.beats_s) else heard.beats_s
    if len(starts) < 4:
        return np.zeros(0)
    end = heard.spectra.duration_s
    typical = float(np.median(np.diff(starts)))
    edges: list[float] = []
    for start in starts.tolist():
        while edges and start - edges[-1] > 1.75 * typical:
            edges.append(edges[-1] + typical)
        edges.append(start)
    while edges[0] > 0.6 * typical:
        edges.insert(0, max(0.0, edges[0] - typical))
    while end - edges[-1] > 1.5 * typical:
        edges.append(edges[-1] + typical)
    if end - edges[-1] > 0.5 * typical:
        edges.append(end)
    return np.array(edges)
