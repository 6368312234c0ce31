"""Training lines in the form the encoder reads: parts, pieces, batches of lines and of dialogues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.features.encoder import TextEncoder, turn_mask
from engine.features.words import plain_form, split_words
from engine.training.text_sets import NO_LINE, TextSets

STOP_SHARE: Final = 0.06
"""Share of each set that training never sees and that says when the network was best."""

REFERENCE_SHARE: Final = 0.10
"""Share of MELD's dialogues that training never sees: the scale of expected intensity is fitted on it."""

LONGEST: Final = 62
"""Pieces of a training line that are read; 99 % of the lines are shorter."""

POSITIONS: Final = 640
"""Positions of a batch, padding included."""

SPAN_PIECES: Final = 128
"""Positions of a stretch of a dialogue that is read at once."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Numbers of the lines of each part, each of shape (n,).

    No dialogue is in two parts, and outside MELD no text.
    """

    learn: NDArray[np.int64]
    stop: NDArray[np.int64]
    reference: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinePieces:
    """The WordPiece pieces of many lines.

    Attributes
    ----------
    pieces : tuple of ndarray, shape (n,), int64
        At most :data:`LONGEST` of each line.
    words : tuple of ndarray, shape (n,), int64
        Number of the word of its line each piece belongs to.
    ends : tuple of int
        The encoder's marks of padding, start and end.
    """

    pieces: tuple[NDArray[np.int64], ...]
    words: tuple[NDArray[np.int64], ...]
    ends: tuple[int, int, int]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each line, shape (lines,)."""
        return np.array([each.size for each in self.pieces], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for the encoder, and where in them the words of the lines lie.

    Attributes
    ----------
    lines : Tensor [lines]
        Numbers of the lines.
    ids, mask : Tensor [rows, time], and what each position may attend to
    place : Tensor [pieces]
        Where each piece lies in the flattened rows.
    slot : Tensor [pieces]
        Where its word lies in the flattened [lines, words].
    share : Tensor [pieces]
        One over the pieces of its word.
    lengths : Tensor [lines]
        Words of each line.
    in_context : bool
        Whether a row is a stretch of dialogue rather than one line.
    """

    lines: Tensor
    ids: Tensor
    mask: Tensor
    place: Tensor
    slot: Tensor
    share: Tensor
    lengths: Tensor
    in_context: bool

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        moved = {
            each.name: getattr(self, each.name).to(device)
            for each in fields(self)
            if each.name != "in_context"
        }
        return replace(self, **moved)

    def steps(self, hidden: Tensor) -> Tensor:
        """Word states [lines, words, 384], zero behind the end of a line, of hidden states."""
        flat = hidden.flatten(0, 1)[self.place] * self.share[:, None]  # [pieces, 384]
        width = int(self.lengths.max())
        words = flat.new_zeros(len(self.lengths) * width, hidden.shape[-1]).index_add(0, self.slot, flat)
        return words.view(len(self.lengths), width, -1)


def cut_into_pieces(lines: Sequence[str], encoder: TextEncoder) -> LinePieces:
    """Cut lines into words and words into pieces, as :class:`TextEncoder` does."""
    plain = [[plain_form(word) for word in split_words(line)][:LONGEST] for line in lines]
    distinct = sorted({word for words in plain for word in words})
    ids = encoder.tokenizer(distinct, add_special_tokens=False)["input_ids"] if distinct else []
    pieces_of = dict(zip(distinct, ids, strict=True))
    pieces: list[NDArray[np.int64]] = []
    words: list[NDArray[np.int64]] = []
    for line in plain:
        own = [pieces_of[word] for word in line]
        pieces.append(np.array([piece for each in own for piece in each], dtype=np.int64)[:LONGEST])
        words.append(np.repeat(np.arange(len(own)), [len(each) for each in own])[:LONGEST])
    tokenizer = encoder.tokenizer
    ends = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
    return LinePieces(tuple(pieces), tuple(words), ends)


def split(sets: TextSets, pieces: LinePieces, *, generator: np.random.Generator) -> Parts:
    """Deal the lines with words into the three parts: MELD by dialogue, the rest by text.

    A line with a soft score that is also said in a dialogue that is held out is in no part.
    """
    spoken = pieces.lengths > 0
    texts = np.unique(np.array(sets.lines, dtype=object), return_inverse=True)[1]
    is_meld = sets.source == "meld"
    dialogues = np.unique(sets.dialogue[is_meld])
    dialogue_draw = generator.random(int(dialogues.max()) + 1 if dialogues.size else 1)
    text_draw = generator.random(int(texts.max()) + 1)
    draw = np.where(is_meld, dialogue_draw[np.where(is_meld, sets.dialogue, 0)], text_draw[texts])
    stop = spoken & (draw < STOP_SHARE)
    reference = spoken & is_meld & (draw >= STOP_SHARE) & (draw < STOP_SHARE + REFERENCE_SHARE)
    held_out = np.isin(texts, texts[is_meld & (stop | reference)]) & (sets.source == "distilled")
    learn = spoken & ~stop & ~reference & ~held_out
    stop &= ~held_out
    return Parts(np.flatnonzero(learn), np.flatnonzero(stop), np.flatnonzero(reference))


def line_batches(
    pieces: LinePieces, numbers: NDArray[np.int64], *, generator: np.random.Generator | None = None
) -> Iterator[Batch]:
    """Batches of single lines of like length, in random order where a generator is given."""
    jitter = 0 if generator is None else generator.integers(-1, 2, numbers.size)
    order = numbers[np.argsort(pieces.lengths[numbers] + jitter, kind="stable")]
    yield from _batches([[int(line)] for line in order], pieces, generator=generator, in_context=False)


def dialogue_batches(
    sets: TextSets,
    pieces: LinePieces,
    numbers: NDArray[np.int64],
    *,
    generator: np.random.Generator | None = None,
) -> Iterator[Batch]:
    """Batches of stretches of dialogue, in which each line sees the lines before it.

    A dialogue longer than :data:`SPAN_PIECES` is cut; where a generator is given, at a random line,
    so that no line is always without those before it.
    """
    spans: list[list[int]] = []
    own = numbers[sets.dialogue[numbers] != NO_LINE]
    for dialogue in np.unique(sets.dialogue[own]):
        spans += _spans(own[sets.dialogue[own] == dialogue], pieces, generator=generator)
    spans.sort(key=lambda span: sum(pieces.pieces[line].size for line in span))
    yield from _batches(spans, pieces, generator=generator, in_context=True)


def _spans(
    lines: NDArray[np.int64], pieces: LinePieces, *, generator: np.random.Generator | None
) -> list[list[int]]:
    sizes = [pieces.pieces[line].size + 1 for line in lines]
    room = SPAN_PIECES - 1
    if generator is not None and sum(sizes) > room:
        room -= int(generator.integers(SPAN_PIECES // 2))  # the first stretch is shorter by chance
    spans: list[list[int]] = [[]]
    for line, size in zip(lines, sizes, strict=True):
        if spans[-1] and size > room:
            spans.append([])
            room = SPAN_PIECES - 1
        spans[-1].append(int(line))
        room -= size
    return spans


def _batches(
    rows: list[list[int]], pieces: LinePieces, *, generator: np.random.Generator | None, in_context: bool
) -> Iterator[Batch]:
    """Cut rows, sorted by length, into batches of about :data:`POSITIONS`."""
    cut: list[list[list[int]]] = [[]]
    for row in rows:
        length = 1 + sum(pieces.pieces[line].size + 1 for line in row)
        if cut[-1] and (len(cut[-1]) + 1) * length > POSITIONS:
            cut.append([])
        cut[-1].append(row)
    if generator is not None:
        generator.shuffle(cut)
    for each in cut:
        if each:
            yield _batch(each, pieces, in_context=in_context)


def _batch(rows: list[list[int]], pieces: LinePieces, *, in_context: bool) -> Batch:
    pad, start, end = pieces.ends
    lines = [line for row in rows for line in row]
    lengths = np.array([pieces.words[line][-1] + 1 for line in lines], dtype=np.int64)
    width = int(lengths.max())
    time = max(1 + sum(pieces.pieces[line].size + 1 for line in row) for row in rows)
    ids = np.full((len(rows), time), pad, dtype=np.int64)
    turns = np.zeros((len(rows), time), dtype=np.int64)
    place, slot, share, number = [], [], [], 0
    for at, row in enumerate(rows):
        ids[at, 0], position = start, 1
        for turn, line in enumerate(row):
            own, words = pieces.pieces[line], pieces.words[line]
            ids[at, position : position + own.size + 1] = [*own, end]
            turns[at, position : position + own.size + 1] = turn
            place.append(at * time + position + np.arange(own.size))
            slot.append(number * width + words)
            share.append(1 / np.bincount(words)[words])
            position += own.size + 1
            number += 1
    tokens = torch.from_numpy(ids)
    return Batch(
        lines=torch.tensor(lines),
        ids=tokens,
        mask=turn_mask(torch.from_numpy(turns), tokens != pad),
        place=torch.from_numpy(np.concatenate(place)),
        slot=torch.from_numpy(np.concatenate(slot)),
        share=torch.from_numpy(np.concatenate(share).astype(np.float32)),
        lengths=torch.from_numpy(lengths),
        in_context=in_context,
    )
