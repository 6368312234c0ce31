"""``serve``."""

from __future__ import annotations

import argparse
from pathlib import Path

from dashboard.cli import word_types
from dashboard.log_format import LogFormat
from dashboard.services.first_process import FirstProcess
from dashboard.services.sign_in_mode import SignIn
from engine.errors import DailiesError
from engine.loading import unswept


def add_serve(words: argparse.ArgumentParser) -> None:
    """The words of ``serve``."""
    words.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    words.add_argument(
        "--port", type=word_types.whole, default=8501, help="default %(default)s; 0 takes a free one"
    )
    words.add_argument("--demo", action="store_true", help="set up the demo project")
    words.add_argument(
        "--sign-in",
        type=SignIn,
        choices=list(SignIn),
        help="how people get in: accounts of this server (default), an identity provider, or by naming "
        "themselves, on this machine alone",
    )
    words.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="a name browsers may address it by"
    )
    words.add_argument(
        "--frame-ancestor",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="whose pages may show this server in a frame, such as https://huggingface.co; else nobody's",
    )
    words.add_argument("--tls-cert", type=Path, metavar="PEM", help="serve over TLS with this certificate")
    words.add_argument("--tls-key", type=Path, metavar="PEM", help="the certificate's private key")
    words.add_argument(
        "--log-format", type=LogFormat, choices=list(LogFormat), help="lines of text (default) or of JSON"
    )
    words.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Serve the dashboard until interrupted."""
    if (given.tls_cert is None) != (given.tls_key is None):
        raise DailiesError("TLS takes both: give --tls-cert with the certificate and --tls-key with its key.")
    first = FirstProcess.begun()
    try:
        with unswept():
            from dashboard import log_format  # Streamlit takes seconds to load
            from dashboard.server import Certificate, serve

        log_format.use(log_format.chosen(given.log_format))
        certificate = None if given.tls_cert is None else Certificate(given.tls_cert, given.tls_key)
        serve(
            host=given.host,
            port=given.port,
            with_demo=given.demo,
            certificate=certificate,
            sign_in=given.sign_in,
            names=given.allow_host,
            framers=given.frame_ancestor,
            first=first,
        )
    finally:
        if first is not None:
            first.end()
    return 0
