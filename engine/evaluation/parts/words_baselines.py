"""Classical models of words on MELD: what a tuned simple model reaches on the same lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from engine.evaluation.part import Part, Spread
from engine.evaluation.parts.meld_words import (
    DEV,
    TRAIN,
    SpokenLines,
    read_lines,
    sentence_embeddings,
    without_much_neutral,
)
from engine.evaluation.predictions import Naming, Predictions
from engine.vocabulary import BASIC_EMOTIONS

TABLE: Final = "Words, MELD dev, seven emotions"
TARGET: Final = "weighted F1 ≥ 0.60 and macro F1 ≥ 0.44 for the text brain"
LENGTHS: Final = (10, 50)
"""Words of a line that are read: the median line has 7, one in a thousand more than 50."""
SEEDS: Final = ("seed 0", "seed 1", "seed 2")
TUNING_SHARE: Final = 0.2
"""Share of the training dialogues on which the setting is chosen."""
WORDS_AND_MARKS: Final = r"(?u)\b\w+\b|[!?]+|\.\.+"
"""Exclamation and question marks tell surprise and anger in dialogue."""
SVD_AXES: Final = 60
"""Gradient boosting reads latent axes: on the sparse words it would take an hour."""
FOREST_TREES: Final = 60
BOOSTING_STEPS: Final = 40

Setting = Mapping[str, Any]
Maker = Callable[[Setting, int], Any]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A model and the settings it is tuned over.

    Attributes
    ----------
    name, title : str
    make : callable
        From a setting and a seed to an unfitted scikit-learn classifier.
    settings : tuple of Mapping
    rare : int
        Words in fewer lines are left out.
    embedded : bool
        Reads sentence embeddings in place of TF-IDF.
    """

    name: str
    title: str
    make: Maker
    settings: tuple[Setting, ...]
    rare: int = 2
    embedded: bool = False


def _grid(**values: tuple[Any, ...]) -> tuple[Setting, ...]:
    found: list[dict[str, Any]] = [{}]
    for key, several in values.items():
        found = [{**one, key: value} for one in found for value in several]
    return tuple(found)


def _logistic(setting: Setting, seed: int) -> Any:
    return LogisticRegression(max_iter=200, tol=1e-3, random_state=seed, **setting)


def _tree(setting: Setting, seed: int) -> Any:
    return DecisionTreeClassifier(random_state=seed, **setting)


def _forest(setting: Setting, seed: int) -> Any:
    return RandomForestClassifier(FOREST_TREES, random_state=seed, n_jobs=1, **setting)


def _boosting(setting: Setting, seed: int) -> Any:
    axes = TruncatedSVD(SVD_AXES, random_state=seed)
    return make_pipeline(
        axes, HistGradientBoostingClassifier(max_iter=BOOSTING_STEPS, random_state=seed, **setting)
    )


def _bayes(setting: Setting, _seed: int) -> Any:
    return ComplementNB(**setting)


def _machine(setting: Setting, seed: int) -> Any:
    return LinearSVC(random_state=seed, **setting)


WEIGHTED: Final = (None, "balanced")
BASELINES: Final = (
    Baseline(
        "logistic", "TF-IDF, logistic regression", _logistic, _grid(C=(2.0, 8.0), class_weight=WEIGHTED)
    ),
    Baseline("bayes", "TF-IDF, naive Bayes (complement)", _bayes, _grid(alpha=(0.3, 1.0, 3.0))),
    Baseline("tree", "TF-IDF, decision tree", _tree, _grid(max_depth=(20, 60)), rare=4),
    Baseline("forest", "TF-IDF, random forest", _forest, _grid(min_samples_leaf=(1, 3)), rare=4),
    Baseline(
        "boosting", "TF-IDF to 60 axes, gradient boosting", _boosting, _grid(max_leaf_nodes=(8, 24)), rare=4
    ),
    Baseline(
        "machine",
        "MiniLM sentence embeddings, linear SVM",
        _machine,
        _grid(C=(0.2, 1.0), class_weight=WEIGHTED),
        embedded=True,
    ),
)


def words_parts(data: Path) -> list[Part]:
    """One part for each model; a fold is a seed: of the model, the tuning and the drawing of neutral lines"""
    settings = "; ".join(f"{one.name}: {len(one.settings)} settings" for one in BASELINES)
    return [
        Part(
            name=f"words-{one.name}",
            table=TABLE,
            folds=SEEDS,
            spread=Spread.SEEDS,
            run=partial(_run, one, data),
            protocol=(
                "Learned from MELD train, measured on MELD dev, which share no dialogue. Classical models "
                f"read the line alone; their settings ({settings}) are chosen by weighted F1 on "
                f"{TUNING_SHARE:.0%} of the training dialogues, then fitted on all of them; mean ± "
                "standard deviation over three seeds. “fewer neutral”: neutral training lines drawn down "
                f"to the number of the next largest class. Lines are cut after {LENGTHS[0]} or "
                f"{LENGTHS[1]} words. The scores of a linear SVM are margins, no probabilities, and have "
                "no calibration error."
            ),
            inputs=(data / TRAIN, data / DEV),
            modules=(__name__, "engine.evaluation.parts.meld_words"),
            target=TARGET,
        )
        for one in BASELINES
    ]


def _run(model: Baseline, data: Path, fold: str) -> Mapping[str, Predictions]:
    seed = SEEDS.index(fold)
    train, dev = read_lines(data / TRAIN), read_lines(data / DEV)
    found: dict[str, Predictions] = {}
    for words in LENGTHS:
        for down in (False, True):
            rng = np.random.default_rng((seed, words, down))
            title = f"{model.title}; {'fewer neutral' if down else 'all lines'}, {words} words"
            found[title] = _measured(model, train, dev, words, down, seed, rng)
    return found


def _measured(
    model: Baseline,
    train: SpokenLines,
    dev: SpokenLines,
    words: int,
    down: bool,
    seed: int,
    rng: np.random.Generator,
) -> Naming:
    learn, check = next(
        GroupShuffleSplit(1, test_size=TUNING_SHARE, random_state=seed).split(
            train.texts, groups=train.dialogue
        )
    )
    texts = train.cut(words)

    def scores(
        rows: NDArray[np.int64],
        asked: SpokenLines,
        asked_rows: NDArray[np.int64],
        settings: tuple[Setting, ...],
    ) -> list[NDArray[np.float64]]:
        """Scores of the asked lines, shape (n, 7), by a model of each setting, fitted on the rows."""
        rows = without_much_neutral(train.emotion, rows, rng) if down else rows
        known, wanted = _inputs(model, texts, rows, asked.cut(words), asked_rows)
        return [
            _scores(model.make(setting, seed).fit(known, train.emotion[rows]), wanted) for setting in settings
        ]

    tried = scores(learn, train, check, model.settings)
    reached = [f1_score(train.emotion[check], one.argmax(axis=1), average="weighted") for one in tried]
    best = model.settings[int(np.argmax(reached))]
    whole = np.arange(len(texts))
    said = scores(whole, dev, np.arange(len(dev.texts)), (best,))[0]
    return Naming(tuple(BASIC_EMOTIONS), dev.emotion, said, calibrated=not model.embedded)


def _scores(machine: Any, wanted: Any) -> NDArray[np.float64]:
    """Probabilities, or margins where the model has none, in the order of ``BASIC_EMOTIONS``."""
    has_shares = hasattr(machine, "predict_proba")
    said = machine.predict_proba(wanted) if has_shares else machine.decision_function(wanted)
    columns = np.full((len(said), len(BASIC_EMOTIONS)), 0.0 if has_shares else -np.inf)
    columns[:, machine.classes_] = said
    return columns


def _inputs(
    model: Baseline,
    texts: tuple[str, ...],
    rows: NDArray[np.int64],
    asked: tuple[str, ...],
    asked_rows: NDArray[np.int64],
) -> tuple[Any, Any]:
    """What the model reads of the lines it learns from and of those it is asked about."""
    if model.embedded:
        return sentence_embeddings(texts)[rows], sentence_embeddings(asked)[asked_rows]
    reader = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=model.rare,
        sublinear_tf=True,
        strip_accents="unicode",
        token_pattern=WORDS_AND_MARKS,
    )
    known = reader.fit_transform([texts[row] for row in rows])
    return known, reader.transform([asked[row] for row in asked_rows])
