"""What ``make evaluate`` last wrote about the shipped systems, read back for whoever has to choose one.

Figures come from the newest file of ``docs/results`` and from nowhere else. It also holds what was measured
before and not again (:mod:`engine.evaluation.carried`), so what it does not hold was not measured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine import weights
from engine.errors import WeightsError
from engine.vocabulary import SystemName

RESULTS: Final = weights.ROOT / "docs" / "results"
PATTERN: Final = "evaluate-*.json"
SHIPPED: Final = "as shipped"
"""What stands in the names of the alignment system's rows in files written before rows named their system."""


@dataclass(frozen=True, slots=True)
class Score:
    """One measured row of one system.

    Attributes
    ----------
    system : SystemName
    part, table, name : str
        Which part of the evaluation it is, what was measured, and which branch of the system it is.
    n, folds : int
        Answers, and parts without a shared person or dialogue.
    mean, spread : Mapping of str to float
        By figure (``accuracy``, ``weighted_f1``, ``macro_f1``, ``auc``, ``pearson``, ``calibration_error``,
        ``calibration_limit`` …); the spread is the standard deviation over folds.
    protocol, remark : str
    targets : tuple of str
    reliability : tuple of (float, float, int)
        Mean stated probability, share that came true, and count; empty for intensities.
    command : str
        What writes the row.
    is_current : bool or None
        Whether it was measured with the weights that lie here; ``None`` where the file does not say.
    measured, commit : str
        When, and with which code checked out; empty where the file does not say.
    """

    system: SystemName
    part: str
    table: str
    name: str
    n: int
    folds: int
    mean: Mapping[str, float]
    spread: Mapping[str, float]
    protocol: str
    remark: str
    targets: tuple[str, ...]
    reliability: tuple[tuple[float, float, int], ...]
    command: str
    is_current: bool | None
    measured: str
    commit: str


@dataclass(frozen=True, slots=True)
class StoredResults:
    """The scores of a results file.

    Attributes
    ----------
    written : str
        When, with the time zone.
    commit : str
        Empty where the file does not say.
    file : str
        Its name.
    """

    written: str
    commit: str
    file: str
    scores: tuple[Score, ...]

    def of(self, system: SystemName) -> tuple[Score, ...]:
        """The scores of one system, in the order of the tables."""
        return tuple(score for score in self.scores if score.system is system)


def stored_results(folder: Path | None = None) -> StoredResults | None:
    """The newest results, ``None`` where there are none that can be read.

    Parameters
    ----------
    folder : Path, optional
        ``DAILIES_RESULTS``, or ``docs/results`` of the checkout.
    """
    where = folder or Path(os.environ.get("DAILIES_RESULTS", RESULTS))
    for path, content in results_files(where):
        try:
            return _read(path.name, content)
        except (ValueError, KeyError, TypeError):
            continue  # not ours: an older one may do
    return None


def results_files(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The results files of a folder with what they hold, the newest first; one cut short is passed over."""
    for path in sorted(folder.glob(PATTERN), reverse=True):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            yield path, content


def _read(name: str, content: Mapping[str, Any]) -> StoredResults:
    here = _versions()
    scores = [
        _score(content, table, row, system, here)
        for table in content["tables"]
        for row in table["rows"]
        if (system := _system(row)) is not None
    ]
    return StoredResults(str(content["written"]), str(content.get("commit", "")), name, tuple(scores))


def _system(row: Mapping[str, Any]) -> SystemName | None:
    named = row.get("system")
    if named is not None:
        return SystemName(named)
    return SystemName.ALIGNMENT if "system" not in row and SHIPPED in str(row["name"]) else None


def _score(
    content: Mapping[str, Any],
    table: Mapping[str, Any],
    row: Mapping[str, Any],
    system: SystemName,
    here: Mapping[str, str],
) -> Score:
    used: Mapping[str, str] = row.get("weights") or {}
    part = str(row.get("part") or ",".join(table["parts"]))
    return Score(
        system=system,
        part=part,
        table=str(table["title"]),
        name=str(row["name"]),
        n=int(row["n"]),
        folds=int(row["folds"]),
        mean={key: float(value) for key, value in row["mean"].items()},
        spread={key: float(value) for key, value in row["spread"].items()},
        protocol=str(table["protocol"]),
        remark=str(row["remark"]),
        targets=tuple(table["targets"]),
        reliability=tuple((float(p), float(q), int(n)) for p, q, n in row["reliability"]),
        command=f"make evaluate EVALUATE={part}",
        is_current=all(here.get(file) == version for file, version in used.items()) if used else None,
        measured=str(row.get("measured", content["written"])),
        commit=str(row.get("commit", content.get("commit", ""))),
    )


def _versions() -> Mapping[str, str]:
    try:
        files = weights.manifest()["files"]
    except WeightsError:
        return {}
    return {name: str(entry["sha256"])[: weights.VERSION_DIGITS] for name, entry in files.items()}
