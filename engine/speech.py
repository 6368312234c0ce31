"""What is said in a clip, each word with its time, by Whisper where it is at hand.

Whisper (Radford et al. 2022) is not shipped: it is read from a local folder or the local hub cache, and
fetched only when that is asked for in so many words. Word times come from its cross-attention by dynamic
time warping, as ``transformers`` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine import hub_models
from engine.analysis import SpokenWord
from engine.errors import WeightsError
from engine.features.activity import frame_levels
from engine.features.words import split_words
from engine.media.sound import SOUND_RATE_HZ

MODELS: Final = ("openai/whisper-small", "openai/whisper-base", "openai/whisper-tiny")
"""Looked for in this order: the most accurate first."""

SUGGESTED: Final = "openai/whisper-base"
"""What a person without any of them is told to fetch: a line on two cores in about a second."""

SHORTEST_S: Final = 0.1
"""Less sound than this holds no word."""

SILENCE_DB: Final = -70.0
"""A sound that never gets above this level, relative to full scale, is silence; Whisper hears words in it."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard.

    Attributes
    ----------
    line : str
        As Whisper writes it; empty where nothing was said.
    words : tuple of SpokenWord
        Its words in the order of time, within the sound. Nothing has weighed them yet: their attention is 0.
    """

    line: str
    words: tuple[SpokenWord, ...]


SILENT: Final = Transcript("", ())


class Speech:
    """A Whisper that says which words it hears, and when.

    Parameters
    ----------
    model, processor
        A ``transformers`` Whisper, and the processor that belongs to it.

    Raises
    ------
    WeightsError
        If the model cannot tell the times of words.
    """

    def __init__(self, model: Any, processor: Any) -> None:
        if not getattr(model.generation_config, "alignment_heads", None):
            raise WeightsError(
                "This Whisper names no alignment heads, so it cannot tell when a word is said; "
                f"use {SUGGESTED} as it was published."
            )
        from transformers import AutomaticSpeechRecognitionPipeline

        self._pipeline = AutomaticSpeechRecognitionPipeline(
            model=model.eval(),
            tokenizer=processor.tokenizer,
            feature_extractor=processor.feature_extractor,
            device="cuda" if torch.cuda.is_available() else "cpu",
        )

    @classmethod
    def load(cls, *, fetch: str | None = None, hub: str | None = None) -> Self:
        """Load the best Whisper of this machine, or ``fetch`` one from the hub.

        Parameters
        ----------
        fetch : str, optional
            Hub name of the model to fetch where none is here. Without it no connection is opened.
        hub : str, optional
            Address of a hub; by default the public one.

        Raises
        ------
        WeightsError
            If no model is here and none was, or could be, fetched.
        """
        folder = local_folder()
        if folder is None and fetch is not None:
            folder = hub_models.fetched(fetch, hub)
        if folder is None:
            raise WeightsError(
                f"No speech model is on this machine; {hub_models.where_to_put(SUGGESTED)}, "
                f"or run `python -m dashboard models fetch {SUGGESTED}`."
            )
        return cls.from_folder(folder)

    @classmethod
    @lru_cache(maxsize=1)
    def from_folder(cls, folder: Path) -> Self:
        """Load a Whisper that ``save_pretrained`` wrote; the last one is kept.

        Raises
        ------
        WeightsError
            If the folder does not hold a whole model.
        """
        from transformers import WhisperForConditionalGeneration, WhisperProcessor  # seconds to import
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # it would write into a command's answer
        transformers_logging.set_verbosity_error()
        try:
            model, report = WhisperForConditionalGeneration.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
            processor = WhisperProcessor.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise WeightsError(
                f"The speech model in {folder.name} cannot be loaded ({hub_models.first_line(error)}); "
                "copy it again."
            ) from error
        if report["missing_keys"]:  # transformers would go on with random numbers in their place
            raise WeightsError(
                f"The speech model in {folder.name} cannot be loaded ({len(report['missing_keys'])} of its "
                "weights are missing); copy it again."
            )
        return cls(model, processor)

    def recognise(self, sound: NDArray[np.float32], *, language: str | None = None) -> Transcript:
        """What is said in a sound, in windows of 30 s, greedily.

        Parameters
        ----------
        sound : ndarray, shape (n,), float32
            Mono at 16 kHz, -1 to 1.
        language : str, optional
            ISO 639-1 code; by default the model listens for it.

        Returns
        -------
        Transcript
            Empty where the sound is silent.
        """
        duration_s = sound.size / SOUND_RATE_HZ
        if duration_s < SHORTEST_S or float(frame_levels(sound).max()) < SILENCE_DB:
            return SILENT
        options: dict[str, Any] = {"do_sample": False, "num_beams": 1}
        if getattr(self._pipeline.model.generation_config, "is_multilingual", False):
            options |= {"task": "transcribe", "language": language}  # others refuse to be told
        with torch.inference_mode():
            answer = self._pipeline(sound, return_timestamps="word", generate_kwargs=options)
        line = " ".join(answer["text"].split())
        return Transcript(line, _placed(answer["chunks"], duration_s)) if split_words(line) else SILENT


def local_folder() -> Path | None:
    """The folder of the best Whisper on this machine, or ``None``; opens no connection."""
    return hub_models.first_found(MODELS)


def at_hand() -> Speech | None:
    """The Whisper of this machine, or ``None`` where there is none; opens no connection.

    Raises
    ------
    WeightsError
        If there is one and it is damaged.
    """
    folder = local_folder()
    return None if folder is None else Speech.from_folder(folder)


def _placed(chunks: list[dict[str, Any]], duration_s: float) -> tuple[SpokenWord, ...]:
    """Words whose times lie in the sound and never run backwards; Whisper leaves some of them open."""
    words: list[SpokenWord] = []
    following = [*(chunk["timestamp"][0] for chunk in chunks[1:]), None]
    for chunk, next_start in zip(chunks, following, strict=True):
        text: str = chunk["text"]
        start, end = chunk["timestamp"]
        last = words[-1] if words else SpokenWord("", 0.0, 0.0, 0.0)
        closing = next((float(time) for time in (end, next_start) if time is not None), duration_s)
        end_s = min(closing, duration_s)
        if _goes_on(last.text, text):
            words[-1] = replace(last, text=last.text + text.strip(), end_s=max(last.end_s, end_s))
            continue
        if not split_words(text):
            continue
        start_s = min(max(last.start_s, last.end_s if start is None else float(start)), duration_s)
        words.append(SpokenWord(text.strip(), start_s, max(start_s, end_s), 0.0))
    return tuple(words)


def _goes_on(word: str, piece: str) -> bool:
    """Whether a piece belongs to the word before it, as in ``well`` and ``-known``."""
    parts = split_words(word), split_words(piece)
    return bool(word) and len(split_words(word + piece)) < len(parts[0]) + len(parts[1])
