"""The emotion of a line by ``j-hartmann/emotion-english-distilroberta-base``, where it is at hand.

A second opinion on the words (Hartmann 2022) that Dailies does not ship: it is read from a local
folder or the local hub cache, and fetched only when that is asked for in so many words.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

from engine import hub_models
from engine.analysis import EmotionEstimate
from engine.errors import UnknownNameError, WeightsError
from engine.vocabulary import Emotion, emotion_named

MODEL: Final = "j-hartmann/emotion-english-distilroberta-base"

LONGEST: Final = 512
"""Tokens RoBERTa reads; the rest of a longer line is cut off."""


class LineEmotion:
    """A sequence classifier whose classes are emotions.

    Parameters
    ----------
    model, tokenizer
        A ``transformers`` sequence classifier and its tokenizer.

    Raises
    ------
    WeightsError
        If the model's ``id2label`` names something that is no emotion.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.emotions = _emotions_of(model.config.id2label)

    @classmethod
    def load(cls, *, fetch: bool = False, hub: str | None = None) -> LineEmotion:
        """Load the model from this machine, or from the hub where ``fetch`` allows it.

        Parameters
        ----------
        fetch : bool
            Whether the network may be asked. Without it no connection is opened.
        hub : str, optional
            Address of a hub; by default the public one.

        Raises
        ------
        WeightsError
            If the model is not here and was not, or could not be, fetched.
        """
        folder = local_folder()
        if folder is None and fetch:
            folder = hub_models.fetched(MODEL, hub)
        if folder is None:
            raise WeightsError(
                f"The model {MODEL} is not on this machine; {hub_models.where_to_put(MODEL)}, "
                "or leave the line's emotion to the text brain."
            )
        return cls.from_folder(folder)

    @classmethod
    def from_folder(cls, folder: Path) -> LineEmotion:
        """Load a model that ``save_pretrained`` wrote.

        Raises
        ------
        WeightsError
            If the folder does not hold a whole model.
        """
        transformers_logging.disable_progress_bar()  # it would write into a command's answer
        try:
            model = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, use_safetensors=True
            )
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(
                f"The model folder {folder.name} cannot be loaded ({hub_models.first_line(error)}); "
                "copy it again."
            ) from error
        if len(tokenizer) <= len(tokenizer.all_special_ids):  # transformers makes one up where none is
            raise WeightsError(
                f"The model folder {folder.name} cannot be loaded (no vocabulary); copy it again."
            )
        return cls(model, tokenizer)

    @torch.inference_mode()
    def read_many(self, lines: Sequence[str]) -> list[EmotionEstimate | None]:
        """Name the emotion of each line; ``None`` for a line without anything in it."""
        spoken = [line for line in lines if line.strip()]
        if not spoken:
            return [None] * len(lines)
        pieces = self.tokenizer(
            spoken, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        shares = torch.softmax(self.model(**pieces).logits, dim=-1).double().tolist()  # [batch, classes]
        estimates = iter([self._estimate(share) for share in shares])
        return [next(estimates) if line.strip() else None for line in lines]

    def read(self, line: str) -> EmotionEstimate | None:
        """Name the emotion of one line."""
        return self.read_many([line])[0]

    def _estimate(self, shares: Sequence[float]) -> EmotionEstimate:
        summed = dict.fromkeys(self.emotions, 0.0)
        for emotion, share in zip(self.emotions, shares, strict=True):
            summed[emotion] += share  # two classes may be aliases of one emotion
        return EmotionEstimate(summed)


def local_folder() -> Path | None:
    """The model's folder on this machine, or ``None``; opens no connection."""
    return hub_models.local_folder(MODEL)


def _emotions_of(id2label: dict[int, str]) -> tuple[Emotion, ...]:
    try:
        return tuple(emotion_named(id2label[number]) for number in sorted(id2label))
    except UnknownNameError as error:
        raise WeightsError(f"The line model's classes are not emotions: {error}") from error
