"""Going back twice goes back two steps."""

from __future__ import annotations

import pytest

from dashboard.services.steps_taken import steps_taken


@pytest.mark.parametrize(
    ("promoted", "way"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a", "b", "c"], ["a", "b", "c"]),
        (["a", "b", "c", "b"], ["a", "b"]),
        (["a", "b", "c", "b", "a"], ["a"]),
        (["a", "b", "a", "c"], ["a", "c"]),
        ([None, "b", None, "c"], [None, "c"]),
    ],
)
def test_coming_back_to_a_step_undoes_those_after_it(
    promoted: list[str | None], way: list[str | None]
) -> None:
    assert steps_taken(promoted) == way
