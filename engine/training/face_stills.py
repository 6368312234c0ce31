"""Train what reads single faces: ``python -m engine train face-stills --data DIR --out DIR --seed N``.

The face branch and, where it is wanted, the picture network must lie in the weights folder already: what each
reader counts is fitted on faces that none of them learned from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.features.face_shape import shape_columns
from engine.features.geometry import POPULATION_FILE, NeutralPopulation
from engine.features.table import FACE_WIDTH, INSTANTS, SCHEMA_VERSION
from engine.systems.branch import MEMBERS, Branch, BranchOpinion
from engine.systems.face_picture import PICTURE_FILE, FacePictures
from engine.systems.face_stills import STILLS_FILE, StillReader
from engine.systems.performance import FACE_FILE, normal_score
from engine.training import face_set
from engine.training.calibration import reference_weights
from engine.training.face_gradients import fit_machine
from engine.training.face_sequences import still_sequence
from engine.training.face_set import PosedFaces, landmark_fingerprints, measured
from engine.training.face_shape import fit_reader
from engine.training.fer_pictures import FerPictures, read_fer_pictures
from engine.training.opinion_shares import Opinions, fitted_shares
from engine.training.performance import FACE_DATA, FACE_LICENCE
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import BASIC_EMOTIONS, Emotion

CLEAR_VOTE: Final = 0.5
"""From this share of the votes on, a web face shows one emotion."""
SHOWN_RATING: Final = 0.4
"""Below this rating a posed face hardly shows the emotion it is named for: weak morphs teach no name."""
RESTING_VOTE, EXPRESSIVE_VOTE = 0.85, 0.35
"""Share of votes for neutral from which a web face is at rest, and up to which it shows a full expression."""
Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


def train(data: Path, out: Path, *, seed: int, say: Callable[[str], None] = print) -> None:
    """Fit shapes, gradients and shares and write their weight file.

    Parameters
    ----------
    data : Path
        The folder with ``faces/``.
    out : Path
        The weights folder.
    seed : int
        Of all randomness; stored with the weights.

    Raises
    ------
    TableError
        If a training file is missing or unreadable.
    WeightsError
        If the face branch does not lie in ``out``.
    """
    rest = population_in(out)
    branch = Branch.from_file(weights.load(FACE_FILE, folder=out))
    posed = face_set.read_posed_faces(data / face_set.TABLE, data / face_set.ARRAYS)
    web = read_fer_pictures(data, split="train")
    reader = fitted_reader(posed, web, rest, branch, picture_in(out), seed=seed, say=say)
    arrays = reader.shape.arrays() | reader.gradients.arrays() | {"scale.knots": reader.scale.knots}
    arrays |= {f"shares.{name}": share.astype(np.float32) for name, share in reader.shares.items()}
    prints = np.array(list(reader.fold_of), dtype=np.uint64)
    arrays |= {"seen.hash": prints, "seen.fold": np.array(list(reader.fold_of.values()), np.uint8)}
    weights.save(
        STILLS_FILE,
        arrays,
        folder=out,
        metadata={
            "emotions": ",".join(BASIC_EMOTIONS),
            "correlation": f"{reader.correlation:.4f}",
            "feature_schema": SCHEMA_VERSION,
            "members": f"{MEMBERS}; member k never saw the subjects and pictures of fold k",
        },
        entry={
            "data": FACE_DATA,
            "licence": FACE_LICENCE,
            "seed": seed,
            "command": f"python -m engine train face-stills --data DIR --out weights --seed {seed}",
        },
        seen=[*(face.tobytes() for face in posed.landmarks), *web.contents],
    )


def fitted_reader(
    posed: PosedFaces,
    web: FerPictures,
    rest: NeutralPopulation,
    branch: Branch,
    picture: FacePictures | None,
    *,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
) -> StillReader:
    """Fit every part of the still reader."""
    rng = np.random.default_rng((seed, 4))
    emotion = np.array([BASIC_EMOTIONS.index(one) for one in posed.emotion])
    fold = face_set.subject_folds(posed)
    shapes, own = posed_shapes(posed, rest)
    web_shapes = known_shapes(web.landmarks, rest)
    web_fold = (web.fingerprint % MEMBERS).astype(np.int64)
    clear = np.isfinite(web_shapes).all(axis=1) & (web.votes.max(axis=1) > CLEAR_VOTE)
    shown = ~(posed.rated < SHOWN_RATING)  # most were never rated
    shape = fit_reader(
        shapes[shown],
        own[shown],
        emotion[shown],
        fold[shown],
        web_shapes=web_shapes[clear],
        web_emotion=web.votes[clear].argmax(axis=1),
        web_fold=web_fold[clear],
    )
    gradients, _held = fit_machine(web.cut, web_shapes, web.votes, web_fold, rng=rng)
    version = "" if picture is None else picture.version
    fold_of = dict(
        zip(
            np.r_[landmark_fingerprints(posed.landmarks), web.fingerprint].tolist(),
            np.r_[fold, web_fold].tolist(),
            strict=True,
        )
    )
    reader = StillReader(
        BASIC_EMOTIONS,
        shape,
        gradients,
        picture,
        {},
        ReferenceScale(np.arange(99.0)),
        0.0,
        fold_of,
        version,
    )
    unseen = np.array([picture is None or one not in picture.seen for one in web.fingerprint.tolist()])
    web_clips = _clips(branch, web.landmarks, rest, web_fold)
    web_found = held_out_opinions(reader, web.cut, web_shapes, web_fold, unseen=unseen)
    web_found["clip"] = _clip_shares(reader, web_clips)
    posed_clips = _clips(branch, posed.landmarks, rest, fold)
    posed_found = held_out_opinions(reader, None, shapes, fold)
    posed_found["clip"] = _clip_shares(reader, posed_clips)
    posed_said = Opinions(
        {name: one[shown] for name, one in posed_found.items()}, np.eye(len(BASIC_EMOTIONS))[emotion[shown]]
    )
    # Most people's name, not every vote: that is what "how sure" is asked about.
    web_said = Opinions(web_found, np.eye(len(BASIC_EMOTIONS))[web.votes.argmax(axis=1)])
    shares = fitted_shares(web_said, posed_said) | fitted_shares(posed_said)
    for name, share in sorted(shares.items()):
        say(f"face stills: shares of {name}: {' '.join(f'{value:.2f}' for value in share)}")
    joint = replace(reader, shares=shares)
    asked_alone = {name: found for name, found in web_found.items() if name != "clip"}
    distance = reader.distance(joint.joined(asked_alone))
    calm = web.votes[:, BASIC_EMOTIONS.index(Emotion.NEUTRAL)]
    weight = reference_weights(calm >= RESTING_VOTE, calm <= EXPRESSIVE_VOTE)
    scale = ReferenceScale.fit(distance, weights=weight)
    seen = np.array([one is not None for one in web_clips])
    scores = [
        [normal_score(standing) for standing in scale.standing(distance[seen])],
        [normal_score(one.intensity) for one in web_clips if one is not None],
    ]
    covariance = np.cov(scores[0], scores[1], aweights=weight[seen])
    correlation = float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    named = joint.joined(web_found).argmax(axis=1) == web.votes.argmax(axis=1)
    say(f"face stills: held-out web faces {named.mean():.3f}, correlation with the clip {correlation:.2f}")
    return replace(joint, scale=scale, correlation=correlation)


def posed_shapes(posed: PosedFaces, rest: NeutralPopulation) -> tuple[Floats, Floats]:
    """Shapes of posed faces and of the same people at rest, NaN where nobody knows."""
    shapes = shape_columns(posed.landmarks, rest)
    own = np.full_like(shapes, np.nan)
    first = posed.neutral_rows()
    for row, subject in enumerate(posed.subject):
        if subject in first:
            own[row] = shapes[first[subject]]
    return shapes, own


def known_shapes(landmarks: Floats, rest: NeutralPopulation) -> Floats:
    """Shapes of the faces that were found, NaN for the others."""
    known = np.isfinite(landmarks).all(axis=(1, 2))
    found = shape_columns(landmarks[known], rest)
    shapes = np.full((len(landmarks), found.shape[1]), np.nan, np.float32)
    shapes[known] = found
    return shapes


def held_out_opinions(
    reader: StillReader,
    crops: NDArray[np.uint8] | None,
    shapes: Floats,
    fold: NDArray[np.int64],
    *,
    own: Floats | None = None,
    unseen: NDArray[np.bool_] | None = None,
) -> dict[str, Numbers]:
    """Opinions on faces by the members that never saw their fold; fold -1 was seen by none."""
    found: dict[str, Numbers] = {}
    for one in np.unique(fold):
        rows = np.flatnonzero(fold == one)
        answers = reader.opinions(
            None if crops is None else crops[rows],
            shapes[rows],
            own=None if own is None else own[rows],
            member=None if one < 0 else int(one),
            unseen=None if unseen is None else unseen[rows],
        )
        for name, answer in answers.items():
            found.setdefault(name, np.full((len(fold), answer.shape[1]), np.nan))[rows] = answer
    return found


def held_out_joint(reader: StillReader, branch: Branch, web: FerPictures, rest: NeutralPopulation) -> Numbers:
    """The joint distributions [n, emotions] of web faces, each by what never saw its picture."""
    shapes, fold = known_shapes(web.landmarks, rest), (web.fingerprint % MEMBERS).astype(np.int64)
    picture = reader.picture
    unseen = np.array([picture is None or one not in picture.seen for one in web.fingerprint.tolist()])
    found = held_out_opinions(reader, web.cut, shapes, fold, unseen=unseen)
    return reader.joined(found | {"clip": _clip_shares(reader, _clips(branch, web.landmarks, rest, fold))})


def _clips(
    branch: Branch, landmarks: Floats, rest: NeutralPopulation, fold: NDArray[np.int64]
) -> list[BranchOpinion | None]:
    """What the clip branch says of stills shown for a whole clip, by the network that never saw them."""
    known = np.isfinite(landmarks).all(axis=(1, 2))
    values = np.zeros((len(landmarks), INSTANTS, FACE_WIDTH), np.float32)
    for row, measures in zip(np.flatnonzero(known), measured(landmarks[known], rest), strict=True):
        values[row] = still_sequence(measures, rest.mean, rest).values
    mask = np.repeat(known[:, None], INSTANTS, axis=1)
    opinions: list[BranchOpinion | None] = [None] * len(landmarks)
    for one in np.unique(fold):
        rows = np.flatnonzero(fold == one)
        for row, opinion in zip(
            rows, branch.read_many(values[rows], mask[rows], member=int(one)), strict=True
        ):
            opinions[row] = opinion
    return opinions


def _clip_shares(reader: StillReader, opinions: list[BranchOpinion | None]) -> Numbers:
    found = np.full((len(opinions), len(reader.emotions)), np.nan)
    rows = [row for row, opinion in enumerate(opinions) if opinion is not None]
    if rows:
        found[rows] = reader.clip_log_shares([one for one in opinions if one is not None])
    return found


def picture_in(folder: Path) -> FacePictures | None:
    """The picture network of a weights folder, if it has one."""
    if not (folder / PICTURE_FILE).is_file():
        return None
    return FacePictures.from_file(weights.load(PICTURE_FILE, folder=folder))


def population_in(folder: Path) -> NeutralPopulation:
    """The neutral population of a weights folder.

    Raises
    ------
    WeightsError
        If its file is missing or damaged.
    """
    arrays = weights.load(POPULATION_FILE, folder=folder).arrays
    return NeutralPopulation(*(arrays[name].astype(np.float32) for name in ("shape", "mean", "spread")))
