"""Singing faces: mouths that follow the words, and a quiet glow when nobody sings."""

from __future__ import annotations

from dataclasses import replace

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.choreography.canvas import MIDDLE, write_palette, write_settings
from twinklr.core.choreography.grid import Step
from twinklr.core.choreography.scene import Scene
from twinklr.core.choreography.tracks import LYRICS, free_name
from twinklr.core.display.display import Prop, Role
from twinklr.core.planning import Driver, GroupRole, PaletteRole
from twinklr.core.xlights.sequence import Effect

SING_ON_MS = 1500
"""Pauses between lines up to this long are sung through."""


def face_of(prop: Prop) -> str:
    """Name of the face definition to sing with: one made of nodes, since pictures may not be there; empty for none."""
    for name, attributes in prop.faces:
        facts = dict(attributes)
        if facts.get("Type") in ("NodeRange", "SingleNode") and any(key.startswith("Mouth") for key in facts):
            return name
    return ""


def can_sing(prop: Prop, bundle: SongBundle) -> bool:
    """Whether a prop is a singing face with a usable definition, and the song has words with mouth shapes."""
    if prop.role.role is not Role.FACE or bundle.lyrics is None or not face_of(prop):
        return False
    return any(word.phonemes for line in bundle.lyrics.lines for word in line.words)


def sing(scene: Scene, prop: Prop) -> None:
    """Place Faces where lines are sung in the scene, and its steady part in between."""
    sung = _joined(scene.grid.steps(Driver.VOCAL, scene.start_ms, scene.end_ms))
    name = prop.name
    settings = write_settings(
        (
            ("E_CHECKBOX_Faces_Outline", "1"),
            ("E_CHOICE_Faces_Eyes", "Auto"),
            ("E_CHOICE_Faces_FaceDefinition", face_of(prop)),
            ("E_CHOICE_Faces_TimingTrack", free_name(LYRICS, scene.canvas.rows)),
        )
    )
    role = PaletteRole.WHITE if scene.part.role is GroupRole.REST else scene.part.palette_role
    light = write_palette(_three(scene.colors.colors(role), scene.colors.white))
    at = scene.start_ms
    for start, end in [*sung, (scene.end_ms, scene.end_ms)]:
        replace(scene, start_ms=at, end_ms=start).play()
        if end > start:
            scene.canvas.put(name, MIDDLE, Effect("Faces", start, end, settings, light))
        at = end


def _three(colors: tuple[str, ...], white: str) -> tuple[str, ...]:
    """Colours of mouth, eyes and outline."""
    return (*colors, white, white, white)[:3]


def _joined(steps: list[Step]) -> list[Step]:
    found: list[Step] = []
    for start, end in steps:
        if found and start - found[-1][1] <= SING_ON_MS:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
