"""Bring clips into a project: check everything, store each file, queue it for analysis.

Nothing is analysed here; the worker takes what is queued. A clip that cannot be used is left out
with its sentence and does not keep the others out. Importing again adds what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from dashboard.services import clip_limits, media_store, projects
from dashboard.services.lines_table import (
    MAX_WORD_CHARACTERS,
    LineRow,
    LinesTable,
    checked_name,
    composed,
)
from dashboard.services.permissions import Act, ensure, require
from dashboard.services.refusals import worded
from db import audit, clips, consents
from db.errors import RefusedValueError
from db.records import ClipDraft, ClipRecord, ClipStatus, ProjectRecord
from db.session import reading, writing
from engine.errors import DailiesError, MediaError, TableError
from engine.media import probe
from engine.vocabulary import LineSource

CLIP_SUFFIXES: Final = frozenset(
    {".3gp", ".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm"}
    | {".aac", ".aiff", ".amr", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wmv"}
)
"""What is taken for a clip in a folder, beside every file that LINES.csv names."""

SHOWN_NAMES: Final = 3
SHOWN_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Source:
    """One file to bring in.

    Attributes
    ----------
    name : str
        What the person calls it: a file name without folders.
    open : callable
        Opens it for reading from the start.
    path : Path or None
        Where it lies, if it is a file of this machine.
    """

    name: str
    open: Callable[[], BinaryIO]
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A clip that was left out, and why."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the files of an import.

    Attributes
    ----------
    added : tuple of ClipRecord
        Stored and queued.
    already_there : tuple of ClipRecord
        In the project before, by content; nothing was changed.
    refused : tuple of Refusal
    left_out : tuple of str
        Names of the files that were not looked at, because the import was stopped before them.
    """

    added: tuple[ClipRecord, ...]
    already_there: tuple[ClipRecord, ...]
    refused: tuple[Refusal, ...]
    left_out: tuple[str, ...] = ()


def sources_at(path: Path, lines: LinesTable | None) -> tuple[Source, ...]:
    """The clips at ``path``: the file itself, or the clips of a folder in the order of their names.

    Raises
    ------
    MediaError
        If there is nothing there, or no clip in the folder.
    TableError
        If ``lines`` names a clip that is not there.
    """
    found = _clips_in(path, set() if lines is None else set(lines.rows)) if is_folder(path) else [path]
    refuse_unknown_clips(lines, [file.name for file in found])
    return tuple(Source(name=file.name, open=_opener(file), path=file) for file in found)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder.

    Raises
    ------
    MediaError
        If it cannot even be asked.
    """
    try:
        return path.is_dir()
    except OSError as error:  # a name longer than any, for example
        raise MediaError(f"{path.name[:SHOWN_CHARACTERS]} cannot be opened: {error.strerror}.") from None


def _clips_in(folder: Path, listed: set[str]) -> list[Path]:
    try:
        files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    except OSError as error:
        raise MediaError(f"The folder {folder.name} cannot be read: {error.strerror}.") from None
    found = [file for file in files if file.suffix.lower() in CLIP_SUFFIXES or composed(file.name) in listed]
    if not found:
        raise MediaError(
            f"There is no clip in the folder {folder.name or folder}; give a folder of video or sound files."
        )
    return found


def refuse_unknown_clips(lines: LinesTable | None, names: Iterable[str]) -> None:
    """Check that every clip of LINES.csv is among ``names``.

    Raises
    ------
    TableError
        If one is not.
    """
    if lines is None:
        return
    given = {composed(name) for name in names}
    missing = [name for name in lines.rows if name not in given]
    if missing:
        shown = ", ".join(missing[:SHOWN_NAMES]) + (" …" if len(missing) > SHOWN_NAMES else "")
        raise TableError(
            f"{lines.name} names {len(missing)} clip(s) that are not there: {shown}; "
            "add the files or remove the rows."
        )


def import_clips(
    project_name: str,
    sources: Sequence[Source],
    *,
    lines: LinesTable | None = None,
    check_media: bool = False,
    progress: Callable[[int, int], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
    person_id: int | None = None,
) -> ImportReport:
    """Store ``sources`` in a project (made if there is none) and queue them for analysis.

    Parameters
    ----------
    lines : LinesTable, optional
        A row's ``project`` goes before ``project_name``.
    check_media : bool
        Open each file here before it is stored. A server leaves that to its worker, which a hostile
        file may take down.
    progress : callable, optional
        Called with (files done, files in all).
    is_stopped : callable, optional
        Asked before each file; once true, the files from there on are left out.

    Raises
    ------
    DailiesError
        If a name of a project or of a file cannot be used; nothing is stored then.
    """
    if not 0 < len(project_name.strip()) <= MAX_WORD_CHARACTERS:
        raise TableError(f"A project's name has 1 to {MAX_WORD_CHARACTERS} characters; choose another.")
    names = [checked_name(source.name, where="This import") for source in sources]
    refuse_unknown_clips(lines, names)
    added: list[ClipRecord] = []
    there: list[ClipRecord] = []
    refused: list[Refusal] = []
    left_out: list[str] = []
    for index, (name, source) in enumerate(zip(names, sources, strict=True)):
        if is_stopped is not None and is_stopped():
            left_out = names[index:]
            break
        row = None if lines is None else lines.row_of(name)
        try:
            if check_media and source.path is not None:
                probe(source.path)
            clip, is_new = _store(project_name, name, source, row, person_id)
            (added if is_new else there).append(clip)
        except DailiesError as error:
            refused.append(Refusal(name=name, sentence=str(error)))
        if progress is not None:
            progress(index + 1, len(sources))
    return ImportReport(
        added=tuple(added), already_there=tuple(there), refused=tuple(refused), left_out=tuple(left_out)
    )


def analyse_again(clip_id: str, *, person_id: int | None = None) -> ClipRecord:
    """Queue a clip once more; its earlier predictions stay. Does nothing while it is being analysed.

    Raises
    ------
    UnknownRowError
        If there is no such clip.
    """
    with writing() as session:
        clip = clips.get(session, clip_id)
        require(session, clip.project_id, person_id, Act.SET_UP)
        if clip.status in (ClipStatus.ANALYSING, ClipStatus.WITHDRAWN):
            return clip
        audit.write(session, "clip.analyse_again", f"clip:{clip_id}", person_id=person_id)
        return clips.set_status(session, clip_id, ClipStatus.QUEUED)


def _store(
    project_name: str, name: str, source: Source, row: LineRow | None, person_id: int | None
) -> tuple[ClipRecord, bool]:
    """Store one file; the clip, and whether it is new to the project."""
    wanted = project_name if row is None or row.project is None else row.project
    project = projects.get_or_create(wanted, person_id=person_id)
    ensure(project.id, person_id, Act.SET_UP)  # a table may name other projects than the one it is given to
    try:
        with source.open() as opened:
            stored = media_store.put_stream(opened, most_bytes=clip_limits.most_bytes())
    except OSError as error:
        raise MediaError(f"{name} cannot be read: {error.strerror or error}.") from error
    with writing() as session:
        require(session, project.id, person_id, Act.SET_UP)
        known = clips.by_sha256(session, project.id, stored.sha256)
        if known is not None and known.status is ClipStatus.WITHDRAWN:
            if not consents.needed_by_others(session, {stored.key}, {known.id}):
                media_store.remove(stored.key)
            raise worded(RefusedValueError, "consent.refusal.withdrawn_clip", name=name)
        if known is not None:
            return known, False
        clip = clips.add(session, project.id, _draft(name, stored, row, project))
        audit.write(
            session,
            "clip.import",
            f"clip:{clip.id}",
            person_id=person_id,
            details={"name": name, "sha256": stored.sha256},
        )
        return clip, True


def _draft(
    name: str, stored: media_store.StoredFile, row: LineRow | None, project: ProjectRecord
) -> ClipDraft:
    known = row or LineRow(clip=name, line="")
    return ClipDraft(
        sha256=stored.sha256,
        original_name=name,
        media_key=stored.key,
        size_bytes=stored.size_bytes,
        line=known.line,
        line_source=LineSource.GIVEN if known.line else LineSource.NONE,
        actor=known.actor,
        language=known.language or project.language,
        genre=known.genre,
        directed_emotion=known.directed_emotion,
        directed_intensity=known.directed_intensity,
    )


def still_open(project_ids: Collection[int]) -> Mapping[str, ClipStatus]:
    """The clips of some projects that are not analysed yet, by id; for the command line."""
    with reading() as session:
        return clips.open_of_projects(session, project_ids)


def statuses(clip_ids: Sequence[str], *, person_id: int | None = None) -> tuple[ClipRecord, ...]:
    """How far some clips are, in their order; from the database, whoever analyses them.

    Raises
    ------
    NotAllowedError
        If the person's part in a clip's project does not include it.
    """
    with reading() as session:
        found = tuple(clips.get(session, clip_id) for clip_id in clip_ids)
        for project_id in {clip.project_id for clip in found}:
            require(session, project_id, person_id, Act.RATE)
        return found


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")
