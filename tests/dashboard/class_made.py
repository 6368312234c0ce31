"""A class with students whose takes lie in a real store: made without media or models."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.services import class_takes, classes, media_store, projects, rubric, visitors
from db.records import ClipRecord, PersonRecord, ProjectRecord, SetWork, SetWorkRecord, Target
from tests.dashboard.project_made import made_clip

LINE = "How dare you leave me here!"
WEIGHTS = {rubric.EMOTION: 1.0, rubric.INTENSITY: 2.0, rubric.WORDS: 1.0}


@dataclass(frozen=True, slots=True)
class MadeClass:
    """A class, who teaches it, its students, what is set, and each student's take."""

    project: ProjectRecord
    teacher: PersonRecord
    students: tuple[PersonRecord, ...]
    work: SetWorkRecord
    takes: tuple[ClipRecord, ...]


def made_work(target: Target = Target.SCRIPT, **options: object) -> SetWork:
    """A line to be spoken, graded by the standard criteria."""
    given = {
        "title": "Monologue",
        "lines": (LINE,),
        "target": target,
        "emotion": None,
        "rubric": rubric.stored(rubric.made(WEIGHTS)),
    }
    return SetWork(**{**given, **options})  # type: ignore[arg-type]  # fields of SetWork by name


def made_take(project: ProjectRecord, number: int) -> ClipRecord:
    """A clip whose file lies in the store; nobody has handed it in."""
    content = b"\x00\x00\x00\x20ftypisom" + bytes([number]) * 64
    still = b"\xff\xd8\xff" + bytes([number]) * 16
    file = media_store.put_bytes(content)
    return made_clip(
        project,
        sha256=file.sha256,
        media_key=file.key,
        thumbnail_key=media_store.put_bytes(still).key,
        original_name=f"take{number}.mp4",
        width=640,
        height=480,
    )


def made_class(students: int = 2, *, target: Target = Target.SCRIPT) -> MadeClass:
    """A class whose students have each handed one take in."""
    project = projects.create("Spring class", is_class=True)
    teacher = visitors.welcome("Asha", project)
    names = [f"Student {number:02}" for number in range(students)]
    enrolled = classes.enrol(project.id, names, person_id=teacher.id)
    work = classes.set_work(project.id, made_work(target), person_id=teacher.id)
    takes = tuple(made_take(project, number) for number in range(students))
    for student, take in zip(enrolled, takes, strict=True):
        class_takes.hand_in(take.id, work.id, student.id)
    return MadeClass(project, teacher, enrolled, work, takes)


def scores(level: int = 4, **others: int) -> dict[str, int]:
    """A score for each standard criterion."""
    return {**dict.fromkeys(rubric.STANDARD, level), **others}
