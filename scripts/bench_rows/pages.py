"""From an answer to the next clip, measured in a browser: a large project beside an empty one."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect

from scripts.bench_rows.browsing import chromium, served
from scripts.bench_rows.row import Row
from scripts.large_project import EMPTY, PROJECT, copied, made
from tests.browser.served import Served
from tests.browser.workbench import PATIENCE_MS, RaterPage

TURNS: Final = 25
WARM: Final = 4
TARGET_MS: Final = 300.0
TIMES: Final = 2.0
RATER: Final = "Rater 7"
HEAR: Final = """
    window.addEventListener("keydown", (event) => {
        if (event.key === "Enter") window.entered = performance.now();
    }, true);
"""
"""Before the page's own script: what that hears, it keeps from whoever listens after it."""
WATCH: Final = """
    () => {
        const found = (root) => root.querySelector(".rating") ??
            [...root.querySelectorAll("*")].map(each => each.shadowRoot && found(each.shadowRoot))
                .find(Boolean);
        const task = () => found(document)?.dataset.task;
        const before = task();
        window.entered = undefined;
        window.gone = new Promise(resolve => {
            const look = () => {
                const now = task();
                if (window.entered && now && now !== before) resolve(performance.now() - window.entered);
                else setTimeout(look, 4);
            };
            look();
        });
    }
"""
"""Counts from the key to the moment at which the form asks about another task."""


def run() -> Iterator[Row]:
    """Answer clip after clip in both projects, turn about."""
    expect.set_options(timeout=PATIENCE_MS)
    with TemporaryDirectory(prefix="dailies-bench-") as folder:
        home = copied(made(), Path(folder) / "home")
        with served(home) as server, chromium() as browser:
            pages = {name: _sat_down(browser, server, name) for name in (EMPTY, PROJECT)}
            taken: dict[str, list[float]] = {name: [] for name in pages}
            for turn in range(TURNS + WARM):
                for name, page in pages.items():
                    spent = _answered(page)
                    if turn >= WARM:
                        taken[name].append(spent)
    late = {name: _late(values) for name, values in taken.items()}
    yield Row(
        "next clip after an answer, 100,000 clips, 1,000,000 answers, in Chromium",
        f"median {statistics.median(taken[PROJECT]):.0f} ms, p95 {late[PROJECT]:.0f} ms",
        f"a project of 200 clips and no answer: median {statistics.median(taken[EMPTY]):.0f} ms, "
        f"p95 {late[EMPTY]:.0f} ms",
        f"p95 ≤ {TARGET_MS:.0f} ms and ≤ {TIMES:.0f} × the empty project",
        late[PROJECT] <= TARGET_MS and late[PROJECT] <= TIMES * late[EMPTY],
    )


def _sat_down(browser: Browser, server: Served, project: str) -> RaterPage:
    from dashboard.services import visitors
    from dashboard.visitor_routes import COOKIE
    from tests.browser.taught_project import inside

    with inside(server.home):
        person = next(each for each in visitors.known() if each.name == RATER)
        cookie = visitors.remembered(visitors.ticket(person))
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(HEAR)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": server.url}])
    return RaterPage(context.new_page(), server).begin(project)


def _answered(page: RaterPage) -> float:
    """Milliseconds from Enter to the next task."""
    seen: Page = page.page
    seen.wait_for_timeout(1_000)  # as long as nobody needs to look at a clip
    expect(page.form).to_be_visible()
    page.press("3")
    seen.evaluate(WATCH)
    page.press("Enter")
    spent: Any = seen.evaluate("() => window.gone")
    return float(spent)


def _late(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
