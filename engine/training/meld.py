"""Train meld: ``python -m engine train meld --data DIR --out WEIGHTS_DIR --seed N``.

Each branch learns from what there is of it: words from MELD's training dialogues, voice from RAVDESS,
face from posed faces brought to life. α is the published 0.7; the α that pairs of held-out lines and
held-out voices of one label like best is printed and stored beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine import weights
from engine.systems.arousal import arousal_logit
from engine.systems.branch import MEMBERS
from engine.systems.fusion import learned_alpha
from engine.systems.meld import ALPHA, FACE, FILE, VOICE, WORDS
from engine.systems.meld_networks import CLASSES
from engine.systems.stored_network import packed
from engine.training.classifier_loop import answers_of
from engine.training.distilled_scales import (
    face_scale,
    line_scale,
    softmax,
    temperature,
    voice_scale,
)
from engine.training.label_pairs import pairs
from engine.training.meld_branches import (
    audio_members,
    audio_reader,
    correlation_with_face,
    face_members,
    made_faces,
    seven,
    text_head,
    text_reader,
)
from engine.training.meld_lines import read_meld_lines, shared_out
from engine.training.scores import naming
from engine.training.sound_set import read_sound_set
from engine.vocabulary import Emotion

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

DATA: Final = (
    "MELD train (Poria et al. 2019), word states from all-MiniLM-L6-v2; RAVDESS speech audio (Livingstone & "
    "Russo 2018), 20 actors; landmarks of KDEF (Lundqvist et al. 1998), CK+ (Lucey et al. 2010), RaFD morphs "
    "(Langner et al. 2010)"
)
LICENCE: Final = (
    "CC BY-NC-SA 4.0 (RAVDESS) and research only (faces), non-commercial; MELD repository GPL-3.0, research"
)


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Train the system and write its weight file.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads on two busy cores make a step ten times slower
    try:
        _train(data, out, seed, say)
    finally:
        torch.set_num_threads(threads)


def _train(data: Path, out: Path, seed: int, say: Callable[[str], None]) -> None:
    lines = read_meld_lines(data)
    means = lines.means()
    learn, _, fit = shared_out(lines.dialogue, np.random.default_rng((seed, 12)))
    head = text_head(means, lines.label, learn, seed=seed)
    text_logits = answers_of(head, text_reader(means), fit)[0]
    temperatures = {WORDS: temperature(text_logits, lines.label[fit])}
    words = softmax(text_logits, temperatures[WORDS])
    scales = {
        WORDS: line_scale(arousal_logit(words, CLASSES), lines.label[fit] == CLASSES.index(Emotion.NEUTRAL))
    }
    say(f"meld: words on held-out dialogues {_named(lines.label[fit], text_logits)}")
    arrays = packed(head, "text.")

    sounds = read_sound_set(data)
    label = np.array([CLASSES.index(seven(name.emotion)) for name in sounds.names])
    summaries = sounds.summaries()
    audio_logits = np.zeros((label.size, len(CLASSES)))
    for fold, (network, scale) in enumerate(audio_members(summaries, label, sounds, seed=seed)):
        held = np.flatnonzero(sounds.fold == fold)
        audio_logits[held] = answers_of(network, audio_reader(summaries, scale), held)[0]
        arrays |= packed(network, f"audio{fold}.")
        arrays |= {f"range{fold}.low": scale.low, f"range{fold}.high": scale.high}
    temperatures[VOICE] = temperature(audio_logits, label)
    heard = softmax(audio_logits, temperatures[VOICE])
    scales[VOICE] = voice_scale(arousal_logit(heard, CLASSES), sounds)
    say(f"meld: voice out of fold {_named(label, audio_logits)}")

    made, face_fold, posed, rest = made_faces(data, seed=seed)
    members, read = face_members(made, face_fold, rest, seed=seed)
    face_logits = np.zeros((face_fold.size, len(CLASSES)))
    for fold, face_network in enumerate(members):
        held = np.flatnonzero(face_fold == fold)
        face_logits[held] = answers_of(face_network, read, held)[0]
        arrays |= packed(face_network, f"face{fold}.")
    temperatures[FACE] = temperature(face_logits, made.emotion.argmax(axis=1))
    seen = softmax(face_logits, temperatures[FACE])
    scales[FACE] = face_scale(arousal_logit(seen, CLASSES), made.intensity)
    say(f"meld: face, made clips of held-out people {_named(made.emotion.argmax(axis=1), face_logits)}")

    clips, paired = pairs(label, lines.label[fit], rng=np.random.default_rng((seed, 24)))
    alpha = learned_alpha(words[paired], heard[clips], label[clips])
    correlation = correlation_with_face(data, sounds, arousal_logit(heard, CLASSES))
    say(f"meld: α that held-out pairs like best {alpha:.2f}; shipped {ALPHA}")
    say("meld: temperatures " + ", ".join(f"{name} {value:.2f}" for name, value in temperatures.items()))
    arrays |= {f"scale.{part}": scale.knots for part, scale in scales.items()}
    arrays |= {"seen.hash": sounds.fingerprint, "seen.fold": sounds.fold.astype(np.uint8)}
    weights.save(
        FILE,
        arrays,
        folder=out,
        metadata={
            "classes": ",".join(CLASSES),
            "alpha": str(ALPHA),
            "alpha_learned": f"{alpha:.4f}",
            "correlation": f"{correlation:.4f}",
            "temperatures": json.dumps({name: round(value, 4) for name, value in temperatures.items()}),
            "members": f"{MEMBERS}; member k never saw the people of fold k",
        },
        entry={
            "data": DATA,
            "licence": LICENCE,
            "seed": seed,
            "command": f"python -m engine train meld --data DIR --out WEIGHTS_DIR --seed {seed}",
        },
        seen=[
            *(path.read_bytes() for path in sounds.paths),
            *(text.encode("utf-8") for text in lines.text),
            *(face.tobytes() for face in posed.landmarks),
        ],
    )


def _named(truth: Rows, logits: Numbers) -> str:
    found = naming([CLASSES[at] for at in truth], [CLASSES[at] for at in logits.argmax(axis=1)])
    return ", ".join(f"{name} {figure}" for name, figure in found.items())
