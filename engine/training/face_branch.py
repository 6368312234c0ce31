"""Training of the face branch: five networks, each without a fifth of the subjects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.features.geometry import NeutralPopulation
from engine.systems.branch import MEMBERS, Member, Standardiser
from engine.systems.performance import less_mouth
from engine.training.branch_loop import Examples, train_member
from engine.training.face_sequences import made_sequence
from engine.training.face_set import MORPH_EXPONENT, FaceSet
from engine.vocabulary import BASIC_EMOTIONS, Emotion

EPOCHS: Final = 6
BATCH: Final = 128
NAMING: Final = 1.0
RANKING: Final = 0.5
WEAKENED: Final = 2
"""Weakened versions of each posed expression whose neutral is known, beside the full one."""
LEAST_SHARE: Final = 0.15
POSED_REPEATS: Final = 2
"""Made clips of each posed face as it is, so that few people weigh against many web pictures."""
WEB_WEIGHT: Final = 0.7
"""Web faces have no neutral and their intensity is a proxy."""
DRAWN_SHARE: Final = 0.5
"""Share of a pool that one epoch draws."""
THINNED_SHARE: Final = 0.75
"""Share of those shown at every second instant: half the work, and faces of another pace."""
CLEAR_SHARE: Final = 0.6
"""From this share of an expression on, nobody would call the face neutral."""


def made_examples(
    faces: FaceSet, rest: NeutralPopulation, *, rng: Generator
) -> tuple[Examples, NDArray[np.int64]]:
    """Make one pool of clips from every face, and the row of ``faces`` that each came from."""
    neutral = BASIC_EMOTIONS.index(Emotion.NEUTRAL)
    values, mask, emotion, intensity, rows = [], [], [], [], []
    for row in range(len(faces.measures)):
        apex, own = faces.measures[row], faces.own[row]
        can_weaken = bool(np.isfinite(own).all()) and faces.emotion[row, neutral] < 1
        shares = [1.0] * (POSED_REPEATS if faces.posed[row] else 1)
        shares += rng.uniform(LEAST_SHARE, 1, WEAKENED).tolist() if can_weaken else []
        for share in shares:
            shown = own + share * (apex - own) if share < 1 else apex
            clip = made_sequence(shown, own, rest, rng=rng)
            if not clip.mask.any():
                continue
            named = faces.emotion[row] * min(1.0, share / CLEAR_SHARE)
            named[neutral] += 1 - named.sum()
            values.append(less_mouth(clip.values, clip.speaking & clip.mask))
            mask.append(clip.mask)
            emotion.append(named)
            intensity.append(faces.intensity[row] * share**MORPH_EXPONENT)
            rows.append(row)
    origin = np.array(rows)
    posed = faces.posed[origin]
    return Examples(
        values=np.array(values, dtype=np.float32),
        mask=np.array(mask),
        emotion=np.array(emotion, dtype=np.float32),
        intensity=np.array(intensity, dtype=np.float32),
        strong=np.full(len(rows), np.nan, dtype=np.float32),
        weight=np.where(posed, 1.0, WEB_WEIGHT).astype(np.float32),
        pair=posed.astype(np.int64),
    ), origin


def thinned(examples: Examples) -> Examples:
    """Mask every other instant of the first examples, so that most batches are half as long."""
    mask = examples.mask.copy()
    first = int(THINNED_SHARE * len(mask))
    mask[:first, 1::2] = False
    seen = mask.any(axis=1)
    mask[~seen] = examples.mask[~seen]
    return replace(examples, mask=mask)


def train_face_members(
    faces: FaceSet,
    pools: list[tuple[Examples, NDArray[np.int64]]],
    *,
    rng: Generator,
    say: Callable[[str], None] = lambda _: None,
) -> list[Member]:
    """Train the five networks; the k-th never sees the subjects of fold k, in its statistics neither."""
    members = []
    for fold in range(MEMBERS):
        kept = [np.flatnonzero(faces.fold[origin] != fold) for _, origin in pools]
        first, _ = pools[0]
        known = first.values[kept[0]][first.mask[kept[0]]]

        def draw(rng: Generator, kept: list[NDArray[np.int64]] = kept) -> Examples:
            chosen = int(rng.integers(len(pools)))
            count = int(DRAWN_SHARE * kept[chosen].size)
            return thinned(pools[chosen][0][rng.permutation(kept[chosen])[:count]])

        def tell(text: str, fold: int = fold) -> None:
            say(f"face fold {fold + 1} {text}")

        members.append(
            train_member(
                draw,
                Standardiser.fit(known),
                emotions=len(BASIC_EMOTIONS),
                epochs=EPOCHS,
                batch=BATCH,
                naming=NAMING,
                ranking=RANKING,
                rng=rng,
                say=tell,
            )
        )
    return members
