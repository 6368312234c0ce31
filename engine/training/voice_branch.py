"""Training of the voice branch: five networks, each without a fifth of RAVDESS's actors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.systems.branch import MEMBERS, Member, Standardiser
from engine.training.branch_loop import Examples, train_member
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName
from engine.training.voice_set import VoiceSet
from engine.vocabulary import Emotion

EPOCHS: Final = 24
BATCH: Final = 64
NAMING: Final = 2.0
"""Three orders are learned beside the emotion; without this they crowd it out."""
RANKING: Final = 1.0
REST_LEVEL, NORMAL_LEVEL, STRONG_LEVEL = 0.05, 0.5, 0.95
"""Targets of neutral and calm, of normal and of strong deliveries. RAVDESS gives an order, no amounts."""
STRONG_CALM_LEVEL = 0.25
"""Calm meant strongly is more than calm, and still less than any other emotion."""


def train_voice_members(
    voices: VoiceSet, *, rng: Generator, say: Callable[[str], None] = lambda _: None
) -> list[Member]:
    """Train the five networks; the k-th never sees the actors of fold k, in its statistics neither."""
    members = []
    for fold in range(MEMBERS):
        rows = np.flatnonzero(voices.fold != fold)
        known = voices.values[rows][voices.mask[rows]].astype(np.float32)

        def draw(rng: Generator, rows: NDArray[np.int64] = rows) -> Examples:
            return _epoch(voices, rows, rng)

        def tell(text: str, fold: int = fold) -> None:
            say(f"voice fold {fold + 1} {text}")

        members.append(
            train_member(
                draw,
                Standardiser.fit(known),
                emotions=len(VOICE_EMOTIONS),
                epochs=EPOCHS,
                batch=BATCH,
                naming=NAMING,
                ranking=RANKING,
                rng=rng,
                say=tell,
            )
        )
    return members


def levels(voices: VoiceSet) -> NDArray[np.float32]:
    """Target intensity of each recording, shape (n,)."""
    return np.array([level_of(name) for name in voices.names], dtype=np.float32)


def level_of(name: RavdessName) -> float:
    """Target intensity of one recording."""
    low, high = (REST_LEVEL, STRONG_CALM_LEVEL) if name.at_rest else (NORMAL_LEVEL, STRONG_LEVEL)
    return high if name.strong else low


def acted_strength(name: RavdessName) -> float:
    """1 for strong, 0 for normal, NaN for neutral, which was acted in one strength only."""
    return float("nan") if name.emotion is Emotion.NEUTRAL else float(name.strong)


def _epoch(voices: VoiceSet, rows: NDArray[np.int64], rng: Generator) -> Examples:
    """Each recording once, half of them spoilt; batches hold few actors, so that pairs meet."""
    actors = np.array([voices.names[row].actor for row in rows])
    place = {actor: rank for rank, actor in enumerate(rng.permutation(np.unique(actors)).tolist())}
    blocks = np.array([place[actor] for actor in actors]) // 4 + rng.random(rows.size)
    rows = rows[np.argsort(blocks)]
    variants = voices.mask.shape[1]
    version = np.where(rng.random(rows.size) < 0.4, 0, rng.integers(0, variants, rows.size))
    version = np.where(voices.mask[rows, version].any(axis=1), version, 0)
    return Examples(
        values=voices.values[rows, version],
        mask=voices.mask[rows, version],
        emotion=np.eye(len(VOICE_EMOTIONS), dtype=np.float32)[voices.emotion[rows]],
        intensity=levels(voices)[rows],
        strong=np.array([acted_strength(voices.names[row]) for row in rows], dtype=np.float32),
        weight=np.ones(rows.size, dtype=np.float32),
        pair=np.array([voices.names[row].actor for row in rows], dtype=np.int64),
    )
