"""Fit the shape reader: discriminants on posed faces, with the spread of web faces beside theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.systems.branch import MEMBERS
from engine.systems.face_shape import ShapeReader, answers
from engine.training.calibration import fitted_temperature
from engine.vocabulary import BASIC_EMOTIONS, Emotion

WEB_SPREAD: Final = 0.5
"""Share of the web faces in the spread within an emotion."""
WEB_MEANS: Final = 0.2
"""Share of the web faces in what an expression does to a face; 0.3 where it is measured from rest."""
WEB_MEANS_MOVED: Final = 0.3
WEB_SPREAD_MOVED: Final = 0.3
SHRINKAGE: Final = 0.02
"""Towards the same spread in every column (Ledoit & Wolf 2004)."""
SHARE_OF_PLAIN: Final = 0.7
LEAST_SPREAD: Final = 1e-4

NEUTRAL: Final = BASIC_EMOTIONS.index(Emotion.NEUTRAL)

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]


def fit_reader(
    shapes: Floats,
    own: Floats,
    emotion: Labels,
    fold: Labels,
    *,
    web_shapes: Floats,
    web_emotion: Labels,
    web_fold: Labels,
) -> ShapeReader:
    """Fit one discriminant for each fold of subjects left out, and temperatures on those left out.

    Parameters
    ----------
    shapes, own : ndarray, shape (n, width)
        Of posed faces and of the same people at rest; NaN where nobody knows.
    emotion, fold : ndarray, shape (n,)
    web_shapes : ndarray, shape (m, width)
    web_emotion, web_fold : ndarray, shape (m,)
    """
    mean = shapes.mean(axis=0)
    spread = np.maximum(shapes.std(axis=0), LEAST_SPREAD)
    scaled, at_rest, web = (((part - mean) / spread).astype(np.float32) for part in (shapes, own, web_shapes))
    plain, moved = [], []
    for index in range(MEMBERS):
        kept, web_kept = fold != index, web_fold != index
        beside = web[web_kept], web_emotion[web_kept]
        plain.append(plain_discriminant(scaled[kept], emotion[kept], *beside))
        moved.append(moved_discriminant((scaled - at_rest)[kept], emotion[kept], *beside))
    plain_all, moved_all = np.array(plain, np.float32), np.array(moved, np.float32)
    target = np.eye(len(BASIC_EMOTIONS))[emotion]
    known = np.isfinite(at_rest).all(axis=1) & _moves(scaled - at_rest)
    first = _held_out(lambda rows, k: answers(plain_all, scaled[rows], k), fold)
    second = np.zeros_like(first)
    second[known] = _held_out(
        lambda rows, k: answers(moved_all, (scaled - at_rest)[known][rows], k), fold[known]
    )
    return ShapeReader(
        plain_all,
        moved_all,
        mean.astype(np.float32),
        spread.astype(np.float32),
        SHARE_OF_PLAIN,
        fitted_temperature(first, target),
        fitted_temperature((second + SHARE_OF_PLAIN * first)[known], target[known]),
    )


def plain_discriminant(shapes: Floats, emotion: Labels, web: Floats, web_emotion: Labels) -> Floats:
    """Weights and constant, shape (width + 1, emotions), on standardised shapes."""
    means, web_means = class_means(shapes, emotion), class_means(web, web_emotion)
    web_means += means[NEUTRAL] - web_means[NEUTRAL]
    own_spread = within(shapes, emotion)
    spread = _mixed(own_spread, within(web, web_emotion), WEB_SPREAD)
    return _discriminant((1 - WEB_MEANS) * means + WEB_MEANS * web_means, spread)


def moved_discriminant(moved: Floats, emotion: Labels, web: Floats, web_emotion: Labels) -> Floats:
    """The same on differences from the person at rest; rows without one, or that are it, are left out."""
    used = np.isfinite(moved).all(axis=1) & _moves(moved)
    means, web_means = class_means(moved[used], emotion[used]), class_means(web, web_emotion)
    web_means -= web_means[NEUTRAL]
    means[NEUTRAL] = 0
    spread = _mixed(within(moved[used], emotion[used]), within(web, web_emotion), WEB_SPREAD_MOVED)
    return _discriminant((1 - WEB_MEANS_MOVED) * means + WEB_MEANS_MOVED * web_means, spread)


def class_means(columns: Floats, emotion: Labels) -> Numbers:
    """Mean of each emotion's rows, shape (emotions, width); the mean of all where one has no row."""
    rows = [columns[emotion == index] for index in range(len(BASIC_EMOTIONS))]
    return np.array([(part if len(part) else columns).mean(axis=0, dtype=np.float64) for part in rows])


def within(columns: Floats, emotion: Labels) -> Numbers:
    """Covariance around the emotions' own means, shape (width, width)."""
    left = columns - class_means(columns, emotion)[emotion]
    return np.asarray(left.T @ left / len(columns), dtype=np.float64)


def _mixed(spread: Numbers, web: Numbers, share: float) -> Numbers:
    """The two spreads at the same total, and a little of an even one."""
    total = np.trace(spread)
    mixed = (1 - share) * spread + share * web * total / max(np.trace(web), LEAST_SPREAD)
    return np.asarray((1 - SHRINKAGE) * mixed + SHRINKAGE * total / len(spread) * np.eye(len(spread)))


def _discriminant(means: Numbers, spread: Numbers) -> Floats:
    slopes = np.linalg.solve(spread, means.T)  # [width, emotions]
    constant = -0.5 * (means.T * slopes).sum(axis=0)
    return np.vstack([slopes, constant]).astype(np.float32)


def _moves(moved: Floats) -> NDArray[np.bool_]:
    """False where a row is the face at rest itself."""
    return np.asarray(np.abs(moved).max(axis=1) > 0)


def _held_out(answer: Callable[[NDArray[np.int64], int], Numbers], fold: Labels) -> Numbers:
    found = np.zeros((len(fold), len(BASIC_EMOTIONS)))
    for index in range(MEMBERS):
        rows = np.flatnonzero(fold == index)
        found[rows] = answer(rows, index)
    return found
