"""mmmla: acoustic and lexical streams with attention at several levels, joined by a gate.

65 ComParE descriptors, z-scored, and contextual word states each feed a BiLSTM whose states are pooled
by additive attention; a gated multimodal unit joins them. Four classes: anger, happiness (excitement
included), neutral, sadness.

Where no words are known the acoustic stream answers alone, and the other way round. The weights come
from voices and lines of different people, paired by label: no corpus at hand has both of one speaker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import EmotionEstimate
from engine.features import compare_lld
from engine.features.compare_lld import STEP_S, lld_steps
from engine.features.spoken_stretch import SpokenStretch
from engine.systems.arousal import arousal_logit
from engine.systems.branch import Standardiser
from engine.systems.clip_evidence import ClipEvidence
from engine.systems.layers import Pooling
from engine.systems.mmmla_networks import CLASSES, AcousticNetwork, GatedJoin, LexicalNetwork
from engine.systems.naming import Named, Opinion
from engine.systems.sequences import at_instants, estimate, shares_of, z_scored
from engine.systems.system_file import SystemFile
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Modality, SystemName

Floats = NDArray[np.float32]

FILE: Final = "mmmla.safetensors"
WORDS, VOICE = "words", "voice"
LONGEST_LINE: Final = 200
"""Words of a line that are read; the rest says no other emotion and costs time."""


@dataclass(frozen=True, slots=True)
class AcousticMember:
    """One acoustic network, what it was trained on in figures, and its join."""

    network: AcousticNetwork
    standardiser: Standardiser
    join: GatedJoin


@dataclass(frozen=True, slots=True)
class MmmlaSystem:
    """Five acoustic networks, each trained without a fifth of the actors, one lexical, five joins.

    Attributes
    ----------
    temperatures : Mapping[str, float]
        Of ``words``, ``voice`` and ``joint``, fitted on lines and actors that were not learned from.
    scales : Mapping[str, ReferenceScale]
        Of the arousal of ``words`` and ``voice``.
    """

    members: tuple[AcousticMember, ...]
    lexical: LexicalNetwork
    temperatures: Mapping[str, float]
    scales: Mapping[str, ReferenceScale]
    version: str
    name: SystemName = SystemName.MMMLA
    correlation: float = 0.0

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
        pooling = Pooling(file.file.metadata["pooling"])
        members = zip(
            file.members(lambda: AcousticNetwork(pooling=pooling), "acoustic"),
            file.standardisers("z"),
            file.members(GatedJoin, "join"),
            strict=True,
        )
        return cls(
            members=tuple(AcousticMember(*parts) for parts in members),
            lexical=file.network(LexicalNetwork(pooling=pooling), "lexical."),
            temperatures=file.temperatures,
            scales=file.scales((WORDS, VOICE)),
            version=file.version,
        )

    def read(self, clip: ClipEvidence) -> Named:
        """Name the emotion of one clip, with whichever of the two streams it has."""
        notes: list[str] = []
        spoken = bool(clip.line.words)
        heard = None
        if clip.stretch is not None:
            if compare_lld.installed():
                heard = self._hear(clip, clip.stretch)
            else:
                notes.append(compare_lld.MISSING)
            if clip.stretch.cut:
                notes.append(
                    f"Of the voice only {clip.stretch.start_s:.0f} to {clip.stretch.stop_s:.0f} s were read."
                )
        read = self._words(clip.line.states, clip.line.owner, len(clip.line.words)) if spoken else None
        branches: dict[str, Opinion] = {}
        if read is not None:
            branches[WORDS] = read.opinion
        if heard is not None:
            branches[VOICE] = heard.opinion
        if read is None and heard is not None:
            notes.append("Without a transcript the acoustic model answers alone.")
        if heard is None and read is not None:
            notes.append("Without a voice to read the words answer alone.")
        if read is not None and heard is not None:
            joint, share = self._joined(heard.pooled, read.pooled[0])
            return Named(joint, branches, {WORDS: 1 - share, VOICE: share}, tuple(notes))
        emotion = next((opinion.emotion for opinion in branches.values()), None)
        return Named(emotion, branches, dict.fromkeys(branches, 1.0), tuple(notes))

    @torch.inference_mode()
    def _hear(self, clip: ClipEvidence, stretch: SpokenStretch) -> _Stream:
        steps = lld_steps(stretch.sound)
        segments = word_segments(len(steps), clip.spans_s, start_s=stretch.start_s)
        answers = [
            member.network(
                torch.from_numpy(z_scored(steps, member.standardiser))[None],
                torch.tensor([len(steps)]),
                None if segments is None else torch.from_numpy(segments)[None],
            )
            for member in self.members
        ]
        logits = torch.stack([answer[0][0] for answer in answers]).mean(dim=0)
        attention = torch.stack([answer[2][0] for answer in answers]).mean(dim=0).double().numpy()
        times = stretch.start_s + (np.arange(len(steps)) + 0.5) * STEP_S
        opinion = self._opinion(
            VOICE, Modality.VOICE, logits, at_instants(attention, times, clip.media.duration_s)
        )
        return _Stream(opinion, [answer[1] for answer in answers])

    @torch.inference_mode()
    def _words(self, states: Floats, owner: NDArray[np.int64], count: int) -> _Stream:
        kept = states[:LONGEST_LINE]
        logits, pooled, attention = self.lexical(torch.from_numpy(kept)[None], torch.tensor([len(kept)]))
        shares = np.bincount(owner[:LONGEST_LINE], attention[0].double().numpy(), minlength=count)
        return _Stream(self._opinion(WORDS, Modality.TEXT, logits[0], shares / shares.sum()), [pooled])

    @torch.inference_mode()
    def _joined(self, acoustic: Sequence[Tensor], lexical: Tensor) -> tuple[EmotionEstimate, float]:
        answers = [member.join(heard, lexical) for member, heard in zip(self.members, acoustic, strict=True)]
        logits = torch.stack([answer[0][0] for answer in answers]).mean(dim=0)
        share = float(torch.stack([answer[1][0] for answer in answers]).mean())
        return estimate(shares_of(logits, self.temperatures["joint"]), CLASSES), share

    def _opinion(
        self, part: str, modality: Modality, logits: Tensor, attention: NDArray[np.float64]
    ) -> Opinion:
        shares = shares_of(logits, self.temperatures[part])
        standing = self.scales[part].standing(arousal_logit(shares[None], CLASSES))
        return Opinion(modality, estimate(shares, CLASSES), float(standing[0]), attention)


@dataclass(frozen=True, slots=True)
class _Stream:
    """An opinion and the pooled state behind it, one [1, 64] for each network."""

    opinion: Opinion
    pooled: Sequence[Tensor]


def word_segments(steps: int, spans_s: NDArray[np.float64], *, start_s: float) -> NDArray[np.int64] | None:
    """The word during which each step of a stretch is spoken, shape (steps,); ``None`` without words.

    A step between words belongs to the nearer one, so that no sound is lost.
    """
    if not len(spans_s):
        return None
    middles = start_s + (np.arange(steps) + 0.5) * STEP_S
    outside = np.maximum(spans_s[None, :, 0] - middles[:, None], middles[:, None] - spans_s[None, :, 1])
    return np.asarray(outside.argmin(axis=1), dtype=np.int64)
