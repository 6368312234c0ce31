"""The Review page as a person handles it: what they see and which keys they press."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.served import Served

CLIP_PARAMETER = "clip"


class ReviewPage:
    """Review, opened in a browser window."""

    def __init__(self, page: Page, server: Served) -> None:
        self.page = page
        self.server = server

    def open(
        self, clip: str | None = None, *, project: str = "Demo", language: str | None = None
    ) -> ReviewPage:
        """Open the page, at the clip of that file name if one is named."""
        address = f"{self.server.url}/?project={project}"
        if language is not None:
            address += f"&language={language}"
        if clip is not None:
            address += f"&{CLIP_PARAMETER}={self.id_of(clip, project)}"
        self.page.goto(address)
        expect(self.form).to_be_visible()
        if clip is not None:
            self.shows(clip)
        return self

    def id_of(self, clip: str, project: str = "Demo") -> str:
        """The id of the clip with that file name."""
        found = self.server.rows(
            "SELECT clips.id FROM clips JOIN projects ON projects.id = clips.project_id "
            "WHERE original_name = ? AND projects.name = ?",
            clip,
            project,
        )
        return str(found[0][0])

    def shows(self, clip: str) -> None:
        """Wait until the page is about that clip."""
        expect(self.page.get_by_text(f"· {clip}")).to_be_visible()
        expect(self.media).to_be_attached()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def media(self) -> Locator:
        return self.page.locator(".screen video, .screen audio")

    @property
    def form(self) -> Locator:
        return self.page.locator(".rating")

    @property
    def status(self) -> Locator:
        return self.form.get_by_role("status")

    def answer(self, field: str) -> Locator:
        """The pressed option of a question."""
        return self.form.locator(f'[data-field="{field}"][aria-pressed="true"]')

    def is_playable(self) -> dict[str, float]:
        """Wait until the media can play; its size and length."""
        self.page.wait_for_function(
            "media => media.readyState >= 3", arg=self.media.element_handle(), timeout=60_000
        )
        facts: dict[str, float] = self.media.evaluate(
            "media => ({width: media.videoWidth ?? 0, duration: media.duration, ready: media.readyState})"
        )
        return facts

    def time(self) -> float:
        """Where the media stands, in seconds."""
        return float(self.media.evaluate("media => media.currentTime"))

    def ratings(self, clip: str) -> list[tuple[int, str | None, float | None, int]]:
        """Delivery, emotion, expressed intensity, confirmed: real answers to a clip, oldest first."""
        return self.server.rows(
            "SELECT delivery, emotion, expressed_intensity, confirmed FROM ratings "
            "WHERE clip_id = ? AND NOT simulated ORDER BY id",
            self.id_of(clip),
        )
