"""Tune heads on Dailies' own export: ``python -m engine train text|performance --data EXPORTED --out DIR``.

``DIR`` becomes a weights folder: the shipped files, and beside them each head that was ever tuned there,
numbered. Only a head that was shown better goes in force; ``python -m engine tuned DIR`` says which does
and takes it back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from engine import weights
from engine.errors import WeightsError
from engine.systems.text_brain import FILE as TEXT_FILE
from engine.systems.text_brain import TextBrain
from engine.systems.tuned_head import BESIDE, TunedHead, line_summary
from engine.training.own_export import rated_clips, rated_lines
from engine.training.tuning_fit import Labelled, Tuning, tune
from engine.tuned_weights import heads_of, put_in_force, start_of
from engine.vocabulary import Modality

MODALITY_OF: Final = {"text": Modality.TEXT, "performance": Modality.VOICE}
Say = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Tuned:
    """A head and what was found about it; ``file`` is ``None`` where none could be fitted."""

    modality: Modality
    file: str | None
    is_in_force: bool
    tuning: Tuning


def train(
    brain: str,
    data: Path,
    out: Path,
    *,
    seed: int,
    language: str | None = None,
    promote: bool = True,
    say: Say = print,
    progress: Progress | None = None,
) -> Tuned:
    """Tune one brain's head on an export, and put it in force in ``out`` if it is better.

    Parameters
    ----------
    brain : str
        ``text``: what lines demand; ``performance``: what performances show, by the voice.
    data : Path
        The export.
    out : Path
        A weights folder, made of the shipped one if need be; never the shipped one itself.
    language : str, optional
        Only of clips in it.
    promote : bool
        Put the head in force if it is better; without it it is kept only.
    progress : callable, optional
        Called with (examples read, examples in all).

    Raises
    ------
    TableError
        If the export cannot be used.
    WeightsError
        If ``out`` is the shipped folder, or holds other brains than those that are loaded.
    """
    modality = MODALITY_OF[brain]
    if out.resolve() == weights.shipped_dir().resolve():
        raise WeightsError("The shipped weights are not tuned in place; let --out name a folder of its own.")
    torch.set_num_threads(1)
    labelled, beside = (
        _lines(data, language, progress) if brain == "text" else _clips(data, language, progress)
    )
    tuning = tune(labelled, beside=beside, generator=np.random.default_rng(seed))
    _made_of_shipped(out)
    name = None
    if tuning.head is not None:
        name = _keep(modality, tuning, tuning.head, out, seed=seed, command=_command(brain, language, seed))
        if tuning.is_better and promote:
            put_in_force(out, modality, name)
    say(f"{brain}: {tuning.reason}")
    return Tuned(modality, name, tuning.is_better and promote, tuning)


def _lines(data: Path, language: str | None, progress: Progress | None) -> tuple[Labelled, str]:
    rated = rated_lines(data, language=language)
    brain = TextBrain.load()
    readings = brain.read_many(rated.lines)
    if progress is not None:
        progress(len(readings), len(readings))
    known = np.array([reading.expected is not None for reading in readings])
    read = [line_summary(reading) for reading in readings if reading.expected is not None]
    labelled = Labelled(
        read=np.stack(read) if read else np.zeros((0, 1)),
        shipped=np.array([reading.expected for reading in readings if reading.expected is not None]),
        rated=rated.rated[known],
        weight=rated.answers[known].astype(np.float64),
        group=np.array(rated.lines, dtype=object)[known].astype(str),
    )
    return labelled, brain.version


def _clips(data: Path, language: str | None, progress: Progress | None) -> tuple[Labelled, str]:
    from engine.systems.alignment import (
        AlignmentSystem,  # loads the trackers, which tuning of words does not need
    )

    rated = rated_clips(data, language=language)
    system = AlignmentSystem.load()
    rows, read, shipped = [], [], []
    for place, path in enumerate(rated.paths):
        reading, summary = system.performed(path)
        if reading.expressed is not None and summary is not None:
            rows.append(place)
            read.append(summary.astype(np.float64))
            shipped.append(reading.expressed)
        if progress is not None:
            progress(place + 1, len(rated.paths))
    labelled = Labelled(
        read=np.stack(read) if read else np.zeros((0, 1)),
        shipped=np.array(shipped),
        rated=rated.rated[rows],
        weight=rated.answers[rows].astype(np.float64),
        group=rated.actors[rows].astype(str),
    )
    return labelled, system.performance.version


def _made_of_shipped(out: Path) -> None:
    """Copy the weights in use into a folder that holds none yet; one that does must hold the same brains."""
    source = weights.weights_dir()
    if not (out / weights.MANIFEST).is_file():
        if out.exists() and any(out.iterdir()):
            raise WeightsError(f"{out.name} holds other files; let --out name a new folder.")
        part = out.with_name(f".{out.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(source, part)
        if out.exists():
            out.rmdir()
        part.rename(out)
        return
    ours, theirs = weights.manifest(source)["files"], weights.manifest(out)["files"]
    if ours[TEXT_FILE]["sha256"] != theirs.get(TEXT_FILE, {}).get("sha256"):
        raise WeightsError(f"{out.name} holds other weights than those in use; let --out name a new folder.")


def _keep(modality: Modality, tuning: Tuning, head: TunedHead, out: Path, *, seed: int, command: str) -> str:
    name = f"{start_of(modality)}{len(heads_of(out, modality)) + 1}.safetensors"
    weights.save(
        name,
        {key: getattr(head, key).astype(np.float32) for key in ("mean", "spread", "delta")},
        folder=out,
        metadata={"gain": repr(head.gain), "shift": repr(head.shift), BESIDE: head.beside},
        entry={
            "data": "a project's own answers, as Dailies exported them",
            "licence": "that of the answers",
            "seed": seed,
            "command": command,
            "gate_open": tuning.is_better,
            "reason": tuning.reason,
            "figures": {key: round(value, 4) for key, value in tuning.figures.items()},
        },
    )
    return name


def _command(brain: str, language: str | None, seed: int) -> str:
    chosen = "" if language is None else f" --language {language}"
    return f"python -m engine train {brain} --data EXPORTED --out DIR --seed {seed}{chosen}"
