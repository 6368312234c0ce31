"""Raters at a server of their own: projects of many short clips, made fast, and pages handled by keys."""

from __future__ import annotations

import re
import sqlite3
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from dashboard.services import media_store, projects, rating_protocol, visitors
from dashboard.services.predictions import draft_of
from dashboard.visitor_routes import COOKIE
from db import clips, people, policies, predictions, ratings, session
from db.records import ClipDraft, ClipStatus, PersonRecord, PolicyDraft, PolicyKind, RatingRecord
from engine.analysis import AttentionPeak, Curves, EmotionEstimate
from engine.features.table import INSTANTS
from engine.verdict.fixed import FixedPolicy
from engine.vocabulary import Emotion, LineSource, Protocol, Role
from tests.browser.review_page import ReviewPage
from tests.browser.served import serve
from tests.browser.taught_project import inside
from tests.browser.windows import Windows
from tests.dashboard.analysis_made import made_analysis
from tests.media_made import made_clip, tone

SCREEN: Final = (1280, 800)
PATIENCE_MS: Final = 60_000  # a busy machine is slow, not wrong
SECONDS: Final = 1.0
SIZE: Final = (160, 120)
LINE: Final = "How dare you leave me here!"
THRESHOLDS: Final = FixedPolicy(lower=-0.46372, upper=0.28194)
"""Put in force in every project, so that they are like nobody else's."""

MACHINE_EMOTION: Final = Emotion.DISGUST
COUNT_POINTER = """
    window.pointed = 0;
    window.addEventListener("pointerdown", () => (window.pointed += 1), { capture: true });
"""
STORED: Final = re.compile("Saved|You answered this clip on")
"""The second where a form that was put on the page anew tells of an answer the one before has sent."""

TITLE: Final = re.compile(r"^Clip \d+ of \d+( · .*)?$")


@dataclass(frozen=True, slots=True)
class MadeClip:
    """A clip of the workbench, and what would give its prediction away.

    Attributes
    ----------
    stem : str
        What its name begins with, which nothing but a name can hold.
    numbers : Mapping of str to list of float
        Of the prediction and of the policy, by what they are.
    stills : tuple of str
        Parts of the addresses of the pictures at its peaks.
    """

    id: str
    name: str
    stem: str
    numbers: Mapping[str, list[float]]
    stills: tuple[str, ...]


class Workbench:
    """A data folder and the server on it.

    Parameters
    ----------
    home : Path
        Where the data folder is made.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir()
        self.home = home
        sound = tone(SECONDS)
        self._clip = made_clip(home.parent / "take.mp4", seconds=SECONDS, size=SIZE, sound=sound).read_bytes()
        self._made = 0
        self._windows: list[BrowserContext] = []
        self._lent: list[BrowserContext] = []
        self._shared: Windows | None = None
        self.served = serve(home)

    def close(self) -> None:
        self.served.stop()

    def close_windows(self) -> None:
        """Close every browser that was opened here: a page that nobody looks at goes on asking."""
        while self._windows:
            self._windows.pop().close()
        while self._shared and self._lent:
            self._shared.take_back(self._lent.pop())

    def restart(self) -> None:
        """Start again on the same data and at the same address."""
        self.served = serve(self.home, port=self.served.port)

    def project(
        self,
        name: str,
        count: int,
        *,
        protocol: Protocol = Protocol.ASSISTED,
        is_class: bool = False,
        **rules: Any,
    ) -> list[MadeClip]:
        """Make a project, or a class, of ``count`` clips that are rated by these rules."""
        with inside(self.home):
            project = projects.create(name, protocol=protocol, is_class=is_class)
            if rules:
                rating_protocol.change(project.id, person_id=None, **rules)
            with session.writing() as s:
                policy = PolicyDraft(
                    project.id, THRESHOLDS.version, PolicyKind.FIXED, THRESHOLDS.to_dict(), gate_open=True
                )
                policies.put_in_force(s, project.id, policies.add(s, policy).id, person_id=None)
            return [self._add(project.id, f"{name} {number}".replace(" ", "_")) for number in range(count)]

    def rater(self, project: str, name: str) -> PersonRecord:
        """A person who rates in the project."""
        with inside(self.home):
            person = projects.person(name)
            with session.writing() as s:
                people.join(s, projects.by_name(project).id, person.id, Role.RATER)
            return person

    def window(self, browser: Browser, person: PersonRecord, **options: Any) -> BrowserContext:
        """A new browser of that person's own, which remembers them and counts what is pointed at."""
        width, height = SCREEN
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        self._windows.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(COUNT_POINTER)
        return self._known(context, person)

    def sit(self, browser: Browser, project: str, name: str) -> RaterPage:
        """Have a rater open the project in a window that other tests may have had."""
        self._shared = self._shared or Windows(browser, SCREEN, PATIENCE_MS, COUNT_POINTER)
        self._lent.append(self._shared.lend())
        window = self._known(self._lent[-1], self.rater(project, name))
        return RaterPage(window.new_page(), self.served).begin(project)

    def _known(self, context: BrowserContext, person: PersonRecord) -> BrowserContext:
        with inside(self.home):
            cookie = visitors.remembered(visitors.ticket(person))
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": self.served.url}])
        return context

    def answers(self, project: str) -> list[RatingRecord]:
        """Every stored answer of a project, oldest first; those changed or taken back too."""
        with inside(self.home), session.reading() as s:
            given = ratings.all_of_project(s, projects.by_name(project).id)
            return sorted((rated.rating for rated in given), key=lambda rating: rating.id)

    def change(self, statement: str, *values: Any) -> None:
        """Change the database, past the server."""
        with closing(sqlite3.connect(self.home / "dailies.db", timeout=20)) as database, database:
            database.execute(statement, values)

    def _add(self, project_id: int, stem: str) -> MadeClip:
        self._made += 1
        generator = np.random.default_rng(zlib.crc32(stem.encode()))  # whatever else was made before
        name = f"{stem}_far_too_weak_{MACHINE_EMOTION.value}.mp4"
        free = struct.pack(">I4sQ", 16, b"free", self._made)  # an atom that players skip, unlike any other
        stored = media_store.put_bytes(self._clip + free)
        stills = [media_store.put_bytes(b"\xff\xd8\xff" + free + bytes([place])).key for place in range(2)]
        expected, expressed = generator.uniform(0.8, 0.9), generator.uniform(0.1, 0.2)
        weights = generator.dirichlet(np.full(INSTANTS, 5.0))
        shares = np.array([0.5, 0.3, 0.2]) + generator.uniform(-0.03, 0.03, 3)
        shares /= shares.sum()
        times = generator.uniform(0.1, 0.9, 2)
        loudness, pitch = generator.uniform(-9, -1, INSTANTS), generator.uniform(90, 180, INSTANTS)
        analysis = made_analysis(
            expected=float(expected),
            expressed=float(expressed),
            duration_s=SECONDS,
            emotion=EmotionEstimate(
                dict(zip((MACHINE_EMOTION, Emotion.SADNESS, Emotion.NEUTRAL), shares.tolist(), strict=True))
            ),
            attention=tuple(weights.tolist()),
            attention_times_s=tuple(((np.arange(INSTANTS) + 0.5) * SECONDS / INSTANTS).tolist()),
            peaks=tuple(AttentionPeak(float(time), float(weights.max()), None) for time in times),
            curves=Curves(tuple(loudness.tolist()), tuple(pitch.tolist()), (1.25,) * INSTANTS),
        )
        with session.writing() as s:
            clip = clips.add(
                s,
                project_id,
                ClipDraft(
                    sha256=stored.sha256,
                    original_name=name,
                    media_key=stored.key,
                    size_bytes=stored.size_bytes,
                    duration_s=SECONDS,
                    width=SIZE[0],
                    height=SIZE[1],
                    line=LINE,
                    line_source=LineSource.GIVEN,
                    status=ClipStatus.READY,
                ),
            )
            predictions.add(s, draft_of(analysis, clip_id=clip.id, thumbnail_keys=stills))
        numbers = {
            "expected intensity": [float(expected)],
            "expressed intensity": [float(expressed)],
            "gap": [analysis.alignment or 0.0],
            "attention": weights.tolist(),
            "probabilities": shares.tolist(),
            "peak times": times.tolist(),
            "loudness": loudness.tolist(),
            "pitch": pitch.tolist(),
            "thresholds": [THRESHOLDS.lower, THRESHOLDS.upper],
        }
        return MadeClip(clip.id, name, stem, numbers, (*stills, "/peaks/"))


class RaterPage(ReviewPage):
    """Review as a rater without a mouse handles it."""

    def begin(self, project: str) -> RaterPage:
        """Open the page where the queue leads to."""
        self.page.goto(f"{self.server.url}/?project={project}")
        expect(self.form).to_be_visible()
        return self

    @property
    def title(self) -> Locator:
        """Which clip the page is about."""
        return self.page.get_by_text(TITLE)

    @property
    def clip(self) -> str:
        """The id of the clip that the player shows."""
        return str(self.page.evaluate("() => new URL(location).searchParams.get('clip')"))

    @property
    def over(self) -> Locator:
        """What the form says where there is nothing to be answered, or that all is done."""
        return self.form.get_by_text("there is nothing to be answered").or_(self.done)

    @property
    def done(self) -> Locator:
        return self.page.get_by_text("All done")

    def send(self, *keys: str) -> None:
        """Answer, and wait until the page says that it is stored."""
        self.press(*keys, "Enter")
        expect(self.status).to_contain_text(STORED)

    def rate(self, *keys: str, last: bool = False) -> None:
        """Answer, and wait until the page has gone on to the next clip, or says that it was the last."""
        before = self.title.inner_text()
        self.send(*keys)
        self.has_gone_on(before, last=last)

    def go_on(self, before: str) -> None:
        """Press Enter once the form offers to go on: it says what became of an answer a little before."""
        expect(self.form.locator(".confirm")).to_contain_text("Next")
        self.press("Enter")
        self.has_gone_on(before)

    def has_gone_on(self, before: str, *, last: bool = False) -> None:
        """Wait until something else is asked than ``before``."""
        if last:
            expect(self.done).to_be_visible()
            return
        expect(self.title).not_to_have_text(before)
        self.is_empty()

    def is_empty(self) -> None:
        """Wait until nothing is chosen: the form of the answer before has given way."""
        expect(self.form.locator('[aria-pressed="true"]')).to_have_count(0)

    def never_pointed(self) -> bool:
        """Whether neither mouse nor finger has touched the page since it was opened."""
        return bool(self.page.evaluate("() => window.pointed") == 0)


@contextmanager
def workbench_at(home: Path) -> Iterator[Workbench]:
    """A workbench that ends with the block."""
    bench = Workbench(home)
    try:
        yield bench
    finally:
        bench.close()
