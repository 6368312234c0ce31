"""What holds for every test: nothing is timed, and those that drive a browser stay together."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

BROWSER: Final = "tests/browser/"


class _BrowserTogether(LoadScopeScheduling):
    """All browser tests go to one process, where they share a prepared server; the others file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Share the tests out as :class:`_BrowserTogether` says."""
    return _BrowserTogether(config, log)
