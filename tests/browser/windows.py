"""Browser windows that forget between tests what was done in them, and keep what was fetched."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Page

KEPT_IN_PAGES: Final = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
"""What Chromium calls the stores that outlive a page."""


class Windows:
    """Contexts of one browser, each lent to one test at a time.

    A new context fetches and compiles Streamlit's script anew, a fifth of the work of opening a page. One
    that comes back has its pages closed and its cookies, permissions, stores and routes taken away; what was
    fetched stays. Who changes a context in another way, with a clock or a script for each page, makes one of
    their own.

    Parameters
    ----------
    browser : Browser
        Where they are.
    size : tuple of int
        Width and height in pixels.
    patience_ms : int
        How long is waited for what a page shows.
    script : str, optional
        Runs in each page before the page's own.
    """

    def __init__(self, browser: Browser, size: tuple[int, int], patience_ms: int, script: str = "") -> None:
        self._browser, self._size = browser, size
        self._patience_ms, self._script = patience_ms, script
        self._free: list[BrowserContext] = []
        self._seen: dict[BrowserContext, set[str]] = {}

    def lend(self) -> BrowserContext:
        """A context with no memory of earlier tests."""
        return self._free.pop() if self._free else self._made()

    def take_back(self, context: BrowserContext) -> None:
        """Have it forget all but what it fetched."""
        for page in context.pages:
            page.close()
        context.clear_cookies()
        context.clear_permissions()
        context.unroute_all()
        context.set_offline(False)
        page = context.new_page()
        stores = context.new_cdp_session(page)
        for origin in self._seen[context]:
            stores.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": KEPT_IN_PAGES})
        page.close()
        self._seen[context].clear()
        self._free.append(context)

    def _made(self) -> BrowserContext:
        width, height = self._size
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        context.set_default_timeout(self._patience_ms)
        if self._script:
            context.add_init_script(self._script)
        seen = self._seen[context] = set()

        def went(frame: Frame) -> None:
            to = urlsplit(frame.url)
            if to.netloc:
                seen.add(f"{to.scheme}://{to.netloc}")

        def opened(page: Page) -> None:
            page.on("framenavigated", went)

        context.on("page", opened)
        return context
