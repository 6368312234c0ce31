"""Train mmmla: ``python -m engine train mmmla --data DIR --out WEIGHTS_DIR --seed N``.

In two steps: each stream alone, then the join over their pooled states. The acoustic networks are
cross-fitted over RAVDESS's actors; the lexical network learns from four fifths of MELD's training
dialogues, the join from a tenth that it never saw, temperatures and scales from the last tenth. A voice
and a line of one label are paired at random: they come from different people.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import nn

from engine import weights
from engine.errors import WeightsError
from engine.features import compare_lld
from engine.systems import layers, mmmla
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS, Standardiser
from engine.systems.layers import Pooling
from engine.systems.mmmla import (
    CLASSES,
    FILE,
    VOICE,
    WORDS,
    AcousticNetwork,
    GatedJoin,
    LexicalNetwork,
    PlainJoin,
)
from engine.systems.sequences import z_scored
from engine.systems.stored_network import packed
from engine.training import classifier_loop, spoilt_sound
from engine.training.classifier_loop import Inputs, Recipe, answers_of, padded, train_classifier
from engine.training.distilled_scales import line_scale, softmax, temperature, voice_scale
from engine.training.kept_folds import kept_network
from engine.training.label_pairs import pairs
from engine.training.meld_lines import MeldLines, read_meld_lines, shared_out
from engine.training.scores import naming
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

DATA: Final = (
    "RAVDESS speech audio (Livingstone & Russo 2018), 20 actors, neutral, calm, happy, sad, angry; MELD "
    "train (Poria et al. 2019), anger, joy, neutral, sadness; paired by label, of different people; "
    "word states from all-MiniLM-L6-v2; descriptors by openSMILE"
)
LICENCE: Final = "CC BY-NC-SA 4.0 (RAVDESS), non-commercial; MELD repository GPL-3.0, research"


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


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Train the system and write its weight file.

    Parameters
    ----------
    data : Path
        The folder with ``audio/``, ``faces/`` and ``text/``.
    out : Path
        The weights folder.
    seed : int

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    WeightsError
        If openSMILE is not installed.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads on two busy cores make a step ten times slower
    try:
        voice, line = read_voice_side(data), line_side(read_meld_lines(data))
        _train(voice, line, out, seed, say)
    finally:
        torch.set_num_threads(threads)


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
    voice: VoiceSide, *, pooling: Pooling, seed: int
) -> list[tuple[AcousticNetwork, Standardiser]]:
    """Five networks; the k-th never saw the actors of fold k, in its statistics neither."""
    members = []
    for fold in range(MEMBERS):
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
            modules=(mmmla, layers, classifier_loop, compare_lld, spoilt_sound),
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
        modules=(mmmla, layers, classifier_loop),
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


def _train(voice: VoiceSide, line: LineSide, out: Path, seed: int, say: Callable[[str], None]) -> None:
    pooling = Pooling.ATTENTION
    learn, teach, fit = (
        np.flatnonzero(np.isin(line.rows, part))
        for part in shared_out(line.lines.dialogue, np.random.default_rng((seed, 12)))
    )
    lexical = lexical_network(line, learn, pooling=pooling, seed=seed)
    every = np.arange(line.rows.size)
    word_logits, word_states = answers_of(lexical, line.read, every)
    temperatures = {WORDS: temperature(word_logits[fit], line.label[fit])}
    words = softmax(word_logits[fit], temperatures[WORDS])
    scales = {
        WORDS: line_scale(arousal_logit(words, CLASSES), line.label[fit] == CLASSES.index(Emotion.NEUTRAL))
    }
    say(f"mmmla: words on held-out lines {_named(line.label[fit], word_logits[fit])}")

    arrays = packed(lexical, "lexical.")
    voice_logits = np.zeros((voice.label.size, len(CLASSES)))
    joint, joint_truth = [], []
    for fold, (network, standardiser) in enumerate(acoustic_members(voice, pooling=pooling, seed=seed)):
        read = acoustic_reader(voice, standardiser, segmented=False)
        logits, states = answers_of(network, read, np.arange(voice.label.size))
        held, known = voice.sounds.fold == fold, np.flatnonzero(voice.sounds.fold != fold)
        voice_logits[held] = logits[held]
        rng = np.random.default_rng((seed, 13, fold))
        join = GatedJoin()
        trained_join(join, states[known], voice.label[known], word_states[teach], line.label[teach], rng=rng)
        clips, lines = pairs(voice.label[held], line.label[fit], rng=rng)
        joint.append(join_logits(join, states[held][clips], word_states[fit][lines]))
        joint_truth.append(voice.label[held][clips])
        arrays |= packed(network, f"acoustic{fold}.") | packed(join, f"join{fold}.")
        arrays |= {f"z{fold}.mean": standardiser.mean, f"z{fold}.spread": standardiser.spread}
    joined, truth = np.concatenate(joint), np.concatenate(joint_truth)
    temperatures[VOICE] = temperature(voice_logits, voice.label)
    temperatures["joint"] = temperature(joined, truth)
    heard = softmax(voice_logits, temperatures[VOICE])
    scales[VOICE] = voice_scale(arousal_logit(heard, CLASSES), voice.sounds)
    say(f"mmmla: voice out of fold {_named(voice.label, voice_logits)}")
    say(f"mmmla: joined, held-out actors with held-out lines of other people {_named(truth, joined)}")
    say("mmmla: temperatures " + ", ".join(f"{name} {value:.2f}" for name, value in temperatures.items()))
    arrays |= {f"scale.{part}": scale.knots for part, scale in scales.items()}
    arrays |= {"seen.hash": voice.sounds.fingerprint, "seen.fold": voice.sounds.fold.astype(np.uint8)}
    weights.save(
        FILE,
        arrays,
        folder=out,
        metadata={
            "pooling": pooling.value,
            "classes": ",".join(CLASSES),
            "temperatures": json.dumps({name: round(value, 4) for name, value in temperatures.items()}),
            "members": f"{MEMBERS}; member k never saw the actors of fold k",
        },
        entry={
            "data": DATA,
            "licence": LICENCE,
            "seed": seed,
            "command": f"python -m engine train mmmla --data DIR --out WEIGHTS_DIR --seed {seed}",
        },
        seen=[
            *(path.read_bytes() for path in voice.sounds.paths),
            *(line.lines.text[row].encode("utf-8") for row in line.rows),
        ],
    )


def _named(truth: Rows, logits: Numbers) -> str:
    found = naming([CLASSES[at] for at in truth], [CLASSES[at] for at in logits.argmax(axis=1)])
    return ", ".join(f"{name} {figure}" for name, figure in found.items())
