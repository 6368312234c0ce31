"""A connection that breaks when a test says so."""

from __future__ import annotations

from playwright.sync_api import Page, Route


class Outage:
    """The way from a page to an address of the server, cut and mended at will.

    It is made before the page is opened: Chromium gives a page that is open already a new way out in its own
    time, and what the page sends meanwhile still arrives.
    """

    def __init__(self, page: Page, address: str) -> None:
        self._is_on = False
        page.route(address, self._pass)

    def begins(self) -> None:
        self._is_on = True

    def ends(self) -> None:
        self._is_on = False

    def _pass(self, route: Route) -> None:
        if self._is_on:
            route.abort("internetdisconnected")
        else:
            route.continue_()
