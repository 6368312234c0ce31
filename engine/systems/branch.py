"""One branch of the performance brain: a voice or a face block in, an intensity and an emotion out.

A branch is five networks, each trained without a fifth of the people. On a new clip the five are
averaged; on a clip that some of them learned from, only those that did not are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.systems.layers import AttentiveBiLSTM
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Emotion
from engine.weights import Arrays, WeightsFile

Floats = NDArray[np.float32]

HIDDEN: Final = 48
"""Per direction: 1,200 recordings do not feed a wider one."""
SUMMARY: Final = 48
DROPOUT: Final = 0.3
LARGEST_Z: Final = 5.0
"""Inputs are clipped here, so that one broken measure cannot carry a clip."""
MEMBERS: Final = 5


class BranchNetwork(nn.Module):
    """BiLSTM with temporal attention over the known instants, beside their mean and spread.

    Parameters
    ----------
    width : int
        Columns of the block.
    emotions : int
        How many emotions it names.
    """

    def __init__(self, width: int, emotions: int) -> None:
        super().__init__()
        self.sequence = AttentiveBiLSTM(width, hidden=HIDDEN, dropout=DROPOUT)
        self.summary = nn.Sequential(nn.Linear(2 * width, SUMMARY), nn.ReLU(), nn.Dropout(DROPOUT))
        self.emotion = nn.Linear(2 * HIDDEN + SUMMARY, emotions)
        self.intensity = nn.Linear(2 * HIDDEN + SUMMARY, 2)

    def forward(self, steps: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read ``steps`` [batch, time, width], of which the first ``lengths`` [batch] are known.

        Returns
        -------
        emotion : Tensor [batch, emotions]
            Logits.
        intensity : Tensor [batch, 2]
            Logits of the expressed intensity, over all emotions, and of the acted strength, strong
            against normal whatever the emotion.
        attention : Tensor [batch, time]
        """
        mask = torch.arange(steps.shape[1])[None, :] < lengths[:, None]  # [batch, time]
        pooled, attention = self.sequence(steps, mask, lengths)  # [batch, 2 * HIDDEN]
        count = lengths[:, None].to(steps.dtype)
        known = steps * mask[..., None]  # [batch, time, width]
        mean = known.sum(dim=1) / count  # [batch, width]
        variance = ((known - mean[:, None]) ** 2 * mask[..., None]).sum(dim=1) / count
        summary = self.summary(torch.cat([mean, torch.sqrt(variance + 1e-4)], dim=1))  # [batch, SUMMARY]
        state = torch.cat([pooled, summary], dim=1)
        return self.emotion(state), self.intensity(state), attention


@dataclass(frozen=True, slots=True)
class Standardiser:
    """Z-scores of a block against training statistics.

    Attributes
    ----------
    mean, spread : ndarray, shape (width,)
    """

    mean: Floats
    spread: Floats

    @classmethod
    def fit(cls, known: Floats) -> Standardiser:
        """Learn from known instants, shape (n, width)."""
        return cls(known.mean(axis=0), np.maximum(known.std(axis=0), 1e-4).astype(np.float32))

    def apply(self, values: Floats, mask: NDArray[np.bool_]) -> Floats:
        """Z-scores of raw columns, shape (…, width); zero where ``mask`` (…) is False."""
        return np.where(mask[..., None], (values - self.mean) / self.spread, 0.0).astype(np.float32)

    def undo(self, values: Floats) -> Floats:
        """Raw columns of z-scores; the inverse of :meth:`apply` where known."""
        return np.asarray(values * self.spread + self.mean, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class BranchOpinion:
    """What a branch says of one clip.

    Attributes
    ----------
    raw : float
        Intensity as a logit, before the reference scale.
    strength : float
        Logit of "acted strongly" against "acted normally", whatever the emotion; learned by the voice alone.
    intensity : float
        Standing among the branch's reference deliveries, in (0, 1).
    probabilities : Mapping[Emotion, float]
    attention : ndarray, shape (50,)
        Sums to 1; zero where the block is masked.
    """

    raw: float
    strength: float
    intensity: float
    probabilities: Mapping[Emotion, float]
    attention: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """One network of the ensemble and the statistics of what it was trained on."""

    network: BranchNetwork
    standardiser: Standardiser


@dataclass(frozen=True, slots=True)
class Branch:
    """The ensemble of one modality.

    Attributes
    ----------
    emotions : tuple of Emotion
        In the order of the networks' outputs.
    standardiser : Standardiser
        Of the feature table; each member re-standardises to its own statistics.
    temperature : float
        Divides the emotion logits (Guo et al. 2017), fitted out of fold.
    fold_of : Mapping[int, int]
        Fingerprint of each training file to the fold, and so the member, that never saw it.
    """

    emotions: tuple[Emotion, ...]
    standardiser: Standardiser
    members: tuple[Member, ...]
    temperature: float
    scale: ReferenceScale
    fold_of: Mapping[int, int]
    version: str

    @classmethod
    def from_file(cls, file: WeightsFile) -> Branch:
        """Rebuild the branch that :func:`branch_arrays` stored."""
        arrays = {key: value.astype(np.float64) for key, value in file.arrays.items() if "seen" not in key}
        emotions = tuple(Emotion(name) for name in file.metadata["emotions"].split(","))
        members = []
        for index in range(MEMBERS):
            prefix = f"member{index}."
            state = {
                key.removeprefix(prefix): torch.tensor(value, dtype=torch.float32)
                for key, value in arrays.items()
                if key.startswith(prefix) and not key.endswith((".z_mean", ".z_spread"))
            }
            standardiser = _standardiser(arrays, prefix)
            network = BranchNetwork(standardiser.mean.size, len(emotions))
            network.load_state_dict(state)
            members.append(Member(network.eval(), standardiser))
        return cls(
            emotions=emotions,
            standardiser=_standardiser(arrays, "table."),
            members=tuple(members),
            temperature=float(file.metadata["temperature"]),
            scale=ReferenceScale(arrays["scale.knots"]),
            fold_of=dict(
                zip(file.arrays["seen.hash"].tolist(), file.arrays["seen.fold"].tolist(), strict=True)
            ),
            version=file.version,
        )

    def read(
        self, values: Floats, mask: NDArray[np.bool_], *, member: int | None = None
    ) -> BranchOpinion | None:
        """The opinion on one raw block, shape (50, width); ``None`` where all of it is masked.

        ``member`` asks one network alone.
        """
        return self.read_many(values[None], mask[None], member=member)[0]

    def read_many(
        self, values: Floats, mask: NDArray[np.bool_], *, member: int | None = None
    ) -> list[BranchOpinion | None]:
        """Opinions on raw blocks, shape (n, 50, width), masks (n, 50)."""
        known = np.flatnonzero(mask.any(axis=1))
        opinions: list[BranchOpinion | None] = [None] * len(values)
        if not known.size:
            return opinions
        asked = self.members if member is None else self.members[member : member + 1]
        answers = [answer_of(one, values[known], mask[known]) for one in asked]
        logits = np.mean([answer[0] for answer in answers], axis=0) / self.temperature
        raw = np.mean([answer[1] for answer in answers], axis=0)
        attention = np.mean([answer[2] for answer in answers], axis=0)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        standing = self.scale.standing(raw[:, 0])
        for row, index in enumerate(known):
            opinions[index] = BranchOpinion(
                raw=float(raw[row, 0]),
                strength=float(raw[row, 1]),
                intensity=float(standing[row]),
                probabilities=dict(zip(self.emotions, shares[row].tolist(), strict=True)),
                attention=attention[row] / attention[row].sum(),
            )
        return opinions


def answer_of(
    member: Member, values: Floats, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Emotion logits [n, emotions], intensity logits [n, 2] and attention [n, 50] of one network.

    Every clip must have a known instant.
    """
    steps, lengths, order = compacted(member.standardiser.apply(values, mask), mask)
    with torch.inference_mode():
        emotion, intensity, found = member.network(torch.from_numpy(steps), torch.from_numpy(lengths))
    attention = np.zeros(mask.shape, dtype=np.float64)
    np.put_along_axis(attention, order[:, : steps.shape[1]], found.numpy().astype(np.float64), axis=1)
    return emotion.numpy().astype(np.float64), intensity.numpy().astype(np.float64), attention


def compacted(values: Floats, mask: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Bring the known instants of each clip to the front, so that silence around them says nothing.

    Parameters
    ----------
    values : ndarray, shape (n, 50, width)
    mask : ndarray, shape (n, 50)

    Returns
    -------
    steps : ndarray, shape (n, longest, width)
        Clipped to plus or minus :data:`LARGEST_Z`.
    lengths : ndarray, shape (n,)
    order : ndarray, shape (n, 50)
        Where each step came from.
    """
    order = np.argsort(~mask, axis=1, kind="stable")
    lengths = mask.sum(axis=1)
    steps = np.take_along_axis(values, order[..., None], axis=1)[:, : int(lengths.max())]
    clipped = np.clip(steps, -LARGEST_Z, LARGEST_Z)
    return np.ascontiguousarray(clipped, dtype=np.float32), lengths.astype(np.int64), order


def branch_arrays(members: Sequence[Member], table: Standardiser, scale: ReferenceScale) -> Arrays:
    """What of a branch goes into its weight file, in half precision where that loses nothing."""
    arrays: Arrays = {
        "table.z_mean": table.mean,
        "table.z_spread": table.spread,
        "scale.knots": scale.knots,
    }
    for index, member in enumerate(members):
        prefix = f"member{index}."
        arrays[prefix + "z_mean"] = member.standardiser.mean
        arrays[prefix + "z_spread"] = member.standardiser.spread
        for key, value in member.network.state_dict().items():
            arrays[prefix + key] = value.numpy().astype(np.float16)
    return arrays


def _standardiser(arrays: Mapping[str, NDArray[np.float64]], prefix: str) -> Standardiser:
    return Standardiser(
        arrays[prefix + "z_mean"].astype(np.float32), arrays[prefix + "z_spread"].astype(np.float32)
    )
