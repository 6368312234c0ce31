"""What leaves in an export, record by record, whatever the format: veiled, and never all of it in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import PurePath
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import adjudication, cue_check, export_consent, filmed
from dashboard.services.export_consent import Consent
from dashboard.services.judging import in_force, judge
from dashboard.services.predictions import stored, strongest
from dashboard.services.pseudonyms import Pseudonyms
from db import clips, cue_answers, policies, predictions, ratings
from db.records import (
    AdjudicationRecord,
    ClipRecord,
    ConsentScope,
    CueAnswerRecord,
    PredictionRecord,
    ProjectRecord,
    RatedClip,
)
from engine.analysis import Judgement
from engine.vocabulary import Emotion

CLIPS_AT_ONCE: Final = 200
ANSWERS_AT_ONCE: Final = 2_000
UNSTATED_LICENCE: Final = "other"
"""What a dataset card says where nobody said under which licence the data may be used."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose about an export.

    Attributes
    ----------
    history : bool
        Superseded answers and those taken back too.
    names : bool
        Names, ids and dates as they are in place of pseudonyms.
    media : bool or None
        Whether the clips' files leave; ``None``: where the format cannot do without.
    licence : str
        A licence's identifier, such as ``cc-by-nc-4.0``.
    purpose : ConsentScope
        What the content is for; for training, clips whose person did not agree to that are left out whole.
    """

    history: bool = False
    names: bool = False
    media: bool | None = None
    licence: str = UNSTATED_LICENCE
    purpose: ConsentScope = ConsentScope.EXPORT


@dataclass(frozen=True, slots=True)
class SaidCues:
    """What a rater said of the facial cues of the prediction they saw.

    Attributes
    ----------
    emotion : Emotion
        Whose cues were asked about.
    measured, seen : str
        What the model found and what the person sees, as sentences.
    """

    emotion: Emotion
    measured: str
    seen: str
    remark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RatedRow:
    """An answer as it leaves.

    Attributes
    ----------
    stands : bool
        Whether it is the rater's last word and was not taken back.
    policy_version : str or None
        The thresholds in force when it was given.
    decided : AdjudicationRecord or None
        What was decided about the clip.
    cues : SaidCues or None
    line_emotion : Emotion or None
        What the words alone were read as, by the prediction they saw.
    """

    rated: RatedClip
    stands: bool
    policy_version: str | None
    decided: AdjudicationRecord | None
    cues: SaidCues | None = None
    line_emotion: Emotion | None = None


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A clip's newest prediction as it leaves, judged by the thresholds in force."""

    clip: ClipRecord
    prediction: PredictionRecord
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A clip as it leaves, with everything said about it.

    Attributes
    ----------
    place : int
        From 1, in the order in which the clips came.
    file_name : str
        What the clip's file is called in the export; no two are alike.
    stored : ClipRecord
        As it lies here: finds the media, and stands in no file.
    """

    place: int
    file_name: str
    stored: ClipRecord
    clip: ClipRecord
    answers: tuple[RatedRow, ...]
    judged: JudgedRow | None
    consent: Consent


@dataclass(frozen=True, slots=True)
class Counted:
    """What was written.

    Attributes
    ----------
    ratings, predictions, clips : int
        Answers, predictions, and files of clips.
    notes : tuple of str
        What could not leave, and why.
    """

    ratings: int
    predictions: int
    clips: int = 0
    notes: tuple[str, ...] = ()


class Content:
    """What of a project leaves.

    Parameters
    ----------
    session : Session
        Open for as long as rows are read.
    choices : Choices
    """

    def __init__(self, session: Session, project: ProjectRecord, choices: Choices) -> None:
        self._session = session
        self.project = project
        self.choices = choices
        self.veil = Pseudonyms.of(project, names=choices.names)
        self._consents = export_consent.of_project(session, project.id, choices.purpose)
        self._closed = _closed(session, project.id, choices.purpose)
        self._versions = {record.id: record.version for record in policies.history(session, project.id)}
        self._decided = adjudication.decided(session, project.id)
        self._cues = cue_answers.of_project(session, project.id)
        self._fallen = ratings.fallen(session, project.id) if choices.history else frozenset()
        self._policy = in_force(session, project.id, predictions.newest(session, project.id)).policy

    def answers(self) -> Iterator[RatedRow]:
        """Every answer that leaves, the oldest first."""
        found = ratings.all_of_project if self.choices.history else ratings.current_of_project
        leaving = (r for r in found(self._session, self.project.id) if r.clip.id not in self._closed)
        while some := tuple(islice(leaving, ANSWERS_AT_ONCE)):
            lines = self._lines(some)
            yield from (self._row(rated, lines) for rated in some)

    def has_picture(self) -> bool:
        """Whether any clip is known to have a picture."""
        return clips.has_picture(self._session, self.project.id)

    def predictions(self) -> Iterator[JudgedRow]:
        """The newest prediction of each clip, in the clips' order."""
        for clip, record in predictions.newest_of_project(self._session, self.project.id):
            if clip.id not in self._closed:
                yield self._judged(clip, record)

    def clips(self) -> Iterator[ClipRow]:
        """Each clip with its answers and its newest prediction, in the clips' order."""
        after: int | None = 0
        place, taken = 0, set[str]()
        while after is not None:
            page = clips.list_page(self._session, self.project.id, after=after, limit=CLIPS_AT_ONCE)
            ids = [clip.id for clip in page.items]
            given = ratings.of_clips(self._session, self.project.id, ids, with_history=self.choices.history)
            lines = self._lines(chain.from_iterable(given.values()))
            for clip in page.items:
                if clip.id in self._closed:
                    continue
                record = predictions.latest_for(self._session, clip.id)
                veiled, place = self.veil.clip(clip), place + 1
                yield ClipRow(
                    place=place,
                    file_name=_free_name(veiled.original_name, taken),
                    stored=clip,
                    clip=veiled,
                    answers=tuple(self._row(each, lines) for each in given.get(clip.id, ())),
                    judged=None if record is None else self._judged(clip, record),
                    consent=self._consents.get(clip.id, export_consent.NOT_RECORDED),
                )
            after = page.next_key

    def _row(self, rated: RatedClip, lines: Mapping[int, Emotion | None]) -> RatedRow:
        made, policy_id = self._decided.get(rated.clip.id), rated.rating.policy_id
        return RatedRow(
            rated=self.veil.rated(rated),
            stands=rated.rating.id not in self._fallen,
            policy_version=None if policy_id is None else self._versions.get(policy_id),
            decided=None if made is None else self.veil.decision(made),
            cues=self._said(self._cues.get((rated.rating.prediction_id or 0, rated.person.id))),
            line_emotion=None if rated.prediction is None else lines[rated.prediction.id],
        )

    def _lines(self, some: Iterable[RatedClip]) -> dict[int, Emotion | None]:
        """What the words alone were read as in the predictions that some answers stand beside."""
        wanted = sorted({rated.prediction.id for rated in some if rated.prediction is not None})
        found = predictions.shares_of_the_line(self._session, wanted)
        return {number: strongest(shares) for number, shares in found.items()}

    def _said(self, said: CueAnswerRecord | None) -> SaidCues | None:
        if said is None:
            return None
        check = stored(predictions.by_id(self._session, said.prediction_id)).analysis.ekman
        if check is None:
            return None
        measured = {str(cue.action_unit): cue.shown for cue in check.cues}
        return SaidCues(
            emotion=check.emotion,
            measured=cue_check.sentence(check, measured),
            seen=cue_check.sentence(check, said.answers),
            remark=said.remark,
            at=self.veil.moment(said.created_at),
        )

    def _judged(self, clip: ClipRecord, record: PredictionRecord) -> JudgedRow:
        judgement = judge(self._policy, clip, record)  # before the actor's name goes: thresholds may know it
        return JudgedRow(self.veil.clip(clip), self.veil.prediction(record), judgement)


def _closed(session: Session, project_id: int, purpose: ConsentScope) -> frozenset[str]:
    if purpose is not ConsentScope.TRAINING:
        return frozenset()
    return filmed.kept_from(session, project_id, purpose)


def _free_name(name: str, taken: set[str]) -> str:
    """``name``, or with a number where another clip has it (in any case: some folders know no case)."""
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}{suffix}"
    taken.add(free.casefold())
    return free
