"""Fit the voice heads beside the stored sequence networks and write their weight file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.features.table import SCHEMA_VERSION
from engine.features.voice import SUMMARY_NAMES
from engine.systems.branch import MEMBERS, Branch, BranchOpinion
from engine.systems.performance import VOICE_FILE
from engine.systems.voice_heads import HEADS_FILE, HeadSet, head_arrays, second_opinions
from engine.training.scores import auc, calibration, standings
from engine.training.takes import correlation_with_voice
from engine.training.voice_heads import blended, read_summaries, train_heads
from engine.training.voice_set import FOLDS_FILE
from engine.training.voice_summaries import VoiceSummaries, read_voice_summaries
from engine.vocabulary import Emotion

VOICE_DATA: Final = "RAVDESS speech audio (Livingstone & Russo 2018), 20 actors"
VOICE_LICENCE: Final = "CC BY-NC-SA 4.0, non-commercial"

Numbers = NDArray[np.float64]


def train_voice_heads(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Fit the heads for strangers and for enrolled speakers, and how they join the networks in ``out``.

    Parameters
    ----------
    data : Path
        The folder with ``audio/`` and ``faces/``.
    out : Path
        The weights folder; the sequence networks lie there already.
    seed : int
        Stored with the weights. The heads are solved in closed form; only what is said of calibration
        is drawn.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    WeightsError
        If the sequence networks are missing.
    """
    file = weights.load(VOICE_FILE, folder=out)
    branch = Branch.from_file(file)
    voices = read_voice_summaries(data)
    opinions = out_of_fold_opinions(branch, voices)
    sets = []
    for enrolled in (False, True):
        heads, usual = train_heads(voices, enrolled=enrolled)
        fitted = blended(voices, heads, usual, opinions)
        joint = joint_opinions(fitted, voices, opinions)
        _say(voices, joint, "enrolled" if enrolled else "stranger", say)
        sets.append((fitted, joint))
    (stranger, heard), (own, _) = sets
    found = voices.found
    raw = np.array([opinion.raw for opinion in heard])
    correlation = correlation_with_voice(data / FOLDS_FILE, found, raw)
    say(f"voice heads: correlation with the face {correlation:.2f}")
    arrays, numbers = head_arrays(stranger, own)
    weights.save(
        HEADS_FILE,
        arrays,
        folder=out,
        metadata={
            **numbers,
            "emotions": ",".join(branch.emotions),
            "summary_width": str(len(SUMMARY_NAMES)),
            "feature_schema": SCHEMA_VERSION,
            "beside": file.version,
            "members": f"{MEMBERS}; head k never heard the actors of fold k",
            "correlation_with_face": f"{correlation:.4f}",
        },
        entry={
            "data": VOICE_DATA,
            "licence": VOICE_LICENCE,
            "seed": seed,
            "command": "python -m engine train performance --only voice-heads --data DIR --out weights "
            f"--seed {seed}",
        },
        seen=(path.read_bytes() for path in found.paths),
    )


def out_of_fold_opinions(branch: Branch, voices: VoiceSummaries) -> list[BranchOpinion]:
    """What the networks say of each clean recording, asked of the one that never heard its actor."""
    opinions: list[BranchOpinion | None] = [None] * len(voices.found.names)
    for fold in range(MEMBERS):
        rows = np.flatnonzero(voices.found.fold == fold)
        answers = branch.read_many(voices.values[rows].astype(np.float32), voices.mask[rows], member=fold)
        for row, answer in zip(rows, answers, strict=True):
            opinions[row] = answer
    assert all(opinion is not None for opinion in opinions)  # a recording with a summary has a known instant
    return [opinion for opinion in opinions if opinion is not None]


def joint_opinions(
    heads: HeadSet, voices: VoiceSummaries, opinions: list[BranchOpinion]
) -> list[BranchOpinion]:
    """The networks' opinions joined with the heads', each asked of the head that never heard the actor."""
    summaries, _ = read_summaries(voices, enrolled=heads.usual is not None)
    return [
        second_opinions(heads, opinion, summary, member=int(fold))
        for opinion, summary, fold in zip(opinions, summaries[:, 0], voices.found.fold, strict=True)
    ]


def _say(
    voices: VoiceSummaries,
    joint: list[BranchOpinion],
    who: str,
    say: Callable[[str], None],
) -> None:
    """Print the figures of people whom neither the networks nor the heads met."""
    names = voices.found.names
    shares = np.array([list(opinion.probabilities.values()) for opinion in joint])
    correct = shares.argmax(axis=1) == voices.found.emotion
    asked = np.array([name.emotion is not Emotion.NEUTRAL for name in names])
    strong = np.array([name.strong for name in names])
    strength = np.array([opinion.strength for opinion in joint])
    expressed = np.array([opinion.raw for opinion in joint])
    folds = " / ".join(f"{correct[voices.found.fold == fold].mean():.2f}" for fold in range(MEMBERS))
    say(f"voice heads, {who}: out-of-fold accuracy {correct.mean():.3f} ({folds})")
    say(
        f"voice heads, {who}: AUC of strength {auc(strong[asked], strength[asked])}, "
        f"of expressed intensity {auc(strong[asked], expressed[asked])}"
    )
    rest = np.array([name.at_rest for name in names])
    standing = np.array([opinion.intensity for opinion in joint])
    say(f"voice heads, {who}: standings " + standings(standing, rest, ~rest & strong))
    error, by_chance = calibration(shares, voices.found.emotion)
    say(f"voice heads, {who}: calibration error {error:.3f}, by chance below {by_chance:.3f}")
