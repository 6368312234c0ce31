"""What holds for every test: nothing is timed, not even by Hypothesis."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
