"""Train ravdess: ``python -m engine train ravdess --data DIR --out WEIGHTS_DIR --seed N``.

Both voice branches are cross-fitted over the actors. Trust and powers are learned on their held-out opinions,
and on those of the performance brain's voice where it lies in the weights folder, beside those of a face
stand-in, classical models of OpenFace's action units of the same takes: the films themselves are not at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine import weights
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS
from engine.systems.fusion import learned_powers, learned_trust
from engine.systems.ravdess import FACE, FILE, PICTURE, STEPS, SUMMARY, Rule
from engine.systems.ravdess_networks import CLASSES, VoiceKind
from engine.systems.stored_network import packed
from engine.training.action_units import action_unit_means, face_stand_in
from engine.training.distilled_scales import softmax, temperature, voice_scale
from engine.training.fusion_rules import compared
from engine.training.meld_branches import correlation_with_face
from engine.training.ravdess_branches import (
    labels,
    picture_networks,
    reader_scale,
    summed_voice,
    voice_networks,
)
from engine.training.scores import naming
from engine.training.sound_set import read_sound_set

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

SHIPPED: Final = VoiceKind.ATTENTIVE
"""Decided before it was measured: it alone says when in a clip it listened."""
RULE: Final = Rule.PRODUCT
"""Named more emotions of strangers than the entropy rule when all rules were compared."""


DATA: Final = (
    "RAVDESS speech audio (Livingstone & Russo 2018), 20 actors; trust from OpenFace action units of its "
    "takes; arousal of faces from landmarks of KDEF, CK+ and RaFD morphs, or from FER+ train (Barsoum et al. "
    "2016) where readers of stills are there"
)
LICENCE: Final = "CC BY-NC-SA 4.0 (RAVDESS), research only (faces), non-commercial"


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Train the system and write its weight file.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    WeightsError
        If the face branch's weights, by which faces are put on the scale, are missing.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads on two busy cores make a step ten times slower
    try:
        _train(data, out, seed, say)
    finally:
        torch.set_num_threads(threads)


def _train(data: Path, out: Path, seed: int, say: Callable[[str], None]) -> None:
    sounds = read_sound_set(data)
    label = labels(sounds)
    voice = voice_networks(sounds, SHIPPED, seed=seed)
    say(f"ravdess: {SHIPPED} out of fold {_named(label, voice.logits)}")
    picture = picture_networks(sounds, seed=seed)
    say(f"ravdess: mel picture out of fold {_named(label, picture.logits)}")
    face = face_stand_in(action_unit_means(data, sounds), label, sounds.fold, classes=len(CLASSES))
    found = {STEPS: voice.logits, PICTURE: picture.logits}
    summed = summed_voice(data, out, sounds)
    if summed is not None:
        say(f"ravdess: {SUMMARY} out of fold {_named(label, summed)}")
        found[SUMMARY] = summed
    voices = tuple(found)
    found[FACE] = face
    # The summed voice is asked as it is on a clip, where its own temperature has been at work already.
    heat = {name: 1.0 if name == SUMMARY else temperature(logits, label) for name, logits in found.items()}
    shares = {name: softmax(logits, heat[name]) for name, logits in found.items()}
    stacked = np.stack(list(shares.values()), axis=1)
    trust, powers = learned_trust(stacked, label), learned_powers(stacked, label)
    scales = {name: voice_scale(arousal_logit(shares[name], CLASSES), sounds) for name in voices}
    scales[FACE], face_reader = reader_scale(data, out, seed=seed)
    voice_shares = np.mean([shares[name] for name in voices], axis=0)
    correlation = correlation_with_face(data, sounds, arousal_logit(voice_shares, CLASSES))
    for score in compared(list(found.values()), list(found), label, sounds.fold):
        mean, away = np.mean(score.accuracy), np.std(score.accuracy, ddof=1)
        say(f"ravdess: {score.rule}: accuracy {mean:.3f} ± {away:.3f}")
    arrays: weights.Arrays = {f"scale.{part}": scale.knots for part, scale in scales.items()}
    for prefix, z_prefix, branch in (("steps", "z", voice), ("picture", "picture_z", picture)):
        for index, (network, scale) in enumerate(branch.members):
            arrays |= packed(network, f"{prefix}{index}.")
            arrays |= {f"{z_prefix}{index}.mean": scale.mean, f"{z_prefix}{index}.spread": scale.spread}
    arrays |= {"seen.hash": sounds.fingerprint, "seen.fold": sounds.fold.astype(np.uint8)}
    weights.save(
        FILE,
        arrays,
        folder=out,
        metadata={
            "classes": ",".join(CLASSES),
            "voice": SHIPPED.value,
            "face": face_reader,
            "rule": RULE.value,
            "trust": _by_name(found, trust),
            "powers": _by_name(found, powers),
            "temperatures": json.dumps({name: round(value, 4) for name, value in heat.items()}),
            "correlation": f"{correlation:.4f}",
            "members": f"{MEMBERS}; member k never saw the actors of fold k",
        },
        entry={
            "data": DATA,
            "licence": LICENCE,
            "seed": seed,
            "command": f"python -m engine train ravdess --data DIR --out WEIGHTS_DIR --seed {seed}",
        },
        seen=(path.read_bytes() for path in sounds.paths),
    )


def _by_name(names: Iterable[str], values: Numbers) -> str:
    return json.dumps({name: round(float(value), 4) for name, value in zip(names, values, strict=True)})


def _named(truth: Rows, logits: Numbers) -> str:
    found = naming([CLASSES[at] for at in truth], [CLASSES[at] for at in logits.argmax(axis=1)])
    return ", ".join(f"{name} {figure}" for name, figure in found.items())
