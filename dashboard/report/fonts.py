"""The Noto fonts (SIL Open Font License), which come in packages: nothing else is installed."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.errors import DailiesError

FILES: Final = "files"
SLANTED: Final = "Italic"


class Script(StrEnum):
    """A script, and the package with its letters."""

    LATIN = "fontpkg_noto_sans"
    DEVANAGARI = "fontpkg_noto_sans_devanagari"
    ARABIC = "fontpkg_noto_sans_arabic"


def path_of(script: Script) -> Path:
    """Where the upright font of a script lies.

    Raises
    ------
    DailiesError
        If its package is not installed.
    """
    found = find_spec(script.value)
    if found is None or found.origin is None:
        raise DailiesError(f"The font package {script.value} is not installed; install requirements.txt.")
    files = (Path(found.origin).parent / FILES).glob("*.ttf")
    return next(file for file in sorted(files) if SLANTED not in file.name)
