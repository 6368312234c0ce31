"""A backup taken while eight processes write, restored elsewhere."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from dashboard.services import backup, backup_manifest, importing, restoring
from db import session
from db.location import DATABASE_FILE
from engine.errors import DailiesError
from scripts.reliability.answers_kept import look
from scripts.reliability.desk import data_folder, made_desk
from scripts.reliability.row import Row
from scripts.reliability.writers import Writers

PROCESSES: Final = 8
BACKUPS: Final = 10
MEDIA: Final = 20
MEDIA_BYTES: Final = 500_000
LISTEN_S: Final = 0.5


def run() -> Row:
    """Back up and restore :data:`BACKUPS` times."""
    with data_folder() as home:
        wrong, answers = backed_up(home, backups=BACKUPS, processes=PROCESSES)
    return Row(
        name=f"backup while {PROCESSES} writers run, restore elsewhere",
        target="equal to a point in time, verified",
        found=f"{BACKUPS - len({line.split(':')[0] for line in wrong})} of {BACKUPS} restored equal to a "
        f"point in time, with {answers} ratings in the last" + (f"; {'; '.join(wrong[:3])}" if wrong else ""),
        met=not wrong and answers > 0,
        detail="A point in time: every answer acknowledged before the backup began is there, none that "
        "nobody had tried to give when it ended, each rater's answers without a gap, every answer with its "
        f"line of the audit log, integrity ok. The {MEDIA} media files are compared byte by byte.",
    )


def backed_up(home: Path, *, backups: int, processes: int) -> tuple[list[str], int]:
    """What was wrong with restored backups, and how many answers the last holds."""
    desk = made_desk(home, raters=processes)
    _media(home / "made")
    session.close()
    media = _held(home)
    writers = Writers(desk)
    wrong: list[str] = []
    answers = 0
    try:
        writers.start_all()
        writers.settle()
        for number in range(backups):
            writers.listen(LISTEN_S)
            acknowledged = frozenset(writers.said.stored)
            kept = home.parent / f"{home.name}-backup-{number}"
            try:
                backup_manifest.verify(kept, backup.make(kept))
                writers.hear_out()
                with data_folder() as elsewhere:
                    restoring.restore(kept)
                    wrong += [f"{number}: {each}" for each in _wrong(elsewhere, writers, acknowledged)]
                    if _held(elsewhere) != media:
                        wrong.append(f"{number}: media differ")
                    with closing(sqlite3.connect(elsewhere / DATABASE_FILE)) as connection:
                        [(answers,)] = connection.execute("SELECT count(*) FROM ratings").fetchall()
            except DailiesError as error:
                wrong.append(f"{number}: {error}")
            finally:
                shutil.rmtree(kept, ignore_errors=True)
    finally:
        writers.close()
    return wrong, answers


def _media(folder: Path) -> None:
    chance = random.Random(0)
    folder.mkdir()
    for number in range(MEDIA):
        (folder / f"take{number}.mp4").write_bytes(chance.randbytes(MEDIA_BYTES))
    importing.import_clips("Reliability", importing.sources_at(folder, None))
    shutil.rmtree(folder)


def _held(home: Path) -> dict[str, bytes]:
    media = home / "media"
    return {
        path.relative_to(media).as_posix(): path.read_bytes()
        for path in media.rglob("*")
        if path.is_file() and "incoming" not in path.parts
    }


def _wrong(elsewhere: Path, writers: Writers, acknowledged: frozenset[str]) -> list[str]:
    """What a restored database holds that no moment did."""
    found = look(elsewhere / DATABASE_FILE, writers.said, acknowledged=acknowledged)
    wrong = [f"{len(found.lost)} lost"] if found.lost else []
    wrong += [] if found.is_right or found.lost else [f"doubled {found.doubled}, {found.integrity}"]
    with closing(sqlite3.connect(elsewhere / DATABASE_FILE)) as connection:
        gaps = connection.execute(
            "SELECT person_id FROM ratings GROUP BY person_id HAVING max(occasion) <> count(*)"
        ).fetchall()
        lines = connection.execute("SELECT count(*) FROM audit_log WHERE action = 'rating.submit'").fetchone()
    wrong += [f"gaps in the answers of {len(gaps)} raters"] if gaps else []
    return wrong + ([] if lines == (found.rows,) else [f"{lines[0]} audit lines for {found.rows} answers"])
