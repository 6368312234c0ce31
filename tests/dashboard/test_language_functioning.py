"""Whether the languages of a project may be pooled, from its stored answers."""

from __future__ import annotations

import re

import numpy as np

from dashboard.services import projects
from dashboard.services.language_functioning import work_out
from db import people, predictions, ratings, session
from db.records import ProjectRecord, RatingDraft
from engine.raters.functioning import Finding
from engine.vocabulary import INTENSITY_UNIT, Delivery, Phase
from tests.dashboard.project_made import made_clip, press

TOLERANCE_Z = 0.5


def _rated(project: ProjectRecord, *, shift: float, clips: int = 120, raters: int = 6) -> None:
    """Clips of two languages; people draw both lines ``shift`` higher for those in Hindi."""
    generator = np.random.default_rng(4)
    severity = generator.normal(0, 0.2, raters)
    with session.writing() as s:
        names = [people.get_or_create(s, f"Rater {number}").id for number in range(raters)]
    for number, gap in enumerate(generator.permutation(np.linspace(-2, 2, clips))):
        language = None if number % 2 else "hi"
        clip = made_clip(
            project, language=language, expected=0.5, expressed=float(0.5 + INTENSITY_UNIT * gap)
        )
        with session.writing() as s:
            prediction = predictions.newest(s, project.id)
            assert prediction is not None
            for place, person in enumerate(names):
                felt = gap + severity[place] + generator.normal(0, 0.4) - (0 if number % 2 else shift)
                step = Delivery(int(felt > TOLERANCE_Z) - int(felt < -TOLERANCE_Z))
                ratings.add(
                    s,
                    RatingDraft(
                        clip_id=clip.id,
                        person_id=person,
                        idempotency_key=press(),
                        phase=Phase.ASSISTED,
                        delivery=step,
                        prediction_id=prediction.id,
                    ),
                )


def test_a_language_people_judge_otherwise_is_named_with_a_warning() -> None:
    project = projects.create("Two languages", language="en")
    _rated(project, shift=0.7)
    found = work_out(project.id)
    assert found.languages == ("en", "hi")
    assert found.is_mixed
    assert found.differs
    [sentence] = found.sentences
    assert sentence.startswith(
        "**hi** against en: people do not mean the same (360 answers, 60 clips, 6 raters)"
    )
    assert "Do not pool these ratings unseen" in sentence
    assert re.search(
        r"“too much” begins 0\.[4-9]\d z later \(90 % interval \+0\.\d\d to \+\d\.\d\d\)", sentence
    )


def test_languages_judged_alike_are_no_evidence_of_a_difference() -> None:
    project = projects.create("Alike", language="en")
    _rated(project, shift=0.0)
    found = work_out(project.id)
    assert found.found.finding is Finding.NO_EVIDENCE
    assert "no evidence that people draw the lines elsewhere" in found.sentences[0]
    assert "Do not pool" not in found.sentences[0]


def test_a_few_answers_are_too_few_to_say_and_one_language_is_none_to_compare() -> None:
    few = projects.create("Few", language="en")
    _rated(few, shift=0.0, clips=8, raters=2)
    assert work_out(few.id).found.finding is Finding.TOO_FEW
    assert "too few to say" in work_out(few.id).sentences[0]
    empty = projects.create("Empty")
    assert work_out(empty.id).sentences == ()
    assert not work_out(empty.id).is_mixed
