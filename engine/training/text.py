"""Train the text brain: ``python -m engine train text --data DIR --out WEIGHTS_DIR --seed N``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError
from engine.systems.demand import DemandScale
from engine.systems.line_network import LineNetwork
from engine.systems.text_brain import FILE, NETWORK_PREFIX, judged, load_stored
from engine.training.text_lines import Parts, fit_word_space, ready, split
from engine.training.text_loop import answer, fit
from engine.training.text_sets import TextSets, read_sets
from engine.training.text_states import word_states
from engine.vocabulary import BASIC_EMOTIONS, Emotion

DATA: Final = (
    "MELD train (Poria et al. 2019), GoEmotions train (Demszky et al. 2020), SemEval-2018 EI-reg train "
    "(Mohammad et al. 2018), SemEval-2025 task 11 track B train (Muhammad et al. 2025), EmoBank train "
    "(Buechel & Hahn 2017); word states from all-MiniLM-L6-v2"
)
LICENCE: Final = (
    "research use: MELD repository GPL-3.0, GoEmotions Apache-2.0, EI-reg research with citation, "
    "track B CC BY 4.0 as stated by its authors, EmoBank CC BY-SA 4.0; MiniLM Apache-2.0"
)


def train(data: Path, out: Path, *, seed: int) -> dict[str, float]:
    """Train the text brain and write its weight file with its manifest entry.

    Parameters
    ----------
    data : Path
        A folder that holds ``text/meld_train.csv`` and the rest.
    out : Path
        The weights folder.
    seed : int

    Returns
    -------
    dict of str to float
        ``stop_score`` on the part of the training files that chose the epoch.

    Raises
    ------
    TableError
        If a training file is missing, lacks a column, or is too small.
    """
    generator = np.random.default_rng(seed)
    torch.set_num_threads(1)  # measured: two threads on two busy cores are ten times slower than one
    sets = read_sets(data)
    states = word_states(sets.lines)
    parts = split(sets, states, generator=generator)
    space = fit_word_space(states, parts.learn, generator=generator)
    lines = ready(states, sets.before, space)
    network, score = fit(sets, lines, parts, generator=generator)
    stored = _arrays(network)
    load_stored(network, stored)  # the scale must be that of the rounded weights that ship
    _, opinions = judged(answer(network, lines, parts.reference))
    neutral = sets.emotion[parts.reference, BASIC_EMOTIONS.index(Emotion.NEUTRAL)] == 1
    try:
        scale = DemandScale.fit(opinions, neutral=neutral)
    except ValueError as error:
        raise TableError(f"meld_train.csv is too small to train on: {error}") from error
    weights.save(
        FILE,
        {**space.arrays(), **scale.arrays(), **stored},
        folder=out,
        metadata={
            "system": "text_brain",
            "emotions": json.dumps([emotion.value for emotion in BASIC_EMOTIONS]),
            "reference_lines": str(parts.reference.size),
        },
        entry={
            "data": DATA,
            "licence": LICENCE,
            "seed": seed,
            "command": f"python -m engine train text --data DIR --out WEIGHTS_DIR --seed {seed}",
            "stop_score": round(score, 4),
        },
        seen=_seen(sets, parts),
    )
    return {"stop_score": score}


def _arrays(network: LineNetwork) -> dict[str, NDArray[Any]]:
    return {
        NETWORK_PREFIX + name: value.numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }


def _seen(sets: TextSets, parts: Parts) -> list[bytes]:
    """Every text the weights owe something to: learned from, stopped on, or in the reference set."""
    used = np.concatenate([parts.learn, parts.stop, parts.reference])
    return [sets.lines[at].encode("utf-8") for at in used]
