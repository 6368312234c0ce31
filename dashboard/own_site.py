"""What another site may not do: have something changed here, or address the server by a name of its own."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers

from engine.errors import DailiesError

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SAFE_SCHEMES: Final = frozenset({"https", "wss"})
PORTS: Final = {"http": 80, "https": 443}
"""What a browser leaves out of an address."""


def is_own(headers: Headers, scheme: str) -> bool:
    """Whether a request was sent by a page of this server, or by no page at all.

    Parameters
    ----------
    scheme : str
        By which it came, as :func:`has_own_origin` takes it.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return has_own_origin(headers, scheme)


def has_own_origin(headers: Headers, scheme: str) -> bool:
    """Whether the page a request comes from, where it is told, is of this server: by its host, its port, and
    over TLS its scheme.

    Parameters
    ----------
    scheme : str
        ``https`` or ``wss`` where it is known to have come over TLS: to this server itself, or to a proxy
        that says so (``X-Forwarded-Proto``) and that is believed (``FORWARDED_ALLOW_IPS``; this machine's
        is). Of any other it is not known what stands between: a page over TLS is as good as one without.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        page = urlsplit(origin)
        asked = urlsplit(f"{page.scheme}://{headers.get('host', '')}")
        is_there = (page.hostname, _port(page)) == (asked.hostname, _port(asked))
    except ValueError:
        return False
    schemes = ("https",) if scheme in SAFE_SCHEMES else ("http", "https")
    is_plain = not (page.path or page.query or page.fragment or page.username)
    return page.scheme in schemes and bool(page.hostname) and is_plain and is_there


def _port(address: SplitResult) -> int | None:
    return address.port or PORTS.get(address.scheme)


class OriginError(DailiesError):
    """What was given is no origin of the web."""


class Names:
    """By which names a server may be addressed.

    A page of another site can have its own name lead to this machine, and then is no other site any more
    to a browser. An address of numbers cannot be had by that, so it is always heard.

    Parameters
    ----------
    host : str
        What the server listens on.
    others : iterable of str
        More names it is known by, such as ``dailies.school.example``.
    """

    def __init__(self, host: str, others: Iterable[str] = ()) -> None:
        own = {host.lower(), "localhost", socket.gethostname().lower()}
        self._known = frozenset(own | {name.lower().rstrip(".") for name in others})

    def knows(self, header: str | None) -> bool:
        """Whether a ``Host`` header names this server."""
        try:
            name = urlsplit(f"//{header or ''}").hostname
        except ValueError:
            return False
        if not name:
            return False
        name = name.rstrip(".")
        return name in self._known or _is_number(name)


def checked_origin(origin: str) -> str:
    """An origin of the web as browsers name it: ``https://space.example``, with a port where it is not 443.

    Raises
    ------
    OriginError
        If it is none, or not one that is served over TLS.
    """
    try:
        parts = urlsplit(origin.strip().rstrip("/"))
        name, port = parts.hostname or "", parts.port
    except ValueError:
        name, port, parts = "", None, urlsplit("")
    is_plain = name.isascii() and all(sign.isalnum() or sign in "-." for sign in name)
    if parts.scheme != "https" or not name or not is_plain or parts.path or parts.query or parts.fragment:
        raise OriginError(
            f"{origin!r} is no origin of a page that may show this server's in a frame; give one such as "
            "https://huggingface.co."
        )
    return f"https://{name}" + ("" if port is None else f":{port}")


def local_path(wanted: str | None, default: str = "/") -> str:
    r"""Where to go on: a path of this server alone, whatever was asked for.

    What a browser would take for an address of another site (``//there``, ``/\there``), a scheme, a
    control sign or a way back to the door becomes ``default``.
    """
    path = wanted or default
    is_local = path.startswith("/") and not path.startswith(("//", "/\\"))
    is_plain = all(sign.isprintable() for sign in path) and "\\" not in path
    parts = urlsplit(path) if is_local and is_plain else None
    if parts is None or parts.scheme or parts.netloc or parts.path.startswith(("/sign-", "/invitation")):
        return default
    return path


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
