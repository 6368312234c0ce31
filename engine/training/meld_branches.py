"""The branches of meld; what voice and face say of a person comes from networks that never met them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.stats import norm

from engine.features import sound_summary
from engine.features.geometry import NeutralPopulation
from engine.features.landmarks import LANDMARKS
from engine.systems import layers, meld_networks
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS, compacted
from engine.systems.meld import landmark_steps
from engine.systems.meld_networks import CLASSES, AudioNetwork, FaceNetwork, Range, TextHead
from engine.training import classifier_loop, face_branch, face_sequences, face_set
from engine.training.action_units import action_unit_means, face_stand_in
from engine.training.branch_loop import Examples
from engine.training.classifier_loop import Inputs, Recipe, train_classifier
from engine.training.distilled_scales import voice_scale
from engine.training.face_branch import made_examples
from engine.training.fer_set import FerSet
from engine.training.kept_folds import kept_network
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.sound_set import SoundSet
from engine.vocabulary import Emotion

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

TEXT: Final = Recipe(epochs=8, rate=1e-3, class_balance=0.25)
AUDIO: Final = Recipe(epochs=150, rate=5e-3)
MADE_FACES: Final = Recipe(epochs=4, batch=128, rate=4e-3, class_balance=0.0)
SUMMARY_NOISE: Final = 0.03
"""Of the range of each column: recordings differ more than 1,200 of them show."""
SPOILT_SHARE: Final = 0.5
COLUMN_LOSS: Final = 0.3
"""Share of the columns of a mean state that are blank in training, lest lines are learned by heart."""
CONTEXT_LOSS: Final = 0.15
"""Share of the lines of an epoch that lose the lines before them: a clip often comes alone."""


def text_head(means: NDArray[np.float32], label: Rows, learn: Rows, *, seed: int) -> TextHead:
    """The head over the encoder, taught by the lines ``learn``.

    Parameters
    ----------
    means : ndarray, shape (n, 3, 384)
        Of each line and the two before it.
    """

    def fit(network: TextHead) -> TextHead:
        train_classifier(
            network,
            text_reader(means),
            label,
            learn,
            TEXT,
            classes=len(CLASSES),
            rng=np.random.default_rng((seed, 20)),
        )
        return network

    return kept_network(
        "meld-text",
        TextHead,
        fit,
        modules=(meld_networks, classifier_loop),
        data=(means, label, learn),
        settings=(seed, TEXT, CONTEXT_LOSS, COLUMN_LOSS),
    )


def text_reader(means: NDArray[np.float32]) -> classifier_loop.Reader:
    """Reads lines with their context; in training some lose it."""

    def read(batch: Rows, rng: Generator | None) -> Inputs:
        lines = means[batch].copy()
        if rng is not None:
            lines[rng.random(batch.size) < CONTEXT_LOSS, 1:] = 0.0
            lines *= (rng.random(lines.shape) > COLUMN_LOSS) / (1 - COLUMN_LOSS)
        return (torch.from_numpy(lines),)

    return read


def audio_members(
    summaries: NDArray[np.float32], label: Rows, sounds: SoundSet, *, seed: int
) -> list[tuple[AudioNetwork, Range]]:
    """Five networks; the k-th never saw the actors of fold k, in its ranges neither."""
    members = []
    for fold in range(MEMBERS):
        rows = np.flatnonzero(sounds.fold != fold)
        scale = Range.fit(summaries[0, rows])

        def fit(
            network: AudioNetwork, rows: Rows = rows, scale: Range = scale, fold: int = fold
        ) -> AudioNetwork:
            train_classifier(
                network,
                audio_reader(summaries, scale),
                label,
                rows,
                AUDIO,
                classes=len(CLASSES),
                rng=np.random.default_rng((seed, 21, fold)),
            )
            return network

        network = kept_network(
            f"meld-audio-{fold}",
            AudioNetwork,
            fit,
            modules=(meld_networks, classifier_loop, sound_summary),
            data=(summaries, label, rows),
            settings=(seed, AUDIO, SUMMARY_NOISE, SPOILT_SHARE),
        )
        members.append((network, scale))
    return members


def audio_reader(summaries: NDArray[np.float32], scale: Range) -> classifier_loop.Reader:
    """Reads averaged features scaled to their range, spoilt now and then in training."""
    scaled = scale.apply(summaries)  # [variants, n, 185]

    def read(batch: Rows, rng: Generator | None) -> Inputs:
        if rng is None:
            return (torch.from_numpy(scaled[0, batch]),)
        spoilt = rng.random(batch.size) < SPOILT_SHARE
        variant = spoilt * rng.integers(1, len(scaled), batch.size)
        noise = SUMMARY_NOISE * rng.standard_normal((batch.size, scaled.shape[2]), dtype=np.float32)
        return (torch.from_numpy(scaled[variant, batch] + noise),)

    return read


def face_members(
    made: Examples, fold: Rows, rest: NeutralPopulation, *, seed: int
) -> tuple[list[FaceNetwork], classifier_loop.Reader]:
    """Five networks over made clips of faces, and what reads those; the k-th never saw fold k."""
    scaled = landmark_steps(made.values, rest)
    label = made.emotion.argmax(axis=1)
    read = face_reader(made, rest)
    members = []
    for one in range(MEMBERS):
        rows = np.flatnonzero(fold != one)

        def fit(network: FaceNetwork, rows: Rows = rows, one: int = one) -> FaceNetwork:
            train_classifier(
                network,
                read,
                label,
                rows,
                MADE_FACES,
                classes=len(CLASSES),
                rng=np.random.default_rng((seed, 22, one)),
            )
            return network

        members.append(
            kept_network(
                f"meld-face-{one}",
                FaceNetwork,
                fit,
                modules=(meld_networks, layers, classifier_loop, face_sequences, face_branch),
                data=(scaled, label, rows),
                settings=(seed, MADE_FACES),
            )
        )
    return members, read


def face_reader(made: Examples, rest: NeutralPopulation) -> classifier_loop.Reader:
    """Reads made clips of faces; in training every other instant, by chance the one or the other."""
    scaled = landmark_steps(made.values, rest)

    def read(batch: Rows, rng: Generator | None) -> Inputs:
        mask = made.mask[batch].copy()
        if rng is not None:  # half the work, and faces of another pace
            mask[:, int(rng.integers(2)) :: 2] = False
            empty = ~mask.any(axis=1)
            mask[empty] = made.mask[batch][empty]
        steps, lengths, _ = compacted(scaled[batch] * mask[..., None], mask)
        return torch.from_numpy(steps), torch.from_numpy(lengths)

    return read


def made_faces(data: Path, *, seed: int) -> tuple[Examples, Rows, face_set.PosedFaces, NeutralPopulation]:
    """Made clips of the posed faces, the fold of each, and where they come from."""
    posed = face_set.read_posed_faces(data / face_set.TABLE, data / face_set.ARRAYS)
    rest = NeutralPopulation.load()
    nobody = FerSet(
        landmarks=np.zeros((0, LANDMARKS, 3), np.float32),
        votes=np.zeros((0, len(CLASSES)), np.float32),
        fingerprint=np.zeros(0, np.uint64),
        names=(),
        no_face=0,
    )
    faces = face_set.face_set(posed, nobody, rest)
    made, origin = made_examples(faces, rest, rng=np.random.default_rng((seed, 23)))
    return made, faces.fold[origin], posed, rest


def seven(emotion: Emotion) -> Emotion:
    """One of the seven classes: calm, which they lack, counts as neutral."""
    return Emotion.NEUTRAL if emotion is Emotion.CALM else emotion


def correlation_with_face(data: Path, sounds: SoundSet, arousal: Numbers) -> float:
    """How a voice's arousal goes with that of the face of the same takes, on the normal scale.

    Parameters
    ----------
    arousal : ndarray, shape (n,)
        Out-of-fold logits of the voice.
    """
    eight = np.array([VOICE_EMOTIONS.index(name.emotion) for name in sounds.names])
    said = face_stand_in(action_unit_means(data, sounds), eight, sounds.fold, classes=len(VOICE_EMOTIONS))
    face = arousal_logit(np.exp(said), VOICE_EMOTIONS)
    scores = [
        norm.ppf(np.clip(voice_scale(each, sounds).standing(each), 1e-3, 1 - 1e-3))
        for each in (arousal, face)
    ]
    return float(np.corrcoef(scores)[0, 1])
