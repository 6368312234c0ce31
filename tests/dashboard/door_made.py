"""The door as it is served: shield and gate before the routes, and something behind them that echoes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from dashboard.gate import Gate
from dashboard.own_site import Names
from dashboard.server import OWN_ROUTES
from dashboard.services import passwords, sign_in_mode
from dashboard.services.sign_in_mode import SignIn
from dashboard.shield import Shield

PASSWORD = "mangrove ladder quietly seven"
PAGE = "<html><script>1</script><link rel=x></html>"


@contextmanager
def door(
    *, base: str = "http://testserver", mode: SignIn = SignIn.ACCOUNTS, framers: Sequence[str] = ()
) -> Iterator[TestClient]:
    """A browser in front of it; passwords are hashed fast there."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE, headers={"etag": '"1"'})

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for word in websocket.iter_text():
            await websocket.send_text(word)

    behind = Starlette(
        routes=[*OWN_ROUTES, WebSocketRoute("/_stcore/stream", echo), Route("/{rest:path}", page)]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobodys.cache_clear()
        sign_in_mode.use(mode)
        patch.setattr(sign_in_mode, "_framed", [bool(framers)])
        app = Shield(Gate(behind), Names("testserver"), framers=framers)
        with TestClient(app, base_url=base, follow_redirects=False) as client:
            yield client
        passwords._nobodys.cache_clear()
