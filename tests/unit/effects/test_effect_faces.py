from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.effect_calls import make_call
from twinklr.core.effects.call import Pixels, Surroundings
from twinklr.core.effects.faces import render_faces
from twinklr.core.xlights.sequence import Effect, EffectLayer, TimingTrack

FACE = {
    "Name": "Face",
    "Type": "NodeRange",
    "CustomColors": "1",
    "Mouth-AI": "1-2",
    "Mouth-AI-Color": "#ff0000",
    "Mouth-O": "3",
    "Mouth-rest": "4",
    "Eyes-Open": "5",
    "Eyes-Closed": "6",
    "FaceOutline": "7-8",
    "FaceOutline-Color": "#00ff00",
}
LYRICS = TimingTrack(
    "Lyrics",
    tuple(
        EffectLayer(effects=tuple(Effect("", start, end, label=text) for start, end, text in marks))
        for marks in (
            [(0, 1000, "ah oh")],
            [(0, 500, "ah"), (500, 1000, "oh")],
            [(0, 500, "AI"), (500, 800, "O")],
        )
    ),
)
SINGING = "E_CHOICE_Faces_FaceDefinition=Face,E_CHOICE_Faces_TimingTrack=Lyrics"


def sing(settings: str, face: dict[str, str] | None = FACE, folders: tuple[str, ...] = ()) -> Pixels:
    surroundings = Surroundings(
        timing_tracks={"Lyrics": LYRICS},
        faces={"Face": face} if face else {},
        node_cells=tuple(((0, node),) for node in range(10)),
        media_folders=folders,
    )
    return render_faces(make_call(settings, size=(10, 1), frames=24, surroundings=surroundings))


def lit(pixels: Pixels, frame: int) -> list[int]:
    """Numbers of the nodes lit on a frame, counted from 1."""
    return (np.nonzero(pixels[frame, 0, :, 3])[0] + 1).tolist()


def test_mouth_follows_the_phonemes_and_rests_between_them() -> None:
    pixels = sing(SINGING + ",E_CHOICE_Faces_Eyes=(off)")
    assert [lit(pixels, frame) for frame in (0, 9, 10, 15, 16, 23)] == [[1, 2], [1, 2], [3], [3], [4], [4]]


def test_custom_colours_rule_and_white_stands_in_for_a_missing_one() -> None:
    pixels = sing(SINGING + ",E_CHOICE_Faces_Eyes=Open,E_CHECKBOX_Faces_Outline=1")
    assert pixels[0, 0, 0, :3].tolist() == [255, 0, 0]
    assert pixels[0, 0, 4, :3].tolist() == [255, 255, 255]
    assert pixels[0, 0, 6, :3].tolist() == [0, 255, 0]


def test_palette_colours_parts_of_a_face_without_its_own() -> None:
    pixels = sing(SINGING + ",E_CHOICE_Faces_Eyes=Open,E_CHECKBOX_Faces_Outline=1", FACE | {"CustomColors": "0"})
    assert pixels[0, 0, [0, 4, 6], :3].tolist() == [[255, 255, 255], [0, 64, 255], [255, 160, 0]]


@pytest.mark.parametrize(("eyes", "nodes"), [("Open", [5]), ("Closed", [6]), ("(off)", [])])
def test_eyes_are_as_told(eyes: str, nodes: list[int]) -> None:
    assert lit(sing(SINGING + f",E_CHOICE_Faces_Eyes={eyes}"), 0) == [1, 2, *nodes]


def test_outline_only_on_demand() -> None:
    assert 7 not in lit(sing(SINGING), 0)
    assert lit(sing(SINGING + ",E_CHECKBOX_Faces_Outline=1"), 0)[-2:] == [7, 8]


def test_a_silent_face_may_hide() -> None:
    pixels = sing(SINGING + ",E_CHECKBOX_Faces_SuppressWhenNotSinging=1")
    assert lit(pixels, 0)
    assert not pixels[16:, ..., 3].any()


def test_lead_frames_show_the_face_after_its_last_sound() -> None:
    pixels = sing(SINGING + ",E_CHECKBOX_Faces_SuppressWhenNotSinging=1,E_SPINCTRL_Faces_LeadFrames=3")
    assert pixels[16:19, ..., 3].any(axis=(1, 2)).all()
    assert not pixels[19:, ..., 3].any()


def test_one_phoneme_may_be_held() -> None:
    pixels = sing("E_CHOICE_Faces_FaceDefinition=Face,E_CHOICE_Faces_Phoneme=O,E_CHOICE_Faces_Eyes=(off)")
    assert {tuple(lit(pixels, frame)) for frame in range(24)} == {(3,)}


def test_unknown_definition_is_drawn_by_us() -> None:
    surroundings = Surroundings(timing_tracks={"Lyrics": LYRICS})
    settings = "E_CHOICE_Faces_FaceDefinition=Rendered,E_CHOICE_Faces_TimingTrack=Lyrics"
    pixels = render_faces(make_call(settings, size=(24, 24), frames=24, surroundings=surroundings))
    opened, shut = (pixels[frame, :12, :, 3].astype(bool).sum() for frame in (0, 20))
    assert opened > shut > 0


def test_face_of_pictures_shows_the_file_of_the_sound(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "ai.png")
    face = {"Type": "Matrix", "ImagePlacement": "Scaled", "Mouth-AI-EyesOpen": "C:\\shows\\ai.png"}
    pixels = sing(SINGING + ",E_CHOICE_Faces_Eyes=Open", face, (str(tmp_path),))
    assert pixels[0, 0, :, 0].tolist() == [255] * 10
    assert not pixels[12].any()
