"""The still reader: several opinions on single faces, and on the clip they come from, made one.

The shape reader, the gradient machine, the picture network where it is there, and the branch that reads the
whole clip are joined as a weighted product of their distributions (Genest & Zidek 1986); what each counts was
fitted on faces that none of them had learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from engine import weights
from engine.features.face_stills import FaceStills
from engine.systems.branch import BranchOpinion
from engine.systems.face_gradients import GradientMachine
from engine.systems.face_picture import PICTURE_FILE, FacePictures
from engine.systems.face_shape import ShapeReader
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Emotion
from engine.weights import WeightsFile

STILLS_FILE: Final = "performance_face_stills.safetensors"

READERS: Final = ("shape", "gradients", "picture", "clip")
"""Whose opinions are joined, in the order of the shares."""
LEAST_SHARE: Final = 1e-4
OUTERMOST_STANDING: Final = 1e-3
STILLS_COUNT: Final = 2.0
"""How often stills count beside the clip in the intensity: people's ratings of faces follow them closer."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StillReader:
    """All that reads single faces.

    Attributes
    ----------
    emotions : tuple of Emotion
    shape : ShapeReader
    gradients : GradientMachine
    picture : FacePictures or None
        ``None`` where its file is not there.
    shares : Mapping[str, ndarray]
        For each set of readers that can answer, named as :func:`asked` names it, what each of
        :data:`READERS` counts.
    scale : ReferenceScale
        Of how far a face is from neutral, as a logit.
    correlation : float
        Of that with the clip branch's intensity, on the normal scale.
    fold_of : Mapping[int, int]
        Fingerprint of each training file to the fold, and so the member, that never saw it.
    """

    emotions: tuple[Emotion, ...]
    shape: ShapeReader
    gradients: GradientMachine
    picture: FacePictures | None
    shares: Mapping[str, Numbers]
    scale: ReferenceScale
    correlation: float
    fold_of: Mapping[int, int]
    version: str

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load everything from the weights folder, once per process.

        Raises
        ------
        WeightsError
            If a file is damaged or that of the shapes and gradients is missing.
        """
        return cls.from_file(weights.load(STILLS_FILE), picture_network())

    @classmethod
    def from_file(cls, file: WeightsFile, picture: FacePictures | None) -> Self:
        """Rebuild what the training stored."""
        prefix = "shares."
        return cls(
            emotions=tuple(Emotion(name) for name in file.metadata["emotions"].split(",")),
            shape=ShapeReader.from_arrays(file.arrays),
            gradients=GradientMachine.from_arrays(file.arrays),
            picture=picture,
            shares={
                key.removeprefix(prefix): value.astype(np.float64)
                for key, value in file.arrays.items()
                if key.startswith(prefix)
            },
            scale=ReferenceScale(file.arrays["scale.knots"].astype(np.float64)),
            correlation=float(file.metadata["correlation"]),
            fold_of=dict(
                zip(file.arrays["seen.hash"].tolist(), file.arrays["seen.fold"].tolist(), strict=True)
            ),
            version=file.version if picture is None else file.version[:6] + picture.version[:6],
        )

    def opinions(
        self,
        crops: NDArray[np.uint8] | None,
        shapes: Floats,
        *,
        own: Floats | None = None,
        member: int | None = None,
        unseen: NDArray[np.bool_] | None = None,
    ) -> dict[str, Numbers]:
        """Log-probabilities [n, emotions] of each reader that can be asked; NaN rows where it cannot answer.

        Parameters
        ----------
        crops : ndarray, shape (n, 48, 48), uint8, optional
            ``None`` where there are landmarks alone.
        shapes : ndarray, shape (n, shape width)
            NaN where no landmarks were found.
        own : ndarray, shape (n, shape width), optional
            Of the same people at rest.
        member : int, optional
            Ask the members that never saw this fold.
        unseen : ndarray, shape (n,), optional
            Which faces the picture network may be asked about; all by default.
        """
        known = np.isfinite(shapes).all(axis=1)
        found = {"shape": _log_shares(self.shape.logits(shapes, own, member=member))}
        found["shape"][~known] = np.nan
        if crops is not None:
            found["gradients"] = _log_shares(self.gradients.logits(crops, shapes, member=member))
            if self.picture is not None:
                found["picture"] = np.log(np.maximum(self.picture.read(crops), LEAST_SHARE))
                if unseen is not None:
                    found["picture"][~unseen] = np.nan
        return found

    def joined(self, opinions: Mapping[str, Numbers]) -> Numbers:
        """The joint distributions [n, emotions] of the readers' log-probabilities."""
        count = len(next(iter(opinions.values())))
        answers = np.stack(
            [opinions.get(name, np.full((count, len(self.emotions)), np.nan)) for name in READERS]
        )  # [readers, n, emotions]
        there = np.isfinite(answers).all(axis=2)  # [readers, n]
        share = np.array([self.shares[asked(there[:, row])] for row in range(count)])  # [n, readers]
        logits = (np.where(there[..., None], answers, 0.0) * share.T[..., None]).sum(axis=0)
        return np.asarray(np.exp(_log_shares(logits)))

    def with_stills(self, opinion: BranchOpinion, stills: FaceStills) -> BranchOpinion:
        """The clip branch's opinion joined with what the stills of the same clip show.

        Emotions by :meth:`joined`, intensities by :func:`together`.
        """
        if not len(stills.crops):
            return opinion
        each = self.opinions(stills.crops, stills.shapes)
        over = {name: _log_shares(np.log(np.exp(found).mean(axis=0)))[None] for name, found in each.items()}
        named = self.joined(over | {"clip": self.clip_log_shares([opinion])})[0]
        standing = float(self.scale.standing(self.distance(self.joined(over)))[0])
        return replace(
            opinion,
            probabilities=dict(zip(self.emotions, named.tolist(), strict=True)),
            intensity=together(opinion.intensity, standing, self.correlation),
        )

    def clip_log_shares(self, opinions: list[BranchOpinion]) -> Numbers:
        """Log-probabilities [n, emotions] of the clip branch, in this reader's order."""
        shares = [[one.probabilities[emotion] for emotion in self.emotions] for one in opinions]
        return np.asarray(np.log(np.maximum(np.array(shares, dtype=np.float64), LEAST_SHARE)))

    def distance(self, probabilities: Numbers) -> Numbers:
        """How far faces are from neutral, as a logit: [n, emotions] → [n]."""
        neutral = np.clip(
            probabilities[:, self.emotions.index(Emotion.NEUTRAL)], LEAST_SHARE, 1 - LEAST_SHARE
        )
        return np.asarray(np.log(1 - neutral) - np.log(neutral))


def together(clip: float, stills: float, correlation: float) -> float:
    """The standings of a clip and of its stills made one, in (0, 1).

    Added on the normal scale, so that a joint standing is a standing too, w being :data:`STILLS_COUNT`
    (Stouffer et al. 1949; Lipták 1958): Φ((Φ⁻¹(s₁) + w Φ⁻¹(s₂)) / √(1 + w² + 2 w ρ)).
    """
    scores = ndtri(np.clip([clip, stills], OUTERMOST_STANDING, 1 - OUTERMOST_STANDING))
    spread = 1 + STILLS_COUNT**2 + 2 * STILLS_COUNT * correlation
    return float(ndtr((scores[0] + STILLS_COUNT * scores[1]) / np.sqrt(spread)))


def asked(there: NDArray[np.bool_]) -> str:
    """The name of a set of readers, from which of :data:`READERS` are there."""
    return "+".join(name for name, is_there in zip(READERS, there, strict=True) if is_there)


def still_reader() -> StillReader | None:
    """The still reader, or ``None`` where its file is not in the weights folder."""
    return StillReader.load() if (weights.weights_dir() / STILLS_FILE).is_file() else None


def picture_network() -> FacePictures | None:
    """The picture network, or ``None`` where its file is not in the weights folder."""
    return FacePictures.load() if (weights.weights_dir() / PICTURE_FILE).is_file() else None


def _log_shares(logits: Numbers) -> Numbers:
    top = logits.max(axis=1, keepdims=True) if logits.ndim == 2 else logits.max()
    rest = np.exp(logits - top).sum(axis=-1, keepdims=True)
    return np.asarray(logits - top - np.log(rest))
