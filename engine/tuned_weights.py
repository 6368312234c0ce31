"""Heads tuned on own labels, as files of a weights folder: which there are, and which is in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from engine import weights
from engine.errors import UnknownNameError
from engine.vocabulary import Modality

IN_FORCE: Final = "in_force"
"""Where the manifest says which head is in force: ``{"text": FILE, "voice": FILE}``."""


LEAST_ROWS: Final = 40
LEAST_GROUPS: Final = 10
"""Rated examples, and the groups they stand in, below which a head cannot be told from luck."""


def start_of(modality: Modality) -> str:
    """How the names of a modality's heads begin; a number follows."""
    return f"tuned_{modality.value}_"


def heads_of(folder: Path, modality: Modality) -> dict[str, dict[str, Any]]:
    """The heads ever tuned in a weights folder, oldest first, with what the manifest says of each."""
    files = weights.manifest(folder)["files"]
    start = start_of(modality)
    named = sorted((name for name in files if name.startswith(start)), key=lambda name: (len(name), name))
    return {name: files[name] for name in named}


def in_force(modality: Modality, *, folder: Path | None = None) -> str | None:
    """Name of the head's file in force, ``None`` where the shipped weights answer alone.

    Parameters
    ----------
    folder : Path, optional
        The weights folder in use if not given.
    """
    chosen = weights.manifest(folder).get(IN_FORCE, {})
    name = chosen.get(modality.value) if isinstance(chosen, dict) else None
    return name if isinstance(name, str) else None


def put_in_force(folder: Path, modality: Modality, name: str | None) -> None:
    """Let a head answer in a weights folder, or, with ``None``, the shipped weights alone.

    Raises
    ------
    UnknownNameError
        If the folder has no such head.
    """
    content = weights.manifest(folder)
    known = heads_of(folder, modality)
    if name is not None and name not in known:
        there = ", ".join(known) or "none yet"
        raise UnknownNameError(f"There is no head {name!r} in {folder.name}; there are: {there}.")
    chosen = dict(content.get(IN_FORCE, {}))
    if name is None:
        chosen.pop(modality.value, None)
    else:
        chosen[modality.value] = name
    content[IN_FORCE] = chosen
    temporary = folder / f"{weights.MANIFEST}.part"
    temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(folder / weights.MANIFEST)
