"""Voice and face on RAVDESS: each alone, and joined by every rule, for strangers and for enrolled actors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.evaluation.part import Part, Spread
from engine.evaluation.parts.fusion_rules import Fusion, product, temperature, tempered
from engine.evaluation.parts.nested import Shares
from engine.evaluation.parts.ravdess_models import face_shares, joint_shares, voice_shares
from engine.evaluation.parts.ravdess_takes import FOLDS, Takes, read_takes
from engine.evaluation.parts.shipped_voice import heard
from engine.evaluation.predictions import Naming, Predictions
from engine.systems.performance import VOICE_FILE
from engine.systems.voice_heads import HEADS_FILE
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.voice_set import AUDIO_FOLDER, FOLDS_FILE
from engine.weights import weights_dir

FOLD_NAMES: Final = tuple(f"fold {one + 1}" for one in range(FOLDS))
FUSION_TABLE: Final = "Voice, face, and both, RAVDESS, eight emotions"
ENROLLED: Final = {False: "strangers", True: "enrolled"}
MODULES: Final = (
    __name__,
    "engine.evaluation.parts.nested",
    "engine.evaluation.parts.ravdess_models",
    "engine.evaluation.parts.ravdess_takes",
    "engine.training.performance",
    "engine.features.voice",
    "engine.features.pitch",
    "engine.features.activity",
    "engine.evaluation.parts.fusion_rules",
    "engine.evaluation.parts.shipped_voice",
    "engine.training.evaluate_performance",
)
SPLIT: Final = (
    "Five folds by actor (Luna-Jiménez et al. 2022), 1,200 takes of 20 actors. Settings, temperatures and "
    "whatever a rule learns are chosen in the other four folds, on answers of models that saw neither "
    "the take's fold nor the held one. Figures of all takes together, ± standard deviation over folds."
)
FACE: Final = (
    " Face: OpenFace's action-unit means, square roots, linear model and support vector machine, and their "
    "product, temperature-scaled; voice functionals likewise. Trust is one number a branch; confidence is "
    "1 − H(p)/log K."
)
MANY: Final = " With so many rows side by side the best of them is a little kind."
OWN_CLIPS: Final = (
    " Enrolled: columns are z-scored among each actor's own takes, the test actor's too, without "
    "their labels."
)
BRANCH: Final = (
    " The shipped voice branch answers by the network that never saw the take's actor; the answers "
    "in the other folds, on which rules learn, come from networks that saw the held actors, and its "
    "temperature was fitted on all folds, so rules that learn on it are a little kind; those on "
    "functionals alone are not."
)


def ravdess_parts(data: Path) -> list[Part]:
    """Each branch alone and all fusions, for strangers and for enrolled actors."""
    return [
        Part(
            name=f"fusion-{who}",
            table=f"{FUSION_TABLE}, {who}",
            folds=FOLD_NAMES,
            spread=Spread.FOLDS,
            run=partial(_fusion, data, enrolled),
            protocol=SPLIT + FACE + BRANCH + OWN_CLIPS * enrolled + MANY,
            inputs=(
                data / AUDIO_FOLDER,
                data / FOLDS_FILE,
                weights_dir() / VOICE_FILE,
                weights_dir() / HEADS_FILE,
            ),
            modules=MODULES,
            target="voice ≥ 0.68, enrolled"
            if enrolled
            else "voice ≥ 0.60 for a stranger; best fusion ≥ 0.76",
        )
        for enrolled, who in ENROLLED.items()
    ]


def _fusion(data: Path, enrolled: bool, fold: str) -> Mapping[str, Predictions]:
    takes, held = read_takes(data), FOLD_NAMES.index(fold)
    voices = voice_shares(takes, held, enrolled=enrolled)
    faces = face_shares(takes, held, enrolled=enrolled)
    functionals = _together(takes, [voices["linear"], voices["machine"]])
    face = _together(takes, [faces["linear"], faces["machine"]])
    branch = _branch(data, takes, held, enrolled=enrolled)
    both = _together(takes, [branch, functionals])
    joint = joint_shares(takes, held, enrolled=enrolled)
    rows: dict[str, Predictions] = {
        "face alone: linear": _naming(takes, held, faces["linear"].held),
        "face alone: SVM": _naming(takes, held, faces["machine"].held),
        "face alone: both": _naming(takes, held, face.held),
        "voice alone: shipped branch": _naming(takes, held, branch.held),
        "voice alone: functionals, linear": _naming(takes, held, voices["linear"].held),
        "voice alone: functionals, SVM": _naming(takes, held, voices["machine"].held),
        "voice alone: functionals, both": _naming(takes, held, functionals.held),
        "voice alone: branch and functionals": _naming(takes, held, both.held),
        "one SVM on functionals and action units": _naming(takes, held, joint.held),
    }
    training = takes.fold != held
    for title, voice in (
        ("branch", branch),
        ("functionals", functionals),
        ("branch and functionals", both),
    ):
        rule = Fusion().fit([voice.training[training], face.training[training]], takes.emotion[training])
        for name, shares in rule.rows([voice.held, face.held]).items():
            rows[f"{title} + face: {name}"] = _naming(takes, held, shares)
    everything = product([branch.held, faces["linear"].held, joint.held])
    rows["branch × face, linear × one SVM on both: product"] = _naming(takes, held, everything)
    return rows


def _branch(data: Path, takes: Takes, held: int, *, enrolled: bool) -> Shares:
    said = heard(data, enrolled=enrolled)
    if said.shares.shape[0] != takes.emotion.size:
        raise TableError("The recordings and the answers to them differ in number; delete the cache.")
    if ((said.fold >= 0) & (said.fold != takes.fold)).any():
        raise TableError("The shipped voice branch was trained in other folds; train it again in these.")
    return Shares(said.shares, said.shares[takes.fold == held])


def _together(takes: Takes, parts: list[Shares]) -> Shares:
    """Product of opinions on one modality, cooled: they rest on the same evidence and count it twice."""
    known = ~np.isnan(np.stack([part.training for part in parts])).any(axis=(0, 2))
    said = product([part.training[known] for part in parts])
    heat = temperature(said, takes.emotion[known])
    training = np.full(parts[0].training.shape, np.nan)
    training[known] = tempered(said, heat)
    return Shares(training, tempered(product([part.held for part in parts]), heat))


def _naming(takes: Takes, held: int, shares: NDArray[np.float64]) -> Naming:
    return Naming(tuple(VOICE_EMOTIONS), takes.emotion[takes.fold == held], shares)
