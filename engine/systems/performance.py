"""The performance brain: what voice and face show of an emotion, and how strongly.

Two branches, each a BiLSTM with temporal attention over its block of the feature table, joined late.
No set of recordings at hand shows the same person's voice and face landmarks together, so the join is
a rule, not a network: shares by trust times confidence, intensities added on the normal scale with the
correlation that voice and face of the same takes have (Stouffer et al. 1949; Lipták 1958).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from engine import weights
from engine.analysis import EmotionEstimate
from engine.errors import WeightsError
from engine.features.face import FACE_COLUMNS, MOUTH_COLUMNS
from engine.features.face_stills import FaceStills
from engine.features.table import FACE, INSTANTS, VOICE, FeatureTable
from engine.systems.branch import Branch, BranchOpinion, Standardiser
from engine.systems.face_stills import StillReader, still_reader
from engine.systems.voice_enrolment import VoiceEnrolment
from engine.systems.voice_heads import HEADS_FILE, VoiceHeads
from engine.vocabulary import Emotion, Modality

VOICE_FILE: Final = "performance_voice.safetensors"
FACE_FILE: Final = "performance_face.safetensors"

SPEAKING_SHARE_OF_MOUTH: Final = 0.5
"""What jaw and lips count while there is voice: speech moves them by itself."""
LEAST_CONFIDENCE: Final = 0.05
"""A branch that cannot name the emotion still saw how strong it was."""
OUTERMOST_STANDING: Final = 1e-3
"""A reference set of some thousand deliveries knows no standing nearer to 0 or 1."""


@dataclass(frozen=True, slots=True)
class BranchReading:
    """What one branch said of one clip.

    Attributes
    ----------
    expressed : float
        Standing among the branch's reference deliveries, in (0, 1).
    raw : float
        The same before the scale, a logit.
    emotion : EmotionEstimate
    attention : ndarray, shape (50,)
        Sums to 1.
    confidence : float
        1 - H(p) / log K of the emotion distribution.
    weight : float
        Share in the joint opinion; the shares sum to 1 or are all 0.
    """

    expressed: float
    raw: float
    emotion: EmotionEstimate
    attention: NDArray[np.float64]
    confidence: float
    weight: float


@dataclass(frozen=True, slots=True)
class PerformanceReading:
    """What the performance shows.

    Attributes
    ----------
    expressed : float or None
        In (0, 1); ``None`` where neither voice nor face can be read.
    raw : float or None
        The joint score on the normal scale, before it becomes a standing.
    emotion : EmotionEstimate or None
    attention : ndarray, shape (50,)
        Sums to 1; even where nothing can be read.
    readings : Mapping[Modality, BranchReading]
        Of the modalities that are there.
    """

    expressed: float | None
    raw: float | None
    emotion: EmotionEstimate | None
    attention: NDArray[np.float64]
    readings: Mapping[Modality, BranchReading]


@dataclass(frozen=True, slots=True)
class PerformanceBrain:
    """Both branches and the rule that joins them.

    Attributes
    ----------
    branches : Mapping[Modality, Branch]
    correlation : float
        Of the two branches' intensities on the normal scale, over takes of the same moment.
    faces : StillReader or None
        Reads single faces beside the face branch.
    heads : VoiceHeads or None
        The voice's second view; without it the voice networks answer alone.
    """

    branches: Mapping[Modality, Branch]
    correlation: float
    faces: StillReader | None = None
    heads: VoiceHeads | None = None

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load both branches from the weights folder, once per process.

        Raises
        ------
        WeightsError
            If a file is missing or damaged, or the voice heads were fitted beside other networks.
        """
        voice, face = weights.load(VOICE_FILE), weights.load(FACE_FILE)
        heads = VoiceHeads.load()
        if heads is not None and heads.beside != voice.version:
            raise WeightsError(
                f"{HEADS_FILE} was fitted beside another {VOICE_FILE}; restore both from the repository or "
                "run `python -m engine train performance --only voice-heads`."
            )
        return cls(
            {Modality.VOICE: Branch.from_file(voice), Modality.FACE: Branch.from_file(face)},
            float(face.metadata["correlation_with_voice"]) if heads is None else heads.correlation,
            still_reader(),
            heads,
        )

    @property
    def version(self) -> str:
        """Hex digits that change with any weight file; the voice heads know their networks."""
        voice = self.branches[Modality.VOICE] if self.heads is None else self.heads
        files = [voice.version, self.branches[Modality.FACE].version]
        return "".join(version[:6] for version in files) + ("" if self.faces is None else self.faces.version)

    def standardiser(self, modality: Modality) -> Standardiser:
        """The training statistics by which the feature table's block is z-scored."""
        return self.branches[modality].standardiser

    def read(
        self,
        table: FeatureTable,
        *,
        trust: Mapping[Modality, float],
        stills: FaceStills | None = None,
        voice_summary: NDArray[np.float32] | None = None,
        own_voice: VoiceEnrolment | None = None,
    ) -> PerformanceReading:
        """Read the voice and face blocks of a feature table.

        Parameters
        ----------
        stills : FaceStills, optional
            Some faces of the same clip, which are then read too.
        trust : Mapping[Modality, float]
            Quality of each modality's input, 0 to 1; a modality that is not named is trusted fully.
        voice_summary : ndarray, shape (821,), optional
            Of the same voice; without it the voice networks answer alone.
        own_voice : VoiceEnrolment, optional
            How the speaker usually sounds, where some of their clips are at hand.
        """
        opinions: dict[Modality, BranchOpinion] = {}
        for block in (VOICE, FACE):
            branch = self.branches[block.modality]
            known = table.known(block)
            raw = branch.standardiser.undo(table.block(block)) * known[:, None]
            if block is FACE:
                raw = less_mouth(raw, table.known(VOICE) & known)
            opinion = branch.read(raw.astype(np.float32), known)
            if opinion is not None and block is FACE and stills is not None and self.faces is not None:
                opinion = self.faces.with_stills(opinion, stills)
            if opinion is not None and block is VOICE:
                opinion = self.seconded(opinion, voice_summary, own_voice=own_voice)
            if opinion is not None:
                opinions[block.modality] = opinion
        return self.joined(opinions, trust=trust)

    def seconded(
        self,
        opinion: BranchOpinion,
        voice_summary: NDArray[np.float32] | None,
        *,
        own_voice: VoiceEnrolment | None = None,
    ) -> BranchOpinion:
        """The voice networks' opinion joined with the heads', where both heads and summary are there."""
        if self.heads is None or voice_summary is None:
            return opinion
        return self.heads.seconded(opinion, voice_summary, enrolment=own_voice)

    def joined(
        self, opinions: Mapping[Modality, BranchOpinion], *, trust: Mapping[Modality, float]
    ) -> PerformanceReading:
        """Join the branches' opinions: shares w by trust times confidence, emotions by their mean,
        intensities s as Φ(Σ w Φ⁻¹(s) / √(Σ w² + 2 ρ Π w)), so that a joint standing is a standing too.
        """
        sure = {modality: confidence(opinion.probabilities) for modality, opinion in opinions.items()}
        pull = {
            modality: max(0.0, trust.get(modality, 1.0)) * max(LEAST_CONFIDENCE, sure[modality])
            for modality in opinions
        }
        total = sum(pull.values())
        share = {modality: pull[modality] / total if total > 0 else 0.0 for modality in opinions}
        readings = {
            modality: BranchReading(
                expressed=opinion.intensity,
                raw=opinion.raw,
                emotion=EmotionEstimate(opinion.probabilities),
                attention=opinion.attention,
                confidence=sure[modality],
                weight=share[modality],
            )
            for modality, opinion in opinions.items()
        }
        if total <= 0:
            return PerformanceReading(None, None, None, np.full(INSTANTS, 1 / INSTANTS), readings)
        score = sum(share[modality] * normal_score(readings[modality].expressed) for modality in readings)
        spread = sum(weight**2 for weight in share.values())
        if len(share) > 1:
            spread += 2 * self.correlation * float(np.prod(list(share.values())))
        score = float(score / np.sqrt(spread))
        named: dict[Emotion, float] = {}
        for modality, opinion in opinions.items():
            for emotion, probability in opinion.probabilities.items():
                named[emotion] = named.get(emotion, 0.0) + share[modality] * probability
        attention = np.sum(
            [share[modality] * opinion.attention for modality, opinion in opinions.items()], axis=0
        )
        return PerformanceReading(
            expressed=float(ndtr(score)),
            raw=score,
            emotion=EmotionEstimate(named),
            attention=attention / attention.sum(),
            readings=readings,
        )


def normal_score(standing: float) -> float:
    """A standing in [0, 1] on the normal scale, bounded by :data:`OUTERMOST_STANDING`."""
    return float(ndtri(np.clip(standing, OUTERMOST_STANDING, 1 - OUTERMOST_STANDING)))


def confidence(probabilities: Mapping[Emotion, float]) -> float:
    """1 - H(p) / log K: 1 for a certain answer, 0 for an even one."""
    shares = np.array([share for share in probabilities.values() if share > 0])
    if len(probabilities) < 2:
        return 1.0
    entropy = -float((shares * np.log(shares)).sum())
    return float(np.clip(1 - entropy / np.log(len(probabilities)), 0.0, 1.0))


def less_mouth(values: NDArray[np.float32], speaking: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Weigh jaw and lips less where there is voice.

    Parameters
    ----------
    values : ndarray, shape (…, 50, 35)
        Raw face columns, in which 0 is the person at rest.
    speaking : ndarray, shape (…, 50)
    """
    share = np.ones((*speaking.shape, len(FACE_COLUMNS)), dtype=np.float32)
    share[..., list(MOUTH_COLUMNS)] = np.where(speaking[..., None], SPEAKING_SHARE_OF_MOUTH, 1.0)
    return np.asarray(values * share, dtype=np.float32)
