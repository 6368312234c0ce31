"""Train meld: ``python -m engine train meld --data DIR --out WEIGHTS_DIR --seed N``.

Each branch learns from what there is of it: words from MELD's training dialogues, voice from RAVDESS,
face from posed faces brought to life. α is the published 0.7; the α that pairs of held-out lines and
held-out voices of one label like best is printed and stored beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.stats import norm

from engine import weights
from engine.features import sound_summary
from engine.features.geometry import NeutralPopulation
from engine.features.landmarks import LANDMARKS
from engine.systems import layers, meld
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS, compacted
from engine.systems.fusion import learned_alpha
from engine.systems.meld import (
    ALPHA,
    CLASSES,
    FACE,
    FILE,
    VOICE,
    WORDS,
    AudioNetwork,
    FaceNetwork,
    Range,
    TextHead,
    landmark_steps,
)
from engine.systems.stored_network import packed
from engine.training import classifier_loop, face_branch, face_sequences, face_set
from engine.training.action_units import action_unit_means, face_stand_in
from engine.training.branch_loop import Examples
from engine.training.classifier_loop import Inputs, Recipe, answers_of, train_classifier
from engine.training.distilled_scales import (
    face_scale,
    line_scale,
    softmax,
    temperature,
    voice_scale,
)
from engine.training.face_branch import made_examples
from engine.training.fer_set import FerSet
from engine.training.kept_folds import kept_network
from engine.training.label_pairs import pairs
from engine.training.meld_lines import read_meld_lines, shared_out
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.scores import naming
from engine.training.sound_set import SoundSet, read_sound_set
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

DATA: Final = (
    "MELD train (Poria et al. 2019), word states from all-MiniLM-L6-v2; RAVDESS speech audio (Livingstone & "
    "Russo 2018), 20 actors; landmarks of KDEF (Lundqvist et al. 1998), CK+ (Lucey et al. 2010), RaFD morphs "
    "(Langner et al. 2010)"
)
LICENCE: Final = (
    "CC BY-NC-SA 4.0 (RAVDESS) and research only (faces), non-commercial; MELD repository GPL-3.0, research"
)


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Train the system and write its weight file.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads on two busy cores make a step ten times slower
    try:
        _train(data, out, seed, say)
    finally:
        torch.set_num_threads(threads)


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
        modules=(meld, classifier_loop),
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
            modules=(meld, classifier_loop, sound_summary),
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

    def read(batch: Rows, rng: Generator | None) -> Inputs:
        mask = made.mask[batch].copy()
        if rng is not None:  # every other instant: half the work, and faces of another pace
            mask[:, int(rng.integers(2)) :: 2] = False
            empty = ~mask.any(axis=1)
            mask[empty] = made.mask[batch][empty]
        steps, lengths, _ = compacted(scaled[batch] * mask[..., None], mask)
        return torch.from_numpy(steps), torch.from_numpy(lengths)

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
                modules=(meld, layers, classifier_loop, face_sequences, face_branch),
                data=(scaled, label, rows),
                settings=(seed, MADE_FACES),
            )
        )
    return members, read


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


def _train(data: Path, out: Path, seed: int, say: Callable[[str], None]) -> None:
    lines = read_meld_lines(data)
    means = lines.means()
    learn, _, fit = shared_out(lines.dialogue, np.random.default_rng((seed, 12)))
    head = text_head(means, lines.label, learn, seed=seed)
    text_logits = answers_of(head, text_reader(means), fit)[0]
    temperatures = {WORDS: temperature(text_logits, lines.label[fit])}
    words = softmax(text_logits, temperatures[WORDS])
    scales = {
        WORDS: line_scale(arousal_logit(words, CLASSES), lines.label[fit] == CLASSES.index(Emotion.NEUTRAL))
    }
    say(f"meld: words on held-out dialogues {_named(lines.label[fit], text_logits)}")
    arrays = packed(head, "text.")

    sounds = read_sound_set(data)
    label = np.array([CLASSES.index(seven(name.emotion)) for name in sounds.names])
    summaries = sounds.summaries()
    audio_logits = np.zeros((label.size, len(CLASSES)))
    for fold, (network, scale) in enumerate(audio_members(summaries, label, sounds, seed=seed)):
        held = np.flatnonzero(sounds.fold == fold)
        audio_logits[held] = answers_of(network, audio_reader(summaries, scale), held)[0]
        arrays |= packed(network, f"audio{fold}.")
        arrays |= {f"range{fold}.low": scale.low, f"range{fold}.high": scale.high}
    temperatures[VOICE] = temperature(audio_logits, label)
    heard = softmax(audio_logits, temperatures[VOICE])
    scales[VOICE] = voice_scale(arousal_logit(heard, CLASSES), sounds)
    say(f"meld: voice out of fold {_named(label, audio_logits)}")

    made, face_fold, posed, rest = made_faces(data, seed=seed)
    members, read = face_members(made, face_fold, rest, seed=seed)
    face_logits = np.zeros((face_fold.size, len(CLASSES)))
    for fold, face_network in enumerate(members):
        held = np.flatnonzero(face_fold == fold)
        face_logits[held] = answers_of(face_network, read, held)[0]
        arrays |= packed(face_network, f"face{fold}.")
    temperatures[FACE] = temperature(face_logits, made.emotion.argmax(axis=1))
    seen = softmax(face_logits, temperatures[FACE])
    scales[FACE] = face_scale(arousal_logit(seen, CLASSES), made.intensity)
    say(f"meld: face, made clips of held-out people {_named(made.emotion.argmax(axis=1), face_logits)}")

    clips, paired = pairs(label, lines.label[fit], rng=np.random.default_rng((seed, 24)))
    alpha = learned_alpha(words[paired], heard[clips], label[clips])
    correlation = correlation_with_face(data, sounds, arousal_logit(heard, CLASSES))
    say(f"meld: α that held-out pairs like best {alpha:.2f}; shipped {ALPHA}")
    say("meld: temperatures " + ", ".join(f"{name} {value:.2f}" for name, value in temperatures.items()))
    arrays |= {f"scale.{part}": scale.knots for part, scale in scales.items()}
    arrays |= {"seen.hash": sounds.fingerprint, "seen.fold": sounds.fold.astype(np.uint8)}
    weights.save(
        FILE,
        arrays,
        folder=out,
        metadata={
            "classes": ",".join(CLASSES),
            "alpha": str(ALPHA),
            "alpha_learned": f"{alpha:.4f}",
            "correlation": f"{correlation:.4f}",
            "temperatures": json.dumps({name: round(value, 4) for name, value in temperatures.items()}),
            "members": f"{MEMBERS}; member k never saw the people of fold k",
        },
        entry={
            "data": DATA,
            "licence": LICENCE,
            "seed": seed,
            "command": f"python -m engine train meld --data DIR --out WEIGHTS_DIR --seed {seed}",
        },
        seen=[
            *(path.read_bytes() for path in sounds.paths),
            *(text.encode("utf-8") for text in lines.text),
            *(face.tobytes() for face in posed.landmarks),
        ],
    )


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


def _named(truth: Rows, logits: Numbers) -> str:
    found = naming([CLASSES[at] for at in truth], [CLASSES[at] for at in logits.argmax(axis=1)])
    return ", ".join(f"{name} {figure}" for name, figure in found.items())
