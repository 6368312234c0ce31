"""The two streams of mmmla and their join: what they read, and networks that never met the held actors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import nn

from engine.errors import WeightsError
from engine.features import compare_lld
from engine.systems import layers, mmmla, mmmla_networks
from engine.systems.branch import MEMBERS, Standardiser
from engine.systems.layers import Pooling
from engine.systems.mmmla_networks import (
    CLASSES,
    AcousticNetwork,
    GatedJoin,
    LexicalNetwork,
    PlainJoin,
)
from engine.systems.sequences import z_scored
from engine.training import classifier_loop, spoilt_sound
from engine.training.classifier_loop import Inputs, Recipe, padded, train_classifier
from engine.training.kept_folds import kept_network
from engine.training.meld_lines import MeldLines
from engine.training.sound_set import SoundSet, read_sound_set
from engine.vocabulary import BASIC_EMOTIONS, Emotion

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

ACOUSTIC: Final = Recipe(epochs=16, rate=3e-3)
LEXICAL: Final = Recipe(epochs=4, rate=2e-3)
JOIN: Final = Recipe(epochs=15, rate=3e-3)
NOISE: Final = 0.15
COLUMN_LOSS: Final = 0.05
SPOILT_SHARE: Final = 0.5
"""Share of the recordings of an epoch that are the spoilt variant."""
STATEMENT_WORDS: Final = 6
"""Both of RAVDESS's sentences have six words; each is given a sixth of the stretch, for want of times."""

SPOKEN_CLASS: Final = {
    Emotion.ANGER: Emotion.ANGER,
    Emotion.JOY: Emotion.JOY,
    Emotion.NEUTRAL: Emotion.NEUTRAL,
    Emotion.CALM: Emotion.NEUTRAL,
    Emotion.SADNESS: Emotion.SADNESS,
}
"""RAVDESS's emotions in the four classes: calm counts as neutral, both are voices at rest."""


@dataclass(frozen=True, slots=True)
class VoiceSide:
    """Recordings of the four classes.

    Attributes
    ----------
    steps : tuple of variants, each a tuple of n (ndarray [steps, 65])
        Raw; the first variant is clean.
    label : ndarray, shape (n,), int
        Index into ``CLASSES``.
    """

    sounds: SoundSet
    steps: tuple[tuple[NDArray[np.floating[Any]], ...], ...]
    label: Rows

    @property
    def lengths(self) -> Rows:
        return np.array([len(each) for each in self.steps[0]])


@dataclass(frozen=True, slots=True)
class LineSide:
    """MELD's lines of the four classes, and what each part of them is for.

    Attributes
    ----------
    rows : ndarray, shape (n,), int
        Rows of ``lines`` that belong to a class.
    label : ndarray, shape (n,), int
    """

    lines: MeldLines
    rows: Rows
    label: Rows

    @property
    def lengths(self) -> Rows:
        return np.array([len(self.lines.words(int(row))) for row in self.rows])

    def read(self, batch: Rows, rng: Generator | None) -> Inputs:
        """Word states of lines, shaken in training."""
        steps = [self.lines.words(int(self.rows[at]))[: mmmla.LONGEST_LINE] for at in batch]
        return padded(steps, rng=rng, noise=0.0, column_loss=COLUMN_LOSS)


def read_voice_side(data: Path) -> VoiceSide:
    """The recordings of the four classes with their descriptors.

    Raises
    ------
    WeightsError
        If openSMILE is not installed.
    TableError
        If the recordings are missing.
    """
    if not compare_lld.installed():
        raise WeightsError(compare_lld.MISSING)
    sounds = read_sound_set(data, emotions=SPOKEN_CLASS)
    label = np.array([CLASSES.index(SPOKEN_CLASS[name.emotion]) for name in sounds.names])
    return VoiceSide(sounds, sounds.descriptors(), label)


def line_side(lines: MeldLines) -> LineSide:
    """The lines whose emotion is one of the four classes."""
    named = [BASIC_EMOTIONS[label] for label in lines.label]
    rows = np.array([row for row, emotion in enumerate(named) if emotion in CLASSES], dtype=np.int64)
    return LineSide(lines, rows, np.array([CLASSES.index(named[row]) for row in rows], dtype=np.int64))


def acoustic_reader(
    voice: VoiceSide, standardiser: Standardiser, *, segmented: bool
) -> Callable[[Rows, Generator | None], Inputs]:
    """Reads recordings as z-scored steps, spoilt now and then in training."""
    scored = [[z_scored(each, standardiser) for each in rows] for rows in voice.steps]

    def read(batch: Rows, rng: Generator | None) -> Inputs:
        variant = np.zeros(batch.size, dtype=np.int64)
        if rng is not None:
            variant = (rng.random(batch.size) < SPOILT_SHARE) * rng.integers(1, len(scored), batch.size)
        chosen = [scored[which][at] for which, at in zip(variant, batch, strict=True)]
        steps, lengths = padded(chosen, rng=rng, noise=NOISE, column_loss=COLUMN_LOSS)
        if not segmented:
            return steps, lengths
        place = torch.arange(steps.shape[1])[None, :] * STATEMENT_WORDS // lengths[:, None]
        return steps, lengths, place.clamp(max=STATEMENT_WORDS - 1)

    return read


def acoustic_members(
    voice: VoiceSide, *, pooling: Pooling, seed: int, folds: int = MEMBERS
) -> list[tuple[AcousticNetwork, Standardiser]]:
    """Five networks, or the first ``folds``; the k-th never saw fold k, in its statistics neither."""
    members = []
    for fold in range(folds):
        rows = np.flatnonzero(voice.sounds.fold != fold)
        standardiser = Standardiser.fit(
            np.concatenate([voice.steps[0][row] for row in rows]).astype(np.float32)
        )
        read = acoustic_reader(voice, standardiser, segmented=pooling is Pooling.WORD_SEGMENTS)

        def fit(
            network: AcousticNetwork, rows: Rows = rows, read: classifier_loop.Reader = read, fold: int = fold
        ) -> AcousticNetwork:
            train_classifier(
                network,
                read,
                voice.label,
                rows,
                ACOUSTIC,
                classes=len(CLASSES),
                rng=np.random.default_rng((seed, 10, fold)),
                lengths=voice.lengths,
            )
            return network

        network = kept_network(
            f"mmmla-acoustic-{pooling}-{fold}",
            lambda: AcousticNetwork(pooling=pooling),
            fit,
            modules=(mmmla_networks, layers, classifier_loop, compare_lld, spoilt_sound),
            data=(voice.sounds.fingerprint, voice.label, rows),
            settings=(seed, ACOUSTIC, NOISE, COLUMN_LOSS, SPOILT_SHARE),
        )
        members.append((network, standardiser))
    return members


def lexical_network(line: LineSide, learn: Rows, *, pooling: Pooling, seed: int) -> LexicalNetwork:
    """The network of the words, taught by the lines ``learn`` (positions in ``line.rows``)."""

    def fit(network: LexicalNetwork) -> LexicalNetwork:
        train_classifier(
            network,
            line.read,
            line.label,
            learn,
            LEXICAL,
            classes=len(CLASSES),
            rng=np.random.default_rng((seed, 11)),
            lengths=line.lengths,
        )
        return network

    return kept_network(
        f"mmmla-lexical-{pooling}",
        lambda: LexicalNetwork(pooling=pooling),
        fit,
        modules=(mmmla_networks, layers, classifier_loop),
        data=(line.rows, line.label, learn),
        settings=(seed, LEXICAL, COLUMN_LOSS, line.lines.text),
    )


def trained_join(
    join: GatedJoin | PlainJoin,
    voices: NDArray[np.float64],
    voice_label: Rows,
    lines: NDArray[np.float64],
    line_label: Rows,
    *,
    rng: Generator,
) -> nn.Module:
    """Teach a join on pooled states [n, …] of recordings and of lines, paired anew at random by label."""
    of_label = [np.flatnonzero(line_label == label) for label in range(len(CLASSES))]

    def read(batch: Rows, rng: Generator | None) -> Inputs:
        drawn = np.random.default_rng(0) if rng is None else rng
        lines_drawn = [int(drawn.choice(of_label[voice_label[at]])) for at in batch]
        return (
            torch.from_numpy(voices[batch].astype(np.float32)),
            torch.from_numpy(lines[lines_drawn].astype(np.float32)),
        )

    rows = np.flatnonzero([of_label[label].size > 0 for label in voice_label])
    return train_classifier(join, read, voice_label, rows, JOIN, classes=len(CLASSES), rng=rng)


@torch.inference_mode()
def join_logits(join: nn.Module, voices: Numbers, lines: Numbers) -> Numbers:
    """Logits [n, 4] of pooled states of paired recordings and lines."""
    logits, _ = join(torch.from_numpy(voices.astype(np.float32)), torch.from_numpy(lines.astype(np.float32)))
    return np.asarray(logits.double().numpy())
