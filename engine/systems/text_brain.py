"""The text brain: a line's words in, the intensity and the emotion it demands out.

It reads the words in their order and nothing else: no times, no sound, no picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logit, softmax

from engine import weights
from engine.analysis import EmotionEstimate
from engine.features.encoder import MAX_WORDS, STATE_WIDTH, EncodedLine, TextEncoder
from engine.features.table import WORD_WIDTH
from engine.systems.demand import FELT_EMOTIONS, LEAST, DemandScale, intensities, opinions_on
from engine.systems.line_network import (
    CONTEXT_LINES,
    RATED_EMOTIONS,
    LineAnswers,
    LineNetwork,
    network_of,
)
from engine.systems.plain_words import PlainWords
from engine.systems.word_space import WordSpace
from engine.vocabulary import BASIC_EMOTIONS, Emotion

FILE: Final = "text_brain.safetensors"

FEW_KNOWN_WORDS: Final = 0.5
"""Below this share of known words the reading carries a note."""

BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class TextReading:
    """What the text brain says of one line.

    Attributes
    ----------
    expected : float or None
        Intensity the line demands: its standing among ordinary lines, in (0, 1). ``None`` without words.
    raw : float or None
        The score behind it, in standard deviations of the reference lines.
    emotion : EmotionEstimate or None
        Over ``BASIC_EMOTIONS``.
    rated : Mapping[Emotion, float]
        How strong an emotion would be, given that the line is about it: EI-reg's question, [0, 1].
    intensity_by_emotion : Mapping[Emotion, float]
        Intensity of each felt emotion in the line, [0, 1].
    words : tuple of str
    word_attention : ndarray, shape (n,), float32
        Sums to 1 over the words.
    word_states : ndarray, shape (n, 300), float32
        The rows of the table's word block.
    known_share : float
        Share of the words the encoder's vocabulary covers; 0 without words.
    note : str or None
        What limits the reading, in words.
    """

    expected: float | None
    raw: float | None
    emotion: EmotionEstimate | None
    rated: Mapping[Emotion, float]
    intensity_by_emotion: Mapping[Emotion, float]
    words: tuple[str, ...]
    word_attention: NDArray[np.float32]
    word_states: NDArray[np.float32]
    known_share: float
    note: str | None


class TextBrain:
    """MiniLM's word states, BiLSTM and attention, and the scale of expected intensity.

    Parameters
    ----------
    encoder : TextEncoder
    space : WordSpace
    network : LineNetwork
    scale : DemandScale
    version : str
        Version of the weight file.
    plain : PlainWords, optional
        Has its say in which emotion is named.
    """

    def __init__(
        self,
        *,
        encoder: TextEncoder,
        space: WordSpace,
        network: LineNetwork,
        scale: DemandScale,
        version: str,
        plain: PlainWords | None = None,
    ) -> None:
        self.encoder = encoder
        self.space = space
        self.network = network.eval()
        self.scale = scale
        self.version = version
        self.plain = plain

    @classmethod
    def load(cls) -> TextBrain:
        """Load the shipped weights; costs seconds, so keep what it returns.

        Raises
        ------
        WeightsError
            If the weights or the encoder are missing or are not the ones they should be.
        """
        stored = weights.load(FILE)
        network, encoder = network_of(stored.arrays), TextEncoder.load()
        encoder.adapt(stored.arrays)
        return cls(
            encoder=encoder,
            space=WordSpace.of(stored.arrays),
            network=network,
            scale=DemandScale.of(stored.arrays),
            version=stored.version,
            plain=PlainWords.load(text_version=stored.version),
        )

    def read(self, line: str, *, before: Sequence[str] = ()) -> TextReading:
        """Read one line.

        Parameters
        ----------
        line : str
        before : sequence of str
            The lines spoken before it, the latest last; they help to name the emotion and change
            nothing in the expected intensity.
        """
        return self.read_many([line], before=[before])[0]

    def read_many(
        self, lines: Sequence[str], *, before: Sequence[Sequence[str]] | None = None
    ) -> list[TextReading]:
        """Read many lines, each on its own; ``before`` holds the context of each.

        Raises
        ------
        ValueError
            If ``before`` is given and not as long as ``lines``.
        """
        contexts = [()] * len(lines) if before is None else before
        if len(contexts) != len(lines):
            raise ValueError(f"{len(lines)} lines need as many contexts, not {len(contexts)}.")
        encoded = self.encoder.encode(lines)
        named = self._named(lines, contexts)
        readings: list[TextReading] = [_unread(each) for each in encoded]
        for batch in _batches(encoded):
            answers = self._answers([encoded[at].states for at in batch])
            alone = self._shares(answers, [lines[at] for at in batch])
            for at, reading in zip(batch, self._readings(answers, batch, encoded, alone, named), strict=True):
                readings[at] = reading
        return readings

    @torch.inference_mode()
    def _answers(self, states: Sequence[NDArray[np.float32]]) -> LineAnswers:
        lengths = torch.tensor([len(each) for each in states])
        steps = torch.zeros(len(states), int(lengths.max()), STATE_WIDTH)
        for row, each in enumerate(states):
            steps[row, : len(each)] = torch.from_numpy(each)
        answers: LineAnswers = self.network(steps, lengths)
        return answers

    def _named(
        self, lines: Sequence[str], contexts: Sequence[Sequence[str]]
    ) -> dict[int, NDArray[np.float64]]:
        """Shares of the emotions, shape (7,), of each line that was spoken after others, by its number."""
        numbers = [at for at, context in enumerate(contexts) if len(context)]
        encoded = self.encoder.encode(
            [lines[at] for at in numbers], before=[contexts[at][-CONTEXT_LINES:] for at in numbers]
        )
        named: dict[int, NDArray[np.float64]] = {}
        for batch in _batches(encoded):
            answers = self._answers([encoded[at].states for at in batch])
            shares = self._shares(answers, [lines[numbers[at]] for at in batch])
            named.update(zip((numbers[at] for at in batch), shares, strict=True))
        return named

    def _shares(self, answers: LineAnswers, lines: Sequence[str]) -> NDArray[np.float64]:
        """Shares of the emotions of these lines, shape (n, 7)."""
        logits = answers.emotion_in_context.double().numpy()
        shares = softmax(logits, axis=1) if self.plain is None else self.plain.joined(logits, lines)
        return np.asarray(shares, dtype=np.float64)

    def _readings(
        self,
        answers: LineAnswers,
        batch: Sequence[int],
        encoded: Sequence[EncodedLine],
        alone: NDArray[np.float64],
        named: Mapping[int, NDArray[np.float64]],
    ) -> list[TextReading]:
        intensity, opinions = judged(answers)
        raw = self.scale.raw(opinions)
        expected = self.scale.reference.standing(raw)
        rated = answers.rated.double().numpy()
        attention = answers.attention.numpy()
        return [
            TextReading(
                expected=float(expected[row]),
                raw=float(raw[row]),
                emotion=_estimate(named.get(at, alone[row])),
                rated=dict(zip(RATED_EMOTIONS, rated[row].tolist(), strict=True)),
                intensity_by_emotion=dict(zip(FELT_EMOTIONS, intensity[row].tolist(), strict=True)),
                words=encoded[at].words,
                word_attention=attention[row, : len(encoded[at].words)].copy(),
                word_states=self.space.project(encoded[at].states),
                known_share=float(encoded[at].known.mean()),
                note=_note(encoded[at]),
            )
            for row, at in enumerate(batch)
        ]


def judged(answers: LineAnswers) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Intensities, shape (n, 6), and the opinions behind the expected intensity.

    The opinions have shape (n, 3), or (n, 4) where the network was taught soft scores: theirs, as a
    logit, is the fourth.
    """
    intensity = intensities(answers.rated.double().numpy(), answers.present.double().numpy())
    alone = torch.softmax(answers.emotion, dim=-1).double().numpy()
    opinions = opinions_on(alone, intensity, answers.arousal.double().numpy())
    if answers.distilled is not None:
        soft = np.clip(answers.distilled.double().numpy(), LEAST, 1 - LEAST)
        opinions = np.column_stack([opinions, logit(soft)])
    return intensity, opinions


def _batches(encoded: Sequence[EncodedLine]) -> Iterator[list[int]]:
    """Numbers of the lines with words, those of like length together."""
    spoken = sorted(
        (at for at, each in enumerate(encoded) if each.words), key=lambda at: len(encoded[at].words)
    )
    for start in range(0, len(spoken), BATCH):
        yield spoken[start : start + BATCH]


def _estimate(shares: NDArray[np.float64]) -> EmotionEstimate:
    return EmotionEstimate(dict(zip(BASIC_EMOTIONS, shares.tolist(), strict=True)))


def _unread(encoded: EncodedLine) -> TextReading:
    return TextReading(
        expected=None,
        raw=None,
        emotion=None,
        rated={},
        intensity_by_emotion={},
        words=(),
        word_attention=np.zeros(0, dtype=np.float32),
        word_states=np.zeros((0, WORD_WIDTH), dtype=np.float32),
        known_share=0.0,
        note=_note(encoded),
    )


def _note(encoded: EncodedLine) -> str | None:
    if not encoded.words:
        return "The line has no words, so what it demands is unknown."
    if encoded.known.mean() < FEW_KNOWN_WORDS:
        return (
            f"Only {int(encoded.known.sum())} of the line's {len(encoded.words)} words are known to the "
            "English text encoder, so what it says of the line is hardly more than a guess."
        )
    if encoded.cut:
        return f"Only the first {MAX_WORDS} words of the line were read."
    return None
