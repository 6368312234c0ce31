"""Train the text brain: ``python -m engine train text --data DIR --out WEIGHTS_DIR --seed N``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from engine import weights
from engine.errors import TableError
from engine.features.encoder import TextEncoder
from engine.features.table import WORD_WIDTH
from engine.systems.demand import DemandScale
from engine.systems.line_network import network_arrays, network_of
from engine.systems.text_brain import FILE, judged
from engine.systems.word_space import WordSpace
from engine.training.text_balance import Balance, meld_prior
from engine.training.text_lines import (
    LinePieces,
    Parts,
    cut_into_pieces,
    dialogue_batches,
    line_batches,
    split,
)
from engine.training.text_loop import Arrays, answer, fit
from engine.training.text_sets import TextSets, read_sets
from engine.vocabulary import BASIC_EMOTIONS, Emotion

DATA: Final = (
    "MELD train (Poria et al. 2019), GoEmotions train (Demszky et al. 2020), SemEval-2018 EI-reg train "
    "(Mohammad et al. 2018), SemEval-2025 task 11 track B train (Muhammad et al. 2025), EmoBank train "
    "(Buechel & Hahn 2017); low-rank changes to all-MiniLM-L6-v2 (Wang et al. 2020)"
)
LICENCE: Final = (
    "research use: MELD repository GPL-3.0, GoEmotions Apache-2.0, EI-reg research with citation, "
    "track B CC BY 4.0 as stated by its authors, EmoBank CC BY-SA 4.0; MiniLM Apache-2.0"
)

FINISH: Final = 1
"""Tells the draws after training from those before it, so that either can be repeated alone."""

SPACE_LINES: Final = 6000
"""Lines whose words the principal axes are fitted on; more do not move them."""


def train(data: Path, out: Path, *, seed: int, soft: Path | None = None) -> dict[str, float]:
    """Train the text brain and write its weight file with its manifest entry.

    Parameters
    ----------
    data : Path
        A folder that holds ``text/meld_train.csv`` and the rest.
    out : Path
        The weights folder.
    seed : int
    soft : Path, optional
        Soft scores of lines, as :mod:`engine.training.distillation` writes them; they teach a head of
        their own, which becomes a fourth opinion on the expected intensity.

    Returns
    -------
    dict of str to float
        ``stop_score`` on the part of the training files that chose the pass.

    Raises
    ------
    TableError
        If a training file is missing, lacks a column, or is too small.
    """
    generator = np.random.default_rng(seed)
    torch.set_num_threads(1)  # measured: two threads on two busy cores are ten times slower than one
    sets = read_sets(data, soft=soft)
    pieces = cut_into_pieces(sets.lines, TextEncoder.load())
    parts = split(sets, pieces, generator=generator)
    stored, score = fit(sets, pieces, parts, TextEncoder.load(), generator=generator)
    entry = {
        "data": DATA if soft is None else f"{DATA}; soft scores of emotion classifiers",
        "licence": LICENCE,
        "seed": seed,
        "command": f"python -m engine train text --data DIR --out WEIGHTS_DIR --seed {seed}"
        + ("" if soft is None else " --soft CSV"),
        "stop_score": round(score, 4),
    }
    finish(stored, sets, pieces, parts, out, entry=entry, generator=np.random.default_rng((seed, FINISH)))
    return {"stop_score": score}


def finish(
    stored: Arrays,
    sets: TextSets,
    pieces: LinePieces,
    parts: Parts,
    out: Path,
    *,
    entry: Mapping[str, Any],
    generator: np.random.Generator,
) -> None:
    """Fit what stands on the trained weights and write them: balance, word space, scale.

    Parameters
    ----------
    stored : dict of str to ndarray
        Network and adapter, half precision: what is fitted must fit the rounded weights that ship.

    entry : mapping
        What the manifest says of them.

    Raises
    ------
    TableError
        If the reference part is too small.
    """
    network, encoder = network_of(stored), TextEncoder.load()
    encoder.adapt(stored)
    held_out = np.concatenate([parts.stop, parts.reference])
    lines, answers = answer(network, encoder.model, dialogue_batches(sets, pieces, held_out))
    balance = Balance.fit(
        answers.emotion_in_context.double().numpy(),
        truth=sets.emotion[lines].argmax(axis=1),
        prior=meld_prior(sets, parts.learn),
    )
    balance.put_into(network)
    space = fit_word_space(sets, parts.learn, encoder, generator=generator)
    lines, answers = answer(network, encoder.model, line_batches(pieces, parts.reference))
    _, opinions = judged(answers)
    neutral = sets.emotion[lines, BASIC_EMOTIONS.index(Emotion.NEUTRAL)] == 1
    try:
        scale = DemandScale.fit(opinions, neutral=neutral)
    except ValueError as error:
        raise TableError(f"meld_train.csv is too small to train on: {error}") from error
    weights.save(
        FILE,
        {**space.arrays(), **scale.arrays(), **stored, **network_arrays(network)},
        folder=out,
        metadata={
            "system": "text_brain",
            "emotions": json.dumps([emotion.value for emotion in BASIC_EMOTIONS]),
            "reference_lines": str(parts.reference.size),
        },
        entry=entry,
        seen=_seen(sets, parts),
    )


def fit_word_space(
    sets: TextSets, learn: NDArray[np.int64], encoder: TextEncoder, *, generator: np.random.Generator
) -> WordSpace:
    """Fit the 300 principal axes (Pearson 1901) and the z-scores of the words of some of these lines."""
    drawn = generator.choice(learn, min(SPACE_LINES, learn.size), replace=False)
    encoded = encoder.encode([sets.lines[at] for at in drawn])
    words = np.concatenate([each.states for each in encoded])
    seed = int(generator.integers(2**31))
    pca = PCA(n_components=WORD_WIDTH, svd_solver="covariance_eigh", random_state=seed).fit(words)
    return WordSpace(
        mean=pca.mean_.astype(np.float32),
        axes=pca.components_.astype(np.float16).astype(np.float32),
        deviation=np.sqrt(pca.explained_variance_).astype(np.float32),
    )


def _seen(sets: TextSets, parts: Parts) -> list[bytes]:
    """Every text the weights owe something to: learned from, stopped on, or in the reference set."""
    used = np.concatenate([parts.learn, parts.stop, parts.reference])
    return [sets.lines[at].encode("utf-8") for at in used]
