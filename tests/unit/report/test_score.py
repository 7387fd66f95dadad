from pathlib import Path

import numpy as np
import pytest

from support.songs import small_song
from twinklr.core.choreography import RenderedShow, flashing_share
from twinklr.core.pipeline import Artifact
from twinklr.core.report import score_show
from twinklr.core.xlights import Effect, EffectLayer, Row, Sequence

FRAME_MS = 25
PROPS = 8
FORM = (
    ("intro", "A", 16, 0.2),
    ("verse", "B", 16, 0.45),
    ("chorus", "C", 16, 0.9),
    ("verse", "B", 16, 0.45),
    ("chorus", "C", 16, 0.95),
    ("outro", "D", 16, 0.25),
)


def rendered(level: np.ndarray) -> RenderedShow:
    """A show of red props at a level 0..1 ``(frames, props)``."""
    colors = np.zeros((*level.shape, 3), dtype=np.uint8)
    colors[..., 0] = np.round(level * 255)
    change = np.abs(np.diff(colors.astype(float), axis=0, prepend=colors[:1])).mean(axis=-1).astype(np.float32)
    return RenderedShow(Artifact(Path("none.fseq")), FRAME_MS, tuple(f"p{i}" for i in range(PROPS)), colors, change)


def sequence(song) -> Sequence:
    layer = EffectLayer(tuple(Effect(name, t, t + 1000) for t, name in ((0, "On"), (1000, "Bars"))))
    return Sequence(FRAME_MS, song.duration_ms, (Row("p0", (layer,)),))


@pytest.fixture(scope="module")
def song():
    return small_song(form=FORM, lead_in_ms=0)


def frames(song) -> int:
    return song.duration_ms // FRAME_MS


def shows_that_know_nothing(song, kind: str):
    """Some shows of a kind; a random one is drawn several times, since one draw may look as if it knew."""
    count = frames(song)
    if kind == "random":
        return [np.random.default_rng(seed).integers(0, 2, (count, PROPS)).astype(float) for seed in range(5)]
    other = following(small_song(form=FORM[2:] + FORM[:2], tempo_bpm=98.4))
    return [
        {
            "all on": np.ones((count, PROPS)),
            "all off": np.zeros((count, PROPS)),
            "another song": np.resize(other, (count, PROPS)),
        }[kind]
    ]


@pytest.mark.parametrize("kind", ["all on", "all off", "random", "another song"])
def test_a_show_that_does_not_know_the_song_scores_near_nothing(song, kind):
    shows = shows_that_know_nothing(song, kind)
    scores = [score_show(rendered(level), song, sequence(song)) for level in shows]

    for part in ("beat", "onsets_low", "onsets_mid", "boundaries", "loudness", "lift"):
        assert np.mean([score.part(part).score for score in scores]) < 0.15, part


def following(song) -> np.ndarray:
    """Brightness from section energy, a pulse of every second prop on each beat, another set of props a section."""
    level = np.zeros((frames(song), PROPS))
    for section in song.sections:
        first, stop = section.start_ms // FRAME_MS, section.end_ms // FRAME_MS
        lit = 2 + round(section.energy * 6)
        level[first:stop, :lit] = 0.15 + 0.35 * section.energy
    for beat in song.beats:
        at = beat.at_ms // FRAME_MS
        for step in range(10):
            level[at + step : at + step + 1, ::2] += (
                0.35 * (1 - step / 10) * (level[at + step : at + step + 1, ::2] > 0)
            )
    return level.clip(0, 1)


@pytest.mark.parametrize(
    ("part", "least"), [("loudness", 0.9), ("beat", 0.5), ("onsets_low", 0.5), ("lift", 0.9), ("repeats", 0.3)]
)
def test_a_show_that_follows_the_song_scores_high(song, part, least):
    assert score_show(rendered(following(song)), song, sequence(song)).part(part).score >= least


def test_props_never_lit_are_named(song):
    level = following(song)
    level[:, 7] = 0.0

    assert score_show(rendered(level), song, sequence(song)).dark_props == ("p7",)


def test_gentle_pulses_are_safe_and_a_strobe_is_not():
    time_s = np.arange(400) * FRAME_MS / 1000
    gentle = np.tile((0.5 + 0.5 * np.sin(2 * np.pi * 2 * time_s))[:, None], (1, PROPS))
    strobe = np.tile((np.arange(400) // 4 % 2)[:, None], (1, PROPS)).astype(float)
    few = strobe * (np.arange(PROPS) < 1)

    assert flashing_share(gentle, FRAME_MS) == 0.0
    assert flashing_share(strobe, FRAME_MS) == 1.0
    assert flashing_share(few, FRAME_MS) == 1 / PROPS
