"""How far people differ about each clip, and which clips somebody should decide about first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.services import aside
from dashboard.services.aside import WorkedOut
from dashboard.services.derived_consensus import Consensus, ConsensusColumns, consensus
from dashboard.services.given_answers import Field, GivenAnswers, collect
from db import projects
from db.answer_columns import EMOTIONS, ClipNames
from db.session import reading

FAR_APART: Final = 0.5
"""Intensities of the same clip that differ by half the scale are a dispute; less is a matter of taste."""

NAME: Final = "disputes"


@dataclass(frozen=True, slots=True)
class Dispute:
    """How the standing answers to a full clip differ.

    Attributes
    ----------
    raters : int
    step_range : int
        Steps between the lowest and the highest delivery, 0 to 4.
    verdict_entropy, emotion_entropy : float
        Bits; 0 where all say the same.
    intensity_range : float
        The wider of the two intensities' ranges, 0 to 1.
    consensus : Mapping[Field, Consensus]
        What the answers add up to, by what was answered at all.
    """

    clip_id: str
    name: str
    raters: int
    step_range: int
    verdict_entropy: float
    emotion_entropy: float
    intensity_range: float
    consensus: Mapping[Field, Consensus]

    @property
    def is_disputed(self) -> bool:
        """Whether verdicts or emotions differ, or an intensity by :data:`FAR_APART`."""
        return self.verdict_entropy > 0 or self.emotion_entropy > 0 or self.intensity_range >= FAR_APART

    @property
    def weight(self) -> tuple[float, ...]:
        """Sorts what people differ about most to the end: steps first, then verdict, emotion, intensity."""
        return (
            self.step_range if self.verdict_entropy > 0 else 0,
            self.verdict_entropy,
            self.emotion_entropy,
            self.intensity_range,
        )


class Disputes(Mapping[str, Dispute]):
    """The clips of a project with an answer that stands, by their id.

    Parameters
    ----------
    answers : GivenAnswers
        What is laid side by side (:func:`about`).

    Attributes
    ----------
    ranked : list of str
        Ids of the disputed clips, those people differ about most first, then by name.
    """

    def __init__(self, answers: GivenAnswers) -> None:
        self._clips: ClipNames = answers.clips
        count = len(answers.clips.id)
        self._raters = np.bincount(answers.clip, minlength=count)
        delivery, emotion = answers.values(Field.DELIVERY), answers.values(Field.EMOTION)
        self._steps = _range(answers.clip, delivery, count)
        self._verdicts = entropies(answers.clip, np.sign(delivery) + 1, count, kinds=3)
        self._emotions = entropies(answers.clip, emotion, count, kinds=len(EMOTIONS))
        of_intensities = [
            _range(answers.clip, answers.values(field), count) for field in (Field.EXPECTED, Field.EXPRESSED)
        ]
        self._intensities = np.maximum(*of_intensities)
        self._agreed: dict[Field, ConsensusColumns] = {field: consensus(field, answers) for field in Field}
        self._there = np.flatnonzero(self._raters)
        self._places = {answers.clips.id[place]: int(place) for place in self._there}
        self.ranked = self._ranked()

    def __getitem__(self, clip_id: str) -> Dispute:
        place = self._places[clip_id]
        agreed = {field: found for field, each in self._agreed.items() if (found := each.of(place))}
        return Dispute(
            clip_id=clip_id,
            name=self._clips.name[place],
            raters=int(self._raters[place]),
            step_range=int(self._steps[place]),
            verdict_entropy=float(self._verdicts[place]),
            emotion_entropy=float(self._emotions[place]),
            intensity_range=float(self._intensities[place]),
            consensus=agreed,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _ranked(self) -> list[str]:
        is_disputed = (self._verdicts > 0) | (self._emotions > 0) | (self._intensities >= FAR_APART)
        places = np.flatnonzero(is_disputed & (self._raters > 0))
        ids, names = self._clips.id, self._clips.name
        rising = sorted(places.tolist(), key=lambda place: (names[place], ids[place]))
        by_name = np.array(rising, dtype=np.intp)
        weights = (
            self._intensities,
            self._emotions,
            self._verdicts,
            np.where(self._verdicts > 0, self._steps, 0),
        )
        order = np.lexsort([-weight[by_name] for weight in weights])  # stable: names decide among equals
        return [ids[place] for place in by_name[order]]


def of_project(project_id: int) -> WorkedOut[Disputes]:
    """Every clip with an answer that stands, by its id; of a large project as it was a while ago.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    return aside.of_project(NAME, project_id, lambda: work_out(project_id))


def work_out(project_id: int) -> Disputes:
    """Lay the answers side by side, now."""
    with reading() as session:
        answers = collect(session, projects.by_id(session, project_id))
    return Disputes(about(answers))


def about(answers: GivenAnswers) -> GivenAnswers:
    """The answers that are laid side by side: standing ones to full clips, of people where there are any."""
    standing = answers.standing
    is_simulated = bool(standing.columns.simulated.all())
    return standing.take(standing.columns.simulated == is_simulated)


def entropies(
    clip: NDArray[np.intp], codes: NDArray[np.float64], clips: int, *, kinds: int
) -> NDArray[np.float64]:
    """Shannon's entropy of each clip's values (1948), bits, shape (clips,); 0 without any.

    Parameters
    ----------
    clip : ndarray of intp, shape (n,)
        Places from 0 to ``clips`` - 1.
    codes : ndarray, shape (n,)
        0 to ``kinds`` - 1, NaN for no value.
    """
    there = ~np.isnan(codes)
    cells = clip[there] * kinds + codes[there].astype(np.intp)
    counts = np.bincount(cells, minlength=clips * kinds).reshape(clips, kinds)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    parts = np.where(counts > 0, shares * np.log2(np.where(counts > 0, shares, 1.0)), 0.0)
    return -parts.sum(axis=1) + 0.0


def _range(clip: NDArray[np.intp], values: NDArray[np.float64], clips: int) -> NDArray[np.float64]:
    """How far the highest of each clip's values is from the lowest, 0 without any."""
    there = ~np.isnan(values)
    low, high = np.full(clips, np.inf), np.full(clips, -np.inf)
    np.minimum.at(low, clip[there], values[there])
    np.maximum.at(high, clip[there], values[there])
    return np.where(high >= low, high - low, 0.0)
