"""What xLights would drop, blank or crash on in a sequence, found before xLights is opened.

xLights reports next to nothing of this itself. Every finding says where, and what to do.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from lxml import etree

from twinklr.core.timebase import snap_to_frame
from twinklr.core.xlights.counts import node_count, strand_count
from twinklr.core.xlights.document_check import check_document
from twinklr.core.xlights.findings import Finding, Speller
from twinklr.core.xlights.layout import Layout, ModelElement
from twinklr.core.xlights.layout_check import check_layout
from twinklr.core.xlights.markup import MAX_XML_BYTES, parse_xml_bytes, read_bounded
from twinklr.core.xlights.media_files import base_name, find_media, forget_media, named_files
from twinklr.core.xlights.networks import Networks
from twinklr.core.xlights.parameters import effect_names
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence, SubRow
from twinklr.core.xlights.sequence_reader import sequence_from_xml
from twinklr.core.xlights.settings import setting
from twinklr.core.xlights.settings_check import check_palette, check_settings

OLD_RENDERING = {"Twinkle": (2026, 6), "Pinwheel": (2026, 6), "Fire": (2026, 15)}
"""Effects that files of an older version show in an older way."""

MAX_CHECKED = 20_000
"""Different effects (name, settings and palette) that are checked; real sequences have some thousands."""

_TRACK_SETTINGS = ("E_CHOICE_Faces_TimingTrack", "E_CHOICE_State_TimingTrack", "E_CHOICE_VUMeter_TimingTrack")


def check_sequence(
    sequence: Sequence | str | Path, layout: Layout, networks: Networks, media_folders: Iterable[str | Path] = ()
) -> list[Finding]:
    """Check a sequence against the show it is for; the show itself is checked too.

    Args:
        sequence: A sequence, or a file: then also what only the file shows (order of sections, wrong references).
        layout: The show's models and groups.
        networks: The show's controllers.
        media_folders: Where the song, pictures and videos should be, or below; without any they are not looked for.

    Returns:
        Findings in the order: show, file, media, rows. "error" means that xLights drops, blanks or crashes on it.

    Raises:
        InputError: If the file cannot be read as a sequence at all.
    """
    findings = check_layout(layout, networks)
    if not isinstance(sequence, Sequence):
        root, document_findings = _open(Path(sequence))
        findings += document_findings
        sequence = sequence_from_xml(root, sequence)
    findings += _head(sequence)
    folders = tuple(map(str, media_folders))
    findings += _media(sequence, folders) if folders else ()
    findings += _elements(sequence, layout)
    findings += _rows(sequence, layout)
    for track in sequence.timing_tracks:
        for number, layer in enumerate(track.layers, 1):
            place = f"timing track {track.name!r} layer {number}"
            # A lost mark is no lost light: of a track these are worth a warning at most.
            findings += (
                replace(finding, severity="warning") if finding.severity == "error" else finding
                for finding in _times(layer, place, sequence)
            )
    return findings


def _open(path: Path) -> tuple[etree._Element, list[Finding]]:
    data = read_bounded(path, MAX_XML_BYTES)
    root = parse_xml_bytes(data, path)
    return root, check_document(root, data)


def _head(sequence: Sequence) -> Iterator[Finding]:
    version = re.match(r"(\d{1,6})\.(\d{1,6})", sequence.version)
    if not version:
        what = f"the version {sequence.version!r} has no second number; xLights crashes on that"
        yield Finding("error", "wrong-version", what, "head", "write a version such as 2026.15")
    else:
        used = {effect.name for row in sequence.rows for _, layer in _layers(row) for effect in layer.effects}
        have = int(version[1]), int(version[2])
        old = [name for name, since in OLD_RENDERING.items() if name in used and have < since]
        if old:
            what = f"the file is of version {sequence.version}: {', '.join(old)} will look as in old xLights"
            yield Finding("note", "old-rendering", what, "head", "write version 2026.15 for the current look")
    if not sequence.model_blending:
        what = "ModelBlending is off: a row with an effect blanks what earlier rows show on the same lights"
        cure = "switch it on in the sequence settings, unless it is meant"
        yield Finding("note", "model-blending-off", what, "root", cure)
    if sequence.duration_ms < sequence.frame_ms:
        what = "the sequence has no frames"
        yield Finding("error", "no-frames", what, "head", "set sequenceDuration in seconds")


def _media(sequence: Sequence, folders: tuple[str, ...]) -> Iterator[Finding]:
    """Files that no media folder has."""
    forget_media()
    if sequence.media_file and find_media(folders, sequence.media_file) is None:
        what = f"the song {base_name(sequence.media_file)!r} is not here"
        yield Finding("warning", "missing-media", what, "head", "put it into the show folder")
    wanted: dict[str, list[str]] = {}
    for row in sequence.rows:
        for place, layer in _layers(row):
            for effect in layer.effects:
                for name in named_files(effect):
                    wanted.setdefault(base_name(name) or name, []).append(_at(place, effect))
    inside = {base_name(name) for name in _named_inside(sequence, "SequenceMedia")}
    for name, places in wanted.items():
        if name not in inside and find_media(folders, name) is None:
            what = f"{name!r} is not here; nothing shows"
            yield Finding("warning", "missing-media", what, _several(places), "put it into the show folder")


def _elements(sequence: Sequence, layout: Layout) -> Iterator[Finding]:
    """Rows and tracks against the layout and each other."""
    models = {model.name for model in layout.models}
    known = models | {group.name for group in layout.groups}
    renamed = {alias: model.name for model in layout.models for alias in model.aliases}
    renamed |= {alias: group.name for group in layout.groups for alias in group.aliases}
    names = Counter(row.name for row in sequence.rows)
    speller = Speller(known)
    for row in sequence.rows:
        if row.name not in known:
            yield _stranger(row, models, renamed, speller)
        filled = any(layer.effects for _, layer in _layers(row))
        if row.disabled and filled:
            what = "rendering is switched off; its effects do not show"
            yield Finding("note", "row-disabled", what, f"row {row.name!r}", "switch rendering on in the sequencer")
        elif ("visible", "0") in row.attributes and filled:
            what = "the row is hidden, yet its effects show"
            yield Finding("note", "row-hidden", what, f"row {row.name!r}")
    for name, count in names.items():
        if count > 1:
            yield Finding("error", "duplicate-row", f"the row is there {count} times", f"row {name!r}", "remove one")
    for row in sequence.ignored_rows:
        what = "it has effects but is not in DisplayElements; xLights ignores them"
        yield Finding("error", "row-not-displayed", what, f"row {row.name!r}", "add it to DisplayElements")
    for track in sequence.timing_tracks:
        if track.name in names or track.name in models:
            what = "a model has the same name; the model's row is lost"
            yield Finding("error", "track-named-like-model", what, f"timing track {track.name!r}", "rename the track")
    yield from _order(sequence, layout)


def _rows(sequence: Sequence, layout: Layout) -> Iterator[Finding]:
    """What stands on the rows: submodels, times, and the effects themselves."""
    models = {model.name: model for model in layout.models}
    groups = {group.name for group in layout.groups}
    effects: dict[tuple[str, str, str], list[str]] = {}
    for row in sequence.rows:
        yield from _group_subrows(row) if row.name in groups else _subrows(row, models.get(row.name))
        for place, layer in _layers(row):
            yield from _times(layer, place, sequence)
            for effect in layer.effects:
                key = (effect.name, effect.settings, effect.palette)
                effects.setdefault(key, []).append(_at(place, effect))
    yield from _effects(effects, {track.name for track in sequence.timing_tracks})
    yield from _faces(sequence, models)


def _faces(sequence: Sequence, models: dict[str, ModelElement]) -> Iterator[Finding]:
    """Face definitions that a model does not have; a row of a group may use those of any model."""
    every = {face.name for model in models.values() for face in model.faces}
    inside = _named_inside(sequence, "FaceDefinitions")
    wanted: dict[tuple[str, str], list[str]] = {}
    for row in sequence.rows:
        for place, layer in _layers(row):
            for effect in layer.effects:
                face = setting(effect.settings, "E_CHOICE_Faces_FaceDefinition", "Default")
                if effect.name == "Faces" and face not in ("", "Default"):
                    wanted.setdefault((row.name, face), []).append(_at(place, effect))
    spellers: dict[str, Speller] = {}
    for (name, face), places in wanted.items():
        own = {one.name for one in models[name].faces} if name in models else every
        if face not in own | inside:
            if name not in spellers:
                spellers[name] = Speller(own)
            has = f"it has {', '.join(map(repr, sorted(own)[:3]))}" if own and name in models else "define it there"
            what = f"the layout has no face definition {face!r} for {name!r}"
            yield Finding("warning", "unknown-face", what, _several(places), spellers[name].cure(face) or has)


def _named_inside(sequence: Sequence, part: str) -> set[str]:
    """What a part of the file that the reader does not open speaks of: its attributes and short texts."""
    texts = [text for _, text in sequence.extra if text.startswith(f"<{part}")]
    return {html.unescape(found) for text in texts for found in re.findall('[">]([^"<>]{1,1000})["<]', text)}


def _stranger(row: Row, models: set[str], renamed: dict[str, str], speller: Speller) -> Finding:
    """A row that the layout does not have."""
    where = f"row {row.name!r}"
    filled = any(layer.effects for _, layer in _layers(row))
    model, slash, part = row.name.partition("/")
    if slash and model in models:
        what = "a submodel cannot be a row of its own; nothing renders"
        cure = f"put its effects in a SubModelEffectLayer {part!r} of the row {model!r}"
        return Finding("error", "submodel-as-row", what, where, cure)
    cure = f"it is now called {renamed[row.name]!r}" if row.name in renamed else speller.cure(row.name)
    what = "it is not in the layout; nothing renders" if filled else "it is not in the layout"
    return Finding("error" if filled else "note", "row-not-in-layout", what, where, cure or "remove or rename the row")


def _order(sequence: Sequence, layout: Layout) -> Iterator[Finding]:
    """Groups that come after their members: they paint over what the members show."""
    rows = enumerate(sequence.rows)
    filled = {row.name: index for index, row in rows if any(layer.effects for layer in row.layers)}
    for group in layout.groups:
        if group.name not in filled:
            continue
        before = [name for name in group.members if name in filled and filled[name] < filled[group.name]]
        if before:
            what = f"the group renders after {len(before)} of its members ({before[0]!r}) and paints over them"
            yield Finding("note", "group-after-members", what, f"row {group.name!r}", "move groups above models")


def _group_subrows(row: Row) -> Iterator[Finding]:
    """Submodels, strands and nodes below a group: a group has none."""
    for subrow in row.subrows:
        if any(layer.effects for layer in subrow.layers):
            what = "a group has no submodels, strands or nodes of its own; nothing renders"
            cure = "put the effects on the row of a model"
            yield Finding("error", "subrow-of-group", what, f"row {row.name!r} {_subrow_name(subrow)}", cure)


def _subrows(row: Row, model: ModelElement | None) -> Iterator[Finding]:
    """Submodels and strands that the model does not have."""
    if model is None:
        return
    parts = {submodel.name for submodel in model.submodels}
    speller = Speller(parts)
    strands = strand_count(model)
    for subrow in row.subrows:
        if not any(layer.effects for layer in subrow.layers):
            continue
        where = f"row {row.name!r} {_subrow_name(subrow)}"
        if subrow.kind == "submodel" and subrow.name not in parts:
            what = "the model has no such submodel; nothing renders"
            yield Finding("error", "unknown-submodel", what, where, speller.cure(subrow.name) or "rename the row")
        index = subrow.index if subrow.kind == "strand" else subrow.strand
        if subrow.kind != "submodel" and strands is not None and index >= strands:
            what = f"the model has {strands} strands; nothing renders"
            yield Finding("error", "unknown-strand", what, where, f"use an index from 0 to {strands - 1}")
        elif subrow.kind == "node" and subrow.index >= node_count(model):
            what = f"the model has {node_count(model)} nodes; nothing renders"
            yield Finding("error", "unknown-node", what, where, "correct the index")


def _times(layer: EffectLayer, place: str, sequence: Sequence) -> Iterator[Finding]:
    frame, previous = sequence.frame_ms, 0
    started = False
    ordered = sorted(layer.effects, key=lambda effect: effect.start_ms)
    if list(layer.effects) != ordered:
        late = next(effect for effect, right in zip(layer.effects, ordered, strict=True) if effect is not right)
        what = "the effects of the layer are not in the order of their times"
        yield Finding("warning", "not-in-order", what, _at(place, late), "sort them by startTime")
    for effect in ordered:
        start, end = snap_to_frame(effect.start_ms, frame), snap_to_frame(effect.end_ms, frame)
        where = _at(place, effect)
        if start >= end:
            what = f"it lasts {effect.end_ms - effect.start_ms} ms, less than a frame of {frame} ms; xLights drops it"
            yield Finding("error", "no-length", what, where, "give it one frame at least")
            continue
        if started and start < previous:
            what = "it overlaps the effect before it; xLights keeps the earlier one"
            yield Finding("error", "overlap", what, where, "move it or put it on another layer")
        elif (start, end) != (effect.start_ms, effect.end_ms):
            what = f"its times are no multiples of {frame} ms; xLights rounds them"
            yield Finding("note", "off-grid", what, where)
        if start >= sequence.duration_ms:
            yield Finding("warning", "after-end", "it lies after the end of the sequence", where, "remove it")
        elif end > snap_to_frame(sequence.duration_ms + frame, frame):
            yield Finding("note", "past-end", "it is cut at the end of the sequence", where)
        previous, started = max(previous, end), True


def _effects(effects: dict[tuple[str, str, str], list[str]], tracks: set[str]) -> Iterator[Finding]:
    """Names, settings and palettes: one finding for all effects that share them."""
    found: dict[Finding, list[str]] = {}
    names, track_names = Speller(effect_names()), Speller(tracks)
    for (name, settings, palette), places in islice(effects.items(), MAX_CHECKED):
        for finding in (*_effect(name, settings, palette, names), *_track(name, settings, tracks, track_names)):
            found.setdefault(finding, []).extend(places)
    if len(effects) > MAX_CHECKED:
        what = f"only the first {MAX_CHECKED} of {len(effects)} different effects are checked"
        yield Finding("note", "too-many-effects", what)
    for finding, places in found.items():
        yield replace(finding, where=_several(places))


def _effect(name: str, settings: str, palette: str, speller: Speller) -> Iterator[Finding]:
    """Findings about an effect wherever it stands."""
    if name in effect_names():
        yield from check_settings(name, settings)
        yield from check_palette(name, palette)
    elif name == "Random":
        yield Finding("error", "random-effect", "xLights leaves out effects called Random", cure="choose an effect")
    else:
        what = f"there is no effect {name!r}; xLights drops it" if name else "it has no effect name"
        yield Finding("error", "unknown-effect", what, cure=speller.cure(name))


def _track(name: str, settings: str, tracks: set[str], speller: Speller) -> Iterator[Finding]:
    """Effects that follow a timing track which is not there."""
    for key in _TRACK_SETTINGS:
        track = setting(settings, key)
        if track and track not in tracks:
            what = f"the timing track {track!r} is not there; {name} shows nothing"
            yield Finding("error", "unknown-track", what, cure=speller.cure(track))


def _layers(row: Row) -> Iterator[tuple[str, EffectLayer]]:
    """All layers of a row with their places, counted from 1 at the top as in the sequencer."""
    for number, layer in enumerate(row.layers, 1):
        yield f"row {row.name!r} layer {number}", layer
    for subrow in row.subrows:
        for number, layer in enumerate(subrow.layers, 1):
            yield f"row {row.name!r} {_subrow_name(subrow)} layer {number}", layer


def _subrow_name(subrow: SubRow) -> str:
    if subrow.kind == "submodel":
        return f"submodel {subrow.name!r}"
    return f"strand {subrow.index}" if subrow.kind == "strand" else f"strand {subrow.strand} node {subrow.index}"


def _several(places: list[str]) -> str:
    return places[0] + (f" (and {len(places) - 1} more)" if len(places) > 1 else "")


def _at(place: str, effect: Effect) -> str:
    name = f"{effect.name} " if effect.name else ""
    return f"{place}, {name}at {effect.start_ms / 1000:.3f} s"
