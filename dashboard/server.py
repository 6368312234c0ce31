"""The server: pages, routes and the analysis under one process, on one address."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn

from dashboard import (
    answer_routes,
    class_routes,
    cue_routes,
    font_routes,
    operation_routes,
    own_components,
    page_modules,
    press_queue,
    provider_sign_in,
    recording_routes,
    routes,
    sign_in_routes,
    trace_routes,
    upload_routes,
    visitor_routes,
)
from dashboard.gate import Gate
from dashboard.memory_uploads import MemoryUploads
from dashboard.operation_routes import Counted
from dashboard.own_site import Names, checked_origin
from dashboard.services import (
    backup_schedule,
    demo,
    invitations,
    metrics,
    retention,
    sign_in_mode,
    task_progress,
    whole_database,
)
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.first_process import FirstProcess
from dashboard.services.readiness import Watch
from dashboard.services.sign_in_mode import SignIn
from dashboard.shield import Shield
from engine.errors import DailiesError

SCRIPT: Final = Path(__file__).resolve().parent / "app.py"
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8501
HIGHEST_PORT: Final = 65_535
OWN_ROUTES: Final = (
    *sign_in_routes.ROUTES,
    *visitor_routes.ROUTES,
    *answer_routes.ROUTES,
    *trace_routes.ROUTES,
    *cue_routes.ROUTES,
    *class_routes.ROUTES,
    *recording_routes.ROUTES,
    *upload_routes.ROUTES,
    *font_routes.ROUTES,
    *routes.ROUTES,
)
"""What is served beside Streamlit's own addresses; each has a row in docs/roles.md."""
MOST_FILES: Final = 65_536
LARGEST_HEAD: Final = 64 * 1024
"""Bytes of a request before its body. Only h11 counts them: httptools takes headers for as long as they come,
and keeps each of a few bytes as objects of a hundred."""
LARGEST_MESSAGE: Final = 2 * 1024 * 1024
"""Bytes of what a page may say at once over its live connection, unpacked: all its fields. Eight messages of
15 MB, packed into 16 KB each, kept everybody else waiting for ten seconds."""
FAREWELL_S: Final = 3
"""Seconds that open pages get to finish at shutdown."""


class ServeError(DailiesError):
    """The server cannot listen where it was told to."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows to browsers over TLS: PEM files of its chain and of its private key."""

    chain: Path
    key: Path

    def check(self) -> None:
        """Read both files.

        Raises
        ------
        ServeError
            If one cannot be read, or they do not belong together.
        """
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                self.chain, self.key, password=lambda: ""
            )
        except ssl.SSLError:
            raise ServeError(
                f"{self.chain.name} and {self.key.name} are no certificate and its private key (PEM, without "
                "a password); give both files as they were issued."
            ) from None
        except OSError as error:
            raise ServeError(
                f"The certificate cannot be read: {error.strerror}; check --tls-cert and --tls-key."
            ) from None


def serve(
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    with_demo: bool = False,
    certificate: Certificate | None = None,
    sign_in: SignIn | None = None,
    names: Sequence[str] = (),
    framers: Sequence[str] = (),
    first: FirstProcess | None = None,
) -> None:
    """Serve the dashboard until it is interrupted.

    Parameters
    ----------
    port : int
        0 takes any free port; the address is printed.
    with_demo : bool
        Set up the demo project while the pages are already served.
    certificate : Certificate, optional
        Serve over TLS, which browsers ask for before they lend a camera to any page but one of this machine.
    sign_in : SignIn, optional
        How people get in; by accounts, but for the demo, which signs its teacher in.
    names : sequence of str
        More names by which browsers may address the server.
    framers : sequence of str
        Origins whose pages may show this server's in a frame.
    first : FirstProcess, optional
        The process of the analysis that has begun already.

    Raises
    ------
    OriginError
        If one of the origins is none.
    ModeError
        If everybody could say who they are on an address that other machines reach.
    ServeError
        If the address cannot be listened on, or the certificate cannot be used.
    StorageError
        If the database cannot be used, or is damaged; then the sentence names the newest backup.
    """
    mode = sign_in_mode.checked(sign_in, host, demo=with_demo)
    origins = [checked_origin(each) for each in framers]
    sign_in_mode.use(mode)
    sign_in_mode.frame(is_allowed=bool(origins))
    if mode is SignIn.OIDC:
        provider_sign_in.require_set_up()
    if certificate is not None:
        certificate.check()
    backup_schedule.plan()  # what it cannot make out, it says before anything is served
    unread = whole_database.open_checked()
    _open_many()
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    scheme = "http" if certificate is None else "https"
    address = f"{scheme}://{shown}:{listening.getsockname()[1]}"
    print(f"Dailies is at {address} (Ctrl+C ends it)", flush=True)
    if mode is not SignIn.NONE and (link := invitations.first_link()) is not None:
        hours = int(invitations.FIRST_LASTS.total_seconds()) // 3600
        print(
            "Nobody looks after this server yet. Open this link to do so; it is good once, for "
            f"{hours} hours: {address}/invitation/{link}",
            flush=True,
        )
    server = uvicorn.Server(
        uvicorn.Config(
            application(with_demo=with_demo, names=Names(host, names), framers=origins, first=first),
            log_config=None,  # its lines go where all lines go
            log_level="warning",
            access_log=False,
            server_header=False,
            http="h11",
            h11_max_incomplete_event_size=LARGEST_HEAD,
            ws_max_size=LARGEST_MESSAGE,
            timeout_graceful_shutdown=FAREWELL_S,
            ssl_certfile=None if certificate is None else certificate.chain,
            ssl_keyfile=None if certificate is None else certificate.key,
        )
    )
    if unread is not None:
        unread.begin(lambda: setattr(server, "should_exit", True))
    _keep_people_out_of_the_log()
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn passes it on once it has shut down in order
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # passed on as well
    finally:
        listening.close()
    if unread is not None:
        unread.require_whole()


def application(
    *,
    with_demo: bool = False,
    names: Names,
    framers: Sequence[str] = (),
    first: FirstProcess | None = None,
) -> Any:
    """The ASGI application: Streamlit's pages, our routes, and the worker for as long as it runs.

    Everything in it stands behind the shield and the gate, Streamlit's own addresses included.
    """
    import streamlit as st

    press_queue.install()
    own_components.install()
    metrics.watch_writers()
    worker = AnalysisWorker(first=first)
    watch = Watch(worker.is_alive)
    pages = st.App(
        SCRIPT,
        routes=[*operation_routes.routes(watch), *OWN_ROUTES],
        lifespan=_lifespan(worker, watch, with_demo=with_demo),
    )
    return Counted(Shield(Gate(MemoryUploads(pages)), names, framers=framers))


def _lifespan(worker: AnalysisWorker, watch: Watch, *, with_demo: bool) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        stopping = threading.Event()
        worker.start()
        threading.Thread(
            target=page_modules.load_ahead, args=(stopping,), name="page-modules", daemon=True
        ).start()
        threading.Thread(target=task_progress.count_ahead, name="counts", daemon=True).start()
        threading.Thread(target=retention.keep_watch, args=(stopping,), name="retention", daemon=True).start()
        threading.Thread(
            target=backup_schedule.keep_watch, args=(stopping,), name="backups", daemon=True
        ).start()
        if with_demo:
            threading.Thread(target=demo.set_up, args=(stopping,), name="demo", daemon=True).start()
        try:
            yield
        finally:
            watch.end()
            stopping.set()
            worker.stop()

    return lifespan


def _open_many() -> None:
    """Let as many be connected as the system allows: each takes a file, of which a process may often have
    1,024, and who only holds connections open would keep everybody else out.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
        if usual != resource.RLIM_INFINITY and usual < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _keep_people_out_of_the_log() -> None:
    """Let no log line tell who looked at what; uvicorn's levels do not last, as Streamlit resets them."""
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.levelno >= logging.WARNING)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= HIGHEST_PORT:
        raise ServeError(f"{port} is no port; give a number from 0 to {HIGHEST_PORT}.")
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(kind, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ServeError(f"{host!r} is no address of this machine; use --host 127.0.0.1.") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        raise ServeError(_refused(host, port, error)) from None
    return listening


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken, perhaps by another Dailies; end that or give --port {port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this user; give a --port above 1023."
    return f"{host!r} is no address of this machine; use --host 127.0.0.1."
