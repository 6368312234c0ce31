"""Knowledge distillation: what emotion classifiers say of lines, as one soft score of intensity.

A classifier of the RoBERTa or EmoRoBERTa class gives a distribution over emotions. The mass of the
emotions of high arousal (Russell 1980) is a number from 0 to 1; the mean over the classifiers is
what the text brain is taught (Hinton, Vinyals & Dean 2015).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

from engine.errors import TableError, UnknownNameError, WeightsError
from engine.systems.arousal import HIGH_AROUSAL
from engine.vocabulary import emotion_named

HIGH_FINE: Final = frozenset({"amusement", "annoyance", "nervousness"})
LOW_FINE: Final = frozenset(
    [
        "admiration",
        "approval",
        "caring",
        "confusion",
        "curiosity",
        "desire",
        "disappointment",
        "disapproval",
        "embarrassment",
        "gratitude",
        "grief",
        "love",
        "optimism",
        "pride",
        "realization",
        "relief",
        "remorse",
    ]
)
"""GoEmotions' finer classes (Demszky et al. 2020), which EmoRoBERTa names, by their arousal."""

TEXT: Final = "text"
SCORE: Final = "intensity"
LONGEST: Final = 512
BATCH: Final = 32

MULTI_LABEL: Final = "multi_label_classification"


class Teacher:
    """An emotion classifier and which of its classes are of high arousal.

    Parameters
    ----------
    model, tokenizer
        A ``transformers`` sequence classifier and its tokenizer.

    Raises
    ------
    WeightsError
        If a class of the model is no emotion known here.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        labels = model.config.id2label
        self.high = torch.tensor([is_high(labels[number]) for number in sorted(labels)])

    @classmethod
    def load(cls, source: str) -> Teacher:
        """Load from a local folder, or from the hub where ``source`` is no folder but a hub name.

        Raises
        ------
        WeightsError
            If it cannot be had, is not whole, or names something that is no emotion.
        """
        transformers_logging.disable_progress_bar()
        local = Path(source).is_dir()
        try:
            model = AutoModelForSequenceClassification.from_pretrained(
                source, local_files_only=local, use_safetensors=True
            )
            tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=local)
        except (OSError, ValueError, KeyError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise WeightsError(
                f"The classifier {Path(source).name} cannot be loaded ({reason}); give a folder that "
                "save_pretrained wrote, or a hub name while there is a network."
            ) from error
        if len(tokenizer) <= len(tokenizer.all_special_ids):  # transformers makes one up where none is
            raise WeightsError(f"The classifier {Path(source).name} has no vocabulary; copy it again.")
        return cls(model, tokenizer)

    @torch.inference_mode()
    def scores(self, lines: Sequence[str]) -> NDArray[np.float64]:
        """Mass of high arousal, shape (n,), in [0, 1]; 0 for a blank line."""
        found = np.zeros(len(lines))
        spoken = sorted((at for at, line in enumerate(lines) if line.strip()), key=lambda at: len(lines[at]))
        for start in range(0, len(spoken), BATCH):
            batch = spoken[start : start + BATCH]
            read = self.tokenizer(
                [lines[at] for at in batch],
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="pt",
            )
            logits = self.model(**read).logits.double()  # [batch, classes]
            if self.model.config.problem_type == MULTI_LABEL:
                shares = torch.sigmoid(logits)
                shares = shares / shares.sum(dim=1, keepdim=True)
            else:
                shares = torch.softmax(logits, dim=1)
            found[batch] = shares[:, self.high].sum(dim=1).clamp(0, 1).numpy()
        return found


def is_high(label: str) -> bool:
    """Whether an emotion, by whatever name, is of high arousal.

    Raises
    ------
    WeightsError
        If it is no emotion known here.
    """
    plain = label.strip().lower()
    if plain in HIGH_FINE | LOW_FINE:
        return plain in HIGH_FINE
    try:
        return emotion_named(plain) in HIGH_AROUSAL
    except UnknownNameError as error:
        raise WeightsError(f"The classifier's classes are not emotions: {error}") from error


def distil(models: Sequence[str], lines: Path, out: Path) -> int:
    """Score every distinct line of a CSV and write the scores, whole or not at all.

    Parameters
    ----------
    models : sequence of str
        Folders or hub names of the classifiers.
    lines : Path
        A CSV with a column ``text``.
    out : Path
        Gets ``text, intensity`` (the mean of the classifiers) and one column for each classifier.

    Returns
    -------
    int
        Lines scored.

    Raises
    ------
    TableError
        If the CSV cannot be read or holds no line, or the scores cannot be written.
    WeightsError
        If a classifier cannot be used.
    """
    texts = _texts(lines)
    teachers = {_name(at, source): Teacher.load(source) for at, source in enumerate(models, start=1)}
    scored = {name: teacher.scores(texts) for name, teacher in teachers.items()}
    mean = np.mean(list(scored.values()), axis=0)
    frame = pd.DataFrame({TEXT: texts, SCORE: mean, **scored})
    temporary = out.with_name(out.name + ".part")
    try:
        frame.to_csv(temporary, index=False, float_format="%.6f", encoding="utf-8")
        temporary.replace(out)
    except OSError as error:
        raise TableError(f"{out.name} cannot be written ({error.strerror}); name another place.") from error
    return len(texts)


def _texts(path: Path) -> list[str]:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError(
            f"{path.name} is no readable CSV in UTF-8; give one with the column {TEXT}."
        ) from error
    if TEXT not in frame.columns:
        raise TableError(f"{path.name} lacks the column {TEXT}; give a CSV that has it.")
    texts = [text for text in dict.fromkeys(frame[TEXT]) if text.strip()]
    if not texts:
        raise TableError(f"{path.name} holds no line; fill in the column {TEXT}.")
    return texts


def _name(number: int, source: str) -> str:
    return f"{SCORE}_{number}_{re.sub(r'[^A-Za-z0-9.-]+', '_', Path(source).name)}"
