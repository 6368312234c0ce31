"""From the end of a recording to its verdict, in a real browser, and the same through a reverse proxy.

    python scripts/perform_load.py [--takes 5] [--through nginx|caddy] [--out FILE]

Chromium records takes of some seconds with a drawn face and a made voice for camera and microphone. Counted
is from the server's word that all pieces are there to the verdict on the screen. With ``--through`` the
configuration that stands in docs/serving-over-tls.md is read from there, given a certificate of its own and
free ports, and run in front of the server; the page's socket, ranges of a clip and an upload of 24 MB go
through it too. nginx or caddy has to be installed.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, Response, expect, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dashboard.services import projects  # noqa: E402 the path comes first
from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402 the same
from tests.browser.served import serve  # noqa: E402 the same
from tests.browser.taught_project import inside  # noqa: E402 the same
from tests.browser.test_performing_pages import made_camera, made_microphone  # noqa: E402 the same

GUIDE: Final = ROOT / "docs" / "serving-over-tls.md"
TAKE: Final = ROOT / "dashboard" / "demo" / "takes" / "part_3.mp4"
PROJECT: Final = "Rehearsal"
LINE: Final = "How dare you leave me here!"
HOST: Final = "dailies.example.org"
SPOKEN: Final = re.compile(r"0:0[4-9]")
"""What the recorder's clock says when a take is long enough."""
PATIENCE_MS: Final = 400_000  # a busy machine loads its models slowly
LARGE_BYTES: Final = 24 << 20
FETCH_RANGE: Final = """async (film) => {
  const part = await fetch(film, { headers: { Range: "bytes=0-99" } });
  return [part.status, (await part.arrayBuffer()).byteLength];
}"""


def main() -> None:
    """Record and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--takes", type=int, default=5)
    words.add_argument("--through", choices=("nginx", "caddy"), default=None)
    words.add_argument("--out", type=Path, default=None, help="write the table here too")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="dailies-perform-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx keeps what is uploaded here, under a user of its own
        (folder / "home").mkdir()
        with inside(folder / "home"):
            projects.create(PROJECT)
        server = serve(folder / "home", "--sign-in", "none", "--allow-host", HOST, analyses=True)
        try:
            with _address(chosen.through, server.port, folder) as address:
                rows = _browse(address, folder, chosen.takes, through=chosen.through)
        finally:
            server.stop()
    said = "\n".join(f"| {what} | {found} |" for what, found in rows)
    print(said)
    if chosen.out is not None:
        chosen.out.write_text(said + "\n", encoding="utf-8")


def _browse(address: str, folder: Path, takes: int, *, through: str | None) -> list[tuple[str, str]]:
    expect.set_options(timeout=PATIENCE_MS)
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={made_camera(folder / 'camera.y4m')}",
        f"--use-file-for-fake-audio-capture={made_microphone(folder / 'microphone.wav')}",
        f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        window = browser.new_context(viewport={"width": 1366, "height": 768}, ignore_https_errors=True)
        window.set_default_timeout(PATIENCE_MS)
        page = window.new_page()
        page.goto(f"{address}/perform?project={PROJECT}")
        taken = [_take(page) for _ in range(takes)]
        rows = [
            ("takes", str(takes)),
            ("from the last piece to the verdict, the first take", f"{taken[0]:.1f} s"),
            ("the others, median", f"{statistics.median(taken[1:] or taken):.1f} s"),
            ("the slowest", f"{max(taken):.1f} s"),
            ("load of the machine at the end", f"{os.getloadavg()[0]:.1f}"),
        ]
        print("\n".join(found for _, found in rows), file=sys.stderr, flush=True)
        if through is not None:
            rows += _passage(page, folder, through)
        browser.close()
    return rows


def _take(page: Page) -> float:
    """Record one take; seconds from the server's word that it has it all to the verdict."""
    before = _film(page)
    page.get_by_role("textbox", name="Line").fill(LINE)
    page.get_by_role("textbox", name="Line").press("Tab")
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    recorder = page.locator(".recorder")
    recorder.get_by_role("button", name="Record", exact=True).click()
    expect(recorder.locator(".clock")).to_have_text(SPOKEN)
    with page.expect_response(_is_whole):
        recorder.get_by_role("button", name="Stop").click()
    started = time.perf_counter()
    _wait_for_verdict(page, before)
    return time.perf_counter() - started


def _film(page: Page) -> str:
    """Which take the page shows with its verdict; empty before the first."""
    film = page.locator(".screen video")
    return (film.first.get_attribute("src") or "") if film.count() else ""


def _wait_for_verdict(page: Page, before: str) -> None:
    """Wait until the page shows another take than ``before``, and its verdict."""
    other = page.locator(f'.screen video:not([src="{before}"])')
    expect(other).to_have_count(1)
    expect(page.locator(".verdict .headline")).to_be_visible()


def _is_whole(answer: Response) -> bool:
    """Whether the server says that it has a take; what else it says of one is printed."""
    if "/recordings/" not in answer.url:
        return False
    if not answer.ok:
        print(answer.request.method, answer.status, answer.text(), file=sys.stderr)
    return answer.request.method == "POST" and answer.ok


def _passage(page: Page, folder: Path, through: str) -> list[tuple[str, str]]:
    """What else has to pass: the socket, ranges, a large upload."""
    film = _film(page)
    assert page.evaluate(FETCH_RANGE, film) == [206, 100]
    sockets: list[str] = []
    page.on("websocket", lambda opened: sockets.append(opened.url))
    page.goto(page.url)
    page.get_by_text("Or upload a take").click()
    page.locator("input[type=file]").set_input_files(_large(folder))
    page.get_by_role("button", name="Send this take").click()
    _wait_for_verdict(page, film)
    assert sockets
    assert all(each.startswith("wss://") for each in sockets), sockets
    return [
        (f"through {through}", "the pages' socket (wss), ranges of a clip (206)"),
        ("uploaded through it", f"{LARGE_BYTES >> 20} MB"),
    ]


def _large(folder: Path) -> Path:
    """A take with so much room left in its file that no proxy's default lets it pass."""
    path = folder / "large.mp4"
    path.write_bytes(TAKE.read_bytes() + struct.pack(">I4s", LARGE_BYTES, b"free") + bytes(LARGE_BYTES - 8))
    return path


@contextmanager
def _address(through: str | None, port: int, folder: Path) -> Iterator[str]:
    """Where the browser goes: the server itself, or the proxy in front of it."""
    if through is None:
        yield f"http://127.0.0.1:{port}"
        return
    front = _free_port()
    chain, key = folder / "fullchain.pem", folder / "privkey.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(key), "-out", str(chain)],
        check=True, capture_output=True,
    )  # fmt: skip
    written = {"nginx": _nginx, "caddy": _caddy}[through](port, front, chain, key, folder)
    process = subprocess.Popen(written)
    try:
        _wait_for(front)
        yield f"https://{HOST}:{front}"
    finally:
        process.terminate()
        process.wait(20)


def _nginx(port: int, front: int, chain: Path, key: Path, folder: Path) -> list[str]:
    block = _from_guide(r"server \{.*?\n\}")
    block = block.replace("listen 443 ssl", f"listen 127.0.0.1:{front} ssl")
    block = block.replace("/etc/ssl/dailies/fullchain.pem", str(chain))
    block = block.replace("/etc/ssl/dailies/privkey.pem", str(key)).replace(":8501", f":{port}")
    temporary = "".join(
        f"    {name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off;\npid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'};\nevents {{}}\n"
        f"http {{\n    access_log off;\n{temporary}{block}\n}}\n"
    )
    return ["nginx", "-e", str(folder / "error.log"), "-c", str(path)]


def _caddy(port: int, front: int, chain: Path, key: Path, folder: Path) -> list[str]:
    block = _from_guide(re.escape(HOST) + r" \{.*?\n\}")
    block = block.replace(HOST + " {", f"https://{HOST}:{front} {{\n    tls {chain} {key}")
    path = folder / "Caddyfile"
    path.write_text(
        "{\n    admin off\n    auto_https disable_redirects\n}\n" + block.replace(":8501", f":{port}")
    )
    os.environ.setdefault("XDG_DATA_HOME", str(folder / "caddy"))
    return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


def _from_guide(pattern: str) -> str:
    found = re.search(r"```\n(" + pattern + r")\n```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        sys.exit(f"{GUIDE.name} holds no such configuration any more; mend this script.")
    return found[1]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("The proxy does not answer.")


if __name__ == "__main__":
    main()
