"""The grade book of a class: every student's grades as CSV, and as a workbook with a sheet for each work."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.services import grading
from dashboard.services.grading import Desk, Row
from dashboard.services.messages import say
from dashboard.services.permissions import Act, require
from dashboard.services.table_files import Value, cell
from db import classes, projects
from db.records import PersonRecord
from db.session import reading

PLACES: Final = 2
"""Of a grade, after the point."""

SHEET_NAME_LENGTH: Final = 31
SHEET_NAME_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
"""What Excel takes for the name of a sheet (ECMA-376)."""


@dataclass(frozen=True, slots=True)
class GradeBook:
    """The grades of a class.

    Attributes
    ----------
    desks : tuple of Desk
        One for each work that was set, the oldest first.
    """

    room: str
    desks: tuple[Desk, ...]

    @property
    def students(self) -> tuple[PersonRecord, ...]:
        """Everybody who is or was on the list, by name."""
        found = {row.student.id: row.student for desk in self.desks for row in desk.rows}
        return tuple(sorted(found.values(), key=lambda each: each.name.casefold()))

    @property
    def table(self) -> tuple[tuple[Value, ...], ...]:
        """A head, then a row for each student and a grade for each work, ``None`` where there is none."""
        grades = [{row.student.id: row.standing.grade for row in desk.rows} for desk in self.desks]
        head: tuple[Value, ...] = (say("classes.student"), *(desk.work.title for desk in self.desks))
        rows = (
            (student.name, *(_rounded(each.get(student.id)) for each in grades)) for student in self.students
        )
        return (head, *rows)


def book(project_id: int, *, person_id: int | None) -> GradeBook:
    """The grades of a class, for those who grade.

    Raises
    ------
    NotAllowedError
        For everybody else.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.GRADE)
        every = classes.work_of_project(session, project_id)
        return GradeBook(project.name, tuple(grading.desk_of(session, work, person_id) for work in every))


def as_csv(found: GradeBook) -> bytes:
    """One row a student, one column a work; UTF-8 with the mark that spreadsheets look for."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in found.table:
        writer.writerow([cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def as_workbook(found: GradeBook) -> bytes:
    """The same as XLSX, and behind it each work with its criteria, marks and remarks."""
    workbook = Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)  # a new workbook has one sheet
    first.title = _sheet_name(say("classes.book"), 0, ())
    _fill(first, found.table)
    names = [first.title]
    for at, desk in enumerate(found.desks, start=1):
        names.append(_sheet_name(desk.work.title, at, names))
        _fill(workbook.create_sheet(names[-1]), _detail(desk))
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def _detail(desk: Desk) -> list[list[Value]]:
    head: list[Value] = [
        say("classes.student"),
        say("classes.state"),
        say("classes.grade"),
        *(f"{one.label} (× {one.weight:g})" for one in desk.criteria),
        say("classes.form.remark"),
    ]
    return [head, *(_detail_row(desk, row) for row in desk.rows)]


def _detail_row(desk: Desk, row: Row) -> list[Value]:
    settled = row.standing.settled
    said = [mark.remark for mark in row.standing.marks] + ([settled.remark] if settled else [])
    return [
        row.student.name,
        say(f"classes.state_name.{row.standing.state.value}"),
        _rounded(row.standing.grade),
        *(_rounded(row.standing.scores.get(one.key)) for one in desk.criteria),
        " · ".join(remark for remark in said if remark),
    ]


def _fill(sheet: Worksheet, rows: Sequence[Sequence[Value]]) -> None:
    for at, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            shown = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
            written = sheet.cell(at, place, shown)
            if isinstance(value, str):
                written.data_type = "s"  # a text that begins with = is a text
            if at == 1:
                written.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 28


def _sheet_name(title: str, at: int, taken: Sequence[str]) -> str:
    name = title.translate(SHEET_NAME_FORBIDDEN).strip("' ")[:SHEET_NAME_LENGTH] or str(at)
    if name.casefold() in {each.casefold() for each in taken}:
        mark = f" {at}"
        name = name[: SHEET_NAME_LENGTH - len(mark)] + mark
    return name


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)
