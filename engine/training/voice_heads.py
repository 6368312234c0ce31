"""Training of the voice heads: shrunk linear models on summaries, each without a fifth of the actors.

They are solved in closed form, so that no randomness and no number of epochs is chosen on anybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from engine.systems.branch import MEMBERS, BranchOpinion
from engine.systems.voice_enrolment import VoiceEnrolment
from engine.systems.voice_heads import LARGEST_Z, LEAST_SHARE, Blend, Head, HeadSet, joint_shares, strength_of
from engine.training.calibration import fitted_temperature, reference_weights
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.voice_branch import acted_strength, level_of
from engine.training.voice_summaries import VoiceSummaries
from engine.verdict.scale import ReferenceScale

NAMING_SHRINKAGE: Final = 0.5
STRENGTH_SHRINKAGE: Final = 0.8
LEVEL_SHRINKAGE: Final = 0.8
"""Share of the covariance that is replaced by a multiple of the identity (Friedman 1989): 960 recordings of
16 people do not show how 821 numbers go together."""
OWN_DIRECTION: Final = 0.5
"""How far each emotion goes its own way from normal to strong; the rest is what all emotions share."""
CLEAN_WEIGHT: Final = 0.5
"""Share of the clean recording in what a head learns from; its changed variants split the rest."""
UNMET_BIAS: Final = -30.0
"""Of an emotion that nobody acted in the training part."""

Numbers = NDArray[np.float64]


def train_heads(voices: VoiceSummaries, *, enrolled: bool) -> tuple[list[Head], NDArray[np.float32] | None]:
    """Fit five heads; the k-th never hears the actors of fold k, in its z-scores neither.

    Parameters
    ----------
    enrolled : bool
        Whether summaries are read relative to each actor's own clean clips. No label goes into that.

    Returns
    -------
    heads : list of Head
    usual : ndarray, shape (821,), or None
        Spread of one actor's clips, averaged over actors; with ``enrolled`` alone.
    """
    summaries, usual = read_summaries(voices, enrolled=enrolled)
    names = voices.found.names
    strength = np.array([acted_strength(name) for name in names])
    level = np.array([level_of(name) for name in names])
    heads = []
    for fold in range(MEMBERS):
        rows = np.flatnonzero(voices.found.fold != fold)
        heads.append(_head(summaries[rows], voices.found.emotion[rows], strength[rows], level[rows]))
    return heads, usual


def read_summaries(voices: VoiceSummaries, *, enrolled: bool) -> tuple[Numbers, NDArray[np.float32] | None]:
    """Summaries [n, variants, 821] as the heads read them, and the usual spread of one actor's clips."""
    summaries = voices.summary.astype(np.float64)
    if not enrolled:
        return summaries, None
    actors = np.array([name.actor for name in voices.found.names])
    own = {actor: VoiceEnrolment.fit(summaries[actors == actor, 0]) for actor in np.unique(actors)}
    usual = np.sqrt(np.mean([one.spread.astype(np.float64) ** 2 for one in own.values()], axis=0))
    for actor, enrolment in own.items():
        summaries[actors == actor] = enrolment.relative(summaries[actors == actor], usual)
    return summaries, usual.astype(np.float32)


def blended(
    voices: VoiceSummaries,
    heads: list[Head],
    usual: NDArray[np.float32] | None,
    opinions: list[BranchOpinion],
) -> HeadSet:
    """Fit how heads and sequence networks join, from opinions [n] and answers that never met the actor."""
    summaries, _ = read_summaries(voices, enrolled=usual is not None)
    emotion, strength, level = out_of_fold_answers(heads, summaries[:, 0], voices.found.fold)
    shares = np.array([list(opinion.probabilities.values()) for opinion in opinions])
    target = np.eye(len(VOICE_EMOTIONS))[voices.found.emotion]
    warmth = fitted_temperature(emotion, target)
    joint = np.log(np.maximum(shares, LEAST_SHARE)) + emotion / warmth
    heard_strength = np.array([opinion.strength for opinion in opinions])
    heard_level = np.array([opinion.raw for opinion in opinions])
    level_gain = float(heard_level.std() / max(level.std(), 1e-6))
    level_shift = float(heard_level.mean() - level_gain * level.mean())
    rest = np.array([name.at_rest for name in voices.found.names])
    strong = np.array([name.strong for name in voices.found.names])
    raw = 0.5 * (heard_level + level_gain * level + level_shift)
    blend = Blend(
        heads_temperature=warmth,
        temperature=fitted_temperature(joint, target),
        networks_strength=0.5,
        heads_strength=0.5,
        level_gain=level_gain,
        level_shift=level_shift,
        scale=ReferenceScale.fit(raw, weights=reference_weights(rest, ~rest & strong)),
    )
    parted = strength_of(joint_shares(shares, emotion, blend), strength)
    asked = np.array([np.isfinite(acted_strength(name)) for name in voices.found.names])
    both = np.column_stack([heard_strength, parted])
    networks_part, heads_part = LogisticRegression(C=np.inf).fit(both[asked], strong[asked]).coef_[0]
    blend = replace(blend, networks_strength=float(networks_part), heads_strength=float(heads_part))
    return HeadSet(tuple(heads), blend, usual)


def out_of_fold_answers(
    heads: list[Head], summaries: Numbers, fold: NDArray[np.int64]
) -> tuple[Numbers, Numbers, Numbers]:
    """What :meth:`Head.answers` says of summaries [n, 821], from the head that never heard their fold."""
    parts = [np.flatnonzero(fold == index) for index in range(MEMBERS)]
    answers = [heads[index].answers(summaries[rows]) for index, rows in enumerate(parts)]
    back = np.argsort(np.concatenate(parts))
    emotion, strength, level = (np.concatenate(part)[back] for part in zip(*answers, strict=True))
    return emotion, strength, level


def _head(summaries: Numbers, emotion: NDArray[np.int64], strength: Numbers, level: Numbers) -> Head:
    """Fit one head on summaries [n, variants, 821] and the labels of the recordings, each [n].

    Three discriminants on one matrix of products: emotions by what separates their means, strength by what
    separates normal from strong of each emotion, level by least squares.
    """
    count, variants, width = summaries.shape
    mean = summaries[:, 0].mean(axis=0).astype(np.float32)
    spread = np.maximum(summaries[:, 0].std(axis=0), 1e-6).astype(np.float32)
    scores = (summaries.reshape(-1, width) - mean) / spread
    z = np.clip(scores, -LARGEST_Z, LARGEST_Z).astype(np.float32)  # [n * variants, 821]
    weight = np.tile(_variant_weights(variants), count) / count  # sums to 1
    scaled = z * np.sqrt(weight).astype(np.float32)[:, None]
    products = (scaled.T @ scaled).astype(np.float64)  # [821, 821]
    emotion = np.repeat(emotion, variants)
    strong = np.repeat(np.nan_to_num(strength) > 0, variants)
    target = np.repeat(logit(level), variants)

    emotions = len(VOICE_EMOTIONS)
    share, shown = _means(z, weight, emotion, emotions)
    naming = _solved(_within(products, share, shown), shown.T, NAMING_SHRINKAGE)  # [821, emotions]
    bias = np.log(np.maximum(share, LEAST_SHARE)) - 0.5 * np.einsum("kw,wk->k", shown, naming)

    shares, ends = _means(z, weight, 2 * emotion + strong, 2 * emotions)
    both = (shares[0::2] > 0) & (shares[1::2] > 0)
    middle = np.where(both[:, None], (ends[0::2] + ends[1::2]) / 2, shown)
    apart = (ends[1::2] - ends[0::2]) * both[:, None]
    usual_apart = apart.sum(axis=0) / max(1, int(both.sum()))
    towards = OWN_DIRECTION * apart + (1 - OWN_DIRECTION) * usual_apart
    directions = _solved(_within(products, shares, ends), towards.T, STRENGTH_SHRINKAGE)  # [821, emotions]
    midpoint = np.where(both, np.einsum("kw,wk->k", middle, directions), np.nan)

    whole, centre = np.ones(1), (weight @ z)[None]
    usual = float(weight @ target)
    together = (weight * (target - usual)) @ z
    rising = _solved(_within(products, whole, centre), together, LEVEL_SHRINKAGE)
    return Head(
        mean=mean,
        spread=spread,
        emotion=naming.astype(np.float32),
        emotion_bias=np.where(share > 0, bias, UNMET_BIAS).astype(np.float32),
        strength=directions.astype(np.float32),
        midpoint=midpoint.astype(np.float32),
        level=rising.astype(np.float32),
        level_bias=usual - float(centre[0] @ rising),
    )


def _variant_weights(variants: int) -> list[float]:
    """What the clean recording and each changed variant count; 1 together."""
    if variants == 1:
        return [1.0]
    return [CLEAN_WEIGHT] + [(1 - CLEAN_WEIGHT) / (variants - 1)] * (variants - 1)


def _means(
    z: NDArray[np.float32], weight: Numbers, group: NDArray[np.int64], count: int
) -> tuple[Numbers, Numbers]:
    """Share [count] and weighted mean [count, 821] of each group; a mean of zero where it is empty."""
    member = np.zeros((count, len(z)))
    member[group, np.arange(len(z))] = weight
    share = member.sum(axis=1)
    return share, (member @ z) / np.maximum(share, LEAST_SHARE)[:, None]


def _within(products: Numbers, share: Numbers, means: Numbers) -> Numbers:
    """Covariance [821, 821] within groups, from the products of all and the groups' means."""
    return products - (means * share[:, None]).T @ means


def _solved(covariance: Numbers, target: Numbers, shrinkage: float) -> Numbers:
    """The solution of the shrunk covariance for a target [821] or [821, k]."""
    shrunk = (1 - shrinkage) * covariance
    shrunk.flat[:: len(shrunk) + 1] += shrinkage * np.trace(covariance) / len(covariance) + LEAST_SHARE
    return np.asarray(cho_solve(cho_factor(shrunk, overwrite_a=True), target))
