"""Train mmmla: ``python -m engine train mmmla --data DIR --out WEIGHTS_DIR --seed N``.

In two steps: each stream alone, then the join over their pooled states. The acoustic networks are
cross-fitted over RAVDESS's actors; the lexical network learns from four fifths of MELD's training
dialogues, the join from a tenth that it never saw, temperatures and scales from the last tenth. A voice
and a line of one label are paired at random: they come from different people.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine import weights
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS
from engine.systems.layers import Pooling
from engine.systems.mmmla import FILE, VOICE, WORDS
from engine.systems.mmmla_networks import CLASSES, GatedJoin
from engine.systems.stored_network import packed
from engine.training.classifier_loop import answers_of
from engine.training.distilled_scales import line_scale, softmax, temperature, voice_scale
from engine.training.label_pairs import pairs
from engine.training.meld_lines import read_meld_lines, shared_out
from engine.training.mmmla_streams import (
    LineSide,
    VoiceSide,
    acoustic_members,
    acoustic_reader,
    join_logits,
    lexical_network,
    line_side,
    read_voice_side,
    trained_join,
)
from engine.training.scores import naming
from engine.vocabulary import Emotion

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

DATA: Final = (
    "RAVDESS speech audio (Livingstone & Russo 2018), 20 actors, neutral, calm, happy, sad, angry; MELD "
    "train (Poria et al. 2019), anger, joy, neutral, sadness; paired by label, of different people; "
    "word states from all-MiniLM-L6-v2; descriptors by openSMILE"
)
LICENCE: Final = "CC BY-NC-SA 4.0 (RAVDESS), non-commercial; MELD repository GPL-3.0, research"


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
