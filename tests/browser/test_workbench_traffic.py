"""Everything that reaches the browser before the lock, searched for the machine's opinion."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import streamlit
from playwright.sync_api import Browser, Error, Page, Response, WebSocket, expect

from dashboard.services.messages import say
from engine.vocabulary import Channel, Emotion, Protocol, Verdict
from tests.browser.workbench import MACHINE_EMOTION, MadeClip, RaterPage, Workbench
from tests.thoroughness import thorough

CLIPS = 3
NUMBER = re.compile(rb"\d*\.\d{3,}")
"""Whatever is written with three decimals or more."""

LARGE = 0.1
DECIMALS, DECIMALS_OF_SMALL = 3, 5
"""From how many decimals on a number is known again; many clips have an instant of about 0.020."""

OTHER_PAGES = ("clips", "thresholds", "agreement", "export")
PACKAGE = Path(streamlit.__file__).parent / "static"


class Traffic:
    """All that a page receives, from the moment it is opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._responses: list[Response] = []
        self._bodies: list[bytes] = []
        self._frames: list[bytes] = []
        page.on("response", lambda response: self._responses.append(response))
        page.on("websocket", self._listen)

    def __iter__(self) -> Iterator[bytes]:
        """Bodies, addresses, headers and frames so far; what every browser gets from the package left out."""
        while self._responses:
            response = self._responses.pop(0)
            self._bodies.append(f"{response.url} {response.all_headers()}".encode())
            body = self._body(response)
            if not _is_of_package(response.url, body):
                self._bodies.append(body)
        return iter((*self._bodies, *self._frames, self.page.content().encode()))

    @property
    def frames(self) -> bytes:
        return b"\n".join(self._frames)

    def _body(self, response: Response) -> bytes:
        try:
            return response.body()
        except Error:  # a browser keeps no pieces of media, and no empty answers
            return self.page.request.get(response.url).body() if "/takes/" in response.url else b""

    def _listen(self, socket: WebSocket) -> None:
        self._frames.append(socket.url.encode())
        socket.on(
            "framereceived",
            lambda frame: self._frames.append(frame if isinstance(frame, bytes) else frame.encode()),
        )


def leaks(traffic: Traffic, clip: MadeClip) -> set[str]:
    """What of the machine's opinion about a clip has reached the browser, and whether its name has."""
    everything = list(traffic)
    found = {
        what for what, numbers in clip.numbers.items() if any(_tells(part, numbers) for part in everything)
    }
    words = {
        "stills": clip.stills,
        "file name": (clip.name, clip.stem),
        "verdict": (f'"{Verdict.UNDER.value}"', say(f"verdict.{Verdict.UNDER.value}")),
    }
    for what, texts in words.items():
        if any(text.encode() in part for text in texts for part in everything):
            found.add(what)
    if _is_named_more_often(traffic.frames):
        found.add("emotion")
    return found


def every_kind(clip: MadeClip) -> set[str]:
    return {*clip.numbers, "stills", "verdict", "emotion"}


def _tells(part: bytes, numbers: Sequence[float]) -> bool:
    """Whether a text has one of the numbers, rounded or cut off at any decimal, or its bytes."""
    packed = (struct.pack(form, number) for form in ("<d", ">d", "<f") for number in numbers)
    if any(each in part for each in packed):
        return True
    for text in set(NUMBER.findall(part)):
        decimals = len(text) - text.index(b".") - 1
        for number in np.abs(numbers):
            needed = DECIMALS if number >= LARGE else DECIMALS_OF_SMALL
            if decimals >= needed and abs(float(text) - number) < 10.0**-decimals:
                return True
    return False


def _is_named_more_often(frames: bytes) -> bool:
    """Whether the machine's emotion occurs more often than what is only a choice of the form."""
    counts = Counter({emotion: frames.count(f'"{emotion.value}"'.encode()) for emotion in _asked()})
    return counts[MACHINE_EMOTION] > min(counts.values())


def _asked() -> tuple[Emotion, ...]:
    return (Emotion.ANGER, Emotion.DISGUST, Emotion.FEAR, Emotion.JOY, Emotion.SURPRISE)


def _is_of_package(url: str, body: bytes) -> bool:
    name = url.partition("?")[0].rsplit("/", 1)[-1]
    return "/static/" in url and body in _package_files(name)


@cache
def _package_files(name: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in PACKAGE.rglob(name)) if name else ()


def listened(bench: Workbench, browser: Browser, project: str) -> tuple[RaterPage, Traffic]:
    """A rater at a page whose traffic is kept from the first byte on."""
    window = bench.window(browser, bench.rater(project, "Asha"))
    page = window.new_page()
    traffic = Traffic(page)
    return RaterPage(page, bench.served), traffic


def wait_for_opinion(rater: RaterPage) -> None:
    """Wait until the page shows all that the machine says: the evidence is drawn last."""
    expect(rater.page.locator("button.peak img").first).to_be_attached()
    expect(rater.page.get_by_text(f"The clip reads as {MACHINE_EMOTION.value}")).to_be_visible()


@pytest.mark.parametrize(
    "protocol", [Protocol.BLIND_FIRST, pytest.param(Protocol.BLIND_ONLY, marks=thorough)]
)
def test_nothing_of_the_prediction_comes_before_the_lock(
    bench: Workbench, browser: Browser, protocol: Protocol
) -> None:
    project = f"Listened {protocol.value}"
    made = {clip.id: clip for clip in bench.project(project, CLIPS, protocol=protocol)}
    rater, traffic = listened(bench, browser, project)
    for page in OTHER_PAGES:
        rater.page.goto(f"{bench.served.url}/{page}?project={project}")
        expect(rater.form).to_be_visible()
    rater.begin(project)
    for place in range(CLIPS):
        clip, before = made[rater.clip], rater.title.inner_text()
        rater.is_playable()
        rater.press("3")
        expect(rater.status).to_contain_text("Draft saved")
        assert leaks(traffic, clip) == set()
        rater.send()
        if protocol is Protocol.BLIND_FIRST:
            wait_for_opinion(rater)
            assert leaks(traffic, clip) == every_kind(clip)
            return
        rater.has_gone_on(before, last=place == CLIPS - 1)
        assert leaks(traffic, clip) == set()


def test_single_channels_are_asked_without_it_even_where_the_full_clip_shows_it(
    bench: Workbench, browser: Browser
) -> None:
    project = "Listened channels"
    [clip] = bench.project(project, 1, channels=(Channel.WORDS, Channel.VOICE, Channel.FACE, Channel.FULL))
    rater, traffic = listened(bench, browser, project)
    rater.begin(project)
    for channel, key in ((Channel.WORDS, "t"), (Channel.VOICE, "b"), (Channel.FACE, "b")):
        asked = rater.page.get_by_text(say(f"review.channel_{channel.value}"))
        expect(asked).to_be_visible()
        rater.is_empty()
        if channel is not Channel.WORDS:
            rater.is_playable()
        rater.press(key)
        expect(rater.status).to_contain_text("Draft saved")
        assert leaks(traffic, clip) == set()
        rater.send()
        expect(asked).to_have_count(0)
    wait_for_opinion(rater)
    assert leaks(traffic, clip) == every_kind(clip) | {"file name"}


def test_the_search_finds_all_of_it_where_the_page_shows_it(bench: Workbench, browser: Browser) -> None:
    project = "Listened assisted"
    [clip] = bench.project(project, 1)
    rater, traffic = listened(bench, browser, project)
    rater.begin(project)
    wait_for_opinion(rater)
    assert leaks(traffic, clip) == every_kind(clip) | {"file name"}
