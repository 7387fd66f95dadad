from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.effect_calls import make_call
from twinklr.core.effects import EFFECTS
from twinklr.core.effects.call import Pixels, Surroundings
from twinklr.core.effects.media import PictureCache, load_frames, media_shown
from twinklr.core.effects.pictures import PEEKS, WAYS, render_pictures
from twinklr.core.xlights.media_files import find_media, forget_media
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence, SubRow
from unit.choreography.small_show import small_house


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A still of a red upper and a blue lower half, and an animation of a red and a green page of 200 ms."""
    still = Image.new("RGB", (4, 4), (0, 0, 255))
    still.paste((255, 0, 0), (0, 0, 4, 2))
    still.save(tmp_path / "still.png")
    pages = [Image.new("RGB", (4, 4), color) for color in ((255, 0, 0), (0, 255, 0))]
    pages[0].save(tmp_path / "pages.gif", save_all=True, append_images=pages[1:], duration=200, loop=0)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    return tmp_path


def show(media: Path, name: str, settings: str = "", frames: int = 20) -> Pixels:
    call = make_call(
        {"FILEPICKER_Pictures_Filename": name, **dict(pair.split("=") for pair in settings.split(",") if pair)},
        size=(8, 8),
        frames=frames,
        surroundings=Surroundings(media_folders=(str(media),)),
    )
    return render_pictures(call)


def test_a_still_stands_upright_in_the_middle(media: Path) -> None:
    frame = show(media, "still.png")[0]
    assert frame[2:6, 2:6, 3].all()
    assert not frame[:2, ..., 3].any()
    assert frame[5, 3, :3].tolist() == [255, 0, 0]
    assert frame[2, 3, :3].tolist() == [0, 0, 255]


def test_scaling_fills_the_buffer(media: Path) -> None:
    assert show(media, "still.png", "CHOICE_Scaling=Scale To Fit")[0, ..., 3].all()


def test_animation_goes_by_its_own_times_and_loops_on_demand(media: Path) -> None:
    looping = show(media, "pages.gif", "CHECKBOX_LoopGIF=1")[:, 4, 4, :2]
    assert [looping[frame].argmax() for frame in (0, 3, 4, 7, 8, 12)] == [0, 0, 1, 1, 0, 1]
    once = show(media, "pages.gif")[:, 4, 4, :2]
    assert once[8:].argmax(axis=1).all()


@pytest.mark.parametrize("name", ["missing.png", "broken.png", "", "../still.png/.."])
def test_what_cannot_be_read_paints_nothing(media: Path, name: str) -> None:
    assert not show(media, name).any()


def test_paths_never_leave_the_media_folders(media: Path) -> None:
    inner = media / "inner"
    inner.mkdir()
    assert find_media((str(inner),), "../still.png") is None
    assert find_media((str(media),), "/somewhere/else/still.png") == media / "still.png"
    assert find_media((str(media),), "D:\\art\\STILL.PNG") == media / "still.png"


@pytest.mark.parametrize("way", [*WAYS, *PEEKS, "wiggle", "zoom in", "flag wave", "vector", "tile-left", "tile-up"])
def test_every_direction_shows_the_picture_at_some_time(media: Path, way: str) -> None:
    pixels = show(media, "still.png", f"CHOICE_Pictures_Direction={way}")
    assert pixels[..., 3].any()
    assert set(np.unique(pixels[..., 1]).tolist()) == {0}


def test_near_black_may_be_left_out(media: Path) -> None:
    pixels = show(media, "still.png", "CHECKBOX_Pictures_TransparentBlack=1,TEXTCTRL_Pictures_TransparentBlack=300")
    assert not pixels.any()


def test_pictures_that_are_kept_are_bounded_by_their_bytes(tmp_path: Path) -> None:
    frame_bytes = 10 * 10 * 4
    cache = PictureCache(3 * (frame_bytes + 1024))
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for path in paths:
        Image.new("RGB", (10, 10)).save(path)
    first = cache.load(paths[0], 0)
    for path in paths[1:]:
        cache.load(path, 0)
        assert cache.load(paths[0], 0) is first
        assert cache.kept_bytes <= 3 * (frame_bytes + 1024)
    cache.load(paths[1], 0)
    assert cache.load(paths[4], 0) is cache.load(paths[4], 0)


def test_an_animation_is_cut_short_at_its_bound(tmp_path: Path) -> None:
    pages = [Image.new("P", (2000, 2000), color) for color in range(6)]
    pages[0].save(tmp_path / "long.gif", save_all=True, append_images=pages[1:], duration=50)
    loaded = load_frames((str(tmp_path),), "long.gif")
    assert loaded is not None
    assert len(loaded.frames) == 4
    assert sum(frame.nbytes for frame in loaded.frames) <= 64 << 20


def test_a_media_folder_is_walked_once(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (media / "deep").mkdir()
    (media / "deep" / "one.png").write_bytes(b"")
    walked: list[str] = []
    listed = os.scandir

    def counted(path: str) -> Iterator[os.DirEntry[str]]:
        walked.append(path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", counted)
    folders = (str(media),)
    assert [find_media(folders, f"{number}.png") for number in range(40)] == [None] * 40
    assert find_media(folders, "ONE.png") == media / "deep" / "one.png"
    assert len(walked) == 2

    (media / "deep" / "two.png").write_bytes(b"")
    forget_media()
    assert find_media(folders, "two.png") == media / "deep" / "two.png"
    (media / "deep" / "two.png").unlink()
    assert find_media(folders, "two.png") is None


def test_links_do_not_lead_out_of_a_media_folder(media: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    outside.write_bytes(b"")
    (media / "deep").mkdir()
    for place in (media / "direct.png", media / "deep" / "below.png"):
        place.symlink_to(outside)
        assert find_media((str(media),), place.name) is None
    (media / "deep" / "again.png").symlink_to(media / "still.png")
    forget_media()
    assert find_media((str(media),), "again.png") == media / "deep" / "again.png"
    assert find_media((str(media),), "x" * 5000) is None


def test_the_files_that_a_sequence_shows_are_known(media: Path) -> None:
    """Of faces only those made of pictures, and only where a face is shown."""
    face = ("Drawn", (("Type", "Matrix"), ("Mouth-AI-EyesOpen", "art/pages.gif"), ("Mouth-AI-EyesClosed", "")))
    nodes = ("Nodes", (("Type", "NodeRange"), ("Mouth-AI", "broken.png")))
    house = small_house(("Matrix",))
    house = replace(house, props=(replace(house.props[0], faces=(face, nodes)),))
    shown = [
        Effect("Pictures", 0, 25, "E_FILEPICKER_Pictures_Filename=D:\\art\\still.png"),
        Effect("Video", 25, 50, "E_FILEPICKERCTRL_Video_Filename=gone.mp4"),
    ]
    folders = (str(media),)
    still = {"D:\\art\\still.png": media / "still.png"}
    sequence = Sequence(25, 1000, (Row("Matrix", (EffectLayer(tuple(shown)),)),))
    assert media_shown(sequence, house, folders) == still
    below = SubRow("submodel", "Left", (EffectLayer((Effect("Faces", 50, 75),)),))
    singing = replace(sequence, rows=(replace(sequence.rows[0], subrows=(below,)),))
    assert media_shown(singing, house, folders) == still | {"art/pages.gif": media / "pages.gif"}


def test_pictures_without_a_file_are_named() -> None:
    assert EFFECTS["Pictures"].missing_type({}) == "no file"
    assert EFFECTS["Pictures"].missing_type({"TEXTCTRL_Pictures_Filename": "snow.png"}) == "no file"
    assert EFFECTS["Pictures"].missing_type({"FILEPICKER_Pictures_Filename": "snow.png"}) is None
