"""The server's memory while twenty people watch clips of 200 MB, again and again."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scripts.bench_rows.browsing import served
from scripts.bench_rows.imports import FREE_BOX
from scripts.bench_rows.material import source
from scripts.bench_rows.row import Row
from scripts.process_memory import resident_bytes
from tests.browser.served import Served

RATERS: Final = 20
CLIP_BYTES: Final = 200 << 20
PIECE_BYTES: Final = 4 << 20
"""What a browser asks for at a time, about."""
ROUNDS: Final = 4
LIMIT_GB: Final = 1.5
FLAT: Final = 1.1
"""The last round's memory against the second's: the first fills what is kept."""
PROJECT: Final = "Large clips"


def run() -> Iterator[Row]:
    """Each of twenty watches a clip of their own, in pieces, round after round."""
    with TemporaryDirectory(prefix="dailies-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        addresses, cookies = _filled(home)
        with served(home) as server:
            started = _resident_gb(server)
            taken = []
            for _ in range(ROUNDS):
                _watch_all(server, addresses, cookies)
                taken.append(_resident_gb(server))
    shown = ", ".join(f"{each:.2f}" for each in taken)
    yield Row(
        f"the server's memory, {RATERS} raters watch clips of 200 MB, {ROUNDS} rounds",
        f"{shown} GB after each",
        f"before anybody came {started:.2f} GB",
        f"< {LIMIT_GB} GB, flat",
        max(taken) < LIMIT_GB and taken[-1] <= FLAT * taken[1],
        "The resident memory of the server's process; the analysis has one of its own. The last round may be "
        f"{FLAT - 1:.0%} above the second.",
    )


def _filled(home: Path) -> tuple[list[str], list[str]]:
    from tests.browser.taught_project import inside

    with inside(home):
        from dashboard.services import media_store, projects, visitors
        from db import clips, people
        from db.records import ClipDraft, ClipStatus
        from db.session import writing
        from engine.vocabulary import Role

        project = projects.create(PROJECT)
        addresses, cookies = [], []
        take = source().read_bytes()
        for number in range(RATERS):
            room = CLIP_BYTES - len(take)
            box = room.to_bytes(4) + FREE_BOX + number.to_bytes(8) + bytes(room - 16)
            stored = media_store.put_bytes(take + box)
            with writing() as session:
                draft = ClipDraft(
                    stored.sha256,
                    f"take {number}.mp4",
                    stored.key,
                    size_bytes=stored.size_bytes,
                    duration_s=6.0,
                    status=ClipStatus.READY,
                )
                clips.add(session, project.id, draft)
                person = people.get_or_create(session, f"Rater {number}")
                people.join(session, project.id, person.id, Role.RATER)
            addresses.append(f"/takes/{stored.key}")
            cookies.append(visitors.remembered(visitors.ticket(person)))
        return addresses, cookies


def _watch_all(server: Served, addresses: list[str], cookies: list[str]) -> None:
    threads = [
        threading.Thread(target=_watch, args=(server.url + address, cookie))
        for address, cookie in zip(addresses, cookies, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _watch(url: str, cookie: str) -> None:
    from dashboard.visitor_routes import COOKIE

    for start in range(0, CLIP_BYTES, PIECE_BYTES):
        asked = urllib.request.Request(
            url,
            headers={"range": f"bytes={start}-{start + PIECE_BYTES - 1}", "cookie": f"{COOKIE}={cookie}"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            answer.read()


def _resident_gb(server: Served) -> float:
    return resident_bytes(server.process.pid) / 1e9
