"""The weights folder of this installation, where heads tuned on its own answers lie beside the shipped files.

It is used for every project while a head is in force, unless somebody named another folder in the
environment, or the shipped files have changed since: a head belongs to the weights it was tuned beside.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from db.location import data_folder
from engine import weights
from engine.tuned_weights import IN_FORCE, start_of
from engine.vocabulary import Modality

FOLDER: Final = "weights"
MODALITIES: Final = (Modality.TEXT, Modality.VOICE)
OLDER: Final = "weights-before"

Mark = tuple[str, int]


def folder() -> Path:
    """Where it lies."""
    return data_folder() / FOLDER


def is_there() -> bool:
    """Whether anything was ever tuned here."""
    return (folder() / weights.MANIFEST).is_file()


def is_stale() -> bool:
    """Whether other weights ship now than those the heads were tuned beside."""
    if not is_there():
        return False
    ours = weights.manifest(folder())["files"]
    tuned = tuple(start_of(modality) for modality in MODALITIES)
    held = {name: entry["sha256"] for name, entry in ours.items() if not name.startswith(tuned)}
    shipped = weights.manifest(weights.shipped_dir())["files"]
    return held != {name: entry["sha256"] for name, entry in shipped.items()}


def is_elsewhere() -> bool:
    """Whether somebody named another weights folder, which then answers whatever is tuned here."""
    named = os.environ.get(weights.FOLDER_VARIABLE)
    return named is not None and named != str(folder())


def use() -> None:
    """Have this process, and those it starts, read the weights that are to be used here."""
    if is_elsewhere():
        return
    if is_there() and not is_stale() and weights.manifest(folder()).get(IN_FORCE):
        os.environ[weights.FOLDER_VARIABLE] = str(folder())
    else:
        os.environ.pop(weights.FOLDER_VARIABLE, None)


def mark() -> Mark:
    """Changes whenever other weights are to be used."""
    manifest = weights.weights_dir() / weights.MANIFEST
    return str(manifest), manifest.stat().st_mtime_ns if manifest.is_file() else 0


def set_stale_aside() -> None:
    """Move a folder that belongs to older shipped weights away, so that another can begin."""
    if is_stale():
        number = 1
        while (place := data_folder() / f"{OLDER}-{number}").exists():
            number += 1
        shutil.move(folder(), place)
