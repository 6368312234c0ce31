"""Take the README's pictures from the real app: a server of its own, the demo project, a real browser.

    python scripts/screenshots.py [--out docs/images]

Every picture shows what a person would see; nothing is drawn over it. Pictures are reduced to a
palette so that the repository stays small.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PATIENCE_MS: Final = 120_000
SETTLE_S: Final = 2.5
WIDE: Final = (1440, 900)
NARROW: Final = (390, 844)
COLOURS: Final = 256
SHOWN_CLIP: Final = "leave_2.mp4"
SHOWN_PEAK: Final = 1
TAKES: Final = 9


def main() -> None:
    """Take every picture."""
    words = argparse.ArgumentParser(description="Take the README's pictures from the real app.")
    words.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    out: Path = words.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = opened(browser, WIDE)
        clips(page, address, out / "clips.png")
        review(page, address, out / "review.png")
        thresholds(page, address, out / "thresholds.png")
        keys(page, address, out / "keys.png")
        review(opened(browser, WIDE, dark=True), address, out / "review-dark.png")
        review(opened(browser, NARROW), address, out / "review-phone.png")
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """A server with the demo project on a data folder that goes away afterwards; its address."""
    with tempfile.TemporaryDirectory(prefix="dailies-screenshots-") as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve", "--demo", "--port", "0"],
            cwd=ROOT,
            env={**os.environ, "DAILIES_HOME": home},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+", said)
            if found is None:
                sys.exit(f"The server did not start; it said {said!r}.")
            yield found[0]
        finally:
            process.terminate()
            process.wait()


def opened(browser: Browser, size: tuple[int, int], *, dark: bool = False) -> Page:
    """A window of that size."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return context.new_page()


def clips(page: Page, address: str, out: Path) -> None:
    """The list, once every take is analysed."""
    page.goto(f"{address}/clips?project=Demo")
    expect(page.locator('[data-status="ready"]')).to_have_count(TAKES)
    keep(page, out)


def review(page: Page, address: str, out: Path) -> None:
    """A clip beside its verdict, stopped at one of the moments that weighed most."""
    page.goto(f"{address}/clips?project=Demo")
    page.get_by_role("button", name=f"Review: {SHOWN_CLIP}").click()
    expect(page.locator(".screen video")).to_be_visible()
    time.sleep(SETTLE_S)
    page.locator("button.peak").nth(SHOWN_PEAK).click()
    page.mouse.move(0, 0)
    keep(page, out)


def thresholds(page: Page, address: str, out: Path) -> None:
    """The rated gaps with the published and the learned pair."""
    page.goto(f"{address}/thresholds?project=Demo")
    page.get_by_role("button", name=re.compile("Learn from")).click()
    expect(page.get_by_text(re.compile("^Learned: "))).to_be_visible()
    keep(page, out)


def keys(page: Page, address: str, out: Path) -> None:
    """The cheat-sheet of the rating form."""
    page.goto(f"{address}/?project=Demo")
    expect(page.locator(".rating")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("dialog.sheet")).to_be_visible()
    keep(page, out)


def keep(page: Page, out: Path) -> None:
    """Wait until the page is quiet, and store its picture with a palette."""
    time.sleep(SETTLE_S)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(out, optimize=True)
    print(f"{out.name}: {out.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
