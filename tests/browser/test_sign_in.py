"""Accounts in a real browser: the door, a reload, the way out; and nothing that somebody typed ever runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.services import (
    accounts,
    adjudication,
    assigning,
    class_takes,
    classes,
    consents,
    drafts,
    grading,
    guidelines,
    label_sets,
    members,
    projects,
    scenes,
    scripts,
    sign_ins,
    traces,
)
from dashboard.services.adjudication import Decision
from dashboard.services.guidelines import Example
from dashboard.services.label_sets import Label
from dashboard.services.rating import Answer, submit
from dashboard.services.script_reading import read_typed
from db.records import ConsentScope, TaskKey
from engine.vocabulary import Delivery, Emotion, Role
from tests.browser.served import Served, serve
from tests.browser.taught_project import inside
from tests.dashboard.class_made import made_work, scores
from tests.dashboard.project_made import made_clip, press

PASSWORD = "mangrove ladder quietly seven"
PROJECT = "Hamlet"
ROOM = "Spring class"
RUN = '<img src="typed" onerror="window.ran = 1">[a](javascript:window.ran=1)<script>window.ran = 1</script>'
"""What somebody types who wants it to run in other people's browsers."""
SHORT = "<img src=typed onerror=window.ran=1>"
PAGES = (
    "",
    "my_work",
    "adjudicate",
    "clips",
    "scripts",
    "thresholds",
    "agreement",
    "models",
    "consent",
    "project",
)
MORE = ("perform", "scenes", "export")
ROOM_PAGES = ("grading", "class_room")
STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@dataclass(frozen=True)
class Door:
    """A server with accounts, and a cookie of its lead."""

    served: Served
    cookie: str


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("door") / "home"
    home.mkdir()
    with inside(home):
        cookie = _typed_everywhere()
        accounts.add("Asha", PASSWORD)
        members.take_in(projects.by_name(PROJECT).id, accounts.required("Asha").id, Role.RATER)
    served = serve(home, "--sign-in", "accounts")
    yield Door(served, cookie)
    served.stop()


def _typed_everywhere() -> str:
    """Put it into every field that people type in, as people who lead and rate."""
    lead = accounts.add(RUN[:80], None, is_admin=True)
    project, room = projects.create(PROJECT), projects.create(ROOM, is_class=True)
    for place in (project, room):
        members.take_in(place.id, lead.id, Role.ADMIN)
    clip = made_clip(project, original_name=f"{RUN}.mp4", line=RUN, actor=RUN[:80], genre=RUN[:80])
    raters = [projects.person(f"{RUN[:70]} {letter}") for letter in "ab"]
    for place, rater in enumerate(raters):
        members.take_in(project.id, rater.id, Role.RATER)
        answer = Answer(delivery=4 * place - 2, emotion=Emotion.ANGER, comment=RUN)
        submit(clip_id=clip.id, person_id=rater.id, answer=answer, idempotency_key=press())
    assigning.flag(clip.id, raters[0].id, reason="other", note=RUN)
    guidelines.write(project.id, "en", f"{RUN}\n\n{RUN}", examples=[Example(clip.id, RUN)], person_id=lead.id)
    words = {"en": {Emotion.ANGER: Label(SHORT, definition=RUN)}}
    label_sets.change(project.id, person_id=lead.id, codes=(Emotion.ANGER, Emotion.JOY), words=words)
    scripts.bring_in(project.id, read_typed(f"{RUN}\nGo away.", title=RUN[:80]), person_id=lead.id)
    consents.record(project.id, RUN[:80], scopes=[ConsentScope.RATING], person_id=lead.id, evidence=RUN)
    decision = Decision(RUN, Delivery.RIGHT)
    adjudication.decide(project.id, clip.id, decision, person_id=lead.id, base=None, considered=())
    _type_at_work(project.id, clip.id, lead.id)
    _type_in_class(room.id, lead.id)
    return sign_ins.begin(lead.id)


def _type_at_work(project_id: int, clip_id: str, lead_id: int) -> None:
    """What is half finished, how a trace and a tab are called, what is said in a scene and by whom."""
    task = TaskKey(clip_id, lead_id)
    drafts.save(task, {"comment": RUN, "reason": RUN, "delivery": 1}, revision=1, tab=SHORT)
    traces.store(task, key=SHORT, levels=[0.5] * 10)
    start = b'start,end,line,speaker\n0.0,1.0,"' + RUN.replace('"', '""').encode() + b'",' + SHORT.encode()
    cuts = scenes.Cuts("cuts.csv", start + b"\n")
    scenes.bring_in(
        project_id,
        BytesIO(b"a film"),
        name=f"{SHORT.replace('/', '')}.mp4",
        cuts=cuts,
        script_id=None,
        person_id=lead_id,
        people=[SHORT],
    )


def _type_in_class(room_id: int, lead_id: int) -> None:
    """Work, a take of it, and what is said of it; it is given back to who may not run it either."""
    (student,) = classes.enrol(room_id, [f"{RUN[:70]} c"], person_id=lead_id)
    work = classes.set_work(
        room_id, made_work(title=RUN[:80], lines=(RUN,), instructions=RUN), person_id=lead_id
    )
    taken = made_clip(projects.by_name(ROOM), original_name=f"{SHORT}.mp4", line=RUN)
    class_takes.hand_in(taken.id, work.id, student.id)
    grading.comment(taken.id, at_s=0.1, text=RUN, person_id=lead_id)
    grading.mark(work.id, student.id, scores(), remark=RUN, person_id=lead_id)


def _window(browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    return context


def _enter(context: BrowserContext, door: Door) -> Page:
    page = context.new_page()
    page.goto(f"{door.served.url}/my_work?project={PROJECT}")
    expect(page).to_have_title("Sign in · Dailies")
    page.get_by_label("Name", exact=True).fill("Asha")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Signed in as Asha")).to_be_visible()
    return page


def test_a_sign_in_outlives_a_reload_and_out_ends_it_in_every_window(browser: Browser, door: Door) -> None:
    one, other = _window(browser), _window(browser)
    page, elsewhere = _enter(one, door), _enter(other, door)
    assert "/my_work" in page.url  # where one wanted to go
    page.reload()
    expect(page.get_by_role("button", name="Signed in as Asha")).to_be_visible()
    page.get_by_role("button", name="Signed in as Asha").click()
    page.get_by_role("button", name="Sign out on every device").click()
    expect(page).to_have_title("Sign in · Dailies")
    expect(elsewhere).to_have_title("Sign in · Dailies")
    page.goto(f"{door.served.url}/?project={PROJECT}")
    expect(page).to_have_title("Sign in · Dailies")
    assert one.request.get(f"{door.served.url}/media/anything").status == 401
    for context in (one, other):
        context.close()


def test_nothing_that_somebody_typed_runs_on_any_page(browser: Browser, door: Door) -> None:
    context = _window(browser)
    context.add_cookies([{"name": "dailies_sign_in", "value": door.cookie, "url": door.served.url}])
    page = context.new_page()
    page.add_init_script(
        'window.kept = []; document.addEventListener("securitypolicyviolation", '
        "event => window.kept.push(event.violatedDirective + ' ' + event.blockedURI));"
    )
    seen = 0
    for project, names in ((PROJECT, (*PAGES, *MORE)), (ROOM, ROOM_PAGES)):
        for name in names:
            page.goto(f"{door.served.url}/{name}?project={project}")
            expect(page.get_by_test_id("stSidebar").get_by_text("Language")).to_be_visible()
            expect(page.locator(STILL)).to_be_visible()
            seen += page.get_by_text("typed").count()
            assert page.evaluate("() => window.ran") is None, name
            assert page.locator('img[src="typed"], [href^="javascript:"]').count() == 0, name
            assert page.evaluate("() => window.kept") == [], name  # nor was it kept from running at the last
    assert seen > 20  # it was there to be read
    context.close()
