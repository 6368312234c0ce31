"""The real server process: pages, clips and analysis on one address, gone when it is told to go."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode
from websockets.sync.client import connect

from dashboard.__main__ import main
from dashboard.routes import media_url
from dashboard.server import LARGEST_MESSAGE, Certificate, ServeError
from dashboard.services import importing
from db import session

pytestmark = pytest.mark.usefixtures("home")

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
LOG = "server.log"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    running: list[subprocess.Popen[str]] = []

    def begin() -> tuple[subprocess.Popen[str], str]:
        server = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve", "--port", "0", "--sign-in", "none"],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=(tmp_path / LOG).open("w"),
            text=True,
        )
        running.append(server)
        assert server.stdout is not None
        address = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=30):
                    return server, address
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    yield begin
    for server in running:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def test_pages_and_ranges_of_clips_are_served_together(
    start: Callable[[], tuple[subprocess.Popen[str], str]], tmp_path: Path
) -> None:
    content = b"\x00\x00\x00\x20ftypisom" + bytes(1000)
    take = tmp_path / "take.mp4"
    take.write_bytes(content)
    (clip,) = importing.import_clips("Hamlet", importing.sources_at(take, None)).added
    session.close()
    server, address = start()
    with urllib.request.urlopen(address, timeout=30) as page:
        assert b"<html" in page.read()
    asked = urllib.request.Request(address + media_url(clip.media_key), headers={"Range": "bytes=10-19"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 206
        assert answer.read() == content[10:20]
        assert answer.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    assert server.poll() is None


def test_no_log_tells_who_looked_at_what(
    start: Callable[[], tuple[subprocess.Popen[str], str]], tmp_path: Path
) -> None:
    server, address = start()
    with urllib.request.urlopen(f"{address}/?person=Asha", timeout=30):
        pass
    with connect(f"{address.replace('http', 'ws')}/_stcore/stream"):
        pass
    server.terminate()
    server.wait(timeout=PATIENCE_S)
    said = (tmp_path / LOG).read_text()
    assert "Asha" not in said
    assert "127.0.0.1" not in said


def test_heads_and_messages_without_end_are_cut_off(
    start: Callable[[], tuple[subprocess.Popen[str], str]],
) -> None:
    _, address = start()
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as endless:
        endless.sendall(f"GET /sign-in HTTP/1.1\r\nHost: {host}:{port}\r\n".encode())
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            endless.sendall(b"x-a: y\r\n" * 8_000_000)
    with connect(f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"]) as live:
        live.send(bytes(LARGEST_MESSAGE + 1))
        with pytest.raises(ConnectionClosedError) as closed:
            list(live)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.MESSAGE_TOO_BIG
    with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_ends_in_order(
    start: Callable[[], tuple[subprocess.Popen[str], str]], sign: signal.Signals
) -> None:
    server, _ = start()
    server.send_signal(sign)
    assert server.wait(timeout=PATIENCE_S) == 0


def test_tls_takes_a_certificate_and_the_key_that_belongs_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    assert main(["serve", "--port", "0", "--tls-cert", str(chain)]) == 2
    assert "takes both" in capsys.readouterr().err
    with pytest.raises(ServeError, match="cannot be read"):
        Certificate(chain, key).check()
    chain.write_text("no certificate")
    key.write_text("no key")
    with pytest.raises(ServeError, match="no certificate and its private key"):
        Certificate(chain, key).check()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_certificate_as_it_was_issued_is_taken(tmp_path: Path) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        ["openssl", *words.split(), "-keyout", str(key), "-out", str(chain)], check=True, capture_output=True
    )
    Certificate(chain, key).check()
