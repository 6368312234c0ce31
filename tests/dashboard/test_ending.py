"""A server that is told to end while an answer is on its way stores it, says so, and then ends in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.services import assigning
from db import ratings, session
from tests.dashboard.desk_made import made_desk, rater
from tests.dashboard.test_answer_routes import body

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
NAME = "Meera Rao"


def read_until(opened: socket.socket, wanted: bytes) -> bytes:
    found = b""
    while wanted not in found and (part := opened.recv(65536)):
        found += part
    return found


def test_an_answer_on_its_way_is_stored_before_the_server_ends(tmp_path: Path) -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    task = assigning.next_task(project.id, rater(project, NAME).id)
    assert task is not None
    content = json.dumps(body(task.key)).encode()
    session.close()
    words = ["serve", "--port", "0", "--sign-in", "none", "--log-format", "json"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "dashboard", *words],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        try:
            assert server.stdout is not None
            place = urlsplit(next(word for word in server.stdout.readline().split() if "://" in word))
            with socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) as opened:
                head = (
                    f"POST /answers HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
                    f"Sec-Fetch-Site: same-origin\r\nContent-Length: {len(content)}\r\n"
                    "Expect: 100-continue\r\n\r\n"
                )
                opened.sendall(head.encode())
                assert b"100 Continue" in read_until(opened, b"\r\n\r\n")  # it has begun to read the answer
                server.send_signal(signal.SIGTERM)
                while is_listening(place.hostname, place.port):
                    time.sleep(0.05)
                opened.sendall(content)
                answered = read_until(opened, b'"stored"')
            assert answered.startswith(b"HTTP/1.1 200"), answered
            assert server.wait(timeout=PATIENCE_S) == 0
        finally:
            server.kill()
    with session.reading() as s:
        (stored,) = ratings.history(s, clip.id)
    assert json.loads(answered.partition(b"\r\n\r\n")[2])["rating"] == stored.id
    for line in (tmp_path / "log").read_text().splitlines():
        assert json.loads(line)["level"] in ("info", "warning", "error"), line
        assert NAME not in line


def is_listening(host: str | None, port: int | None) -> bool:
    try:
        socket.create_connection((str(host), int(port or 0)), timeout=PATIENCE_S).close()
    except OSError:
        return False
    return True
