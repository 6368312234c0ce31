"""Finished folds on disk, so that an evaluation can be stopped and goes on where it was."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from engine.evaluation.part import Part
from engine.evaluation.predictions import Predictions, predictions_from_json
from engine.weights import commit

BLOCK_BYTES: Final = 1 << 20
KEY_SIGNS: Final = 16
MANY: Final = 200
"""A folder of more files than this is told by names and sizes: reading every recording would take longer
than the figures."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When folds were run, and which code was checked out.

    Attributes
    ----------
    when : str
        In UTC; of several folds the last one.
    commit : str
        Of several folds each, in their order. Both are empty where that was not noted.
    """

    when: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class FoldStore:
    """Predictions of finished folds, one JSON file each.

    Attributes
    ----------
    folder : Path
        Usually ``.cache/evaluate``. It may be deleted at any time.
    commit : str
        What is checked out as the run begins: its folds are stamped with it.
    """

    folder: Path
    commit: str = field(default_factory=commit)

    def read(self, part: Part, fold: str) -> Mapping[str, Predictions] | None:
        """What the fold found, or ``None`` where it has to be run, with this code and these data."""
        path = self._path(part, fold)
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return {row: predictions_from_json(one) for row, one in kept["rows"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            return None  # missing, or cut short by a full disk: both mean that it is run again

    def stamp(self, part: Part) -> Stamp:
        """When the kept folds of a part were run."""
        kept = [self._content(part, fold) for fold in part.folds]
        commits = dict.fromkeys(str(one["commit"]) for one in kept if one.get("commit"))
        return Stamp(max(str(one.get("when", "")) for one in kept), ", ".join(commits))

    def _content(self, part: Part, fold: str) -> Mapping[str, object]:
        try:
            content = json.loads(self._path(part, fold).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def keep(self, part: Part, fold: str, found: Mapping[str, Predictions]) -> None:
        """Keep what a fold found; a reader never meets half a file."""
        path = self._path(part, fold)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "part": part.name,
            "fold": fold,
            "seed": part.seed,
            "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "commit": self.commit,
            "rows": {row: one.as_json() for row, one in found.items()},
        }
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
        partial.replace(path)

    def _path(self, part: Part, fold: str) -> Path:
        readable = re.sub(r"[^a-z0-9]+", "-", f"{part.name} {fold}".lower()).strip("-")
        return self.folder / f"{readable}-{part_key(part)}.json"


def part_key(part: Part) -> str:
    """Hash of the code, the data and the seed that a part's outcome rests on."""
    digest = hashlib.sha256(repr((part.name, part.seed)).encode())
    for name in part.modules:
        digest.update(_module_hash(name).encode())
    for path in part.inputs:
        digest.update(f"{path.name} {_content_hash(path)}".encode())
    return digest.hexdigest()[:KEY_SIGNS]


@cache
def _module_hash(name: str) -> str:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return "missing"
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()


@cache
def _content_hash(path: Path) -> str:
    """Hash of a file's bytes, or of a folder's files; missing ones have a hash too."""
    digest = hashlib.sha256()
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        for file in files:
            told = str(file.stat().st_size) if len(files) > MANY else _content_hash(file)
            digest.update(f"{file.relative_to(path).as_posix()} {told}".encode())
    elif path.is_file():
        with path.open("rb") as opened:
            while block := opened.read(BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()
