"""A model hub on loopback with one model in it, and one plain file; as the public hub answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"


class ServedHub(ThreadingHTTPServer):
    """Serves ``files`` of ``model``; ``promised`` may name another SHA-256 than a file has."""

    daemon_threads = True

    def __init__(self, model: str, files: dict[str, bytes], promised: dict[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.model, self.files, self.promised = model, files, promised or {}
        self.asked: list[str] = []
        self.tokens: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def described(self) -> bytes:
        siblings = []
        for name, content in self.files.items():
            entry: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": "0" * 40}
            if name.endswith((".safetensors", ".bin", ".h5")):
                digest = self.promised.get(name, hashlib.sha256(content).hexdigest())
                entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        card = {"license": "apache-2.0"}
        return json.dumps(
            {"id": self.model, "sha": COMMIT, "siblings": siblings, "cardData": card, "tags": []}
        ).encode()


class _Answers(BaseHTTPRequestHandler):
    server: ServedHub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        self.server.tokens += self.headers.get_all("Authorization", [])
        hub = self.server
        if path == f"/api/models/{hub.model}":
            content, kind = hub.described(), "application/json"
        elif path.startswith(f"/{hub.model}/resolve/{COMMIT}/"):
            content, kind = hub.files.get(path.rpartition("/")[2]), "application/octet-stream"
        else:
            content, kind = hub.files.get(path.removeprefix("/plain/")), "application/octet-stream"
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content or b"")))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(content or b"").hexdigest()}"')
        self.end_headers()
        if with_body and content is not None:
            self.wfile.write(content)


@contextmanager
def served_hub(
    model: str, files: dict[str, bytes], promised: dict[str, str] | None = None
) -> Iterator[ServedHub]:
    """Serve until the block ends."""
    hub = ServedHub(model, files, promised)
    serving = Thread(target=hub.serve_forever, daemon=True)
    serving.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        serving.join()
