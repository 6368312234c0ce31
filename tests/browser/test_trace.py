"""Intensity is traced while the clip plays, kept over a reload, sent once, and shown when it may be."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from dashboard.services import traces
from db import people, session
from db.records import ClipRecord, TaskKey
from tests.browser.player_stage import PlayerPage, Stage, scene
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.media_made import made_clip, tone

SECONDS = 2.0
CLIPS = ("mouse", "keys", "reload", "offline", "untouched", "over", "blind")
ROWS = "SELECT rate_hz, lag_s, levels FROM traces JOIN clips ON clips.id = clip_id WHERE original_name = ?"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("traced") / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_HOME", str(home))
        patch.delenv("DAILIES_DATABASE_URL", raising=False)
        stage = Stage(home)
        scenes = {}
        for number, name in enumerate(CLIPS):
            sound = tone(SECONDS, hertz=300 + number)
            path = made_clip(home.parent / f"{name}.mp4", seconds=SECONDS, sound=sound)
            clip = stage.clip(path)
            trace = {"task_pass": stage.pass_to(clip)}
            scenes[name] = scene(clip, duration_s=SECONDS, trace={**trace, **earlier(stage, clip, name)})
        stage.start(scenes)
        yield stage
        assert stage.served is not None
        stage.served.stop()
        session.close()


def earlier(stage: Stage, clip: ClipRecord, name: str) -> dict[str, Any]:
    """Traces of two people that lie there already, as the page would be given them."""
    if name not in {"over", "blind"}:
        return {}
    asha = stage.person()
    with session.writing() as s:
        ben = people.get_or_create(s, f"Ben {name}")
        people.join(s, clip.project_id, ben.id, people.role_in(s, clip.project_id, asha.id))  # type: ignore[arg-type]  # she has one
    for person, level in ((asha, 0.25), (ben, 0.75)):
        traces.store(TaskKey(clip.id, person.id), key=f"{name}{person.id}", levels=[level] * 20)
    shown = traces.shown(TaskKey(clip.id, asha.id), reveals=name == "over")
    return {"mine": shown.mine, "others": shown.others, "raters": shown.raters}


def stored(stage: Stage, name: str) -> list[tuple[float, float, list[float | None]]]:
    assert stage.served is not None
    found = stage.served.rows(ROWS, f"{name}.mp4")
    return [(rate, lag, json.loads(levels)) for rate, lag, levels in found]


def play_to_the_end(player: PlayerPage) -> None:
    player.press("Space")
    player.wait("media => media.ended")


def saved(page: Page) -> None:
    expect(page.locator(".trace-status")).to_have_text(re.compile(r"Trace saved \d+:\d+:\d+"))


def test_a_trace_by_mouse_is_stored_once_at_ten_a_second(stage: Stage, page: Page) -> None:
    player = stage.open(page, "mouse").ready()
    expect(page.locator(".trace-track")).to_have_attribute("aria-valuetext", "not traced yet")
    box = page.locator(".trace-track").bounding_box()
    assert box is not None
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + 0.75 * box["height"])
    player.press("Space")
    player.wait("media => media.currentTime > 1")
    player.press("Space")  # a busy machine would be at the end before the mouse has moved
    player.wait("media => media.paused")
    page.mouse.move(x, box["y"] + 0.25 * box["height"])
    player.press("Space")
    player.wait("media => media.ended")
    saved(page)
    [(rate, lag, levels)] = stored(stage, "mouse")
    assert rate == 10
    assert len(levels) == pytest.approx(10 * SECONDS, abs=1)
    assert 0 < lag <= len(levels) / rate / 3
    known = [level for level in levels if level is not None]
    assert len(known) == len(levels) - round(10 * lag)
    assert known[0] == pytest.approx(0.25, abs=0.03)
    assert known[-1] == pytest.approx(0.75, abs=0.03)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    player.press("0")  # looking at it again is no second trace
    player.wait("media => media.currentTime > 0.5 && !media.paused")
    player.wait("media => media.ended")
    assert len(stored(stage, "mouse")) == 1
    expect(page.locator(".traced.mine")).to_be_attached()


def test_held_keys_raise_and_lower_it_and_leave_the_page_where_it_is(stage: Stage, page: Page) -> None:
    player = stage.open(page, "keys").ready()
    player.press("Space")
    page.keyboard.down("ArrowUp")
    player.wait("media => media.currentTime > 1.2")
    page.keyboard.up("ArrowUp")
    page.keyboard.down("ArrowDown")
    player.wait("media => media.ended")
    page.keyboard.up("ArrowDown")
    saved(page)
    [(_, _, levels)] = stored(stage, "keys")
    known = [level for level in levels if level is not None]
    top = known.index(max(known))
    assert 0 < top < len(known) - 1
    assert known[: top + 1] == sorted(known[: top + 1])
    assert max(known) > known[-1]
    assert page.evaluate("() => window.scrollY") == 0


def test_half_a_trace_survives_a_reload(stage: Stage, page: Page) -> None:
    player = stage.open(page, "reload").ready()
    page.keyboard.down("ArrowUp")
    player.press("Space")
    player.wait("media => media.currentTime > 1.2")
    player.press("Space")
    page.keyboard.up("ArrowUp")
    player = stage.open(page, "reload").ready()
    expect(page.locator(".traced.mine")).to_be_attached()
    player.watched(_clip(stage, "reload"))  # the answer is on its way, and so is what was traced
    saved(page)
    [(_, _, levels)] = stored(stage, "reload")
    assert 8 <= len(levels) <= 16
    assert any(level is not None for level in levels)


def test_a_trace_that_cannot_be_sent_waits_and_goes_once(stage: Stage, page: Page) -> None:
    sent: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(str(route.request.post_data))
        route.abort()

    page.route("**/traces", refuse)
    player = stage.open(page, "offline").ready()
    page.keyboard.down("ArrowUp")
    play_to_the_end(player)
    page.keyboard.up("ArrowUp")
    expect(page.locator(".trace-status")).to_contain_text("is not saved yet")
    page.unroute("**/traces")
    stage.open(page, "offline").ready()  # the outbox outlives the page
    page.wait_for_function("() => localStorage.getItem('dailies.trace.outbox') === '[]'")
    assert len(sent) >= 1
    assert len(stored(stage, "offline")) == 1


def test_nothing_is_stored_where_nothing_was_traced(stage: Stage, page: Page) -> None:
    player = stage.open(page, "untouched").ready()
    play_to_the_end(player)
    expect(page.locator(".trace-status")).to_contain_text("Play the clip")
    assert stored(stage, "untouched") == []


def test_earlier_traces_lie_over_the_time_line_where_they_may_be_seen(stage: Stage, page: Page) -> None:
    stage.open(page, "over").ready()
    expect(page.locator(".traced.mine")).to_be_attached()
    expect(page.locator(".traced.others")).to_be_attached()
    expect(page.locator(".legend.others")).to_have_text("Mean of 2 people")
    page.get_by_role("button", name="Trace again").click()
    expect(page.locator(".traced.mine")).to_have_count(0)
    stage.open(page, "blind").ready()
    expect(page.locator(".traced.mine")).to_be_attached()
    expect(page.locator(".traced.others, .legend.others")).to_have_count(0)


def test_on_a_phone_the_strip_is_wide_enough_for_a_thumb(stage: Stage, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    stage.open(page, "untouched").ready()
    box = page.locator(".trace-track").bounding_box()
    assert box is not None
    assert box["width"] >= 40
    assert box["x"] + box["width"] <= 360


def _clip(stage: Stage, name: str) -> str:
    assert stage.served is not None
    return str(stage.served.rows("SELECT id FROM clips WHERE original_name = ?", f"{name}.mp4")[0][0])


def test_a_project_that_asks_for_it_is_traced_on_the_review_page(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open("part_3.mp4")
    expect(page.locator(".trace-track")).to_be_hidden()
    with sqlite3.connect(server.home / "dailies.db", timeout=20) as database:
        database.execute("""UPDATE projects SET settings = '{"rating": {"is_traced": true}}'""")
    review = ReviewPage(page, server).open("part_3.mp4")
    review.is_playable()
    page.keyboard.down("ArrowUp")
    page.keyboard.press("Space")
    page.wait_for_function("media => media.ended", arg=review.media.element_handle())
    page.keyboard.up("ArrowUp")
    saved(page)
    clip = review.id_of("part_3.mp4")
    assert server.rows("SELECT count(*) FROM traces WHERE clip_id = ?", clip) == [(1,)]
    expect(page.locator(".attention-area")).to_be_attached()
    expect(page.locator(".traced.mine")).to_be_attached()
