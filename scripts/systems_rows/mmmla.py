"""mmmla in figures: the ways to pool, each stream alone, and the joins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.features.encoder import BATCH, STATE_WIDTH, TextEncoder
from engine.features.spoken_form import spoken_form
from engine.systems.branch import Standardiser
from engine.systems.layers import Pooling
from engine.systems.mmmla import FILE, MmmlaSystem
from engine.systems.mmmla_networks import CLASSES, AcousticNetwork, GatedJoin, LexicalNetwork, PlainJoin
from engine.training.cached import cache_file, write_cache
from engine.training.classifier_loop import Recipe, answers_of, train_classifier
from engine.training.label_pairs import pairs
from engine.training.meld_lines import read_meld_lines, shared_out
from engine.training.mmmla_streams import (
    LineSide,
    VoiceSide,
    acoustic_members,
    acoustic_reader,
    join_logits,
    lexical_network,
    line_side,
    read_voice_side,
    trained_join,
)
from scripts.systems_rows.figures import HEADER, once, over_folds
from scripts.systems_rows.shipped import FOLDS, SHIPPED_NOTE, folds_note, is_shipped
from scripts.thresholds_rows.tables import Table

CLS = Recipe(epochs=10, rate=3e-3)
SHIPPED = Pooling.ATTENTION


def measure(data: Path, *, seed: int, folds: int) -> list[Table]:
    """Three tables, four classes; voices of the first ``folds`` of the five folds, 0 for what ships alone."""
    note = folds_note(folds)
    poolings = tuple(Pooling) if folds else (SHIPPED,)
    folds = folds or FOLDS
    voice = read_voice_side(data)
    line, dev = line_side(read_meld_lines(data)), line_side(read_meld_lines(data, part="dev"))
    learn, teach, _ = (
        np.flatnonzero(np.isin(line.rows, part))
        for part in shared_out(line.lines.dialogue, np.random.default_rng((seed, 12)))
    )
    heard: dict[Pooling, list[NDArray[np.float64]]] = {}
    fold = voice.sounds.fold
    measured = np.flatnonzero(fold < folds)
    acoustic = []
    for pooling in poolings:
        logits = np.zeros((voice.label.size, len(CLASSES)))
        states = []
        for at, (network, scale) in enumerate(_acoustic(voice, pooling, seed, folds)):
            read = acoustic_reader(voice, scale, segmented=pooling is Pooling.WORD_SEGMENTS)
            found = answers_of(network, read, np.arange(voice.label.size))
            logits[fold == at] = found[0][fold == at]
            states.append(found[1])
        heard[pooling] = states
        acoustic.append(
            (
                _name(pooling),
                *over_folds(*(each[measured] for each in (voice.label, logits.argmax(axis=1), fold))),
            )
        )
    words, dev_words, lexical = {}, {}, []
    for pooling in (one for one in poolings if one is not Pooling.WORD_SEGMENTS):
        network = _lexical(line, learn, pooling, seed)
        words[pooling.value] = answers_of(network, line.read, np.arange(line.rows.size))[1]
        logits, dev_words[pooling.value] = answers_of(network, dev.read, np.arange(dev.rows.size))
        lexical.append((_name(pooling), *once(dev.label, logits.argmax(axis=1))))
    words["cls"], dev_words["cls"] = cls_states(line), cls_states(dev)
    lexical.append(
        ("[CLS] state, linear", *_cls_alone(words["cls"], line, learn, dev_words["cls"], dev, seed))
    )

    joins: list[tuple[str, ...]] = []
    for name, kind, text, pooling in (
        ("gated multimodal unit, attention (shipped)", GatedJoin, "attention", Pooling.ATTENTION),
        ("gated multimodal unit, mean", GatedJoin, "mean", Pooling.MEAN),
        ("gated multimodal unit, last", GatedJoin, "last", Pooling.LAST),
        ("gated multimodal unit, word segments", GatedJoin, "attention", Pooling.WORD_SEGMENTS),
        ("concatenation, attention", PlainJoin, "attention", Pooling.ATTENTION),
        ("concatenation, [CLS] words", PlainJoin, "cls", Pooling.ATTENTION),
    ):
        if pooling not in heard or text not in words:
            continue
        truth, guess, of_fold = [], [], []
        for at, states in enumerate(heard[pooling]):
            rng = np.random.default_rng((seed, 14, at))
            known, held = np.flatnonzero(fold != at), np.flatnonzero(fold == at)
            join = kind(states.shape[1], words[text].shape[1])
            trained_join(
                join, states[known], voice.label[known], words[text][teach], line.label[teach], rng=rng
            )
            clips, paired = pairs(voice.label[held], dev.label, rng=np.random.default_rng((seed, 15, at)))
            logits = join_logits(join, states[held][clips], dev_words[text][paired])
            truth.append(voice.label[held][clips])
            guess.append(logits.argmax(axis=1))
            of_fold.append(np.full(clips.size, at))
        joins.append((name, *over_folds(*(np.concatenate(each) for each in (truth, guess, of_fold)))))
    return [
        Table(
            "mmmla: the acoustic stream alone, by pooling",
            ("pooling", *HEADER),
            tuple(acoustic),
            (
                "RAVDESS, anger, happiness, neutral (calm counted in), sadness; 65 ComParE descriptors, "
                "five actor-disjoint folds, mean ± sd. Word segments are six equal parts of the spoken "
                f"stretch: no word times are at hand. {SHIPPED_NOTE}{note}",
            ),
        ),
        Table(
            "mmmla: the lexical stream alone, by pooling",
            ("pooling", *HEADER),
            tuple(lexical),
            ("MELD dev, lines of the four classes, each without context; no dev line was learned from.",),
        ),
        Table(
            "mmmla: both streams joined",
            ("join", *HEADER),
            tuple(joins),
            (
                "Held-out actors, each recording with ten MELD dev lines of the same label. Voice and words "
                "are of **different people**, so the two err independently, which is kinder than speech is; "
                "figures on IEMOCAP cannot be had, its media are not at hand. Joins are taught here, on the "
                f"pooled states of the networks above.{note}",
            ),
        ),
    ]


def _name(pooling: Pooling) -> str:
    return f"{pooling.value} (shipped)" if pooling is SHIPPED else pooling.value


def _acoustic(
    voice: VoiceSide, pooling: Pooling, seed: int, folds: int
) -> list[tuple[AcousticNetwork, Standardiser]]:
    if pooling is SHIPPED and is_shipped(FILE, seed=seed):
        return [(member.network, member.standardiser) for member in MmmlaSystem.load().members[:folds]]
    return acoustic_members(voice, pooling=pooling, seed=seed, folds=folds)


def _lexical(line: LineSide, learn: NDArray[np.int64], pooling: Pooling, seed: int) -> LexicalNetwork:
    if pooling is SHIPPED and is_shipped(FILE, seed=seed):
        return MmmlaSystem.load().lexical
    return lexical_network(line, learn, pooling=pooling, seed=seed)


def cls_states(side: LineSide) -> NDArray[np.float64]:
    """The encoder's [CLS] state of each line of the four classes, shape (n, 384)."""
    texts = [" ".join(spoken_form(side.lines.text[row]).spoken) for row in side.rows]
    kept = cache_file("cls-states", [], (), texts)
    if not kept.is_file():
        encoder = TextEncoder.load()
        order = np.argsort([len(text) for text in texts])
        states = np.zeros((len(texts), STATE_WIDTH), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            rows = order[start : start + BATCH]
            states[rows] = _cls(encoder, [texts[row] for row in rows])
        write_cache(kept, {"states": states})
    return np.load(kept)["states"].astype(np.float64)


@torch.inference_mode()
def _cls(encoder: TextEncoder, texts: list[str]) -> NDArray[np.float32]:
    pieces: Any = encoder.tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
    return encoder.model(**pieces).last_hidden_state[:, 0].numpy()


def _cls_alone(
    states: NDArray[np.float64],
    line: LineSide,
    learn: NDArray[np.int64],
    dev_states: NDArray[np.float64],
    dev: LineSide,
    seed: int,
) -> tuple[str, ...]:
    """A linear layer on the [CLS] states, measured on dev."""

    class Head(torch.nn.Linear):
        def forward(self, rows: torch.Tensor) -> tuple[torch.Tensor]:
            return (super().forward(rows),)

    head = Head(STATE_WIDTH, len(CLASSES))
    train_classifier(
        head,
        lambda rows, _: (torch.from_numpy(states[rows].astype(np.float32)),),
        line.label,
        learn,
        CLS,
        classes=len(CLASSES),
        rng=np.random.default_rng((seed, 16)),
    )
    (logits,) = head(torch.from_numpy(dev_states.astype(np.float32)))
    return once(dev.label, logits.detach().numpy().argmax(axis=1))
