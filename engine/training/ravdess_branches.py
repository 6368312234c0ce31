"""The branches of ravdess, each cross-fitted: what it says of a person comes from what never met them.

Data augmentation: half of an epoch's recordings are spoilt (another speed, microphone, room, noise, cut:
:mod:`engine.training.spoilt_sound`), z-scores are shaken and columns blanked; pictures are shifted in
time and lose a band of frequencies and a stretch of time (SpecAugment, Park et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError
from engine.features import mel_picture
from engine.features.mel_picture import BANDS, PICTURE_FRAMES, framed
from engine.systems import layers, ravdess_networks
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS, Branch, Standardiser
from engine.systems.face_stills import STILLS_FILE, StillReader
from engine.systems.performance import FACE_FILE, VOICE_FILE
from engine.systems.ravdess import picture_scores
from engine.systems.ravdess_networks import CLASSES, PictureNetwork, StepsNetwork, VoiceKind
from engine.systems.ravdess_readers import in_order, with_calm
from engine.systems.sequences import z_scored
from engine.systems.voice_heads import HEADS_FILE, VoiceHeads
from engine.training import classifier_loop, spoilt_sound
from engine.training.calibration import reference_weights
from engine.training.classifier_loop import Inputs, Recipe, answers_of, padded, train_classifier
from engine.training.distilled_scales import face_scale
from engine.training.face_stills import (
    EXPRESSIVE_VOTE,
    RESTING_VOTE,
    held_out_joint,
    picture_in,
    population_in,
)
from engine.training.fer_pictures import read_fer_pictures
from engine.training.kept_folds import kept_network
from engine.training.meld_branches import made_faces
from engine.training.sound_set import SoundSet
from engine.training.voice_ensemble import joint_opinions, out_of_fold_opinions
from engine.training.voice_summaries import read_voice_summaries
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import BASIC_EMOTIONS, Emotion

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

VOICE: Final = Recipe(epochs=12, rate=3e-3, class_balance=0.0)
PICTURES: Final = Recipe(epochs=12, rate=3e-3, class_balance=0.0)

NOISE: Final = 0.15
COLUMN_LOSS: Final = 0.05
SPOILT_SHARE: Final = 0.5
LEAST_SHARE: Final = 1e-9
MOST_BANDS, MOST_FRAMES = 10, 20
"""The widest band of frequencies and the longest stretch that a picture loses."""


@dataclass(frozen=True, slots=True)
class CrossFit:
    """A branch's networks, each with its z-scores, and what they say of the actors they never saw."""

    members: tuple[tuple[torch.nn.Module, Standardiser], ...]
    logits: Numbers


def labels(sounds: SoundSet) -> Rows:
    """Index into ``CLASSES`` of each recording."""
    return np.array([CLASSES.index(name.emotion) for name in sounds.names])


def voice_networks(sounds: SoundSet, kind: VoiceKind, *, seed: int, folds: int = MEMBERS) -> CrossFit:
    """Five networks over the cepstral steps, or the first ``folds``; the k-th never saw fold k."""
    steps, label = sounds.cepstra(), labels(sounds)
    lengths = np.array([len(each) for each in steps[0]])
    members = []
    logits = np.zeros((label.size, len(CLASSES)))
    for fold in range(folds):
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
            modules=(ravdess_networks, layers, classifier_loop, mel_picture, spoilt_sound),
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
            modules=(ravdess_networks, classifier_loop, mel_picture, spoilt_sound),
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


def summed_voice(data: Path, out: Path, sounds: SoundSet) -> Numbers | None:
    """Log-shares [n, 8] of the performance brain's voice in ``out`` by what never heard the actor.

    ``None`` where its weights do not lie there.

    Raises
    ------
    TableError
        If its folds are not those of the recordings.
    """
    if not (out / VOICE_FILE).is_file():
        return None
    branch = Branch.from_file(weights.load(VOICE_FILE, folder=out))
    voices = read_voice_summaries(data)
    if [path.name for path in voices.found.paths] != [path.name for path in sounds.paths] or (
        voices.found.fold != sounds.fold
    ).any():
        raise TableError(f"{VOICE_FILE} was trained in other folds; train it again in these.")
    opinions = out_of_fold_opinions(branch, voices)
    if (out / HEADS_FILE).is_file():
        heads = VoiceHeads.from_file(weights.load(HEADS_FILE, folder=out))
        opinions = joint_opinions(heads.stranger, voices, opinions)
    shares = np.array([in_order(opinion.probabilities) for opinion in opinions])
    return np.asarray(np.log(np.maximum(shares, LEAST_SHARE)), dtype=np.float64)


def reader_scale(data: Path, out: Path, *, seed: int) -> tuple[ReferenceScale, str]:
    """The arousal scale of the face reader, and which reader that is: ``landmarks`` or ``landmarks, stills``.

    With readers of stills in ``out`` it is learned from web faces, else from made clips of people; none was
    seen by what reads it.
    """
    if (out / STILLS_FILE).is_file():
        return _stills_scale(data, out), "landmarks, stills"
    branch = Branch.from_file(weights.load(FACE_FILE))
    made, fold, _, _ = made_faces(data, seed=seed)
    shares = np.zeros((fold.size, len(CLASSES)))
    for one in range(MEMBERS):
        rows = np.flatnonzero(fold == one)
        for row, opinion in zip(
            rows, branch.read_many(made.values[rows], made.mask[rows], member=one), strict=True
        ):
            shares[row] = 0.0 if opinion is None else with_calm(opinion.probabilities)
    return face_scale(arousal_logit(shares, CLASSES), made.intensity), "landmarks"


def _stills_scale(data: Path, out: Path) -> ReferenceScale:
    reader = StillReader.from_file(weights.load(STILLS_FILE, folder=out), picture_in(out))
    branch = Branch.from_file(weights.load(FACE_FILE, folder=out))
    web = read_fer_pictures(data, split="train")
    found = held_out_joint(reader, branch, web, population_in(out))
    shares = np.array([with_calm(dict(zip(reader.emotions, each, strict=True))) for each in found])
    calm = web.votes[:, BASIC_EMOTIONS.index(Emotion.NEUTRAL)]
    weight = reference_weights(calm >= RESTING_VOTE, calm <= EXPRESSIVE_VOTE)
    return ReferenceScale.fit(arousal_logit(shares, CLASSES), weights=weight)
