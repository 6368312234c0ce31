"""The shipped text brain on dev lines it never saw, through the functions behind ``evaluate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from engine.errors import TableError
from engine.evaluation.part import Part, Spread
from engine.evaluation.parts.words_baselines import TABLE, TARGET
from engine.evaluation.predictions import Naming, Predictions, Rating
from engine.systems.line_network import CONTEXT_LINES
from engine.systems.plain_words import FILE as PLAIN_FILE
from engine.systems.text_brain import FILE, TextBrain, TextReading
from engine.training.evaluate_text import text_emotion, text_intensity
from engine.vocabulary import BASIC_EMOTIONS, Emotion, SystemName, emotion_named
from engine.weights import weights_dir

DEV: Final = "text/meld_dev.csv"
RATED_DEV: Final = "text/semeval2018_ei_reg_dev.csv"
INTENSITY_TABLE: Final = "Intensity in words, EI-reg dev, the emotion named"
ROW: Final = "text brain, as shipped"
MODULES: Final = (
    __name__,
    "engine.training.evaluate_text",
    "engine.systems.text_brain",
    "engine.systems.line_network",
    "engine.systems.plain_words",
    "engine.features.encoder",
)


class Recorder:
    """A text brain that remembers what it read, so that figures can be made of more than a label.

    Parameters
    ----------
    brain : TextBrain
    """

    def __init__(self, brain: TextBrain) -> None:
        self.brain = brain
        self.readings: list[TextReading] = []

    def read_many(self, lines: Sequence[str], **options: Any) -> list[TextReading]:
        """As the brain's own."""
        self.readings = list(self.brain.read_many(lines, **options))
        return self.readings


def shipped_words_parts(data: Path) -> list[Part]:
    """Emotions on MELD dev and intensities on EI-reg dev."""
    weights, plain = weights_dir() / FILE, weights_dir() / PLAIN_FILE
    return [
        Part(
            name="words-shipped",
            table=TABLE,
            folds=("dev",),
            spread=Spread.FOLDS,
            run=partial(_emotions, data),
            protocol=(
                f"The text brain reads up to {CONTEXT_LINES} lines of dialogue before the line; no dev file "
                "was in training."
            ),
            inputs=(data / DEV, weights, plain),
            modules=MODULES,
            target=TARGET,
            system=SystemName.ALIGNMENT,
        ),
        Part(
            name="intensity-shipped",
            table=INTENSITY_TABLE,
            folds=("dev",),
            spread=Spread.FOLDS,
            run=partial(_intensities, data),
            protocol=(
                "The model gets the text and the named emotion; Pearson and Spearman are means of the "
                "four emotions. Low, medium, high: both sides cut at 0.33 and 0.66. No dev file was in "
                "training."
            ),
            inputs=(data / RATED_DEV, weights),
            modules=MODULES,
            target="Pearson, mean of four, ≥ 0.70",
            system=SystemName.ALIGNMENT,
        ),
    ]


def _emotions(data: Path, _fold: str) -> Mapping[str, Predictions]:
    recorder = Recorder(TextBrain.load())
    said = text_emotion(data / DEV, brain=cast(TextBrain, recorder))
    table = pd.read_csv(data / DEV, keep_default_na=False)
    truth = np.array([BASIC_EMOTIONS.index(emotion_named(name)) for name in table["emotion"]])
    silent = np.eye(len(BASIC_EMOTIONS))[BASIC_EMOTIONS.index(Emotion.NEUTRAL)]
    shares = np.array(
        [
            silent
            if one.emotion is None
            else [one.emotion.probabilities.get(emotion, 0.0) for emotion in BASIC_EMOTIONS]
            for one in recorder.readings
        ]
    )
    _same(len(recorder.readings), truth.size, DEV)
    return {ROW: Naming(tuple(BASIC_EMOTIONS), truth, shares, remark=_seen(said))}


def _intensities(data: Path, _fold: str) -> Mapping[str, Predictions]:
    recorder = Recorder(TextBrain.load())
    said = text_intensity(data / RATED_DEV, brain=cast(TextBrain, recorder))
    table = pd.read_csv(data / RATED_DEV, keep_default_na=False)
    asked = [emotion_named(name) for name in table["emotion"]]
    _same(len(recorder.readings), len(asked), RATED_DEV)
    values = [
        one.rated.get(emotion, 0.0) if one.words else 0.0
        for one, emotion in zip(recorder.readings, asked, strict=True)
    ]
    truth = table["intensity"].to_numpy(np.float64)
    return {ROW: Rating(truth, np.array(values), tuple(asked), remark=_seen(said))}


def _same(read: int, there: int, name: str) -> None:
    if read != there:
        raise TableError(
            f"{name} holds {there} lines and {read} could be read; its labels must be known ones."
        )


def _seen(said: Mapping[str, Any]) -> str:
    return f"{said['seen_in_training']} of {said['n']} texts also occur, word for word, in a training file."
