"""Servers of several processes on one database file keep the same promise as threads of one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from db import ratings, session
from tests.dashboard.desk_made import made_desk, rater

CLIPS, OVERLAP, PROCESSES = 6, 2, 4
RATE_ALL = """
import sys
from dashboard.services import assigning
from tests.dashboard.desk_made import answer
project, person = map(int, sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
while (task := assigning.next_task(project, person)) is not None:
    answer(task.key)
"""


@pytest.mark.both
def test_four_processes_never_make_a_third_rating_of_a_clip() -> None:
    project, made = made_desk(clips=CLIPS, overlap=OVERLAP)
    people = [rater(project, f"Rater {number}") for number in range(PROCESSES)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RATE_ALL, str(project.id), str(person.id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        )
        for person in people
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outcomes = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in running:
        _, errors = process.communicate()
        outcomes.append((process.returncode, errors))
    assert [code for code, _ in outcomes] == [0] * PROCESSES, outcomes
    with session.reading() as s:
        given = Counter(answer.clip.id for answer in ratings.all_of_project(s, project.id))
    assert given == {clip.id: OVERLAP for clip in made}
