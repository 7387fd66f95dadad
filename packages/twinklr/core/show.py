"""`make_show`: the main job as one call. A song and a show folder go in, a folder of finished files comes out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from twinklr.core.agents import OfflineProvider, Planner, create_llm_logger
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.errors import InputError, OutputError
from twinklr.core.pipeline import JsonLines, Observer, PipelineContext, PipelineExecutor
from twinklr.core.report import ShowScore, check_target, publish
from twinklr.core.sequencer import create_sequencer_pipeline


@dataclass(frozen=True, slots=True)
class ShowRequest:
    """What to make, and where it goes.

    Attributes:
        song: The audio file.
        show_dir: The xLights show folder.
        out_dir: Files go to ``out_dir/<song>/``.
        job: Frame rate, seed, lyrics file, models.
        force: Replace an existing sequence (a backup is kept).
        fresh: Do everything again, whatever earlier runs have kept.
    """

    song: Path
    show_dir: Path
    out_dir: Path
    job: JobConfig = field(default_factory=JobConfig)
    force: bool = False
    fresh: bool = False

    @property
    def folder(self) -> Path:
        """Where the finished files go."""
        return self.out_dir / self.song.stem


@dataclass(frozen=True, slots=True)
class MadeShow:
    """A finished show: its files, how well it follows the music, and how long it took."""

    folder: Path
    files: tuple[Path, ...]
    score: ShowScore
    duration_ms: float


async def make_show(
    request: ShowRequest,
    *,
    provider: Planner | None = None,
    app_config: AppConfig | None = None,
    observers: Sequence[Observer] = (),
) -> MadeShow:
    """Make a show.

    The work happens in a hidden folder beside the target and is published at the end: a failure or cancellation
    leaves what was there before untouched.

    Args:
        request: What to make.
        provider: Who makes the creative choices; the offline rules by default.
        app_config: Settings of this machine.
        observers: Called with every event of the run (a progress display, say).

    Raises:
        InputError: If the song or the show folder cannot be used.
        OutputError: If the files cannot be written, or a sequence is there and ``force`` is not set.
        ProviderError: If the provider does not answer usefully.
    """
    app_config = app_config or AppConfig()
    if request.song.is_dir():
        raise InputError("this is a folder", where=request.song, expected="an audio file", cure="name the song")
    check_target(request.folder, request.song.stem, force=request.force)
    made_out_dir = not request.out_dir.exists()
    work = _work_folder(request.out_dir)
    try:
        context = PipelineContext(
            provider=provider or OfflineProvider(seed=request.job.seed),
            app_config=app_config,
            job_config=request.job,
            llm_logger=create_llm_logger(work / ".llm.jsonl"),
            output_dir=work,
        )
        executor = PipelineExecutor(
            store=None if request.fresh else app_config.cache_dir / "stages",
            observers=[JsonLines(work / "run.jsonl"), *observers],
        )
        pipeline = create_sequencer_pipeline(show_dir=request.show_dir)
        result = await executor.execute(pipeline, str(request.song), context)
        result.raise_for_failure()
        files = publish(work, request.folder)
        return MadeShow(request.folder, tuple(files), result.outputs["score"], result.total_duration_ms)
    finally:
        _remove(work)
        if made_out_dir and not any(request.out_dir.iterdir()):
            request.out_dir.rmdir()


def _work_folder(out_dir: Path) -> Path:
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".twinklr-", dir=out_dir))
    except OSError as error:
        raise OutputError(
            f"this place cannot be written: {error.strerror or error}",
            where=out_dir,
            cure="choose another folder with --out",
        ) from error


def _remove(work: Path) -> None:
    """Remove the work folder, under another name so that an abandoned stage cannot add files to it meanwhile."""
    gone = work.with_name(f"{work.name}-gone")
    try:
        work.rename(gone)
    except OSError:  # a folder that cannot be moved must not hide how the run ended
        gone = work
    shutil.rmtree(gone, ignore_errors=True)
