"""Tune the shipped weights on a project's own answers, in a process of its own; use a head, or go back."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboard.services import background, own_weights
from dashboard.services.background import Lane, Work
from dashboard.services.export import Format, export
from dashboard.services.permissions import Act, require
from db import audit, clips
from db.errors import RefusedValueError
from db.records import ConsentScope
from db.session import reading, writing
from engine import weights
from engine.errors import DailiesError
from engine.tuned_weights import heads_of, in_force, put_in_force
from engine.vocabulary import Modality

BRAINS: Final[Mapping[Modality, str]] = {Modality.TEXT: "text", Modality.VOICE: "performance"}
"""What the engine's command calls what a head belongs to."""

NEEDED: Final[Mapping[Modality, Format]] = {Modality.TEXT: Format.PARQUET, Modality.VOICE: Format.HUGGINGFACE}
"""What the engine learns from: answers alone, or with the clips."""

FAREWELL_S: Final = 5


class StoppedTuningError(DailiesError):
    """Somebody stopped it; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head that was tuned here.

    Attributes
    ----------
    name : str
        Of its file.
    is_better : bool
        Whether it was shown better on lines or actors it never met; only then it may be used.
    figures : Mapping[str, float]
        ``rows``, ``groups``, ``gain``, ``gain_low``, ``gain_high``, ``spearman_shipped``,
        ``spearman_tuned``.
    """

    modality: Modality
    name: str
    is_in_force: bool
    is_better: bool
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TuningResult:
    """What came of one tuning; ``name`` is ``None`` where there was too little to learn from."""

    modality: Modality
    name: str | None
    is_better: bool
    figures: Mapping[str, float]


def begin(project_id: int, modality: Modality, *, person_id: int | None) -> None:
    """Start tuning; :func:`look` tells how far it is.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.TEACH)
    name = _name(modality)
    background.start(name, lambda report: _tune(project_id, modality, name, report), lane=Lane.SYSTEMS)


def look(modality: Modality) -> Work | None:
    """How far tuning is; its answer is a :class:`TuningResult`."""
    return background.look(_name(modality))


def stop(modality: Modality) -> None:
    """End it early; nothing is kept."""
    background.stop(_name(modality))


def is_stopping(modality: Modality) -> bool:
    """Whether it was asked to end."""
    return background.is_stopping(_name(modality))


def heads() -> tuple[Head, ...]:
    """Every head tuned here, the newest of each modality first; none where other weights ship since."""
    if not own_weights.is_there() or own_weights.is_stale():
        return ()
    folder = own_weights.folder()
    return tuple(
        Head(
            modality=modality,
            name=name,
            is_in_force=name == in_force(modality, folder=folder),
            is_better=bool(entry["gate_open"]),
            figures=entry["figures"],
        )
        for modality in own_weights.MODALITIES
        for name, entry in reversed(heads_of(folder, modality).items())
    )


def use(project_id: int, modality: Modality, name: str | None, *, person_id: int | None) -> int:
    """Have a head answer from now on, or the shipped weights alone; the project's clips are analysed again.

    Thresholds learned for the weights before are suspended as soon as a clip has been analysed anew.

    Returns
    -------
    int
        How many clips were queued.

    Raises
    ------
    RefusedValueError
        If the head was not shown better.
    UnknownNameError
        If there is no such head.
    NotAllowedError
        If the person's part in the project does not include it.
    """
    known = {head.name: head for head in heads()}
    if name is not None and name in known and not known[name].is_better:
        raise RefusedValueError(
            "This head was not shown better than the shipped weights; it stays out of force."
        )
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        put_in_force(own_weights.folder(), modality, name)
        queued = clips.queue_all(session, project_id)
        audit.write(
            session,
            "weights.tuned",
            f"project:{project_id}",
            person_id=person_id,
            details={"modality": modality.value, "head": name, "clips": queued},
        )
    own_weights.use()
    return queued


def _tune(project_id: int, modality: Modality, name: str, report: Callable[[int, int], None]) -> TuningResult:
    own_weights.set_stale_aside()
    with tempfile.TemporaryDirectory(prefix="dailies-tuning-") as place:
        exported = Path(place) / "export"
        export(project_id, format_name=NEEDED[modality], out=exported, purpose=ConsentScope.TRAINING)
        words = ("train", BRAINS[modality], "--data", str(exported), "--out", str(own_weights.folder()))
        told = _run(words, report, lambda: background.is_stopping(name))
    return TuningResult(modality, told["file"], told["is_better"], told["figures"])


def _run(
    words: tuple[str, ...], report: Callable[[int, int], None], is_stopping: Callable[[], bool]
) -> dict[str, Any]:
    """Run the engine's command and follow its progress; what it says last."""
    command = [sys.executable, "-m", "engine", *words, "--candidate", "--json"]
    told: dict[str, Any] = {}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaint,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=complaint, cwd=weights.ROOT, encoding="utf-8"
        ) as running,
    ):
        assert running.stdout is not None
        for line in running.stdout:
            if is_stopping():
                running.terminate()
                running.wait(FAREWELL_S)
                raise StoppedTuningError("Tuning was stopped; nothing changed.")
            told = json.loads(line)
            if "of" in told:
                report(told["done"], told["of"])
        if running.wait():
            complaint.seek(0)
            raise DailiesError(
                complaint.read().strip().rpartition("\n")[2] or "Tuning ended early; try again."
            )
    return told


def _name(modality: Modality) -> str:
    return f"tune:{modality.value}"
