"""A small identity provider, asked as a browser asks: it gets in whom was invited, and nobody else."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.services import accounts, invitations, members, permissions, projects
from db import session
from engine.vocabulary import Role

pytestmark = pytest.mark.usefixtures("home")

ROOT = Path(__file__).resolve().parents[2]
CLIENT = "dailies"
PATIENCE_S = 90


@dataclass
class Provider:
    """It vouches for ``subject``; ``address`` is where it is."""

    address: str = ""
    subject: str = "7"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k"}))
    nonces: dict[str, str] = field(default_factory=dict)

    async def metadata(self, _request: Request) -> Response:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        places = {name: f"{self.address}/{name}" for name in names}
        return JSONResponse(
            {
                "issuer": self.address,
                **places,
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        code = secrets.token_urlsafe(8)
        self.nonces[code] = asked["nonce"]
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    async def token(self, request: Request) -> Response:
        given = await request.form()
        now = int(time.time())
        said = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 600,
            "name": "Asha Rao",
            "nonce": self.nonces.pop(str(given["code"])),
        }
        signed = jwt.encode({"alg": "RS256", "kid": "k"}, said, self.key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", made.metadata),
            Route("/authorization_endpoint", made.authorize),
            Route("/token_endpoint", made.token, methods=["POST"]),
            Route("/jwks_uri", made.keys),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    made.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield made
    server.should_exit = True
    thread.join()


@pytest.fixture
def served(provider: Provider, tmp_path: Path) -> Iterator[str]:
    """A server that asks the provider; what it knows of it lies in the home folder of its user."""
    with session.writing():
        pass
    port = _free_port()
    user = tmp_path / "user"
    (user / ".streamlit").mkdir(parents=True)
    (user / ".streamlit" / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "secret"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"
"""
    )
    running = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "serve", "--port", str(port), "--sign-in", "oidc"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(user)},
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("w"),
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            httpx.get(f"{address}/healthz", timeout=30)
            break
        except httpx.TransportError:
            assert running.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
    yield address
    running.kill()
    running.wait()
    if running.stdout is not None:
        running.stdout.close()


def _free_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _asked(browser: httpx.Client, page: str) -> httpx.Response:
    """Follow the way to the provider that a page of the door shows, and back."""
    link = re.search(r'href="(/auth/login[^"]*)"', page)
    assert link
    return browser.get(link[1])


def test_a_provider_gets_one_in_after_an_invitation_and_out_is_out(served: str, provider: Provider) -> None:
    lead = accounts.add("Lead", None)
    project = projects.create("Spring")
    members.take_in(project.id, lead.id, Role.INSTRUCTOR)
    invited = invitations.invite(project.id, Role.RATER, person_id=lead.id)
    session.close()
    html = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=served, follow_redirects=True, headers=html, timeout=60) as browser:
        back = _asked(browser, browser.get("/").text)
        assert "nobody has invited you here yet" in back.text
        assert browser.get("/session").status_code == 401
        shown = browser.get(f"/invitation/{invited}").text
        assert 'value="Asha Rao"' in shown
        assert 'id="password"' not in shown
        browser.post(f"/invitation/{invited}", data={"name": "Asha"})
        person = browser.get("/session").json()["person"]
        assert permissions.role_of(project.id, person) is Role.RATER
        assert not [name for name in browser.cookies if name.startswith("_streamlit_user")]
        browser.post("/sign-out", data={"everywhere": ""})
        assert browser.get("/session").status_code == 401
        _asked(browser, browser.get("/sign-in").text)
        assert browser.get("/session").json()["person"] == person
    provider.subject = "8"  # the same name, another subject
    with httpx.Client(base_url=served, follow_redirects=True, headers=html, timeout=60) as browser:
        _asked(browser, browser.get("/").text)
        assert browser.get("/session").status_code == 401
