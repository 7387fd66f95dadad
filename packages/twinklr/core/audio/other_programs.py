"""Programs of others that listen for us, where the user has them: none comes with Twinklr, since all need torch."""

from __future__ import annotations

import codecs
import importlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from twinklr.core.audio.given_files import is_file
from twinklr.core.errors import InputError

PIECE_BYTES, LONGEST_REASON = 4000, 200


@dataclass(frozen=True)
class Program:
    """A program that may be installed.

    Attributes:
        title: Its name, as its makers write it.
        package: What Python imports.
        distribution: What is installed.
        option: Where the user asks for it.
        instead: What he may hand in if he has run it himself.
    """

    title: str
    package: str
    distribution: str
    option: str
    instead: str

    def is_missing(self) -> InputError:
        """The error where it is not installed."""
        cure = f"install the package {self.distribution} (it needs torch), or give {self.instead}"
        return InputError(f"{self.title} is not installed", where=self.option, cure=cure)

    def failed(self, song: Path, reason: str) -> InputError:
        """The error where it could not do its work."""
        cure = f"try it without Twinklr, or give {self.instead} with {self.option}"
        said = " ".join(reason.split())[:LONGEST_REASON] or "it does not say why"
        return InputError(f"{self.title} failed: {said}", where=song, cure=cure)


WHISPER = Program("Whisper", "whisper", "openai-whisper", "--transcript", "the JSON it wrote")
BEAT_THIS = Program("Beat This!", "beat_this", "beat-this", "--beats", "the .beats file it wrote")
DEMUCS = Program("demucs", "demucs", "demucs", "--stems", "the folder it wrote")


def is_asked(name: str, given: Path | None) -> bool:
    """Whether what was given is the name of a program; a file of that name, where there is one, goes before it."""
    return given is not None and str(given) == name and not is_file(given)


@contextmanager
def asked(program: Program, song: Path) -> Iterator[None]:
    """Whatever goes wrong inside a program of others is said in one line, as what it is: not ours to mend.

    Raises:
        InputError: It raised anything.
    """
    try:
        yield
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        # What it may raise is nowhere written: no network, no ffmpeg, no memory, a part that is missing.
        raise program.failed(song, f"{type(error).__name__}: {error}") from error


def load(program: Program, module: str) -> ModuleType:
    """A module of an installed program.

    Raises:
        ImportError: A part it needs is missing; call it within `asked`.
        InputError: It is not installed.
    """
    if not _is_installed(program):
        raise program.is_missing()
    return importlib.import_module(module)


def run(program: Program, arguments: list[str], song: Path) -> None:
    """Run a program by its command line; what it prints goes on to stderr as it comes.

    Args:
        program: It may be installed beside us, or be a command of its own.
        arguments: For its command line.
        song: What it works on, for messages.

    Raises:
        InputError: It is not installed, cannot be started, or stops with an error.
    """
    command = shutil.which(program.package)
    if _is_installed(program):
        # Without -P, whatever lies in the folder we are called from could stand in for the program.
        start = [sys.executable, "-P", "-m", program.package]
    elif command is not None:
        start = [command]
    else:
        raise program.is_missing()
    try:
        process = subprocess.Popen(
            [*start, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )
    except OSError as error:
        raise program.failed(song, f"{error.strerror or 'it cannot be started'}: {start[0]}") from error
    with process:
        try:
            last = _show(process)
        except BaseException:
            # Left alone, it would work on for minutes and write into a folder that is gone.
            process.kill()
            raise
    if process.returncode:
        said = last.replace("\r", "\n").strip().splitlines()
        raise program.failed(song, said[-1] if said else f"it stopped with code {process.returncode}")


def _show(process: subprocess.Popen[bytes]) -> str:
    """Prints on stderr what a program says, until it is done; the last of that."""
    assert process.stdout is not None
    # A letter may be split between two pieces.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    last, is_done = "", False
    while not is_done:
        piece = process.stdout.read(PIECE_BYTES)
        is_done = not piece
        text = decoder.decode(piece, final=is_done)
        sys.stderr.write(text)
        sys.stderr.flush()
        last = (last + text)[-PIECE_BYTES:]
    return last


def _is_installed(program: Program) -> bool:
    spec = importlib.util.find_spec(program.package)
    # A folder that happens to have the name has no origin.
    return spec is not None and spec.origin is not None
