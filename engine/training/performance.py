"""Train the performance brain: ``python -m engine train performance --data DIR --out DIR --seed N``.

Both branches are cross-fitted: every figure and the reference scales come from networks that never
saw the person in question. Figures are printed; the same call with another seed gives the spread.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine import weights
from engine.features.geometry import POPULATION_FILE, NeutralPopulation
from engine.features.table import SCHEMA_VERSION
from engine.systems.branch import MEMBERS, Branch, Member, Standardiser, answer_of, branch_arrays
from engine.systems.performance import FACE_FILE, VOICE_FILE
from engine.training import face_set, fer_set, voice_set
from engine.training.branch_loop import Examples
from engine.training.calibration import fitted_temperature, reference_weights
from engine.training.face_branch import made_examples, train_face_members
from engine.training.face_set import FaceSet
from engine.training.fer_set import FerSet, read_fer_set
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.scores import standings
from engine.training.takes import correlation_with_voice
from engine.training.voice_branch import train_voice_members
from engine.training.voice_ensemble import VOICE_DATA, VOICE_LICENCE, out_of_fold_opinions, train_voice_heads
from engine.training.voice_set import VoiceSet, read_recordings, read_voice_set
from engine.training.voice_summaries import read_voice_summaries
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import BASIC_EMOTIONS

POOLS: Final = 2
"""Pools of made face clips that the epochs alternate between; a further one is only measured."""
LEAST_EXPRESSION, FULL_EXPRESSION = 0.1, 0.5
"""Intensities of made face clips: below is neutral material, above the second a full expression."""

FACE_DATA: Final = (
    "landmarks of KDEF (Lundqvist et al. 1998), CK+ (Lucey et al. 2010), RaFD morphs (Langner et al. 2010; "
    "ratings Huang, Hsu & Fu 2021); FER+ train (Barsoum et al. 2016)"
)
FACE_LICENCE: Final = "research only, non-commercial (FER+ labels MIT)"

Numbers = NDArray[np.float64]


def train(
    data: Path, out: Path, *, seed: int, only: str | None = None, say: Callable[[str], None] = print
) -> None:
    """Train both branches, or one part of them, and write their weight files.

    Parameters
    ----------
    data : Path
        The folder with ``audio/`` and ``faces/``.
    out : Path
        The weights folder.
    seed : int
        Of all randomness; stored with the weights.
    only : str, optional
        ``voice``, ``voice-heads`` or ``face``; the files of the others stay as they lie in ``out``.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    WeightsError
        If ``only`` leaves out the voice networks and they do not lie in ``out``.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads on two busy cores make a step ten times slower
    try:
        if only in (None, "voice"):
            _train_voice(data, out, seed, say)
        if only != "face":
            train_voice_heads(data, out, seed=seed, say=say)
        if only in (None, "face"):
            part = "performance" if only is None else "face"
            _train_face(data, out, seed, _voice_scores(data, out), say, part=part)
    finally:
        torch.set_num_threads(threads)


def save_population(data: Path, out: Path, *, seed: int, part: str = "performance") -> NeutralPopulation:
    """Learn the neutral population from the posed faces and write its file."""
    posed = face_set.read_posed_faces(data / face_set.TABLE, data / face_set.ARRAYS)
    rest = face_set.population_of(posed)
    rows = sorted(posed.neutral_rows().values())
    weights.save(
        POPULATION_FILE,
        {"shape": rest.shape, "mean": rest.mean, "spread": rest.spread},
        folder=out,
        metadata={"people": str(len(rows)), "feature_schema": SCHEMA_VERSION},
        entry=_entry("neutral faces of KDEF and CK+ and RaFD, landmarks", FACE_LICENCE, seed, part),
        seen=(posed.landmarks[row].tobytes() for row in rows),
    )
    return rest


def _train_voice(data: Path, out: Path, seed: int, say: Callable[[str], None]) -> None:
    """Train and write the networks of the voice branch."""
    voices = read_voice_set(data)
    members = train_voice_members(voices, rng=np.random.default_rng((seed, 0)), say=say)
    clean, known = voices.values[:, 0].astype(np.float32), voices.mask[:, 0]
    emotion, raw = out_of_fold(members, clean, known, voices.fold)
    temperature = fitted_temperature(emotion, np.eye(len(VOICE_EMOTIONS))[voices.emotion])
    rest = np.array([name.at_rest for name in voices.names])
    strong = np.array([name.strong for name in voices.names])
    share = reference_weights(rest, ~rest & strong)
    scale = ReferenceScale.fit(raw, weights=share)
    table = Standardiser.fit(clean[known])
    arrays = branch_arrays(members, table, scale)
    arrays |= {"seen.hash": voices.fingerprint, "seen.fold": voices.fold.astype(np.uint8)}
    paths = sorted((data / voice_set.AUDIO_FOLDER).glob("*.flac"))
    weights.save(
        VOICE_FILE,
        arrays,
        folder=out,
        metadata={
            "emotions": ",".join(VOICE_EMOTIONS),
            "temperature": f"{temperature:.4f}",
            "feature_schema": SCHEMA_VERSION,
            "members": f"{MEMBERS}; member k never saw the actors of fold k",
            "actors_by_fold": _actors_by_fold(voices),
        },
        entry=_entry(VOICE_DATA, VOICE_LICENCE, seed),
        seen=(path.read_bytes() for path in paths),
    )
    correct = emotion.argmax(axis=1) == voices.emotion
    say(f"voice: out-of-fold accuracy {correct.mean():.3f}, temperature {temperature:.2f}")
    say("voice: standings " + standings(scale.standing(raw), rest, ~rest & strong))


def _voice_scores(data: Path, out: Path) -> Numbers:
    """Intensity logits [n] of the voice networks in ``out``, each from the one that never heard the actor."""
    branch = Branch.from_file(weights.load(VOICE_FILE, folder=out))
    opinions = out_of_fold_opinions(branch, read_voice_summaries(data))
    return np.array([opinion.raw for opinion in opinions])


def _train_face(
    data: Path, out: Path, seed: int, voice_scores: Numbers, say: Callable[[str], None], *, part: str
) -> None:
    """Train and write the face branch and the neutral population."""
    rest = save_population(data, out, seed=seed, part=part)
    posed = face_set.read_posed_faces(data / face_set.TABLE, data / face_set.ARRAYS)
    web = read_fer_set(data, split="train")
    faces = face_set.face_set(posed, web, rest)
    rng = np.random.default_rng((seed, 1))
    pools = [made_examples(faces, rest, rng=rng) for _ in range(POOLS)]
    members = train_face_members(faces, pools, rng=rng, say=say)
    fresh, origin = made_examples(faces, rest, rng=rng)
    emotion, raw = out_of_fold(members, fresh.values, fresh.mask, faces.fold[origin])
    temperature = fitted_temperature(emotion, fresh.emotion)
    resting, full = fresh.intensity < LEAST_EXPRESSION, fresh.intensity >= FULL_EXPRESSION
    scale = ReferenceScale.fit(raw, weights=reference_weights(resting, full))
    correlation = correlation_with_voice(data / voice_set.FOLDS_FILE, read_recordings(data), voice_scores)
    table = Standardiser.fit(fresh.values[fresh.mask])
    arrays = branch_arrays(members, table, scale)
    arrays |= {"seen.hash": faces.fingerprint, "seen.fold": faces.fold.astype(np.uint8)}
    weights.save(
        FACE_FILE,
        arrays,
        folder=out,
        metadata={
            "emotions": ",".join(BASIC_EMOTIONS),
            "temperature": f"{temperature:.4f}",
            "feature_schema": SCHEMA_VERSION,
            "members": f"{MEMBERS}; member k never saw the subjects of fold k",
            "correlation_with_voice": f"{correlation:.4f}",
        },
        entry=_entry(FACE_DATA, FACE_LICENCE, seed, part),
        seen=_face_contents(posed, data / fer_set.FOLDER / "images.zip", web),
    )
    _say_face(faces, fresh, origin, emotion, raw, say)
    say(f"face: temperature {temperature:.2f}, correlation with the voice {correlation:.2f}")
    say("face: standings " + standings(scale.standing(raw), resting, full))


def out_of_fold(
    members: list[Member], values: NDArray[np.float32], mask: NDArray[np.bool_], fold: NDArray[np.int64]
) -> tuple[Numbers, Numbers]:
    """Emotion logits [n, emotions] and intensity logits [n], from the network that never saw their fold."""
    parts = [np.flatnonzero(fold == index) for index in range(MEMBERS)]
    answers = [answer_of(members[index], values[rows], mask[rows]) for index, rows in enumerate(parts)]
    back = np.argsort(np.concatenate(parts))
    emotion, intensity, _ = (np.concatenate(part)[back] for part in zip(*answers, strict=True))
    return emotion, intensity[:, 0]


def _face_contents(posed: face_set.PosedFaces, archive: Path, web: FerSet) -> Iterator[bytes]:
    for face in posed.landmarks:
        yield face.tobytes()
    with zipfile.ZipFile(archive) as opened:
        for name in web.names:
            yield opened.read(name)


def _say_face(
    faces: FaceSet,
    fresh: Examples,
    origin: NDArray[np.int64],
    emotion: Numbers,
    raw: Numbers,
    say: Callable[[str], None],
) -> None:
    """Print how the made clips of held-out people were read."""
    named = emotion.argmax(axis=1) == faces.emotion[origin].argmax(axis=1)
    for name, chosen in (("posed", faces.posed[origin]), ("web", ~faces.posed[origin])):
        if chosen.sum() < 3:  # two points always correlate perfectly
            continue
        together = np.corrcoef(raw[chosen], fresh.intensity[chosen])[0, 1]
        say(f"face: made clips, {name}: accuracy {named[chosen].mean():.3f}, intensity r {together:.3f}")


def _actors_by_fold(voices: VoiceSet) -> str:
    actors = np.array([name.actor for name in voices.names])
    return "; ".join(
        ",".join(str(actor) for actor in np.unique(actors[voices.fold == fold])) for fold in range(MEMBERS)
    )


def _entry(data: str, licence: str, seed: int, part: str = "performance") -> dict[str, object]:
    command = f"python -m engine train {part} --data DIR --out weights --seed {seed}"
    return {"data": data, "licence": licence, "seed": seed, "command": command}
