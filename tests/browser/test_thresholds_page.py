"""From people's ratings to thresholds and back, on the page: learned, checked, explored, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error as NotDone
from playwright.sync_api import Locator, Page, expect

from dashboard.services import projects, recalibrate, threshold_trial
from dashboard.services.threshold_trial import TriedClip
from engine.vocabulary import Emotion, Verdict
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_project import Taste, any_clip, inside, teach
from tests.thoroughness import thorough

LEARNING_MS = 600_000
OPEN_MS = 5_000
TRIES = 4
MILD = Taste(-0.6, 0.5)
PATIENT = Taste(-0.6, 1.4)
NEAR_FIXED = Taste(-0.2, 0.2)
FIXED_Z = 0.15
STEP_Z = 0.05


@pytest.fixture(scope="module")
def server(analysing: Served) -> Served:
    """The one that lasts: these tests make projects of their own."""
    return analysing


class ThresholdsPage:
    """Thresholds, opened in a browser window."""

    def __init__(self, page: Page, server: Served) -> None:
        self.page = page
        self.server = server

    def open(self, project: str) -> ThresholdsPage:
        self.page.goto(f"{self.server.url}/thresholds?project={project}")
        expect(self.page.get_by_role("button", name=re.compile("Learn from"))).to_be_visible()
        return self

    def learn(self) -> None:
        self.page.get_by_role("button", name=re.compile("Learn from")).click()
        expect(self.page.get_by_text(re.compile("^Learned: "))).to_be_visible(timeout=LEARNING_MS)

    def turn_to(self, tab: str) -> None:
        self.page.get_by_role("tab", name=tab).click()

    def choose(self, label: str, option: re.Pattern[str]) -> None:
        """Take an option of a list; a run that ends meanwhile shuts the list, which is then opened again."""
        wanted = self.page.get_by_role("option", name=option)
        for _ in range(TRIES):
            self.page.get_by_label(label).click()
            with suppress(NotDone):
                wanted.click(timeout=OPEN_MS)
                return
        raise AssertionError(f"The list {label!r} shows no {option.pattern!r}.")

    @property
    def put_in_force(self) -> Locator:
        return self.page.get_by_role("button", name="Put in force", exact=True)

    def cell(self, said: Verdict, judged: Verdict) -> Locator:
        return self.page.locator(f'button[data-answer="{said.value}"][data-verdict="{judged.value}"]')

    def is_still(self) -> None:
        """Wait until no run of the page is under way."""
        app = self.page.locator('[data-testid="stApp"]')
        expect(app).to_have_attribute("data-test-script-state", "notRunning")

    def shows_clips(self, expected: list[str]) -> None:
        """Wait until exactly these clips are listed, in any order."""
        links = self.page.get_by_role("button", name=re.compile(r"take_\d+\.mp4"))
        expect(links).to_have_count(len(expected))
        found = [re.findall(r"take_\d+\.mp4", text)[0] for text in links.all_inner_texts()]
        assert sorted(found) == sorted(expected)


def _taught(server: Served, name: str, *, clips: int, simulated: bool = False, **tastes: Taste) -> int:
    """A project of that name, rated by real people through the services; its id."""
    with inside(server.home):
        project = projects.create(name)
        by_emotion = {Emotion(emotion): taste for emotion, taste in tastes.items()}
        teach(project, any_clip("Demo"), clips_count=clips, tastes=by_emotion, simulated=simulated)
        return project.id


def _flipping(server: Served, project_id: int, lower: float, upper: float) -> list[str]:
    with inside(server.home):
        clips = threshold_trial.judged(project_id).value or ()
    changed: tuple[TriedClip, ...] = threshold_trial.flipping(clips, lower, upper)
    return [each.clip.clip_name for each in changed]


def _in_force(server: Served, project_id: int) -> list[str]:
    """The versions that were put in force, oldest first."""
    rows = server.rows(
        "SELECT version FROM promotions JOIN policies ON policies.id = promotions.policy_id "
        "WHERE promotions.project_id = ? ORDER BY promotions.id",
        project_id,
    )
    return [version for (version,) in rows]


def test_two_hundred_ratings_move_the_thresholds_and_can_be_taken_back(page: Page, server: Served) -> None:
    project_id = _taught(server, "Taught", clips=40, anger=PATIENT, fear=MILD, sadness=MILD)
    shown = ThresholdsPage(page, server).open("Taught")
    expect(page.get_by_role("button", name="Learn from 200 ratings")).to_be_enabled()
    shown.learn()
    expect(page.get_by_text("In force: the published pair")).to_be_visible()
    shown.put_in_force.click()
    expect(page.get_by_text(re.compile("In force: learned-.* learned from 200 ratings"))).to_be_visible()
    [first, learned] = _in_force(server, project_id)
    assert (first, learned[:8]) == ("fixed-0.15", "learned-")

    # How sure it is, measured on actors it never saw; a cell of the table leads to its clips.
    expect(page.get_by_text("Does it mean what it says?")).to_be_visible(timeout=LEARNING_MS)
    expect(page.get_by_text("200 ratings, whole actors held out")).to_be_visible()
    cell = shown.cell(Verdict.CORRECT, Verdict.OVER)
    wrong = int(cell.locator("strong").inner_text())
    assert wrong > 0
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    answers = page.get_by_text(re.compile(r"^gap .*, (\d+) answers?$"))
    expect(answers.first).to_be_visible()
    assert sum(int(re.findall(r", (\d+) answer", text)[0]) for text in answers.all_inner_texts()) == wrong

    # By emotion: those who forgive anger more are found, and it is said in a sentence.
    shown.turn_to("By emotion")
    sentence = page.get_by_text(
        re.compile("For anger, raters here accept .* more before they call it too much")
    )
    expect(sentence).to_contain_text("70 ratings by 5 people")
    expect(page.get_by_text(re.compile("^For fear, .*"))).to_have_count(1)

    # The cuts are moved, and at once the clips that would change are listed and open in Review.
    shown.turn_to("Which clips would change?")
    page.get_by_role("button", name="Published pair").click()
    shown.shows_clips(_flipping(server, project_id, -FIXED_Z, FIXED_Z))
    steps = 5
    upper = page.get_by_role("slider").last
    shown.is_still()  # a run that is not over yet would put the handle back
    upper.focus()
    for _ in range(steps):
        upper.press("ArrowRight")
    fewer = _flipping(server, project_id, -FIXED_Z, FIXED_Z + steps * STEP_Z)
    shown.shows_clips(fewer)
    page.get_by_role("button", name=fewer[0]).click()
    review = ReviewPage(page, server)
    review.shows(fewer[0])
    assert review.is_playable()["width"] > 0

    shown.open("Taught").turn_to("History")
    page.get_by_role("button", name="Go back to the one before").click()
    expect(page.get_by_text("In force: the published pair")).to_be_visible()
    assert _in_force(server, project_id) == ["fixed-0.15", learned, "fixed-0.15"]
    assert server.rows("SELECT count(*) FROM ratings WHERE idempotency_key LIKE ?", f"{project_id}-%") == [
        (200,)
    ]


@thorough
def test_the_gate_stays_shut_where_people_agree_with_the_published_pair(page: Page, server: Served) -> None:
    project_id = _taught(server, "Agreeing", clips=12, anger=NEAR_FIXED, joy=NEAR_FIXED)
    shown = ThresholdsPage(page, server).open("Agreeing")
    shown.learn()
    expect(page.get_by_text("It stays a candidate until it is shown better")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"Most wanted are ratings of: .*emotion (anger|joy) \(\d+ more\)"))
    ).to_be_visible()
    expect(shown.put_in_force).to_have_count(0)
    page.get_by_text("How it was checked").click()
    expect(page.get_by_text("stays in force and one learned pair for all stays a candidate")).to_be_visible()
    assert _in_force(server, project_id) == ["fixed-0.15"]


def test_simulated_answers_teach_nothing_outside_the_demo(page: Page, server: Served) -> None:
    _taught(server, "Simulated", clips=40, simulated=True, anger=PATIENT)
    ThresholdsPage(page, server).open("Simulated")
    expect(page.get_by_role("button", name="Learn from 0 ratings")).to_be_disabled()


def test_thresholds_by_the_person_filmed_are_off_and_carry_a_warning(page: Page, server: Served) -> None:
    project_id = _taught(server, "Fair", clips=10, anger=MILD)
    shown = ThresholdsPage(page, server).open("Fair")
    shown.turn_to("By context")
    page.get_by_text("What the thresholds may depend on").click()
    choice = page.get_by_test_id("stMultiSelect")
    expect(choice).to_contain_text("emotion")
    expect(choice).not_to_contain_text("actor")
    choice.get_by_role("combobox").click()
    page.get_by_role("option", name="actor (can be unfair)").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("two people would be judged differently for the same delivery")).to_be_visible()
    [(settings,)] = server.rows("SELECT settings FROM projects WHERE id = ?", project_id)
    assert "actor" in settings
    renamed = page.get_by_role("tab", name="By actor")  # one emotion alone is nothing to compare by
    expect(renamed).to_have_attribute("aria-selected", "true")


@thorough
def test_figures_outlive_the_server_and_a_version_can_be_compared(
    page: Page, own_server: Callable[..., Served]
) -> None:
    first = own_server()
    project_id = _taught(first, "Kept", clips=24, anger=PATIENT, fear=MILD)
    with inside(first.home):
        assert recalibrate.recalibrate(project_id).promoted
    ThresholdsPage(page, first).open("Kept")
    age = page.get_by_text(re.compile(r"Worked out at \d\d:\d\d, from 120 ratings, whole actors held out"))
    expect(age).to_be_visible(timeout=LEARNING_MS)
    [kept] = (first.home / "figures").glob("*.json")
    written = kept.stat().st_mtime_ns
    first.stop()
    again = ThresholdsPage(page, own_server()).open("Kept")
    expect(page.get_by_text("Does it mean what it says?")).to_be_visible()
    expect(page.get_by_role("button", name="Work out again")).to_have_count(0)
    assert kept.stat().st_mtime_ns == written

    again.turn_to("History")
    again.is_still()
    again.choose("Compare a version with what judges now", re.compile("fixed"))
    flips = _flipping(again.server, project_id, -FIXED_Z, FIXED_Z)
    expect(page.get_by_text(f"it would change the verdict on {len(flips)} clips")).to_be_visible()
    page.get_by_role("button", name="Put in force", exact=True).click()
    expect(page.get_by_text("In force: the published pair")).to_be_visible()


def test_nothing_of_the_page_lies_beside_the_screen(page: Page, server: Served) -> None:
    shown = ThresholdsPage(page, server).open("Demo")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for tab in ("Which clips would change?", "By ", "History", "How sure is it?"):
            shown.turn_to(tab)
            expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
