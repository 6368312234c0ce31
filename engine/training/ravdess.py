"""Train ravdess: ``python -m engine train ravdess --data DIR --out WEIGHTS_DIR --seed N``.

Both voice branches are cross-fitted over the actors. Trust is learned on their held-out opinions beside
those of a face stand-in, a logistic regression on OpenFace's action units of the same takes: the films
themselves are not at hand.

Data augmentation: half of an epoch's recordings are spoilt (another speed, microphone, room, noise, cut:
:mod:`engine.training.spoilt_sound`), z-scores are shaken and columns blanked; pictures are shifted in
time and lose a band of frequencies and a stretch of time (SpecAugment, Park et al. 2019).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from engine import weights
from engine.features import mel_picture
from engine.features.mel_picture import BANDS, PICTURE_FRAMES, framed
from engine.systems import layers, ravdess
from engine.systems.arousal import arousal_logit
from engine.systems.branch import Branch, Standardiser
from engine.systems.fusion import learned_trust
from engine.systems.performance import FACE_FILE
from engine.systems.ravdess import (
    CLASSES,
    FACE,
    FILE,
    MEMBERS,
    PICTURE,
    STEPS,
    PictureNetwork,
    StepsNetwork,
    VoiceKind,
    picture_scores,
    with_calm,
)
from engine.systems.sequences import z_scored
from engine.systems.stored_network import packed
from engine.training import classifier_loop, spoilt_sound
from engine.training.action_units import action_unit_means, face_stand_in
from engine.training.classifier_loop import Inputs, Recipe, answers_of, padded, train_classifier
from engine.training.distilled_scales import face_scale, softmax, temperature, voice_scale
from engine.training.fusion_rules import compared
from engine.training.kept_folds import kept_network
from engine.training.meld import correlation_with_face, made_faces
from engine.training.scores import naming
from engine.training.sound_set import SoundSet, read_sound_set
from engine.verdict.scale import ReferenceScale

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

VOICE: Final = Recipe(epochs=12, rate=3e-3, class_balance=0.0)
PICTURES: Final = Recipe(epochs=12, rate=3e-3, class_balance=0.0)
SHIPPED: Final = VoiceKind.ATTENTIVE
"""Decided before it was measured: it alone says when in a clip it listened."""

NOISE: Final = 0.15
COLUMN_LOSS: Final = 0.05
SPOILT_SHARE: Final = 0.5
MOST_BANDS, MOST_FRAMES = 10, 20
"""The widest band of frequencies and the longest stretch that a picture loses."""

DATA: Final = (
    "RAVDESS speech audio (Livingstone & Russo 2018), 20 actors; trust from OpenFace action units of its "
    "takes; arousal of faces from landmarks of KDEF, CK+ and RaFD morphs"
)
LICENCE: Final = "CC BY-NC-SA 4.0 (RAVDESS), research only (faces), non-commercial"


@dataclass(frozen=True, slots=True)
class CrossFit:
    """A branch's networks, each with its z-scores, and what they say of the actors they never saw."""

    members: tuple[tuple[torch.nn.Module, Standardiser], ...]
    logits: Numbers


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


def labels(sounds: SoundSet) -> Rows:
    """Index into ``CLASSES`` of each recording."""
    return np.array([CLASSES.index(name.emotion) for name in sounds.names])


def voice_networks(sounds: SoundSet, kind: VoiceKind, *, seed: int) -> CrossFit:
    """Five networks over the cepstral steps; the k-th never saw the actors of fold k."""
    steps, label = sounds.cepstra(), labels(sounds)
    lengths = np.array([len(each) for each in steps[0]])
    members = []
    logits = np.zeros((label.size, len(CLASSES)))
    for fold in range(MEMBERS):
        rows, held = np.flatnonzero(sounds.fold != fold), np.flatnonzero(sounds.fold == fold)
        scale = Standardiser.fit(np.concatenate([steps[0][row] for row in rows]).astype(np.float32))
        scored = [[z_scored(each, scale) for each in variant] for variant in steps]

        def read(
            batch: Rows, rng: Generator | None, scored: list[list[NDArray[np.float32]]] = scored
        ) -> Inputs:
            variant = _variant(batch.size, len(scored), rng)
            chosen = [scored[which][at] for which, at in zip(variant, batch, strict=True)]
            return padded(chosen, rng=rng, noise=NOISE, column_loss=COLUMN_LOSS)

        def fit(
            network: StepsNetwork, rows: Rows = rows, read: classifier_loop.Reader = read, fold: int = fold
        ) -> StepsNetwork:
            rng = np.random.default_rng((seed, 30, fold))
            train_classifier(
                network, read, label, rows, VOICE, classes=len(CLASSES), rng=rng, lengths=lengths
            )
            return network

        network = kept_network(
            f"ravdess-{kind}-{fold}",
            lambda: StepsNetwork(kind),
            fit,
            modules=(ravdess, layers, classifier_loop, mel_picture, spoilt_sound),
            data=(sounds.fingerprint, label, rows),
            settings=(seed, VOICE, NOISE, COLUMN_LOSS, SPOILT_SHARE),
        )
        logits[held] = answers_of(network, read, held)[0]
        members.append((network, scale))
    return CrossFit(tuple(members), logits)


def picture_networks(sounds: SoundSet, *, seed: int) -> CrossFit:
    """Five networks over mel pictures; the k-th never saw the actors of fold k."""
    pictures, label = sounds.pictures(), labels(sounds)
    windows = [[framed(each.astype(np.float32)) for each in variant] for variant in pictures]
    members = []
    logits = np.zeros((label.size, len(CLASSES)))
    for fold in range(MEMBERS):
        rows, held = np.flatnonzero(sounds.fold != fold), np.flatnonzero(sounds.fold == fold)
        scale = Standardiser.fit(np.concatenate([pictures[0][row] for row in rows]).astype(np.float32))

        def read(batch: Rows, rng: Generator | None, scale: Standardiser = scale) -> Inputs:
            variant = _variant(batch.size, len(windows), rng)
            chosen = [windows[which][at] for which, at in zip(variant, batch, strict=True)]
            picked = [each[0 if rng is None else int(rng.integers(len(each)))] for each in chosen]
            scored = picture_scores(np.stack(picked), scale)
            return (torch.from_numpy(scored if rng is None else _masked(scored, rng)),)

        def fit(
            network: PictureNetwork, rows: Rows = rows, read: classifier_loop.Reader = read, fold: int = fold
        ) -> PictureNetwork:
            rng = np.random.default_rng((seed, 31, fold))
            train_classifier(network, read, label, rows, PICTURES, classes=len(CLASSES), rng=rng)
            return network

        network = kept_network(
            f"ravdess-picture-{fold}",
            PictureNetwork,
            fit,
            modules=(ravdess, classifier_loop, mel_picture, spoilt_sound),
            data=(sounds.fingerprint, label, rows),
            settings=(seed, PICTURES, SPOILT_SHARE, MOST_BANDS, MOST_FRAMES),
        )
        logits[held] = answers_of(network, read, held)[0]
        members.append((network, scale))
    return CrossFit(tuple(members), logits)


def _variant(size: int, variants: int, rng: Generator | None) -> Rows:
    if rng is None:
        return np.zeros(size, dtype=np.int64)
    return (rng.random(size) < SPOILT_SHARE) * rng.integers(1, variants, size)


def _masked(pictures: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Pictures [n, 128, 64] shifted in time, each without a band and without a stretch."""
    found = np.roll(pictures, int(rng.integers(-8, 9)), axis=1)
    for picture in found:
        band, stretch = int(rng.integers(MOST_BANDS + 1)), int(rng.integers(MOST_FRAMES + 1))
        low, first = int(rng.integers(BANDS - band + 1)), int(rng.integers(PICTURE_FRAMES - stretch + 1))
        picture[:, low : low + band] = 0.0
        picture[first : first + stretch] = 0.0
    return found


def reader_scale(data: Path, *, seed: int) -> ReferenceScale:
    """The arousal scale of the face reader, from made clips of people that its networks never saw."""
    branch = Branch.from_file(weights.load(FACE_FILE))
    made, fold, _, _ = made_faces(data, seed=seed)
    shares = np.zeros((fold.size, len(CLASSES)))
    for one in range(MEMBERS):
        rows = np.flatnonzero(fold == one)
        for row, opinion in zip(
            rows, branch.read_many(made.values[rows], made.mask[rows], member=one), strict=True
        ):
            shares[row] = 0.0 if opinion is None else with_calm(opinion.probabilities)
    return face_scale(arousal_logit(shares, CLASSES), made.intensity)


def _train(data: Path, out: Path, seed: int, say: Callable[[str], None]) -> None:
    sounds = read_sound_set(data)
    label = labels(sounds)
    voice = voice_networks(sounds, SHIPPED, seed=seed)
    say(f"ravdess: {SHIPPED} out of fold {_named(label, voice.logits)}")
    picture = picture_networks(sounds, seed=seed)
    say(f"ravdess: mel picture out of fold {_named(label, picture.logits)}")
    face = face_stand_in(action_unit_means(data, sounds), label, sounds.fold, classes=len(CLASSES))
    found = {STEPS: voice.logits, PICTURE: picture.logits, FACE: face}
    heat = {name: temperature(logits, label) for name, logits in found.items()}
    shares = {name: softmax(logits, heat[name]) for name, logits in found.items()}
    trust = learned_trust(np.stack(list(shares.values()), axis=1), label)
    scales = {
        name: voice_scale(arousal_logit(shares[name], CLASSES), sounds) for name in (STEPS, PICTURE)
    } | {FACE: reader_scale(data, seed=seed)}
    voices = (shares[STEPS] + shares[PICTURE]) / 2
    correlation = correlation_with_face(data, sounds, arousal_logit(voices, CLASSES))
    for score in compared(list(found.values()), list(found), label, sounds.fold):
        say(f"ravdess: {score.rule}: accuracy {np.mean(score.accuracy):.3f} ± {np.std(score.accuracy):.3f}")
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
            "trust": json.dumps(
                {name: round(float(value), 4) for name, value in zip(found, trust, strict=True)}
            ),
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


def _named(truth: Rows, logits: Numbers) -> str:
    found = naming([CLASSES[at] for at in truth], [CLASSES[at] for at in logits.argmax(axis=1)])
    return ", ".join(f"{name} {figure}" for name, figure in found.items())
