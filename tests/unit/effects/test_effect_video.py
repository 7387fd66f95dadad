"""Video: a film made here, on a buffer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from support.effect_calls import make_call
from twinklr.core.effects import EFFECTS
from twinklr.core.effects.call import EffectCall, Surroundings
from twinklr.core.effects.video import render_video

FRAMES, RATE = 20, 20
"""A second of film: it grows brighter frame by frame, on its left half in red, on its right half in blue."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    av = pytest.importorskip("av")
    path = tmp_path_factory.mktemp("films") / "film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 32, "bgr0"
        for number in range(FRAMES):
            picture = np.zeros((32, 64, 3), dtype=np.uint8)
            picture[:, :32, 0] = picture[:, 32:, 2] = 10 + 12 * number
            picture[:16, :, 1] = 100
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="bgr0")))
        container.mux(stream.encode(None))
    return path


def on(film: Path, more: str = "", *, frames: int = 20, window: tuple[int, int] | None = None) -> EffectCall:
    settings = f"FILEPICKERCTRL_Video_Filename=C:\\Somewhere\\else\\{film.name},{more}"
    around = Surroundings(media_folders=(str(film.parent),))
    return make_call(settings, size=(8, 4), frames=frames, window=window, surroundings=around)


def test_the_film_runs_upright_at_its_own_pace(film: Path) -> None:
    pixels = render_video(on(film)).astype(int)
    assert np.abs(pixels[:, 0, 0, 0] - (10 + 12 * np.arange(20))).max() <= 2
    assert np.abs(pixels[:, 0, 7, 2] - (10 + 12 * np.arange(20))).max() <= 2
    assert (pixels[:, 3, :, 1] > 90).all()
    assert (pixels[:, 0, :, 1] < 10).all()
    assert (pixels[..., 3] == 255).all()


@pytest.mark.parametrize("window", [(0, 1), (3, 9), (17, 20), (19, 20)])
@pytest.mark.parametrize("treatment", ["Normal", "Loop", "Slow/Accelerate", "Manual"])
def test_a_window_equals_that_part_of_the_whole(film: Path, window: tuple[int, int], treatment: str) -> None:
    more = f"CHOICE_Video_DurationTreatment={treatment},TEXTCTRL_Video_Speed=0.6,TEXTCTRL_Video_Starttime=0.2"
    part = render_video(on(film, more, window=window))
    np.testing.assert_array_equal(part, render_video(on(film, more))[window[0] : window[1]])


def test_what_comes_after_the_end(film: Path) -> None:
    ends = {
        name: render_video(on(film, f"CHOICE_Video_DurationTreatment={name}", frames=40))
        for name in ("Normal", "Normal No Blue", "Loop", "Slow/Accelerate")
    }
    assert (ends["Normal"][25] == (0, 0, 255, 255)).all()
    assert not ends["Normal No Blue"][25].any()
    np.testing.assert_array_equal(ends["Loop"][25], ends["Loop"][5])
    assert ends["Slow/Accelerate"][38, 0, 0, 0] > 220


def test_crop_aspect_and_transparent_black(film: Path) -> None:
    left = render_video(on(film, "TEXTCTRL_Video_CropRight=50"))
    assert (left[10, :, :, 0] > 100).all()
    assert (left[:, :, :7, 2] < 5).all()
    narrow = render_video(on(film, "TEXTCTRL_Video_CropRight=25,CHECKBOX_Video_AspectRatio=1"))
    assert not narrow[5, :, 0].any()
    assert narrow[5, :, 4].any()
    low = "CHECKBOX_Video_TransparentBlack=1,TEXTCTRL_Video_TransparentBlack=60"
    assert not render_video(on(film, low))[0, 0].any()


def test_a_file_that_is_no_film_paints_nothing(film: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(film.read_bytes()[:300] + os.urandom(20))
    assert not render_video(on(broken)).any()
    assert not render_video(on(tmp_path / "missing.mp4")).any()


def test_without_a_decoder_the_effect_is_named_with_its_cure(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert EFFECTS["Video"].missing_type({"FILEPICKERCTRL_Video_Filename": "film.mp4"}) is None
    assert EFFECTS["Video"].missing_type({}) == "no file"
    monkeypatch.setitem(sys.modules, "av", None)
    assert "twinklr[aac]" in str(EFFECTS["Video"].missing_type({}))
    assert not render_video(on(film)).any()
