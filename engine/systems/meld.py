"""meld: late fusion of words, voice and face, P = α P_text + (1 − α) P_audio.

Words: the transformer encoder's states and those of the two lines before, then linear, ReLU, dropout,
linear. Voice: 185 spectral features averaged over the clip, scaled to their range, then two hidden
layers. Face: landmark measures over time through a two-layer BiLSTM; where a face is seen it shares the
voice's part, 1 − α, by trust × confidence. Seven classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.features.encoder import STATE_WIDTH
from engine.features.face import FACE_COLUMNS
from engine.features.geometry import MEASURES, NeutralPopulation
from engine.features.sound_summary import sound_summary
from engine.features.spoken_stretch import SpokenStretch
from engine.systems.arousal import arousal_logit
from engine.systems.branch import LARGEST_Z, MEMBERS, compacted
from engine.systems.clip_evidence import ClipEvidence
from engine.systems.meld_networks import (
    CLASSES,
    CONTEXT_LINES,
    AudioNetwork,
    FaceNetwork,
    Range,
    TextHead,
)
from engine.systems.naming import Named, Opinion, mixed, normalised, pulls
from engine.systems.performance import less_mouth
from engine.systems.sequences import estimate, shares_of
from engine.systems.system_file import SystemFile
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Modality, SystemName

Floats = NDArray[np.float32]

FILE: Final = "meld.safetensors"
ALPHA: Final = 0.7
"""The published share of the words."""

WORDS, VOICE, FACE = "words", "voice", "face"


@dataclass(frozen=True, slots=True)
class MeldSystem:
    """One text head, five voice and five face networks, each of those without a fifth of the people.

    Attributes
    ----------
    alpha : float
        Share of the words, 0 to 1.
    temperatures : Mapping[str, float]
        Of each branch, fitted on dialogues and people that were not learned from.
    scales : Mapping[str, ReferenceScale]
        Of each branch's arousal.
    correlation : float
        Of voice and face standings on the normal scale.
    """

    text: TextHead
    audio: tuple[tuple[AudioNetwork, Range], ...]
    face: tuple[FaceNetwork, ...]
    alpha: float
    temperatures: Mapping[str, float]
    scales: Mapping[str, ReferenceScale]
    correlation: float
    version: str
    name: SystemName = SystemName.MELD

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load the shipped weights, once per process.

        Raises
        ------
        WeightsError
            If the file is missing or damaged.
        """
        file = SystemFile.load(FILE)
        arrays = file.file.arrays
        ranges = (Range(arrays[f"range{at}.low"], arrays[f"range{at}.high"]) for at in range(MEMBERS))
        return cls(
            text=file.network(TextHead(), "text."),
            audio=tuple(zip(file.members(AudioNetwork, "audio"), ranges, strict=True)),
            face=file.members(FaceNetwork, "face"),
            alpha=float(file.file.metadata["alpha"]),
            temperatures=file.temperatures,
            scales=file.scales((WORDS, VOICE, FACE)),
            correlation=file.correlation,
            version=file.version,
        )

    def read(self, clip: ClipEvidence) -> Named:
        """Name the emotion of one clip from whichever of words, voice and face it has."""
        notes: list[str] = []
        branches: dict[str, Opinion] = {}
        if clip.line.words:
            branches[WORDS] = self._words(clip)
        if clip.stretch is not None:
            branches[VOICE] = self._hear(clip.stretch)
        if clip.trust[Modality.FACE].value > 0 and clip.seen.features.mask.any():
            branches[FACE] = self._see(clip)
        absent = [name for name in (WORDS, VOICE, FACE) if name not in branches]
        if absent and branches:
            notes.append(f"Answered without {_listed(absent)}; the others share their weight.")
        weights_of = self._weights(clip, branches)
        return Named(mixed(branches, weights_of), branches, weights_of, tuple(notes))

    def _weights(self, clip: ClipEvidence, branches: Mapping[str, Opinion]) -> dict[str, float]:
        """α for the words; 1 − α shared by voice and face by trust × confidence."""
        others = {name: opinion for name, opinion in branches.items() if name != WORDS}
        shared = normalised(pulls(others, clip.trust))
        if WORDS not in branches:
            return shared
        if not any(shared.values()):
            return {**shared, WORDS: 1.0}
        return {WORDS: self.alpha, **{name: (1 - self.alpha) * share for name, share in shared.items()}}

    @torch.inference_mode()
    def _words(self, clip: ClipEvidence) -> Opinion:
        lines = np.zeros((1 + CONTEXT_LINES, STATE_WIDTH), dtype=np.float32)
        lines[0] = clip.line.states.mean(axis=0)
        before = clip.before[:CONTEXT_LINES]
        lines[1 : 1 + len(before)] = before
        (logits,) = self.text(torch.from_numpy(lines)[None])
        return self._opinion(WORDS, Modality.TEXT, logits[0])

    @torch.inference_mode()
    def _hear(self, stretch: SpokenStretch) -> Opinion:
        summary = sound_summary(stretch.sound)
        answers = [
            network(torch.from_numpy(scale.apply(summary))[None])[0][0] for network, scale in self.audio
        ]
        return self._opinion(VOICE, Modality.VOICE, torch.stack(answers).mean(dim=0))

    @torch.inference_mode()
    def _see(self, clip: ClipEvidence) -> Opinion:
        face = clip.seen.features
        raw = less_mouth(face.values, clip.heard.features.speech & face.mask)
        steps, lengths, order = compacted(
            landmark_steps(raw, NeutralPopulation.load())[None], face.mask[None]
        )
        answers = [network(torch.from_numpy(steps), torch.from_numpy(lengths)) for network in self.face]
        logits = torch.stack([answer[0][0] for answer in answers]).mean(dim=0)
        found = torch.stack([answer[2][0] for answer in answers]).mean(dim=0).double().numpy()
        attention = np.zeros(face.mask.size)
        attention[order[0, : found.size]] = found
        return self._opinion(FACE, Modality.FACE, logits, attention / attention.sum())

    def _opinion(
        self, part: str, modality: Modality, logits: Tensor, attention: NDArray[np.float64] | None = None
    ) -> Opinion:
        shares = shares_of(logits, self.temperatures[part])
        standing = self.scales[part].standing(arousal_logit(shares[None], CLASSES))
        return Opinion(modality, estimate(shares, CLASSES), float(standing[0]), attention)


def landmark_steps(values: NDArray[Any], rest: NeutralPopulation) -> Floats:
    """The measures of the face block, shape (…, 35) → (…, 27), in standard deviations of faces at rest."""
    columns = [FACE_COLUMNS.index(name) for name in MEASURES]
    scaled = np.asarray(values, np.float32)[..., columns] / rest.spread
    return np.clip(scaled, -LARGEST_Z, LARGEST_Z).astype(np.float32)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
