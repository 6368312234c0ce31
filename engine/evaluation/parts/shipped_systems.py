"""The shipped systems that name emotions, branch by branch, on people and dialogues they never met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine.evaluation.part import Part, Spread
from engine.evaluation.predictions import Naming, Predictions
from engine.features.mel_picture import framed
from engine.systems import meld, meld_networks, mmmla, mmmla_networks, ravdess
from engine.systems.sequences import shares_of, z_scored
from engine.training.classifier_loop import answers_of
from engine.training.distilled_scales import softmax
from engine.training.label_pairs import pairs
from engine.training.meld_branches import audio_reader, seven, text_reader
from engine.training.meld_lines import read_meld_lines
from engine.training.mmmla_streams import acoustic_reader, join_logits, line_side, read_voice_side
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.sound_set import SoundSet, read_sound_set
from engine.training.voice_set import AUDIO_FOLDER
from engine.vocabulary import SystemName
from engine.weights import weights_dir

Rows = NDArray[np.int64]
Numbers = NDArray[np.float64]

FOLDS: Final = tuple(f"fold {one + 1}" for one in range(5))
DEV: Final = "text/meld_dev.csv"
PAIRING_SEED: Final = 40
DEV_PROTOCOL: Final = "MELD dev; no dev line was learned from. "
VOICE_PROTOCOL: Final = (
    "RAVDESS, each recording read by the one network of five that never saw its actor; temperatures were "
    "fitted on the same held-out answers, so the calibration error is slightly kind. "
)
PAIRED_PROTOCOL: Final = (
    "Joined: each held-out recording with ten MELD dev lines of the same label, of other people, so the two "
    "err independently, which is kinder than speech is, and the ten of a recording are no ten answers. "
)
MODULES: Final = (
    __name__,
    "engine.features.encoder",
    "engine.features.spoken_stretch",
    "engine.training.sound_set",
    "engine.training.meld_lines",
)


def shipped_systems_parts(data: Path) -> list[Part]:
    """A part for the words and one for the voices of each system."""
    lines, sounds = data / DEV, data / AUDIO_FOLDER

    def part(
        system: SystemName,
        what: str,
        run: Callable[[str], Mapping[str, Predictions]],
        table: str,
        file: str,
        *,
        is_words: bool,
        protocol: str,
    ) -> Part:
        return Part(
            name=f"{system.value}-shipped-{what}",
            table=table,
            folds=("dev",) if is_words else FOLDS,
            spread=Spread.FOLDS,
            run=run,
            protocol=protocol,
            inputs=((lines,) if is_words else (sounds, lines)) + (weights_dir() / file,),
            modules=(*MODULES, f"engine.systems.{system.value}", f"engine.training.{system.value}"),
            system=system,
        )

    return [
        part(
            SystemName.MELD,
            "words",
            partial(_meld_words, data),
            "Late fusion: words, MELD dev, seven emotions",
            meld.FILE,
            is_words=True,
            protocol=DEV_PROTOCOL + "With the two lines before, as the system reads them.",
        ),
        part(
            SystemName.MELD,
            "voice",
            partial(_meld_voice, data),
            "Late fusion: voice and both, RAVDESS, seven emotions",
            meld.FILE,
            is_words=False,
            protocol=VOICE_PROTOCOL + PAIRED_PROTOCOL + "Calm counts as neutral.",
        ),
        part(
            SystemName.MMMLA,
            "words",
            partial(_mmmla_words, data),
            "Voice and words (GMU): words, MELD dev, four emotions",
            mmmla.FILE,
            is_words=True,
            protocol=DEV_PROTOCOL + "Lines of the four classes, each without context.",
        ),
        part(
            SystemName.MMMLA,
            "voice",
            partial(_mmmla_voice, data),
            "Voice and words (GMU): voice and both, RAVDESS, four emotions",
            mmmla.FILE,
            is_words=False,
            protocol=VOICE_PROTOCOL + PAIRED_PROTOCOL + "Calm counts as neutral.",
        ),
        part(
            SystemName.RAVDESS,
            "voice",
            partial(_ravdess_voice, data),
            "Entropy-weighted fusion: voice, RAVDESS, eight emotions",
            ravdess.FILE,
            is_words=False,
            protocol=VOICE_PROTOCOL + "How they do joined with a face stands in the tables of fusion.",
        ),
    ]


def _meld_words(data: Path, _fold: str) -> Mapping[str, Predictions]:
    system = meld.MeldSystem.load()
    lines = read_meld_lines(data, part="dev")
    logits = answers_of(system.text, text_reader(lines.means()), np.arange(lines.label.size))[0]
    return {
        "words": _naming(meld_networks.CLASSES, lines.label, softmax(logits, system.temperatures[meld.WORDS]))
    }


def _meld_voice(data: Path, fold: str) -> Mapping[str, Predictions]:
    system, sounds, at = meld.MeldSystem.load(), read_sound_set(data), FOLDS.index(fold)
    held = np.flatnonzero(sounds.fold == at)
    label = np.array(
        [meld_networks.CLASSES.index(seven(sounds.names[row].emotion)) for row in held], dtype=np.int64
    )
    network, scale = system.audio[at]
    logits = answers_of(network, audio_reader(sounds.summaries(), scale), held)[0]
    heard = softmax(logits, system.temperatures[meld.VOICE])
    lines = read_meld_lines(data, part="dev")
    words = answers_of(system.text, text_reader(lines.means()), np.arange(lines.label.size))[0]
    read = softmax(words, system.temperatures[meld.WORDS])
    clips, paired = pairs(label, lines.label, rng=np.random.default_rng((PAIRING_SEED, at)))
    joint = system.alpha * read[paired] + (1 - system.alpha) * heard[clips]
    return {
        "voice": _naming(meld_networks.CLASSES, label, heard),
        "together": _naming(meld_networks.CLASSES, label[clips], joint),
    }


def _mmmla_words(data: Path, _fold: str) -> Mapping[str, Predictions]:
    system, side = mmmla.MmmlaSystem.load(), line_side(read_meld_lines(data, part="dev"))
    logits = answers_of(system.lexical, side.read, np.arange(side.rows.size))[0]
    return {
        "words": _naming(
            mmmla_networks.CLASSES, side.label, softmax(logits, system.temperatures[mmmla.WORDS])
        )
    }


def _mmmla_voice(data: Path, fold: str) -> Mapping[str, Predictions]:
    system, voice, at = mmmla.MmmlaSystem.load(), read_voice_side(data), FOLDS.index(fold)
    member = system.members[at]
    held = np.flatnonzero(voice.sounds.fold == at)
    logits, states = answers_of(
        member.network, acoustic_reader(voice, member.standardiser, segmented=False), held
    )[:2]
    side = line_side(read_meld_lines(data, part="dev"))
    words = answers_of(system.lexical, side.read, np.arange(side.rows.size))[1]
    label = voice.label[held]
    clips, paired = pairs(label, side.label, rng=np.random.default_rng((PAIRING_SEED, at)))
    joint = join_logits(member.join, states[clips], words[paired])
    return {
        "voice": _naming(mmmla_networks.CLASSES, label, softmax(logits, system.temperatures[mmmla.VOICE])),
        "together": _naming(
            mmmla_networks.CLASSES, label[clips], softmax(joint, system.temperatures["joint"])
        ),
    }


def _ravdess_voice(data: Path, fold: str) -> Mapping[str, Predictions]:
    system, sounds, at = ravdess.RavdessSystem.load(), read_sound_set(data), FOLDS.index(fold)
    held = np.flatnonzero(sounds.fold == at)
    label = np.array([VOICE_EMOTIONS.index(sounds.names[row].emotion) for row in held], dtype=np.int64)
    found = {
        "voice": steps_shares(system, sounds, held, at),
        "mel_picture": picture_shares(system, sounds, held, at),
    }
    return {name: _naming(tuple(VOICE_EMOTIONS), label, shares) for name, shares in found.items()}


@torch.inference_mode()
def steps_shares(system: ravdess.RavdessSystem, sounds: SoundSet, held: Rows, at: int) -> Numbers:
    """Shares [n, 8] of the recordings ``held`` by the voice network of fold ``at``, temperature-scaled."""
    network, scale = system.steps[at]
    steps = sounds.cepstra()[0]
    found = []
    for row in held:
        scored = torch.from_numpy(z_scored(steps[row].astype(np.float32), scale))[None]
        logits = network(scored, torch.tensor([scored.shape[1]]))[0][0]
        found.append(shares_of(logits, system.temperatures[ravdess.STEPS]))
    return np.stack(found)


@torch.inference_mode()
def picture_shares(system: ravdess.RavdessSystem, sounds: SoundSet, held: Rows, at: int) -> Numbers:
    """The same by the network of mel pictures, over all windows of a recording as on a clip."""
    network, scale = system.pictures[at]
    pictures = sounds.pictures()[0]
    found = []
    for row in held:
        frames = framed(pictures[row].astype(np.float32))
        logits = network(torch.from_numpy(ravdess.picture_scores(frames, scale)))[0].mean(dim=0)
        found.append(shares_of(logits, system.temperatures[ravdess.PICTURE]))
    return np.stack(found)


def _naming(classes: tuple[object, ...], truth: Rows, shares: Numbers) -> Naming:
    return Naming(tuple(str(each) for each in classes), np.asarray(truth, dtype=np.int64), shares)
