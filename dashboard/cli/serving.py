"""``serve``."""

from __future__ import annotations

import argparse

from engine.errors import DailiesError


def run(given: argparse.Namespace) -> int:
    """Serve the dashboard until interrupted."""
    if (given.tls_cert is None) != (given.tls_key is None):
        raise DailiesError("TLS takes both: give --tls-cert with the certificate and --tls-key with its key.")
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
    )
    return 0
