"""meld in figures: each branch alone, and late fusion on pairs of one label."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.systems.fusion import learned_alpha
from engine.systems.meld import ALPHA, FILE, MeldSystem
from engine.systems.meld_networks import CLASSES
from engine.training.classifier_loop import answers_of
from engine.training.distilled_scales import softmax, temperature
from engine.training.label_pairs import pairs
from engine.training.meld_branches import (
    audio_members,
    audio_reader,
    face_members,
    face_reader,
    made_faces,
    seven,
    text_head,
    text_reader,
)
from engine.training.meld_lines import read_meld_lines, shared_out
from engine.training.sound_set import read_sound_set
from scripts.systems_rows.figures import HEADER, once, over_folds
from scripts.systems_rows.shipped import SHIPPED_NOTE, is_shipped
from scripts.thresholds_rows.tables import Table


def measure(data: Path, *, seed: int, folds: int) -> list[Table]:  # noqa: ARG001 - asked as the others are
    """Both tables, seven emotions, all folds: these networks are small."""
    ready = MeldSystem.load() if is_shipped(FILE, seed=seed) else None
    lines, dev = read_meld_lines(data), read_meld_lines(data, part="dev")
    means, dev_means = lines.means(), dev.means()
    learn, _, fit = shared_out(lines.dialogue, np.random.default_rng((seed, 12)))
    head = text_head(means, lines.label, learn, seed=seed) if ready is None else ready.text
    every = np.arange(dev.label.size)
    alone = dev_means.copy()
    alone[:, 1:] = 0.0
    in_context = answers_of(head, text_reader(dev_means), every)[0]
    without = answers_of(head, text_reader(alone), every)[0]

    sounds = read_sound_set(data)
    label = np.array([CLASSES.index(seven(name.emotion)) for name in sounds.names])
    summaries = sounds.summaries()
    audio = np.zeros((label.size, len(CLASSES)))
    heard = audio_members(summaries, label, sounds, seed=seed) if ready is None else ready.audio
    for fold, (network, scale) in enumerate(heard):
        held = np.flatnonzero(sounds.fold == fold)
        audio[held] = answers_of(network, audio_reader(summaries, scale), held)[0]
    made, face_fold, _, rest = made_faces(data, seed=seed)
    if ready is None:
        members, read = face_members(made, face_fold, rest, seed=seed)
    else:
        members, read = list(ready.face), face_reader(made, rest)
    face = np.zeros((face_fold.size, len(CLASSES)))
    for fold, member in enumerate(members):
        held = np.flatnonzero(face_fold == fold)
        face[held] = answers_of(member, read, held)[0]
    branches = Table(
        "meld: each branch alone",
        ("branch", *HEADER),
        (
            ("words with two lines of context, MELD dev", *once(dev.label, in_context.argmax(axis=1))),
            ("words of the line alone, MELD dev", *once(dev.label, without.argmax(axis=1))),
            (
                "voice, 185 averaged features, RAVDESS",
                *over_folds(label, audio.argmax(axis=1), sounds.fold),
            ),
            (
                "face, two-layer BiLSTM, made clips of posed faces",
                *over_folds(made.emotion.argmax(axis=1), face.argmax(axis=1), face_fold),
            ),
        ),
        (
            "Seven emotions; calm counts as neutral. Voice and face: five folds without a shared person, "
            "mean ± sd; words: no dev line was learned from. The encoder is frozen. The media of MELD are "
            f"not at hand, so there is no figure for its voices and faces. {SHIPPED_NOTE}",
        ),
    )
    in_text = answers_of(head, text_reader(means), fit)[0]
    heat, warm = temperature(in_text, lines.label[fit]), temperature(audio, label)
    voices, words = softmax(audio, warm), softmax(in_context, heat)
    rng = np.random.default_rng((seed, 25))
    clips, taught = pairs(label, lines.label[fit], rng=rng)
    alpha = learned_alpha(softmax(in_text, heat)[taught], voices[clips], label[clips])
    clips, paired = pairs(label, dev.label, rng=rng)
    truth, fold = label[clips], sounds.fold[clips]
    rows = [
        (name, *over_folds(truth, (share * words[paired] + (1 - share) * voices[clips]).argmax(axis=1), fold))
        for name, share in (
            ("words alone", 1.0),
            ("voice alone", 0.0),
            (f"α = {ALPHA}, published and shipped", ALPHA),
            (f"α = {alpha:.2f}, learned", alpha),
        )
    ]
    fusion = Table(
        "meld: late fusion, voices and lines paired by label",
        ("α", *HEADER),
        tuple(rows),
        (
            "Each held-out recording with ten MELD dev lines of the same label, of **other people**: what "
            "the two say is independent given the label, which is kinder than speech is. α learned on "
            "held-out training dialogues.",
        ),
    )
    return [branches, fusion]
