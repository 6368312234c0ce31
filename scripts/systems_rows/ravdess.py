"""ravdess in figures: its voice variants, its pictures, and the rules that join them with a face."""

from __future__ import annotations

from pathlib import Path

from engine.systems.ravdess import CLASSES, VoiceKind
from engine.training.action_units import action_unit_means, face_stand_in
from engine.training.fusion_rules import compared
from engine.training.ravdess import SHIPPED, labels, picture_networks, voice_networks
from engine.training.sound_set import read_sound_set
from scripts.systems_rows.figures import HEADER, over_folds, spread
from scripts.thresholds_rows.tables import Table


def measure(data: Path, *, seed: int) -> list[Table]:
    """Both tables, eight emotions, five actor-disjoint folds."""
    sounds = read_sound_set(data)
    label, fold = labels(sounds), sounds.fold
    voices = {kind: voice_networks(sounds, kind, seed=seed).logits for kind in VoiceKind}
    picture = picture_networks(sounds, seed=seed).logits
    face = face_stand_in(action_unit_means(data, sounds), label, fold, classes=len(CLASSES))
    branches = {f"voice, {kind}": logits for kind, logits in voices.items()}
    branches |= {"voice, mel picture, ResNet": picture, "face stand-in (action units, logistic)": face}
    alone = Table(
        "ravdess: each branch alone",
        ("branch", *HEADER),
        tuple((name, *over_folds(label, each.argmax(axis=1), fold)) for name, each in branches.items()),
        (
            "RAVDESS, eight emotions, five actor-disjoint folds (Luna-Jiménez et al. 2022), mean ± sd. "
            f"Shipped: {SHIPPED} and the mel picture; {SHIPPED} was decided on before it was measured.",
        ),
    )
    tables = [alone]
    for title, parts in (
        ("voice, mel picture and face stand-in", (voices[SHIPPED], picture, face)),
        ("voice and mel picture", (voices[SHIPPED], picture)),
    ):
        names = ("voice", "mel picture", "face")[: len(parts)]
        rows = compared(parts, names, label, fold)
        tables.append(
            Table(
                f"ravdess: rules of fusion, {title}",
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
                (
                    "Temperatures, trust, shares and combiner are learned on the other folds' held-out "
                    "opinions. The face is a logistic regression on OpenFace's action units of the same "
                    "takes, since the films are not at hand; on a clip the system asks its face reader.",
                )
                if len(parts) > 2
                else (),
            )
        )
    return tables
