"""Which answers teach is the project's protocol, and nothing protected is a context by default."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.__main__ import main
from dashboard.services import projects
from dashboard.services.judging import CONTEXT_COLUMNS
from dashboard.services.rating import Answer, submit
from dashboard.services.training_ratings import RatedGap, collect
from db import projects as stored_projects
from db import session
from engine.verdict.levels import is_protected
from engine.vocabulary import Phase, Protocol
from tests.dashboard.project_made import made_clip, made_ratings, press


def taught_by(protocol: Protocol, *answers: tuple[Phase, int], on_revised: bool = False) -> list[RatedGap]:
    """What one person's answers to one clip, in this order, teach under a protocol."""
    project = projects.create("Hamlet", protocol=protocol)
    projects.set_training_on_revised(project.id, wanted=on_revised, person_id=None)
    clip, person = made_clip(project), projects.person("Asha")
    for phase, delivery in answers:
        submit(
            clip_id=clip.id,
            person_id=person.id,
            answer=Answer(delivery=delivery),
            idempotency_key=press(),
            phase=phase,
        )
    with session.reading() as s:
        return list(collect(s, stored_projects.by_id(s, project.id)).gaps)


def test_in_an_assisted_project_the_last_assisted_answer_teaches() -> None:
    (gap,) = taught_by(Protocol.ASSISTED, (Phase.BLIND, -2), (Phase.ASSISTED, 0), (Phase.ASSISTED, 1))
    assert gap.delivery == 1


def test_blind_first_teaches_with_the_answer_before_the_reveal() -> None:
    (gap,) = taught_by(Protocol.BLIND_FIRST, (Phase.BLIND, -1), (Phase.REVISED, 1))
    assert gap.delivery == -1


def test_nothing_after_the_reveal_passes_for_blind() -> None:
    (gap,) = taught_by(Protocol.BLIND_FIRST, (Phase.BLIND, -1), (Phase.REVISED, 1), (Phase.BLIND, 2))
    assert gap.delivery == -1


def test_revised_answers_teach_only_where_the_project_asks_for_it() -> None:
    (gap,) = taught_by(Protocol.BLIND_FIRST, (Phase.BLIND, -1), (Phase.REVISED, 1), on_revised=True)
    assert gap.delivery == 1


def test_in_a_blind_project_a_changed_mind_teaches_since_nothing_was_revealed() -> None:
    (gap,) = taught_by(Protocol.BLIND_ONLY, (Phase.BLIND, -1), (Phase.BLIND, 1), on_revised=True)
    assert gap.delivery == 1


@pytest.mark.parametrize("protocol", [Protocol.BLIND_FIRST, Protocol.BLIND_ONLY])
def test_assisted_answers_never_teach_a_blind_project(protocol: Protocol) -> None:
    assert taught_by(protocol, (Phase.ASSISTED, 1)) == []


def test_no_protected_trait_is_a_context_by_default() -> None:
    assert not any(is_protected(column) for column in projects.DEFAULT_CONTEXT)
    assert {column for column in CONTEXT_COLUMNS if is_protected(column)} == {"actor", "language"}


def test_recalibrating_by_a_protected_trait_says_so_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = projects.create("Fair")
    made_ratings(project, clips_count=24, raters=2, tolerance=0.8)
    words = ["recalibrate", "--project", "Fair"]
    assert main(words) == 0
    assert "unfair" not in capsys.readouterr().err
    projects.set_context_columns(project.id, ["emotion", "actor", "language"], person_id=None)
    assert main(words) == 0
    [said] = [line for line in capsys.readouterr().err.splitlines() if "unfair" in line]
    assert said.startswith("Thresholds that depend on actor can be unfair")  # no clip names a language


def test_thresholds_by_a_protected_trait_are_warned_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    size = 600
    gap = generator.normal(0, 1, size)
    sex = generator.choice(["f", "m"], size)
    felt = gap + np.where(sex == "f", 0.8, -0.8) + generator.normal(0, 0.2, size)
    pd.DataFrame(
        {
            "expected_intensity": 0.5,
            "expressed_intensity": np.clip(0.5 + 0.2 * gap, 0, 1),
            "verdict": np.where(felt < -0.7, "under", np.where(felt > 0.7, "over", "correct")),
            "sex": sex,
            "actor": np.arange(size) // 10,
        }
    ).to_csv("ratings.csv", index=False)
    words = ["thresholds", "fit", "ratings.csv", "--out", "policy.json", "--group", "actor"]
    assert main(words) == 0
    assert "unfair" not in capsys.readouterr().err
    assert main([*words, "--context", "sex"]) == 0
    assert capsys.readouterr().err.count("can be unfair: by a protected trait") == 1
