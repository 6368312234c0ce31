"""The player by itself: stretches, volume, whole screen, curves, waves, what it reports, any window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from db import session
from tests.browser.player_stage import PlayerPage, Stage, scene
from tests.media_made import made_clip, tone

SECONDS = 6.0
INSTANTS = 50
PHONE = {"width": 360, "height": 740}
TOUCH_PX = 40


def curves(duration_s: float) -> dict[str, Any]:
    """What an open project shows."""
    grid = np.linspace(0, 2 * np.pi, INSTANTS)
    return {
        "line": "How dare you leave me here!",
        "words": [["How", 0.5, 0.9, 0.1], ["dare", 1.0, 1.6, 0.6], ["you", 1.7, 2.0, 0.3]],
        "attention": ((1.1 + np.sin(grid)) / np.sum(1.1 + np.sin(grid))).tolist(),
        "times_s": ((np.arange(INSTANTS) + 0.5) * duration_s / INSTANTS).tolist(),
        "peaks": [[1.4, 0.03, "dare", None], [3.0, 0.02, None, None]],
        "loudness_db": (10 * np.cos(grid)).tolist(),
        "pitch_hz": [None if i % 9 > 5 else 180.0 + i for i in range(INSTANTS)],
        "face_movement": np.abs(np.sin(2 * grid)).tolist(),
        "brows": np.abs(np.cos(3 * grid)).tolist(),
    }


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("stage") / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_HOME", str(home))
        patch.delenv("DAILIES_DATABASE_URL", raising=False)
        stage = Stage(home)
        files = home.parent
        seen = stage.clip(made_clip(files / "seen.mp4", seconds=SECONDS, sound=tone(SECONDS)))
        loud = np.concatenate([tone(1.0, level=0.05), tone(1.0, level=0.8)])
        heard = stage.clip(made_clip(files / "heard.m4a", size=None, sound=loud))
        (files / "broken.mp4").write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(500))
        broken = stage.clip(files / "broken.mp4")
        heard_options = {"duration_s": 2.0, "is_sound_only": True}
        stage.start(
            {
                "open": scene(seen, duration_s=SECONDS, **curves(SECONDS)),
                "blind": scene(seen, duration_s=SECONDS, line="How dare you leave me here!"),
                "urdu": scene(
                    seen, duration_s=SECONDS, **{**curves(SECONDS), "line": "تم نے ایسا کیوں کیا؟"}
                ),
                "heard": scene(heard, **heard_options, **curves(2.0)),
                "heard_blind": scene(heard, **heard_options, line=""),
                "broken": scene(broken, duration_s=1.0),
                "words": {**scene(seen, duration_s=SECONDS, line="How dare you!"), "source": ""},
            }
        )
        yield stage
        assert stage.served is not None
        stage.served.stop()
        session.close()


@pytest.fixture
def opened(stage: Stage, page: Page) -> PlayerPage:
    return stage.open(page, "open").ready()


def seek(player: PlayerPage, time_s: float) -> None:
    player.media.evaluate("(media, time) => { media.currentTime = time; }", time_s)
    player.wait("media => !media.seeking")


# --- repeating a stretch ------------------------------------------------------------------------


def test_brackets_choose_a_stretch_that_is_repeated_until_it_is_let_go(opened: PlayerPage) -> None:
    seek(opened, 1.0)
    opened.press("[")
    seek(opened, 1.6)
    opened.press("]")
    assert opened.get("currentTime") == pytest.approx(1.0, abs=0.05)
    expect(opened.button("loop")).to_have_attribute("aria-pressed", "true")
    expect(opened.page.locator(".unseen[role=status]")).to_have_text("From 0:01.0 to 0:01.6 is repeated")
    opened.media.evaluate(
        "media => { media.far = 0; media.back = 0; let last = 0; media.ontimeupdate = () => {"
        " const now = media.currentTime; if (now < last) media.back += 1;"
        " media.far = Math.max(media.far, now); last = now; }; }"
    )
    opened.press("Space")
    opened.wait("media => media.back >= 3")
    assert opened.get("far") < 1.9
    opened.press("\\")
    expect(opened.button("loop")).to_have_attribute("aria-pressed", "false")
    expect(opened.page.locator(".stretch")).to_be_hidden()
    opened.wait("media => media.currentTime > 2")


def test_dragging_along_the_ruler_chooses_a_stretch(opened: PlayerPage) -> None:
    box = opened.page.locator(".ticks").bounding_box()
    assert box is not None
    y, mouse = box["y"] + box["height"] / 2, opened.page.mouse
    mouse.move(box["x"] + box["width"] / 2, y)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.6, y, steps=4)
    mouse.move(box["x"] + box["width"] * 0.25, y, steps=4)
    mouse.up()
    assert opened.get("currentTime") == pytest.approx(0.25 * SECONDS, abs=0.08)
    expect(opened.page.locator(".stretch")).to_be_visible()
    left, width = opened.page.locator(".stretch").evaluate(
        "e => [e.style.left, e.style.width].map(parseFloat)"
    )
    assert (left, width) == (pytest.approx(25, abs=1), pytest.approx(25, abs=1))


def test_a_click_on_the_ruler_seeks_and_chooses_nothing(opened: PlayerPage) -> None:
    box = opened.page.locator(".ticks").bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 8)
    assert opened.get("currentTime") == pytest.approx(SECONDS / 2, abs=0.08)
    expect(opened.page.locator(".stretch")).to_be_hidden()


def test_without_a_stretch_the_whole_clip_is_repeated(opened: PlayerPage) -> None:
    opened.press("\\")
    seek(opened, SECONDS - 0.4)
    opened.press("Space")
    opened.wait("media => media.currentTime > 0.2 && media.currentTime < 3 && !media.paused")


# --- sound, speed, screen -----------------------------------------------------------------------


def test_the_volume_is_set_by_keys_named_for_a_screen_reader_and_kept(stage: Stage, page: Page) -> None:
    player = stage.open(page, "open").ready()
    volume = player.button("volume")
    volume.focus()
    player.press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    assert player.get("volume") == pytest.approx(0.8)
    expect(volume).to_have_attribute("aria-valuetext", "80 %")
    assert player.get("currentTime") == 0  # the arrows were the slider's
    player.press("Space")
    player.wait("media => !media.paused")
    assert stage.open(page, "heard").ready().get("volume") == pytest.approx(0.8)


def test_the_speed_goes_from_half_to_double(opened: PlayerPage) -> None:
    opened.press(*"------")
    assert opened.get("playbackRate") == 0.5
    opened.press(*"=======")
    assert opened.get("playbackRate") == 2


def test_full_screen_keeps_the_controls_and_the_caption(opened: PlayerPage) -> None:
    opened.button("fullscreen").click()
    opened.page.wait_for_function("document.fullscreenElement !== null")
    expect(opened.button("fullscreen")).to_have_attribute("aria-pressed", "true")
    expect(opened.button("play")).to_be_in_viewport()
    expect(opened.stage).to_be_in_viewport()
    expect(opened.page.locator(".caption")).to_be_in_viewport()
    opened.press("Space")
    opened.wait("media => !media.paused")
    opened.button("fullscreen").click()
    opened.page.wait_for_function("document.fullscreenElement === null")
    expect(opened.button("fullscreen")).to_have_attribute("aria-pressed", "false")


def test_every_control_is_reached_with_the_tab_key_and_shows_it(opened: PlayerPage) -> None:
    opened.button("play").focus()
    reached = []
    for _ in range(24):
        found = opened.page.evaluate(
            """() => { let at = document.activeElement;
                while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                return [at.className, at.getAttribute("aria-label") || at.textContent,
                    at.matches(":focus-visible") ? getComputedStyle(at).outlineStyle : ""]; }"""
        )
        reached.append(found)
        opened.press("Tab")
    names = {classes.split(" ")[0] for classes, _, _ in reached}
    wanted = {"play", "back", "forward", "frame_back", "frame_forward", "replay", "mark_from", "mark_to"}
    assert wanted | {"loop", "sound", "volume", "fullscreen", "chip", "stage", "peak"} <= names
    own = [found for found in reached if found[0].split(" ")[0] in wanted]
    assert all(name and outline == "solid" for _, name, outline in own[1:])


def test_home_and_end_move_the_time_line_that_has_the_focus(opened: PlayerPage) -> None:
    opened.stage.focus()
    opened.press("End")
    assert opened.get("currentTime") == pytest.approx(SECONDS, abs=0.1)
    opened.press("Home")
    expect(opened.stage).to_have_attribute("aria-valuetext", re.compile(r"^0:00\.0 / 0:06\.0$"))


# --- what is drawn ------------------------------------------------------------------------------


def test_curves_can_be_laid_over_one_another_and_differ_without_colour(opened: PlayerPage) -> None:
    for name in ("loudness", "pitch", "face", "brows"):
        opened.page.locator(f'.chip[data-curve="{name}"]').click()
    expect(opened.page.locator("path.curve")).to_have_count(4)
    dashes = opened.page.locator("path.curve").evaluate_all(
        "all => all.map(e => getComputedStyle(e).strokeDasharray)"
    )
    assert len(set(dashes)) == 4
    opened.page.locator('.chip[data-curve="pitch"]').click()
    expect(opened.page.locator("path.curve")).to_have_count(3)


def test_a_word_is_a_place_to_go_to(opened: PlayerPage) -> None:
    opened.page.locator(".words span", has_text="dare").click()
    assert opened.get("currentTime") == pytest.approx(1.0, abs=0.05)
    expect(opened.page.locator(".caption .spoken")).to_have_text("dare")


def test_a_blind_clip_has_a_plain_time_line(stage: Stage, page: Page) -> None:
    player = stage.open(page, "blind").ready()
    drawn = page.locator(".attention-area, .curve, .mark, .chip, .peak, .words span, .legend, .traced")
    expect(drawn).to_have_count(0)
    expect(player.stage).to_be_visible()
    expect(page.locator(".caption")).to_have_text("How dare you leave me here!")


def test_a_clip_that_is_heard_shows_the_wave_of_its_sound(stage: Stage, page: Page) -> None:
    stage.open(page, "heard").ready()
    expect(page.locator('svg.wave[data-source="sound"]')).to_be_attached()
    heights = page.locator("svg.wave rect").evaluate_all("all => all.map(e => e.height.baseVal.value)")
    quiet, loud = np.array_split(np.array(heights)[5:-5], 2)
    assert np.median(loud) / np.median(quiet) == pytest.approx(48 / (1 + 47 / 16), rel=0.2)
    page.locator(".wave-box").click()
    assert PlayerPage(page).get("currentTime") == pytest.approx(1.0, abs=0.1)


def test_a_clip_that_is_heard_blind_shows_no_wave_and_fetches_nothing_for_one(
    stage: Stage, page: Page
) -> None:
    fetched: list[str] = []
    page.on(
        "request", lambda request: fetched.append(request.resource_type) if "/takes/" in request.url else None
    )
    stage.open(page, "heard_blind").ready()
    expect(page.locator(".ear")).to_be_visible()
    expect(page.locator("svg.wave")).to_have_count(0)
    assert set(fetched) == {"media"}


def test_words_alone_come_without_a_player(stage: Stage, page: Page) -> None:
    player = stage.open(page, "words")
    expect(page.locator(".line-alone")).to_have_text("How dare you!")
    expect(player.media).to_have_count(0)
    expect(page.locator(".bar")).to_be_hidden()
    player.press("Space", "[", "ArrowRight")


def test_a_clip_that_no_browser_plays_says_what_to_do(stage: Stage, page: Page) -> None:
    stage.open(page, "broken")
    expect(page.locator(".trouble")).to_contain_text("skip it and say that it cannot be played")


def test_a_clip_whose_connection_was_lost_plays_after_another_try(stage: Stage, page: Page) -> None:
    page.route("**/takes/**", lambda route: route.abort())
    player = stage.open(page, "blind")
    trouble = page.locator(".trouble")
    expect(trouble).to_contain_text("Check the connection")
    page.unroute("**/takes/**")
    trouble.get_by_role("button", name="Try again").click()
    player.ready()
    expect(trouble).to_be_hidden()


# --- what is reported ---------------------------------------------------------------------------


def test_it_reports_what_was_played_how_often_and_how_fast(stage: Stage, page: Page) -> None:
    player = stage.open(page, "open").ready()
    seek(player, 1.0)
    player.press("Equal", "Equal", "Equal", "Equal", "Space")
    player.wait("media => media.currentTime > 2.2")
    player.press("Space")
    player.wait("media => media.paused")
    reached = player.get("currentTime")  # a busy machine stops it later
    seek(player, 1.0)
    player.press("Space")
    player.wait("media => media.currentTime > 1.5")
    player.press("Space")
    player.wait("media => media.paused")
    reached = max(reached, player.get("currentTime"))
    report = player.watched(_clip_id(stage))
    [[start, end]] = report["intervals_s"]
    assert (start, end) == (pytest.approx(1.0, abs=0.1), pytest.approx(reached, abs=0.05))
    assert report["watched_share"] == pytest.approx((end - start) / SECONDS, abs=0.01)
    assert (report["replays"], report["fastest"]) == (1, 2)
    assert report["hidden_s"] == 0


def test_what_plays_in_a_hidden_tab_is_not_watched(stage: Stage, page: Page) -> None:
    player = stage.open(page, "open").ready()
    page.evaluate(
        "() => { Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    player.media.evaluate("media => media.play()")
    player.wait("media => media.currentTime > 0.8")
    page.evaluate("() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }")
    player.wait("media => media.currentTime > 1.6")
    report = player.watched(_clip_id(stage))
    assert report["hidden_s"] >= 0.7
    assert report["intervals_s"][0][0] >= 0.7


def _clip_id(stage: Stage) -> str:
    assert stage.served is not None
    return str(stage.served.rows("SELECT id FROM clips WHERE original_name = 'seen.mp4'")[0][0])


# --- any window ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["open", "blind", "heard"])
def test_on_a_phone_all_fits_and_can_be_touched(stage: Stage, page: Page, name: str) -> None:
    page.set_viewport_size(PHONE)
    stage.open(page, name).ready()
    boxes = page.locator(".player button:visible, .player select, .player input, .ticks").evaluate_all(
        "all => all.map(e => [e.className, ...['left', 'right', 'width', 'height'].map("
        "side => e.getBoundingClientRect()[side])])"
    )
    small = [box for box in boxes if box[4] < TOUCH_PX or (box[3] < TOUCH_PX)]
    wide = [box for box in boxes if box[1] < 0 or box[2] > PHONE["width"]]
    assert (small, wide) == ([], [])


def test_a_right_to_left_page_does_not_mirror_time(stage: Stage, page: Page) -> None:
    player = stage.open(page, "urdu", direction="rtl").ready()
    box = player.stage.bounding_box()
    assert box is not None
    player.stage.click(position={"x": box["width"] * 0.25, "y": 20})
    assert player.get("currentTime") == pytest.approx(0.25 * SECONDS, abs=0.08)
    cursor = page.locator(".cursor").bounding_box()
    assert cursor is not None
    assert cursor["x"] == pytest.approx(box["x"] + 0.25 * box["width"], abs=8)
    back, forward = (player.button(name).bounding_box() for name in ("back", "forward"))
    assert back is not None
    assert forward is not None
    assert back["x"] < forward["x"]
    assert page.locator(".caption").evaluate("e => getComputedStyle(e).direction") in {"rtl", "ltr"}


def test_in_the_dark_the_marks_stand_out_from_the_ground(stage: Stage, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    stage.open(page, "open").ready()
    ink = page.locator(".player").evaluate("e => getComputedStyle(e).color")
    assert sum(int(part) for part in re.findall(r"\d+", ink)[:3]) > 3 * 180, ink
