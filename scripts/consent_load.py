"""A hundred thousand clips of people on record: how long it takes to know whose are kept from a use.

    python scripts/consent_load.py [--clips 100000] [--people 200]

Every person has a consent on record; three in a hundred have not agreed to teach models, one in a hundred
took their consent back. Asked are what thresholds leave out (ids of clips) and what raters are not handed
(names), each by the median of some turns, and beside them the whole register, as the Consent page reads it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TURNS: Final = 9


def main() -> None:
    """Make the project and print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--clips", type=int, default=100_000)
    words.add_argument("--people", type=int, default=200)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="dailies-consent-") as home:
        os.environ["DAILIES_HOME"] = home
        os.environ.pop("DAILIES_DATABASE_URL", None)
        _measure(_fill(chosen.clips, chosen.people))


def _fill(clips: int, people: int) -> int:
    """Make the project; its number."""
    from sqlalchemy import insert

    from dashboard.services import projects
    from db import consents, session
    from db.records import ClipStatus, ConsentScope
    from db.tables import Clip
    from engine.vocabulary import LineSource

    project = projects.create("A hundred thousand clips").id
    with session.writing() as s:
        s.execute(
            insert(Clip),
            [
                {
                    "id": f"clip-{number}",
                    "project_id": project,
                    "sha256": f"{number:064x}",
                    "original_name": f"take {number}.mp4",
                    "media_key": f"{number:064x}",
                    "size_bytes": 1,
                    "line": "How dare you leave me here!",
                    "line_source": LineSource.GIVEN,
                    "actor": f"Actor {number % people}",
                    "status": ClipStatus.READY,
                }
                for number in range(clips)
            ],
        )
        for number in range(people):
            learns = number % 100 not in (1, 2, 3)
            scopes = [scope for scope in ConsentScope if learns or scope is not ConsentScope.TRAINING]
            consents.add(s, project, f"Actor {number}", scopes=scopes, recorded_by=None)
            if number % 100 == 0:
                consents.withdraw(s, project, f"Actor {number}", recorded_by=None)
    return project


def _measure(project: int) -> None:
    from dashboard.services import filmed
    from db import session
    from db.records import ConsentScope

    asked: dict[str, Callable[..., int]] = {
        "clips kept from teaching": lambda s: len(filmed.kept_from(s, project, ConsentScope.TRAINING)),
        "actors kept from rating": lambda s: len(filmed.actors_kept_from(s, project, ConsentScope.RATING)),
        "the whole register": lambda s: len(filmed.everybody(s, project)),
    }
    for what, ask in asked.items():
        taken, found = [], 0
        for _ in range(TURNS if "register" not in what else 1):
            with session.reading() as s:
                started = perf_counter()
                found = ask(s)
                taken.append(perf_counter() - started)
        print(f"{what}: {found}, {1000 * statistics.median(taken):.1f} ms")
    session.close()


if __name__ == "__main__":
    main()
