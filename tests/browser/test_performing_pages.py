"""A take recorded in the browser gets its verdict; a scene is read line by line into its strip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import CHROMIUM, FLAGS, WAIT_MS
from tests.browser.served import ELSEWHERE, Served
from tests.face_made import HEIGHT, WIDTH, drawn_face
from tests.media_made import SOUND_RATE_HZ, Picture, Wave, made_clip, silence
from tests.thoroughness import thorough

SECONDS = 2
RATE = 10


def made_camera(path: Path) -> Path:
    """A drawn face that speaks, as a camera's raw pictures."""
    with av.open(str(path), "w", format="yuv4mpegpipe") as target:
        stream = target.add_stream("wrapped_avframe", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * RATE):
            jaw = 0.5 + 0.5 * np.sin(number)
            frame = av.VideoFrame.from_ndarray(drawn_face(jaw=float(jaw)), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts = number
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def made_voice(seconds: float) -> Wave:
    """A voice-like sound: harmonics that rise and fall in syllables."""
    times = np.arange(round(seconds * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    pitch = 2 * np.pi * np.cumsum(140 + 30 * np.sin(2 * np.pi * 1.5 * times)) / SOUND_RATE_HZ
    voice = np.sum([np.sin(harmonic * pitch) / harmonic for harmonic in range(1, 12)], axis=0)
    return (0.1 * voice * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * times))).astype(np.float32)


def made_microphone(path: Path) -> Path:
    soundfile.write(path, made_voice(SECONDS), SOUND_RATE_HZ)
    return path


@pytest.fixture(scope="module")
def camera(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera and microphone play what was made, and that knows a name of this machine."""
    folder = tmp_path_factory.mktemp("devices")
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={made_camera(folder / 'camera.y4m')}",
        f"--use-file-for-fake-audio-capture={made_microphone(folder / 'microphone.wav')}",
        f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
    )
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
    yield chromium
    chromium.close()


@pytest.fixture
def filming(camera: Browser) -> Iterator[Page]:
    """A fresh window of that browser."""
    context = camera.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def test_without_tls_and_from_elsewhere_a_sentence_stands_in_for_the_camera(
    filming: Page, analysing: Served
) -> None:
    filming.goto(f"http://{ELSEWHERE}:{analysing.port}/perform?project=Demo")
    expect(filming.locator(".recorder").get_by_role("status")).to_contain_text("--tls-cert")
    expect(filming.get_by_role("button", name="Record", exact=True)).to_have_count(0)


def test_a_take_recorded_over_a_cut_connection_gets_its_verdict(filming: Page, analysing: Served) -> None:
    page = filming
    is_cut = True

    def piece(route: Route) -> None:
        if is_cut and route.request.method == "PUT":
            route.abort()
        else:
            route.continue_()

    page.route("**/recordings/**", piece)
    page.goto(f"{analysing.url}/perform?project=Demo")
    page.get_by_role("textbox", name="Line").fill("How dare you leave me here!")
    page.get_by_role("textbox", name="Line").press("Tab")
    recorder = page.locator(".recorder")
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    recorder.get_by_role("button", name="Record", exact=True).click()
    expect(recorder.locator(".clock")).to_have_text(re.compile(r"0:0[2-9]"))
    recorder.get_by_role("button", name="Stop").click()
    expect(recorder.get_by_role("status")).to_contain_text("safe in this browser")
    page.reload()
    is_cut = False
    expect(page.locator(".verdict .headline")).to_be_visible(timeout=240_000)
    expect(page.locator(".verdict")).to_contain_text("The line asks for")
    expect(page.get_by_text("What to change")).to_be_visible()
    (stored,) = analysing.rows(
        "SELECT line, width, duration_s FROM clips JOIN takes ON takes.clip_id = clips.id"
    )
    assert stored[0] == "How dare you leave me here!"
    assert stored[1] > 0
    assert 1.5 < stored[2] < 20


SUBTITLES = """1
00:00:00,000 --> 00:00:01,400
ASHA: How dare you leave me here!

2
00:00:01,800 --> 00:00:03,200
BEN: I am going home.

3
00:00:03,600 --> 00:00:05,000
ASHA: Then go.
"""


@thorough
def test_a_scene_is_read_line_by_line_into_a_strip_that_plays_the_line_pressed(
    page: Page, analysing: Served, tmp_path: Path
) -> None:
    spoken = np.concatenate([made_voice(1.4), silence(0.4)] * 3)[: 5 * SOUND_RATE_HZ]
    film = made_clip(
        tmp_path / "scene.mp4", seconds=5.0, size=(WIDTH, HEIGHT), rate=RATE, draw=_speaking, sound=spoken
    )
    (tmp_path / "scene.srt").write_text(SUBTITLES, encoding="utf-8")
    page.goto(f"{analysing.url}/scenes?project=Demo")
    page.locator('.picker input[type="file"]').set_input_files(film)
    expect(page.locator('[data-file="scene.mp4"]')).to_have_attribute("data-state", "here")
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(tmp_path / "scene.srt")
    expect(page.get_by_text("scene.srt")).to_be_visible()
    page.get_by_role("button", name="Bring it in").click()
    strip = page.locator(".scene-strip")
    judged = strip.locator(".block.under, .block.correct, .block.over")
    expect(judged).to_have_count(3, timeout=240_000)
    expect(strip.locator(".speaker-name")).to_contain_text(["ASHA", "BEN"])
    strip.get_by_role("button", name=re.compile("I am going home")).press("Enter")
    expect(strip.locator(".said")).to_have_text("I am going home.")
    page.wait_for_function(
        "video => video.currentTime >= 1.8 && video.currentTime < 5",
        arg=strip.locator("video").element_handle(),
    )
    assert analysing.rows("SELECT status FROM scenes") == [("ready",)]


def _speaking(number: int, _size: tuple[int, int]) -> Picture:
    return drawn_face(jaw=float(0.5 + 0.5 * np.sin(number)))
