"""``serve``."""

from __future__ import annotations

import argparse


def run(given: argparse.Namespace) -> int:
    """Serve the dashboard until interrupted."""
    from dashboard.server import serve  # Streamlit takes seconds to load; other commands do without

    serve(host=given.host, port=given.port, with_demo=given.demo)
    return 0
