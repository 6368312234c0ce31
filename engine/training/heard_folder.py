"""A folder of recordings named as RAVDESS names them, as the voice branch hears it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import librosa
import numpy as np
import soundfile
from numpy.typing import NDArray

from engine import weights
from engine.errors import MediaError, TableError
from engine.features.activity import SAMPLE_RATE
from engine.features.table import instants
from engine.features.voice import VoiceFeatures, voice_features
from engine.systems.branch import BranchOpinion
from engine.systems.performance import PerformanceBrain
from engine.systems.voice_enrolment import FEWEST_CLIPS, VoiceEnrolment
from engine.training.ravdess_names import RavdessName, ravdess_name
from engine.vocabulary import Modality

SOUND_SUFFIXES: Final = (".flac", ".wav", ".ogg", ".mp3")


@dataclass(frozen=True, slots=True)
class HeardFolder:
    """Recordings in the order of their paths.

    Attributes
    ----------
    brain : PerformanceBrain
    names : tuple of RavdessName
    voices : tuple of VoiceFeatures
    fold : ndarray, shape (n,)
        The fold each file was trained in, -1 for files nobody learned from.
    skipped : Mapping[str, int]
        Files that were left out, by reason.
    """

    brain: PerformanceBrain
    names: tuple[RavdessName, ...]
    voices: tuple[VoiceFeatures, ...]
    fold: NDArray[np.int64]
    skipped: Mapping[str, int]

    @property
    def has_voice(self) -> NDArray[np.bool_]:
        """Which recordings hold a voice, shape (n,)."""
        return np.array([voice.mask.any() for voice in self.voices], dtype=np.bool_)

    def opinions(self, enrolments: Mapping[int, VoiceEnrolment] | None = None) -> list[BranchOpinion | None]:
        """What is heard in each recording; ``enrolments`` hold the usual voice of each actor.

        A file that was trained on is read only by the network and the head that never heard its actor.
        """
        branch, heads = self.brain.branches[Modality.VOICE], self.brain.heads
        opinions: list[BranchOpinion | None] = [None] * len(self.names)
        for one in np.unique(self.fold):
            rows = np.flatnonzero(self.fold == one)
            member = None if one < 0 else int(one)
            values = np.array([self.voices[row].values for row in rows])
            mask = np.array([self.voices[row].mask for row in rows])
            answers = branch.read_many(values, mask, member=member)
            for row, opinion in zip(rows, answers, strict=True):
                summary = self.voices[row].summary
                if opinion is not None and heads is not None and summary is not None:
                    own = None if enrolments is None else enrolments[self.names[row].actor]
                    opinion = heads.seconded(opinion, summary, enrolment=own, member=member)
                opinions[row] = opinion
        return opinions

    def enrolled_opinions(self) -> list[BranchOpinion | None]:
        """The same with each actor's usual voice known from all their recordings here, labels unread.

        Raises
        ------
        TableError
            If an actor has too few recordings for that, or the heads that read it are not there.
        """
        if self.brain.heads is None:
            raise TableError(
                "The heads that know an enrolled speaker are not in the weights folder; restore them."
            )
        summaries: dict[int, list[NDArray[np.float32]]] = {}
        for name, voice in zip(self.names, self.voices, strict=True):
            if voice.summary is not None:
                summaries.setdefault(name.actor, []).append(voice.summary)
        for actor, found in summaries.items():
            if len(found) < FEWEST_CLIPS:
                raise TableError(
                    f"Actor {actor} has {len(found)} recordings with a voice; enrolling takes {FEWEST_CLIPS}."
                )
        return self.opinions(
            {actor: VoiceEnrolment.fit(np.array(found)) for actor, found in summaries.items()}
        )


def hear_folder(path: Path) -> HeardFolder:
    """Listen to a folder of files named as RAVDESS names them.

    Raises
    ------
    TableError
        If it is no folder, or holds no such file.
    MediaError
        If a recording cannot be read.
    """
    if not path.is_dir():
        raise TableError(f"{path.name} is no folder; give the folder with the recordings.")
    brain = PerformanceBrain.load()
    fold_of = brain.branches[Modality.VOICE].fold_of
    names, voices, folds, skipped = [], [], [], Counter[str]()
    for file in sorted(file for file in path.rglob("*") if file.suffix.lower() in SOUND_SUFFIXES):
        try:
            name = ravdess_name(file)
        except TableError:
            skipped["not named as RAVDESS names files"] += 1
            continue
        sound = _sound(file)
        names.append(name)
        voices.append(voice_features(sound, instants(max(sound.size, 1) / SAMPLE_RATE)))
        folds.append(fold_of.get(weights.fingerprint(file.read_bytes()), -1))
    if not names:
        raise TableError(
            f"{path.name} holds no sound file named as RAVDESS names them (03-01-05-02-01-01-12.flac)."
        )
    return HeardFolder(brain, tuple(names), tuple(voices), np.array(folds, dtype=np.int64), skipped)


def _sound(file: Path) -> NDArray[np.float32]:
    try:
        sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (OSError, RuntimeError):
        raise MediaError(f"{file.name} cannot be read as sound; replace it or leave it out.") from None
    mono = sound.mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = librosa.resample(mono, orig_sr=rate, target_sr=SAMPLE_RATE)
    return np.asarray(mono, dtype=np.float32)
