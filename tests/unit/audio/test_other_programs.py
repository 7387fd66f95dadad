"""Stems, transcripts and beats of other programs make the same bundle better; broken ones are one line."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from twinklr.cli.main import main
from twinklr.core.audio import AudioAnalyzer, SongBundle, analyze_song, read_lyrics
from twinklr.core.audio.beat_files import BEAT_THIS, read_beats, with_beats
from twinklr.core.audio.other_programs import DEMUCS as DEMUCS_INSTALLED
from twinklr.core.audio.other_programs import PIECE_BYTES, run
from twinklr.core.audio.stems import DEMUCS
from twinklr.core.audio.transcripts import WHISPER, hear_with_whisper, read_segments
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.errors import InputError
from unit.audio.audio_music import RATE_HZ, Sound, make_stems

Made = tuple[Path, dict[str, Sound], dict[str, Sound]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A song beside ``separated/htdemucs/<song>/vocals.wav`` and so on, as demucs leaves them."""
    folder = tmp_path_factory.mktemp("programs")
    stems, truth = make_stems()
    song = folder / "song.wav"
    soundfile.write(song, 0.5 * np.sum(list(stems.values()), axis=0), RATE_HZ)
    place = folder / "separated" / "htdemucs" / "song"
    place.mkdir(parents=True)
    for name, sound in stems.items():
        soundfile.write(place / f"{name}.wav", np.stack([0.5 * sound] * 2, axis=1), RATE_HZ)
    return song, stems, truth


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What stood in for another program is not there in the next test."""
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in ("whisper", "beat_this")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def alone(made: Made) -> SongBundle:
    return analyze_song(made[0])


def f_measure(wanted_s: np.ndarray, found_s: np.ndarray, within_s: float = 0.05) -> float:
    if not len(found_s):
        return 0.0
    near = np.abs(wanted_s[:, None] - found_s) <= within_s
    recall, precision = near.any(axis=1).mean(), near.any(axis=0).mean()
    return float(2 * recall * precision / max(recall + precision, 1e-9))


def drum_f(song: SongBundle, truth: dict[str, Sound]) -> float:
    hits = {drum: np.array([o.at_ms / 1000 for o in song.onsets if drum in o.drums]) for drum in ("kick", "snare")}
    return float(np.mean([f_measure(truth[drum], found) for drum, found in hits.items()]))


def voice_right(song: SongBundle, truth: dict[str, Sound]) -> float:
    """Share of the time at which voice and no voice are told apart rightly."""
    assert song.vocal_activity is not None
    times = np.arange(0.2, song.duration_ms / 1000 - 1.5, 0.1)
    sung = np.any([(times > a) & (times < b) for a, b in truth["sung"]], axis=0)
    heard = np.array([song.vocal_activity.at(round(at * 1000)) > 0.5 for at in times])
    return float((sung == heard).mean())


def test_stems_tell_voice_and_drums(made: Made, alone: SongBundle) -> None:
    song, _, truth = made
    helped = analyze_song(song, stems_dir=song.parent / "separated")
    assert voice_right(helped, truth) > 0.93
    assert voice_right(helped, truth) > voice_right(alone, truth)
    assert drum_f(helped, truth) > 0.95
    assert drum_f(helped, truth) >= drum_f(alone, truth)
    assert helped.corrected == ("voice from vocals.wav", "drums from drums.wav")
    assert [beat.at_ms for beat in helped.beats] == [beat.at_ms for beat in alone.beats]
    assert analyze_song(song, stems_dir=song.parent / "separated/htdemucs/song") == helped


def test_a_silent_stem_means_nobody_plays(made: Made, tmp_path: Path) -> None:
    for name in ("vocals", "drums"):
        soundfile.write(tmp_path / f"{name}.flac", np.zeros(len(made[1]["drums"])), RATE_HZ)
    song = analyze_song(made[0], stems_dir=tmp_path)
    assert song.vocals == ()
    assert not any(onset.drums for onset in song.onsets)
    assert song.onsets


def test_stems_that_cannot_be_are_one_line(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        analyze_song(made[0], stems_dir=tmp_path / "none")
    with pytest.raises(InputError, match="no stems"):
        analyze_song(made[0], stems_dir=tmp_path)
    soundfile.write(tmp_path / "vocals.wav", made[1]["vocals"][: 5 * RATE_HZ], RATE_HZ)
    with pytest.raises(InputError, match="longer or shorter"):
        analyze_song(made[0], stems_dir=tmp_path)


# A program with the command line of demucs 4, since the real one needs torch and weights of its own.
DEMUCS_PROGRAM = """
import argparse, pathlib, shutil, sys
parser = argparse.ArgumentParser("demucs.separate")
parser.add_argument("tracks", nargs="*", type=pathlib.Path)
parser.add_argument("-n", "--name", default="htdemucs")
parser.add_argument("-o", "--out", type=pathlib.Path, default=pathlib.Path("separated"))
parser.add_argument("--shifts", default=1, type=int)
args = parser.parse_args()
here = pathlib.Path(__file__).parent
(here / "out.txt").write_text(str(args.out))
assert args.shifts == 0, "random shifts give other stems every time"
print("Selected model is", args.name)
print("100%|######| 24/24 [00:01<00:00]", end="\\r", file=sys.stderr)
if (here / "broken").exists():
    print("Could not load file. Maybe it is not a supported file format?")
    sys.exit(1)
for track in args.tracks:
    folder = args.out / args.name / track.name.rsplit(".", 1)[0]
    folder.mkdir(parents=True)
    for stem in (here / "stems").glob("*.wav"):
        shutil.copy(stem, folder)
"""


@pytest.fixture
def demucs(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of an installed demucs."""
    package = tmp_path / "site" / "demucs"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(DEMUCS_PROGRAM)
    (package / "stems").symlink_to(made[0].parent / "separated" / "htdemucs" / "song")
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return package


def test_demucs_is_asked_where_it_is_installed(
    made: Made, demucs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # What lies in the folder we are called from is neither a program nor stems.
    (tmp_path / "demucs").mkdir()
    (tmp_path / "demucs.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    song = analyze_song(made[0], stems_dir=Path(DEMUCS))
    assert song.corrected == ("voice from demucs", "drums from demucs")
    by_hand = analyze_song(made[0], stems_dir=made[0].parent / "separated")
    assert song.model_copy(update={"corrected": by_hand.corrected}) == by_hand
    said = capsys.readouterr()
    assert said.out == ""
    assert "Selected model is htdemucs" in said.err
    assert "24/24" in said.err
    assert not Path((demucs / "out.txt").read_text()).exists()


def test_demucs_as_a_command_of_its_own(
    made: Made, demucs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "bin" / "demucs"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{demucs}/__main__.py" "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=os.pathsep)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(demucs.parent)])
    job = JobConfig(stems_dir=Path(DEMUCS))
    song = asyncio.run(AudioAnalyzer(AppConfig(), job).analyze(made[0]))
    assert song.corrected == ("voice from demucs", "drums from demucs")


def test_a_demucs_that_fails_is_one_line(
    made: Made, demucs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (demucs / "broken").touch()
    with pytest.raises(InputError, match="demucs failed: Could not load file") as error:
        analyze_song(made[0], stems_dir=Path(DEMUCS))
    assert "--stems" in error.value.cure
    assert not Path((demucs / "out.txt").read_text()).exists()
    (demucs / "broken").unlink()
    (demucs / "stems").unlink()
    with pytest.raises(InputError, match="no stems"):
        analyze_song(made[0], stems_dir=Path(DEMUCS))
    (demucs / "__main__.py").write_text("import sys; sys.exit(9)")
    capsys.readouterr()
    assert main(["analyze", str(made[0]), "--stems", "demucs"]) == 2
    said = capsys.readouterr().err.strip()
    assert "code 9" in said
    assert len(said.splitlines()) == 1


def test_an_interrupted_demucs_is_ended(made: Made, demucs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (demucs / "__main__.py").write_text(
        "import os, threading\nprint(os.getpid(), flush=True)\nthreading.Event().wait(60)"
    )

    class Interrupted(io.StringIO):
        def flush(self) -> None:
            raise KeyboardInterrupt

    screen = Interrupted()
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(KeyboardInterrupt):
        run(DEMUCS_INSTALLED, [], made[0])
    with pytest.raises(ProcessLookupError):
        os.kill(int(screen.getvalue()), 0)


def test_a_letter_split_between_two_reads_is_one(made: Made, demucs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "a" * (PIECE_BYTES - 1) + "é"
    (demucs / "__main__.py").write_text(f"import os, sys; os.write(1, {text!r}.encode()); sys.exit(1)")
    with pytest.raises(InputError):
        run(DEMUCS_INSTALLED, [], made[0])
    assert capsys.readouterr().err == text


@pytest.mark.parametrize("content", [b"#!/no/such/interpreter\n", b"\0 no program"])
def test_a_demucs_that_cannot_be_started_is_one_line(
    content: bytes, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "demucs").write_bytes(content)
    (tmp_path / "demucs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"demucs failed: .*/demucs") as error:
        run(DEMUCS_INSTALLED, [], made[0])
    assert "\n" not in str(error.value)


def test_what_is_there_goes_before_a_program_of_its_name(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / DEMUCS).symlink_to(made[0].parent / "separated")
    write_beats(tmp_path / BEAT_THIS, 0.31 + np.arange(30) * 0.75)
    (tmp_path / WHISPER).write_text(json.dumps(whisper()))
    corrections = with_beats(None, Path(BEAT_THIS), made[0])
    song = analyze_song(made[0], stems_dir=Path(DEMUCS), corrections=corrections, lyrics_path=Path(WHISPER))
    assert song.corrected == ("beats from beat-this", "voice from vocals.wav", "drums from drums.wav")
    assert song.lyrics is not None


def test_a_demucs_that_is_not_there_is_one_line(made: Made) -> None:
    with pytest.raises(InputError, match="demucs is not installed") as error:
        analyze_song(made[0], stems_dir=Path(DEMUCS))
    assert "\n" not in str(error.value)
    assert "torch" in error.value.cure


@pytest.mark.parametrize(
    "source", ["import no_such_torch", "", "def load_model(name):\n    raise RuntimeError('no net')"]
)
def test_a_whisper_that_fails_is_one_line(
    source: str, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whisper.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match="Whisper failed: ") as error:
        hear_with_whisper(made[0])
    assert "\n" not in str(error.value)
    assert error.value.cure


def write_beats(path: Path, beats_s: np.ndarray, meter: int = 3) -> Path:
    path.write_text("".join(f"{at:.2f}\t{index % meter + 1}\n" for index, at in enumerate(beats_s)))
    return path


def test_beats_of_a_file_are_followed(made: Made, tmp_path: Path) -> None:
    wanted = 0.31 + np.arange(30) * 0.75
    corrections = with_beats(None, write_beats(tmp_path / "song.beats", wanted), made[0])
    song = analyze_song(made[0], corrections=corrections)
    assert [beat.at_ms for beat in song.beats] == [round(at * 1000) for at in wanted]
    assert [beat.position for beat in song.beats] == [index % 3 + 1 for index in range(30)]
    assert song.beats_per_bar == 3
    assert song.tempo_bpm == pytest.approx(80, rel=0.01)
    assert song.corrected == ("beats from song.beats",)


def test_a_beat_written_twice_is_one(tmp_path: Path) -> None:
    path = tmp_path / "song.beats"
    path.write_text("1.5 2\n0.5 1\n0.5 1\n0.5001 1\n1.5 2\n")
    assert [(mark.at_s, mark.position) for mark in read_beats(path)] == [(0.5, 1), (1.5, 2)]


def test_beats_of_another_song_are_one_line(made: Made, tmp_path: Path) -> None:
    corrections = with_beats(None, write_beats(tmp_path / "song.beats", 5000 + np.arange(30) * 0.75), made[0])
    with pytest.raises(InputError, match="beyond the song") as error:
        analyze_song(made[0], corrections=corrections)
    assert "\n" not in str(error.value)


def test_hours_of_beats_are_borne(made: Made, tmp_path: Path) -> None:
    corrections = with_beats(None, write_beats(tmp_path / "song.beats", np.arange(150_000) * 0.75), made[0])
    assert analyze_song(made[0], corrections=corrections).beats_per_bar == 3


def test_beats_without_positions_get_our_bars(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "song.beats"
    path.write_text("# made by hand\n" + "".join(f"{at:.3f}\n" for at in made[2]["beats"]))
    song = analyze_song(made[0], corrections=with_beats(None, path, made[0]))
    assert song.beats_per_bar == 4
    assert [beat.position for beat in song.beats[:5]] == [1, 2, 3, 4, 1]


@pytest.mark.parametrize(
    "content", ["", "1.0 1", "0.5 1\nnot a beat\n", "nan 1\n2 1", "-1 1\n2 2", "1 99\n2 1", "1 1\n" * 50,
                "".join(f"{n / 30}\n" for n in range(200)), None]
)  # fmt: skip
def test_broken_beat_files_are_one_line(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "song.beats"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as error:
        read_beats(path)
    assert "\n" not in str(error.value)


def test_beat_this_is_asked_where_it_is_installed(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not installed") as error:
        with_beats(None, Path(BEAT_THIS), made[0])
    assert "beat-this" in str(error.value.cure)
    # A package with the interface of beat_this 1.1, since the real one needs torch and weights of its own.
    package = tmp_path / "beat_this"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inference.py").write_text(
        "import numpy as np\n"
        "class File2Beats:\n"
        "    def __init__(self, checkpoint_path, device, dbn): self.given = checkpoint_path, device, dbn\n"
        "    def __call__(self, path):\n"
        "        beats = np.arange(0.6, 20, 0.5)\n"
        "        return beats, beats[2::4]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    corrections = with_beats(None, Path(BEAT_THIS), made[0])
    assert corrections is not None
    assert [mark.position for mark in corrections.beats[:8]] == [0, 0, 1, 2, 3, 4, 1, 2]
    song = analyze_song(made[0], corrections=corrections)
    assert [beat.position for beat in song.beats[:4]] == [3, 4, 1, 2]
    assert song.corrected == ("beats from Beat This!",)


WORDS = [("Silent", 2.1, 2.6), ("night", 2.6, 3.4), ("holy", 4.1, 4.6), ("night", 4.7, 5.5)]


def whisper() -> dict[str, object]:
    rows = [{"word": f" {text}", "start": a, "end": b, "probability": 0.9} for text, a, b in WORDS]
    first = {"id": 0, "start": 2.0, "end": 3.5, "text": " Silent night", "words": rows[:2], "avg_logprob": -0.2}
    second = {"id": 1, "start": 4.0, "end": 5.6, "text": " holy night", "words": rows[2:], "avg_logprob": -0.2}
    return {"text": " Silent night holy night", "language": "en", "segments": [first, second]}


def whisperx() -> dict[str, object]:
    content: dict[str, object] = json.loads(json.dumps(whisper()).replace("probability", "score"))
    return {"segments": content["segments"], "word_segments": []}


def web_service() -> dict[str, object]:
    return {"task": "transcribe", "words": [{"word": text, "start": a, "end": b} for text, a, b in WORDS]}


@pytest.mark.parametrize("dialect", [whisper, whisperx, web_service])
def test_words_of_a_transcript(dialect: Callable[[], dict[str, object]], made: Made, tmp_path: Path) -> None:
    path = tmp_path / "song.json"
    path.write_text(json.dumps(dialect()))
    song = analyze_song(made[0], lyrics_path=path)
    assert song.lyrics is not None
    words = [word for line in song.lyrics.lines for word in line.words]
    assert [(word.text, word.start_ms) for word in words] == [(text, round(a * 1000)) for text, a, _ in WORDS]
    assert all(word.phonemes for word in words)
    # A program that is nine in ten sure of a word is believed that much less than one that does not say.
    assert {word.confidence for word in words} == {0.8 if dialect is web_service else 0.72}
    assert song.lyrics.source == "song.json (transcript)"
    assert len(song.lyrics.lines) == (1 if dialect is web_service else 2)


def test_whisper_is_asked_where_it_is_installed(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not installed") as error:
        analyze_song(made[0], lyrics_path=Path(WHISPER))
    assert "openai-whisper" in str(error.value.cure)
    # A package with the interface of openai-whisper, since the real one needs torch and weights of its own.
    (tmp_path / "whisper.py").write_text(
        "class Model:\n"
        "    def transcribe(self, path, word_timestamps):\n"
        f"        assert word_timestamps\n        return {whisper()!r}\n"
        "def load_model(name):\n"
        "    return Model()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    song = analyze_song(made[0], lyrics_path=Path(WHISPER))
    assert song.lyrics is not None
    assert [line.text for line in song.lyrics.lines] == ["Silent night", "holy night"]
    assert song.lyrics.source == "Whisper (transcript)"


def test_a_transcript_of_whisper_cpp_gives_lines(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "song.json"
    rows = [{"offsets": {"from": 2000, "to": 3500}, "text": " Silent night"}, {"offsets": {}, "text": "lost"}]
    path.write_text(json.dumps({"result": {"language": "en"}, "transcription": rows}))
    song = analyze_song(made[0], lyrics_path=path)
    assert song.lyrics is not None
    assert [(line.text, line.start_ms) for line in song.lyrics.lines] == [("Silent night", 2000)]


def test_how_sure_a_program_was_of_each_word_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "song.json"
    for name in ("probability", "score", "confidence"):
        given = [0.25, 1, True, -1, 2, float("nan"), 10**400, None, "0.5"]
        rows = [{"word": "la", "start": n, "end": n + 1, name: value} for n, value in enumerate(given)]
        path.write_text(json.dumps({"segments": [{"start": 0, "end": 9, "text": "la", "words": rows}]}))
        words = read_lyrics(path).lines[0].words
        assert [word.probability for word in words] == [0.25, 1.0, *[None] * 7]


def test_words_without_times_follow_the_last_one() -> None:
    rows = [{"word": "Route", "start": 1, "end": 1.5}, {"word": "66"}, {"word": "!", "start": True, "end": 2}]
    segment = read_segments(json.dumps({"segments": [{"text": "Route 66", "words": rows}]}), Path("a.json"))[0]
    assert [(word.text, word.start_s) for word in segment.words][:2] == [("Route", 1.0), ("66", 1.5)]


@pytest.mark.parametrize(
    "content", ['{"segments": [', '{"a": 1}', '{"segments": "no"}', '{"segments": []}', '{"segments": [{"text": "x"}]}',
                '{"words": [{"word": "x", "start": NaN, "end": 1}]}',
                '{"words": [{"word": "x", "start": 1, "end": 1%s}]}' % ("0" * 400), '{"a": 1%s}' % ("0" * 5000),
                '{"segments":' + "[" * 100_000]
)  # fmt: skip
def test_broken_transcripts_are_one_line(content: str, tmp_path: Path) -> None:
    path = tmp_path / "song.json"
    path.write_text(content)
    with pytest.raises(InputError) as error:
        read_lyrics(path)
    assert "\n" not in str(error.value)
    assert error.value.cure


def test_command_takes_them_all(made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = made[0]
    beats = write_beats(tmp_path / "song.beats", made[2]["beats"], 4)
    transcript = tmp_path / "song.json"
    transcript.write_text(json.dumps(whisper()))
    command = ["analyze", str(song), "--stems", str(song.parent / "separated"), "--beats", str(beats)]
    assert main([*command, "--transcript", str(transcript)]) == 0
    text = capsys.readouterr().out
    for said in ("beats from song.beats", "voice from vocals.wav", "drums from drums.wav", "from song.json"):
        assert said in text
    assert main(["analyze", str(song), "--beats", str(tmp_path / "none.beats")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
