"""A class in a real browser: a teacher grades by keyboard, sheets open, and nobody sees another's take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from dashboard.routes import media_url
from dashboard.services import class_takes, classes, projects, visitors
from db import clips, session
from db.records import PersonRecord
from tests.browser.taught_project import inside
from tests.browser.workbench import SIZE, MadeClip, Workbench
from tests.dashboard.class_made import made_work

STUDENTS = 10
ROOM = "Spring class"


@dataclass(frozen=True)
class Room:
    """A class with one take a student."""

    teacher: PersonRecord
    students: tuple[PersonRecord, ...]
    takes: list[MadeClip]
    work: int

    def address_of(self, home: Path, at: int) -> str:
        """Where a student's take lies."""
        with inside(home), session.reading() as s:
            return media_url(clips.get(s, self.takes[at].id).playable_key)


def _room(bench: Workbench) -> Room:
    takes = bench.project(ROOM, STUDENTS, is_class=True)
    with inside(bench.home):
        project = projects.by_name(ROOM)
        teacher = visitors.welcome("Ms Rao", project)
        names = [f"Student {number:02}" for number in range(STUDENTS)]
        students = classes.enrol(project.id, names, person_id=teacher.id)
        work = classes.set_work(project.id, made_work(), person_id=teacher.id)
        for student, take in zip(students, takes, strict=True):
            class_takes.hand_in(take.id, work.id, student.id)
    return Room(teacher, students, takes, work.id)


def _grade_everybody(page: Page, room: Room) -> None:
    form = page.locator(".grading")
    for student in room.students:
        expect(form).to_have_attribute("data-task", f"{room.teacher.id}.{room.work}.{student.id}.mark")
        expect(form).to_have_attribute("data-sending", "false")
        for key in "435":
            page.keyboard.press(key)
        expect(form.locator('[aria-pressed="true"]')).to_have_text(["4", "3", "5"])
        page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_have_text("Stored")
    expect(page.get_by_text(f"{STUDENTS} of {STUDENTS} graded")).to_be_visible()


def test_a_teacher_grades_ten_students_by_keyboard_and_each_reaches_their_own_alone(
    browser: Browser, bench: Workbench
) -> None:
    room = _room(bench)
    own, others = (room.address_of(bench.home, at) for at in (0, 1))
    page = bench.window(browser, room.teacher).new_page()
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{bench.served.url}/grading?project={ROOM}")
    expect(page.locator(".grading .confirm")).to_be_in_viewport(ratio=1)
    _grade_everybody(page, room)
    assert len(bench.served.rows("SELECT id FROM class_grades")) == STUDENTS
    assert page.evaluate("() => window.pointed") == 0  # no mouse so far

    page.keyboard.press("c")  # the last student's take, where the player stands
    page.keyboard.type("Breathe before the line")
    page.keyboard.press("Enter")
    expect(page.locator(".moments li .text")).to_have_text("Breathe before the line")
    page.locator(".screen video").evaluate("media => { media.currentTime = 0.5; }")
    page.locator(".moments .time").click()
    expect(page.locator(".screen video")).to_have_js_property("currentTime", 0)
    sheet = page.get_by_role("link", name="Feedback sheet").get_attribute("href")
    printed = page.get_by_role("link", name="as PDF").get_attribute("href")
    page.goto(f"{bench.served.url}{sheet}")
    expect(page.get_by_role("heading", name="Student 09: Monologue")).to_be_visible()
    expect(page.get_by_text("Grade: 3.75 of 5")).to_be_visible()
    assert page.request.get(f"{bench.served.url}{printed}").body().startswith(b"%PDF-")

    student = bench.window(browser, room.students[0])
    mine = student.new_page()
    mine.goto(f"{bench.served.url}/?project={ROOM}&clip={room.takes[1].id}")
    mine.get_by_role("button", name="Look at this take").click()
    expect(mine.locator(".screen video")).to_have_attribute("src", own)
    expect(mine.locator(".screen video")).to_have_js_property("videoWidth", SIZE[0])
    assert student.request.get(f"{bench.served.url}{own}").status == 200
    assert student.request.get(f"{bench.served.url}{others}").status == 404
    assert student.request.get(f"{bench.served.url}{sheet}").status == 403
    assert bench.window(browser, room.students[1]).request.get(f"{bench.served.url}{own}").status == 404


def test_a_consent_is_withdrawn_on_the_page_and_its_clips_are_gone(
    browser: Browser, bench: Workbench
) -> None:
    (gone, _) = bench.project("Dubbing", 2)
    bench.change("UPDATE clips SET actor = 'Meera Rao' WHERE id = ?", gone.id)
    with inside(bench.home):
        lead = visitors.welcome("Mr Khan", projects.by_name("Dubbing"))
    page = bench.window(browser, lead).new_page()
    page.goto(f"{bench.served.url}/consent?project=Dubbing")
    page.get_by_text("Withdraw a consent").click()
    page.get_by_text("Yes, remove all of it").click()
    page.get_by_role("button", name="Withdraw and remove").click()
    expect(page.get_by_text("1 clip or scene was removed.", exact=True)).to_be_visible()
    assert bench.served.rows("SELECT status FROM clips WHERE id = ?", gone.id) == [("withdrawn",)]
    page.get_by_test_id("stSidebar").get_by_role("link", name="Responsible use").click()
    expect(page.get_by_role("heading", name="A performance, not a person")).to_be_visible()
