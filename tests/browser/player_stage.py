"""The player by itself, on a real server with real clips: what is in a scene is the test's to say."""

from __future__ import annotations

import json
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from playwright.sync_api import Locator, Page, expect

from dashboard import routes, trace_routes
from dashboard.routes import media_url
from dashboard.services import importing, projects, sign_in_mode, task_pass
from db import people, session
from db.records import ClipRecord, PersonRecord, TaskKey
from engine.vocabulary import Role
from tests.browser.served import ROOT, Served, environment

PROJECT = "Stage"
SCENES = "scenes.json"


@dataclass
class Stage:
    """A folder of clips and a server that shows them."""

    home: Path
    served: Served | None = None

    def person(self) -> PersonRecord:
        """A rater of the stage's project."""
        with session.writing() as s:
            person = people.get_or_create(s, "Asha")
            if people.role_in(s, projects.get_or_create(PROJECT).id, person.id) is None:
                people.join(s, projects.get_or_create(PROJECT).id, person.id, Role.RATER)
            return person

    def clip(self, path: Path) -> ClipRecord:
        """Store a clip's file, without analysing it."""
        sources = [importing.Source(name=path.name, open=partial(path.open, "rb"))]
        (clip,) = importing.import_clips(PROJECT, sources).added
        return clip

    def pass_to(self, clip: ClipRecord) -> str:
        """The pass to rate a clip."""
        return task_pass.issue(TaskKey(clip.id, self.person().id))

    def start(self, scenes: Mapping[str, Mapping[str, Any]]) -> None:
        """Serve the scenes."""
        (self.home / SCENES).write_text(json.dumps(scenes), encoding="utf-8")
        session.close()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.player_stage"],
            cwd=ROOT, env=environment(self.home), stdout=subprocess.PIPE, text=True,
            stderr=(self.home.parent / "stage.log").open("a"),
        )  # fmt: skip
        assert process.stdout is not None
        found = re.search(r"port (\d+)", process.stdout.readline())
        assert found
        self.served = Served(self.home, int(found[1]), process)

    def open(self, page: Page, scene: str, *, direction: str = "ltr") -> PlayerPage:
        """Show a scene in a browser window."""
        assert self.served is not None
        page.goto(f"{self.served.url}/?scene={scene}&direction={direction}")
        expect(page.locator(".player")).to_be_visible()
        return PlayerPage(page)


@dataclass
class PlayerPage:
    """The player, as a person handles it."""

    page: Page

    @property
    def media(self) -> Locator:
        return self.page.locator(".screen video, .screen audio")

    @property
    def stage(self) -> Locator:
        return self.page.locator(".stage")

    def button(self, name: str) -> Locator:
        return self.page.locator(f".bar .{name}")

    def ready(self) -> PlayerPage:
        """Wait until the media can play."""
        self.wait("media => media.readyState >= 3")
        return self

    def wait(self, condition: str) -> None:
        """Wait until a function of the media is true."""
        self.page.wait_for_function(condition, arg=self.media.element_handle())

    def get(self, expression: str) -> Any:
        """A value of the media."""
        return self.media.evaluate(f"media => media.{expression}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def watched(self, clip: str) -> dict[str, Any]:
        """What the player answers when the rating form asks."""
        found: dict[str, Any] = self.page.evaluate(
            """clip => {
                const ask = new CustomEvent("dailies:watched", { detail: { clip } });
                document.dispatchEvent(ask);
                return ask.detail.watched;
            }""",
            clip,
        )
        return found


def scene(clip: ClipRecord, *, duration_s: float, is_sound_only: bool = False, **more: Any) -> dict[str, Any]:
    """A scene of a stored clip; ``more`` are fields of :class:`PlayerScene`."""
    plain = {"clip": clip.id, "source": media_url(clip.media_key), "is_sound_only": is_sound_only}
    return {**plain, "duration_s": duration_s, **more}


def main() -> None:
    """Serve the page, the clips and the traces until ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"port {listening.getsockname()[1]}", flush=True)
    sign_in_mode.use(sign_in_mode.SignIn.NONE)
    logging.getLogger("uvicorn.access").disabled = True  # nobody reads the pipe after the first line
    script = Path(__file__).with_name("player_script.py")
    app = st.App(script, routes=[*trace_routes.ROUTES, *routes.ROUTES])
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    main()
