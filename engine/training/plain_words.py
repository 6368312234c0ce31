"""Train the reader of plain words: ``python -m engine train text-words --data DIR --out WEIGHTS_DIR``.

After ``train text``, in the same folder: it learns from the lines the network learned from; which setting,
what share beside the network, the shift and the temperature are chosen on MELD's held-out dialogues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from engine import weights
from engine.features.encoder import TextEncoder
from engine.systems.line_network import network_of
from engine.systems.plain_words import FILE, TEXT_VERSION, packed_terms, terms
from engine.systems.text_brain import FILE as TEXT_FILE
from engine.training.text_balance import Balance, meld_prior
from engine.training.text_lines import cut_into_pieces, dialogue_batches, split
from engine.training.text_loop import answer
from engine.training.text_sets import read_sets

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

STRENGTHS: Final = (2.0, 8.0)
WEIGHTINGS: Final = (None, "balanced")
SHARES: Final = (0.0, 0.1, 0.2, 0.3, 0.5)
FOLDS: Final = 5
RARE: Final = 2
"""Terms in fewer lines are left out."""
DATA: Final = "MELD train (Poria et al. 2019)"
LICENCE: Final = "MELD repository GPL-3.0, research"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Lines of dialogues the network never learned from.

    Attributes
    ----------
    logits : ndarray, shape (n, 7)
        The network's, in context.
    truth, dialogue : ndarray, shape (n,), int
    prior : ndarray, shape (7,)
        Of the lines that were learned from.
    """

    logits: Numbers
    truth: Rows
    dialogue: Rows
    prior: Numbers

    def mean_f1(self, words: Numbers, share: float) -> float:
        """Mean of weighted and macro F1, shift and temperature learned on the other dialogues."""
        both = self.logits + share * words
        named = np.zeros_like(self.truth)
        folds = GroupKFold(FOLDS).split(both, groups=self.dialogue)
        for fit, held in folds:
            shift = Balance.fit(both[fit], truth=self.truth[fit], prior=self.prior).shift
            named[held] = (both[held] + shift).argmax(axis=1)
        return float(np.mean([f1_score(self.truth, named, average=each) for each in ("weighted", "macro")]))


def train(data: Path, out: Path, *, say: Callable[[str], None] = print) -> dict[str, float]:
    """Train the reader beside the text brain that lies in ``out``, with its seed.

    Returns
    -------
    dict of str to float
        ``share`` beside the network; mean F1 over held-out dialogues ``with`` it and ``without``. Where the
        share is 0 nothing is written.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    WeightsError
        If no text brain lies in ``out``.
    """
    brain = weights.load(TEXT_FILE, folder=out)
    seed = int(weights.manifest(out)["files"][TEXT_FILE]["seed"])
    torch.set_num_threads(1)
    sets, encoder = read_sets(data), TextEncoder.load()
    pieces = cut_into_pieces(sets.lines, encoder)
    parts = split(sets, pieces, generator=np.random.default_rng(seed))  # as the network's own training did
    network = network_of(brain.arrays)
    encoder.adapt(brain.arrays)
    held_out = np.concatenate([parts.stop, parts.reference])
    rows, answers = answer(network, encoder.model, dialogue_batches(sets, pieces, held_out))
    held = HeldOut(
        answers.emotion_in_context.double().numpy(),
        sets.emotion[rows].argmax(axis=1),
        sets.dialogue[rows],
        meld_prior(sets, parts.learn),
    )
    learn = parts.learn[sets.source[parts.learn] == "meld"]
    reader = TfidfVectorizer(analyzer=terms, min_df=RARE, sublinear_tf=True)
    known = reader.fit_transform([sets.lines[row] for row in learn])
    asked = reader.transform([sets.lines[row] for row in rows])
    label = sets.emotion[learn].argmax(axis=1)
    tried = []
    for strength, weighting in product(STRENGTHS, WEIGHTINGS):
        model = LogisticRegression(C=strength, class_weight=weighting, max_iter=200, tol=1e-3)
        model.fit(known, label)
        words = log_softmax(model.decision_function(asked), axis=1)
        tried += [(held.mean_f1(words, share), share, model, words) for share in SHARES]
    without = max(score for score, share, _, _ in tried if share == 0)
    score, share, model, words = max(tried, key=lambda each: each[0])
    found = {"share": share, "with": score, "without": without}
    say(
        f"text words: mean F1 of held-out dialogues {score:.4f} with a share of {share}, "
        f"{without:.4f} without"
    )
    if share == 0:
        say("text words: nothing gained, nothing written")
        return found
    balance = Balance.fit(held.logits + share * words, truth=held.truth, prior=held.prior)
    weights.save(
        FILE,
        {
            "terms": packed_terms(list(reader.get_feature_names_out())),
            "rarity": reader.idf_.astype(np.float32),
            "pull": model.coef_.T.astype(np.float16),
            "bias": model.intercept_.astype(np.float32),
            "shift": balance.shift.astype(np.float32),
        },
        folder=out,
        metadata={
            TEXT_VERSION: brain.version,
            "share": str(share),
            "temperature": f"{balance.temperature:.4f}",
        },
        entry={
            "data": DATA,
            "licence": LICENCE,
            "seed": seed,
            "command": "python -m engine train text-words --data DIR --out WEIGHTS_DIR",
        },
        seen=(sets.lines[row].encode("utf-8") for row in np.concatenate([learn, rows])),
    )
    return found
