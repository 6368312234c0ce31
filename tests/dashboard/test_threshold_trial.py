"""A pair tried by hand says which clips it would judge otherwise, and stores nothing."""

from __future__ import annotations

import pytest

from dashboard.services import projects
from dashboard.services.threshold_trial import JudgedClip, flipping, judged
from db.records import ProjectRecord
from engine.vocabulary import FIXED_TOLERANCE_Z, Verdict
from tests.dashboard.project_made import made_clip


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


def _clip(gap: float, verdict: Verdict) -> JudgedClip:
    return JudgedClip(f"clip{gap}", f"take{gap}.mp4", gap, verdict)


def test_only_clips_between_the_old_and_the_new_cut_change() -> None:
    clips = [_clip(-1.0, Verdict.UNDER), _clip(0.5, Verdict.OVER), _clip(0.9, Verdict.OVER)]
    changed = flipping(clips, -FIXED_TOLERANCE_Z, 0.8)
    assert [(each.clip.alignment, each.then) for each in changed] == [(0.5, Verdict.CORRECT)]


def test_a_gap_on_the_cut_is_right() -> None:
    assert flipping([_clip(0.8, Verdict.CORRECT)], -0.8, 0.8) == ()


def test_the_clearest_changes_come_first() -> None:
    clips = [_clip(gap, Verdict.OVER) for gap in (0.75, 0.3, 0.6)]
    assert [each.clip.alignment for each in flipping(clips, -0.8, 0.8)] == [0.3, 0.6, 0.75]


def test_clips_without_a_known_gap_are_left_out(project: ProjectRecord) -> None:
    known = made_clip(project, expected=0.5, expressed=0.6)
    made_clip(project, expected=None)
    made_clip(project, analysed=False)
    [clip] = judged(project.id).value or ()
    assert (clip.clip_id, clip.verdict) == (known.id, Verdict.OVER)
    assert clip.alignment == pytest.approx(0.5)


def test_no_clips_at_all_change_nothing(project: ProjectRecord) -> None:
    assert judged(project.id).value == ()
    assert flipping((), -1.0, 1.0) == ()
