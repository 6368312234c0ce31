"""Where an export lands: whole or not at all, and never over what is no export.

Files and folders are made beside their final names and moved there at the end.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from engine.errors import DailiesError

MARK: Final = "dailies.json"
"""Lies in every folder an export made: such a folder may be replaced by a newer export."""


def named(out: Path, names: tuple[str, ...]) -> tuple[Path, ...]:
    """Where files called ``names``, the main one first, are put: in the folder ``out``, or at that file name.

    Raises
    ------
    DailiesError
        If something else lies there.
    """
    main, *others = names
    ending = Path(main).suffix
    if out.suffix.lower() == ending and not out.is_dir():
        places = (out, *(out.with_name(f"{out.stem}.{other}") for other in others))
    elif out.exists() and not out.is_dir():
        raise DailiesError(f"{out} is a file; give a folder, or a file name that ends in {ending}.")
    else:
        places = (out / main, *(out / other for other in others))
    for place in places:
        if place.is_dir():
            raise DailiesError(f"{place} is a folder; move it away or choose another place.")
    return places


@contextmanager
def files(places: tuple[Path, ...]) -> Iterator[tuple[Path, ...]]:
    """Free names beside ``places`` to write to; all are moved there once the block ends well."""
    with ExitStack() as stack:
        parts = tuple(stack.enter_context(_beside(place)) for place in places)
        yield parts
        for part, place in zip(parts, places, strict=True):
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(place)


@contextmanager
def folder(out: Path, *, called: str) -> Iterator[Path]:
    """A new folder beside ``out`` to write in; it takes its place once the block ends well.

    Parameters
    ----------
    called : str
        What is written, for the sentence.

    Raises
    ------
    DailiesError
        If something else than an export lies there.
    """
    if out.exists() and not out.is_dir():
        raise DailiesError(f"{out} is a file; {called} is a folder of files, so give another name.")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise DailiesError(f"{out} holds other files; give an empty folder or a new name.")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir()
        yield part
        _put_in_place(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def mark(made: Path, said: Mapping[str, str | int]) -> None:
    """Write into a folder that it is an export, and of what."""
    (made / MARK).write_text(json.dumps({"written_by": "Dailies", **said}) + "\n", encoding="utf-8")


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A free name in the folder of ``place``; what still lies there in the end is removed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _put_in_place(part: Path, out: Path) -> None:
    if not out.exists():
        part.rename(out)
        return
    older = out.with_name(f".{out.name}.{secrets.token_hex(4)}.old")
    out.rename(older)
    part.rename(out)
    shutil.rmtree(older, ignore_errors=True)
