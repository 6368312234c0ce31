"""The emotions a project asks for: stable codes, with names and definitions in each language.

Codes are those of :class:`~engine.vocabulary.Emotion` and are what is stored with an answer. A project
may choose among them, order them, and call and define them otherwise in each language; nothing it
writes changes what a stored answer means to the machine. Shipped names are the catalogue's, shipped
definitions lie in ``dashboard/labels``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from dashboard.services import messages
from dashboard.services.permissions import Act, ensure, require
from db import audit
from db import label_sets as stored_sets
from db.errors import RefusedValueError
from db.records import Json, LabelSetRecord, ProjectRecord
from db.session import reading, writing
from engine.errors import UnknownNameError
from engine.vocabulary import BASIC_EMOTIONS, Emotion

FOLDER: Final = Path(__file__).resolve().parent.parent / "labels"
NAME_LENGTH: Final = 40
"""Letters of a name: more do not fit on a key of the form."""
WORDS_LENGTH: Final = 400
FEWEST: Final = 2
"""With one emotion to choose from there is nothing to answer."""


@dataclass(frozen=True, slots=True)
class Label:
    """How an emotion is spoken of in one language; what is empty is as shipped."""

    name: str = ""
    definition: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class LabelSet:
    """What a project asks for.

    Attributes
    ----------
    codes : tuple of Emotion
        In the order in which the form shows them.
    words : Mapping[str, Mapping[Emotion, Label]]
        By language: where the project speaks otherwise than the shipped set.
    version : int
        0 for the shipped set.
    """

    codes: tuple[Emotion, ...] = BASIC_EMOTIONS
    words: Mapping[str, Mapping[Emotion, Label]] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.codes) < FEWEST:
            raise RefusedValueError(f"A label set needs at least {FEWEST} emotions; choose more.")
        if len(set(self.codes)) != len(self.codes):
            raise RefusedValueError("An emotion can stand in a label set once; remove the second one.")
        for language, labels in self.words.items():
            for code, label in labels.items():
                _check(language, code, label)
        for language in self.words:
            _check_distinct(language, [self.name(code, language) for code in self.codes])

    def label(self, code: Emotion, language: str) -> Label:
        """Name, definition and example sentence of an emotion.

        Raises
        ------
        UnknownNameError
            If neither the project nor the shipped set speaks that language.
        """
        own = self.words.get(language, {}).get(code, Label())
        if own.name and own.definition and own.example:
            return own
        usual = shipped(language)[code]
        return Label(own.name or usual.name, own.definition or usual.definition, own.example or usual.example)

    def name(self, code: Emotion, language: str) -> str:
        """What an emotion is called in a language."""
        return self.label(code, language).name

    def definition(self, code: Emotion, language: str) -> str:
        """What is meant by an emotion, in a language."""
        return self.label(code, language).definition


def in_force(project: ProjectRecord, *, person_id: int | None = None) -> LabelSet:
    """The label set of a project: its newest version, else the shipped one.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project.id, person_id, Act.RATE)
    with reading() as session:
        return of_project(session, project.id)


def of_project(session: Session, project_id: int) -> LabelSet:
    """As :func:`in_force`, inside a transaction."""
    found = stored_sets.newest(session, project_id)
    return LabelSet() if found is None else read(found)


def history(project_id: int) -> tuple[LabelSetRecord, ...]:
    """All versions a project has stored, the newest first."""
    with reading() as session:
        return stored_sets.history(session, project_id)


def change(
    project_id: int,
    *,
    person_id: int | None,
    codes: Sequence[Emotion],
    words: Mapping[str, Mapping[Emotion, Label]],
) -> LabelSet:
    """Store a project's label set as its next version; the same as before is not stored again.

    Raises
    ------
    RefusedValueError
        If an emotion stands twice, fewer than two are left, two share a name in a language, or a text
        is too long; nothing is stored.
    NotAllowedError
        If the person may not set the project up.
    """
    wanted = LabelSet(codes=tuple(codes), words=_without_blanks(words))
    document = _written(wanted)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        if document == _written(of_project(session, project_id)):
            return of_project(session, project_id)
        stored = stored_sets.add(session, project_id, document, created_by=person_id)
        audit.write(
            session,
            "project.labels",
            f"project:{project_id}",
            person_id=person_id,
            details={"version": stored.version, "codes": document["codes"]},
        )
        return read(stored)


def read(record: LabelSetRecord) -> LabelSet:
    """The label set that a stored document tells of."""
    return LabelSet(
        codes=tuple(Emotion(code) for code in record.document["codes"]),
        words={
            language: {Emotion(code): Label(**label) for code, label in labels.items()}
            for language, labels in record.document["words"].items()
        },
        version=record.version,
    )


@lru_cache
def shipped(language: str) -> Mapping[Emotion, Label]:
    """The labels Dailies ships in a language, of every emotion there is.

    Raises
    ------
    UnknownNameError
        If it ships none in that language.
    """
    names = messages.catalogue(language).part("emotion")
    return {Emotion(code): Label(names[code], **words) for code, words in _file(language)["emotions"].items()}


def delivery_anchors(language: str) -> Mapping[str, str]:
    """What each step of the verdict means, by its code (``"too_little"``)."""
    return dict(_file(language)["delivery"])


def level_anchors(language: str) -> tuple[str, ...]:
    """What each level of intensity means, from none to utmost."""
    return tuple(_file(language)["intensity"])


@lru_cache
def _file(language: str) -> dict[str, Any]:
    path = FOLDER / f"{language}.json"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.json")))
        raise UnknownNameError(f"There are no labels in {language!r}; use one of {known}.")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _check(language: str, code: Emotion, label: Label) -> None:
    if len(label.name) > NAME_LENGTH:
        raise RefusedValueError(
            f"The name of {code.value} in {language!r} has {len(label.name)} letters; "
            f"at most {NAME_LENGTH} fit on a key."
        )
    for text in (label.definition, label.example):
        if len(text) > WORDS_LENGTH:
            raise RefusedValueError(
                f"A text about {code.value} in {language!r} has {len(text)} letters; "
                f"shorten it to {WORDS_LENGTH}."
            )


def _check_distinct(language: str, names: Sequence[str]) -> None:
    folded = [name.casefold() for name in names]
    for name, same in zip(names, folded, strict=True):
        if folded.count(same) > 1:
            raise RefusedValueError(
                f"Two emotions are called {name!r} in {language!r}; give one another name."
            )


def _without_blanks(words: Mapping[str, Mapping[Emotion, Label]]) -> dict[str, dict[Emotion, Label]]:
    """Only what says otherwise than the shipped set, outer blanks taken off."""
    kept: dict[str, dict[Emotion, Label]] = {}
    for language, labels in words.items():
        usual = shipped(language)
        for code, label in labels.items():
            own = {name: " ".join(text.split()) for name, text in asdict(label).items()}
            differs = {name: text for name, text in own.items() if text != getattr(usual[code], name)}
            if any(differs.values()):
                kept.setdefault(language, {})[code] = Label(**differs)
    return kept


def _written(label_set: LabelSet) -> Json:
    return {
        "codes": [code.value for code in label_set.codes],
        "words": {
            language: {code.value: asdict(label) for code, label in labels.items()}
            for language, labels in label_set.words.items()
        },
    }
