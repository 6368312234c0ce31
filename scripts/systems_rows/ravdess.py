"""ravdess in figures: its voice variants, its pictures, and the rules that join them with a face."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.evaluation.parts.shipped_systems import picture_shares, steps_shares
from engine.evaluation.parts.shipped_voice import heard
from engine.systems.performance import VOICE_FILE
from engine.systems.ravdess import FILE, PICTURE, STEPS, RavdessSystem
from engine.systems.ravdess_networks import CLASSES, VoiceKind
from engine.training.action_units import action_unit_means, face_stand_in
from engine.training.fusion_rules import compared
from engine.training.ravdess import SHIPPED
from engine.training.ravdess_branches import LEAST_SHARE, labels, picture_networks, voice_networks
from engine.training.sound_set import SoundSet, read_sound_set
from engine.weights import weights_dir
from scripts.systems_rows.figures import HEADER, over_folds, spread
from scripts.systems_rows.shipped import FOLDS, SHIPPED_NOTE, folds_note, is_shipped
from scripts.thresholds_rows.tables import Table

FUSED: Final = (
    "Temperatures, trust, powers, shares and combiner are learned on the other folds' held-out opinions. The "
    "face is a stand-in, classical models of OpenFace's action units of the same takes, since the films are "
    "not at hand; on a clip the system asks its face reader."
)


def measure(data: Path, *, seed: int, folds: int) -> list[Table]:
    """All tables, eight emotions; variants that do not ship are measured on the first ``folds`` of five."""
    sounds = read_sound_set(data)
    label, fold = labels(sounds), sounds.fold
    note, kinds = folds_note(folds), tuple(VoiceKind) if folds else (SHIPPED,)
    folds = folds or FOLDS
    own = _shipped_logits(sounds) if is_shipped(FILE, seed=seed) else None
    voices = {
        kind: voice_networks(sounds, kind, seed=seed, folds=FOLDS if kind is SHIPPED else folds).logits
        for kind in kinds
        if own is None or kind is not SHIPPED
    }
    picture = picture_networks(sounds, seed=seed).logits if own is None else own[PICTURE]
    if own is not None:
        voices[SHIPPED] = own[STEPS]
    summed = _summed_voice(data, sounds)
    face = face_stand_in(action_unit_means(data, sounds), label, fold, classes=len(CLASSES))
    branches = {f"voice, {kind}": logits for kind, logits in voices.items()}
    branches["voice, mel picture, ResNet"] = picture
    if summed is not None:
        branches["voice, the performance brain's, as shipped"] = summed
    branches["face stand-in (action units)"] = face
    measured = np.flatnonzero(fold < folds)
    alone = Table(
        "ravdess: each branch alone",
        ("branch", *HEADER),
        tuple(
            (name, *over_folds(*(one[measured] for one in (label, each.argmax(axis=1), fold))))
            for name, each in branches.items()
        ),
        (
            "RAVDESS, eight emotions, five actor-disjoint folds (Luna-Jiménez et al. 2022), mean ± sd. "
            f"Shipped: {SHIPPED} and the mel picture; {SHIPPED} was decided on before it was measured. "
            f"{SHIPPED_NOTE}{note}",
        ),
    )
    tables = [alone]
    two = {"voice": voices[SHIPPED], "mel picture": picture}
    joins = [two | {"face": face}, two]
    if summed is not None:
        joins = [two | {"summed voice": summed, "face": face}, {"summed voice": summed, "face": face}, *joins]
    for parts in joins:
        rows = compared(list(parts.values()), list(parts), label, fold)
        tables.append(
            Table(
                f"ravdess: rules of fusion, {', '.join(parts)}",
                ("rule", "accuracy", "macro F1", "accuracy by fold"),
                tuple(
                    (
                        row.rule,
                        spread(row.accuracy),
                        spread(row.macro_f1),
                        " / ".join(f"{value:.2f}" for value in row.accuracy),
                    )
                    for row in rows
                ),
                (FUSED,) if "face" in parts else (),
            )
        )
    return tables


def _summed_voice(data: Path, sounds: SoundSet) -> NDArray[np.float64] | None:
    """Log-shares of the performance brain's voice by what never heard the actor, as the evaluation kept them.

    Raises
    ------
    TableError
        If it was trained in other folds.
    """
    if not (weights_dir() / VOICE_FILE).is_file():
        return None
    said = heard(data)
    if ((said.fold >= 0) & (said.fold != sounds.fold)).any():
        raise TableError("The shipped voice branch was trained in other folds; train it again in these.")
    return np.asarray(np.log(np.maximum(said.shares, LEAST_SHARE)), dtype=np.float64)


def _shipped_logits(sounds: SoundSet) -> dict[str, NDArray[np.float64]]:
    """Logits of each recording, up to a constant, by the shipped networks that never saw its actor."""
    system = RavdessSystem.load()
    found = {}
    for name, shares_of in ((STEPS, steps_shares), (PICTURE, picture_shares)):
        logits = np.zeros((sounds.fold.size, len(CLASSES)))
        for at in range(FOLDS):
            held = np.flatnonzero(sounds.fold == at)
            shares = np.maximum(shares_of(system, sounds, held, at), np.finfo(np.float64).tiny)
            logits[held] = system.temperatures[name] * np.log(shares)
        found[name] = logits
    return found
