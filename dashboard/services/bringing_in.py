"""Bring answers and predictions of other tools into a project: all that is new, once, or nothing at all.

Everything is checked inside one transaction before it is kept. An answer that the person has given to the
same task already, by whatever way it came, is there and changes nothing; so bringing a file in again adds
nothing. An answer given here is never replaced by one brought in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from dashboard.services.foreign import (
    BadRowsError,
    ForeignAnswer,
    ForeignFacts,
    ForeignPrediction,
    ForeignTable,
)
from dashboard.services.foreign_answers import AnsweredHereError, KnownAnswers, new_key
from dashboard.services.foreign_clips import KnownClips, KnownRaters
from dashboard.services.foreign_opinions import KnownOpinions, says_something
from dashboard.services.permissions import Act, require
from dashboard.services.pseudonyms import Pseudonyms
from db import audit, clips, policies, projects
from db.records import ClipRecord, PredictionSummary, ProjectRecord, RatingDraft
from db.session import writing
from engine.vocabulary import LineSource, quoted


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of a file.

    Attributes
    ----------
    name : str
        Of the file.
    kind : str
        What it was taken for.
    answers, predictions, clips : int
        Added answers, added predictions, clips of which something became known.
    already_there : int
        Rows that said nothing new.
    left_out : tuple of str
        What was wrong with rows that were left out, a sentence each.
    notes : tuple of str
    """

    name: str
    kind: str
    answers: int
    predictions: int
    clips: int
    already_there: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """A row that cannot be kept."""


def bring_in(
    project_name: str, table: ForeignTable, *, skip_bad: bool = False, person_id: int | None = None
) -> BroughtIn:
    """Keep what is new in a file.

    Parameters
    ----------
    project_name : str
        A project there is: the clips the file speaks of are imported before.
    skip_bad : bool
        Leave bad rows out; without it one bad row keeps the whole file out.
    person_id : int, optional
        Who brings it in.

    Raises
    ------
    BadRowsError
        If rows cannot be used; nothing was stored.
    UnknownRowError
        If there is no such project.
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with writing() as session:
        project = projects.by_name(session, project_name)
        require(session, project.id, person_id, Act.SET_UP)
        bringing = _Bringing(session, project, table)
        bringing.facts()
        bringing.predictions()
        bringing.answers()
        if bringing.bad and not skip_bad:
            raise BadRowsError(tuple(bringing.bad))
        done = bringing.done()
        if done.answers or done.predictions or done.clips:
            audit.write(
                session,
                "ratings.import",
                f"project:{project.id}",
                person_id=person_id,
                details={
                    "file": table.name,
                    "sha256": table.sha256,
                    "kind": table.kind,
                    "answers": done.answers,
                    "predictions": done.predictions,
                    "clips": done.clips,
                    "left_out": len(done.left_out),
                },
            )
    return done


class _Bringing:
    """One file on its way in."""

    def __init__(self, session: Session, project: ProjectRecord, table: ForeignTable) -> None:
        self._session = session
        self._table = table
        veil = Pseudonyms.of(project)
        self._clips = KnownClips(session, project, veil)
        self._raters = KnownRaters(session, project, veil)
        self._policies = {each.version: each.id for each in policies.history(session, project.id)}
        self._answers = KnownAnswers(session, project)
        self._opinions = KnownOpinions(session)
        self.bad = list(table.bad)
        self._added = self._predicted = self._there = self._without_prediction = 0
        self._described: set[str] = set()

    def facts(self) -> None:
        """Fill in what is not known about clips."""
        for fact in self._table.facts:
            clip = self._or_nothing(fact)
            if clip is None:
                continue  # a row of an answer says so, where there is one
            known = clip.details
            filled = replace(
                known,
                line=known.line or fact.line or "",
                line_source=LineSource.GIVEN if fact.line and not known.line else known.line_source,
                actor=known.actor or fact.actor,
                language=known.language or fact.language,
                directed_emotion=known.directed_emotion or fact.directed_emotion,
            )
            if filled != known:
                clips.update_details(self._session, clip.id, filled)
                self._described.add(clip.id)

    def predictions(self) -> None:
        """Keep the predictions of the file."""
        for said in self._table.predictions:
            self._kept(lambda said=said: self._predict(said))  # type: ignore[misc]

    def answers(self) -> None:
        """Keep the answers of the file, in its order."""
        replaced = {answer.replaces for answer in self._table.answers if answer.replaces}
        for answer in self._table.answers:
            is_taken_back = not answer.stands and answer.own_id not in replaced
            self._kept(lambda a=answer, t=is_taken_back: self._answer(a, is_taken_back=t))  # type: ignore[misc]

    def done(self) -> BroughtIn:
        """What became of it all."""
        notes = list(self._table.notes)
        if self._without_prediction:
            notes.append(
                f"{self._without_prediction} answer(s) have no prediction beside them and teach nothing; "
                "analyse clips before you bring answers in."
            )
        return BroughtIn(
            name=self._table.name,
            kind=self._table.kind,
            answers=self._added,
            predictions=self._predicted,
            clips=len(self._described),
            already_there=self._there,
            left_out=tuple(self.bad),
            notes=tuple(notes),
        )

    def _kept(self, act: Callable[[], object]) -> None:
        try:
            act()
        except _Refused as error:
            self.bad.append(str(error))

    def _answer(self, answer: ForeignAnswer, *, is_taken_back: bool) -> None:
        clip = self._clip(answer)
        person = self._raters.person(answer.rater, simulated=answer.simulated)
        said = self._prediction(clip, answer)
        draft = RatingDraft(
            clip_id=clip.id,
            person_id=person.id,
            idempotency_key=new_key(),
            phase=answer.phase,
            delivery=answer.delivery,
            emotion=answer.emotion,
            expected_intensity=answer.expected_intensity,
            expressed_intensity=answer.expressed_intensity,
            channel=answer.channel,
            comment=answer.comment,
            reason=answer.reason,
            prediction_id=None if said is None else said.id,
            policy_id=None if answer.policy_version is None else self._policies.get(answer.policy_version),
            prediction_shown=answer.prediction_shown,
            confirmed=answer.confirmed,
            watched_share=answer.watched_share,
            active_time_s=answer.active_time_s,
            simulated=answer.simulated,
            selection_probability=answer.selection_probability,
            occasion=answer.occasion,
            purpose=answer.purpose,
        )
        try:
            is_new = self._answers.keep(draft, given_at=answer.given_at, is_taken_back=is_taken_back)
        except AnsweredHereError:
            raise _Refused(
                f"{answer.where}: {answer.rater} has answered {clip.original_name} otherwise here; "
                "that answer stays."
            ) from None
        self._added += is_new
        self._there += not is_new
        self._without_prediction += is_new and said is None

    def _prediction(self, clip: ClipRecord, answer: ForeignAnswer) -> PredictionSummary | None:
        if answer.prediction is None or not says_something(answer.prediction):
            return self._opinions.newest(clip)
        said, is_new = self._opinions.keep(clip, answer.prediction)
        self._predicted += is_new
        return said

    def _predict(self, said: ForeignPrediction) -> None:
        _stored, is_new = self._opinions.keep(self._clip(said), said)
        self._predicted += is_new
        self._there += not is_new

    def _clip(self, row: ForeignAnswer | ForeignPrediction) -> ClipRecord:
        try:
            found = self._clips.find(row.clips)
        except LookupError as error:
            raise _Refused(
                f"{row.where}: several clips here are called {error}; name it by its id."
            ) from None
        if found is None:
            raise _Refused(
                f"{row.where}: there is no clip {quoted(row.clips[0])} in the project; import it first."
            )
        return found

    def _or_nothing(self, fact: ForeignFacts) -> ClipRecord | None:
        try:
            return self._clips.find(fact.clips)
        except LookupError:
            return None
