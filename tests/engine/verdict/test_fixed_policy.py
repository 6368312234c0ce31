"""The fixed pair, the gap it judges, and its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PolicyError, TableError
from engine.verdict.fixed import FIXED, FixedPolicy
from engine.verdict.gap import gap
from engine.verdict.policy_file import policy_from_json, policy_to_json, read_policy, write_policy
from engine.vocabulary import Verdict


def test_the_borders_of_the_fixed_pair_are_correct() -> None:
    assert [FIXED.judge(a).verdict for a in (-0.15, 0.15, 0.0)] == [Verdict.CORRECT] * 3
    assert FIXED.judge(np.nextafter(-0.15, -1)).verdict is Verdict.UNDER
    assert FIXED.judge(np.nextafter(0.15, 1)).verdict is Verdict.OVER


def test_a_fixed_verdict_stands_alone_and_has_no_probabilities() -> None:
    judgement = FIXED.judge(-1.65)
    assert judgement.verdict_set == (Verdict.UNDER,)
    assert judgement.probabilities is None
    assert (judgement.policy_version, judgement.lower, judgement.upper) == ("fixed-0.15", -0.15, 0.15)


def test_an_unknown_gap_has_no_verdict() -> None:
    judgement = FIXED.judge(None)
    assert judgement.verdict is None
    assert judgement.verdict_set == ()


def test_the_gap_is_expressed_minus_expected_in_z_units_and_keeps_unknowns() -> None:
    found = gap([0.71, np.nan], [0.38, 0.5])
    assert found[0] == pytest.approx(-1.65)
    assert np.isnan(found[1])


@pytest.mark.parametrize("wrong", [-0.01, 1.01, np.inf])
def test_an_intensity_outside_its_range_is_refused(wrong: float) -> None:
    with pytest.raises(TableError, match="between 0 and 1"):
        gap([0.5], [wrong])


def test_a_policy_survives_its_file(tmp_path: Path) -> None:
    write_policy(FIXED, tmp_path / "policy.json")
    assert read_policy(tmp_path / "policy.json") == FIXED
    assert list(tmp_path.iterdir()) == [tmp_path / "policy.json"]


@pytest.mark.parametrize("pair", [(0.2, 0.1), (np.nan, 1.0), (-np.inf, 1.0)])
def test_thresholds_that_cannot_judge_are_refused(pair: tuple[float, float]) -> None:
    with pytest.raises(PolicyError):
        FixedPolicy(*pair)


@pytest.mark.parametrize(
    "change",
    [{"format": "other"}, {"format_version": 99}, {"kind": "oracle"}, {"lower": "wide"}, {"upper": None}],
)
def test_a_file_of_another_kind_or_version_is_refused_in_a_sentence(change: dict[str, object]) -> None:
    content = json.loads(policy_to_json(FIXED)) | change
    with pytest.raises(PolicyError, match=r"\.$"):
        policy_from_json(json.dumps(content))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "12"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        policy_from_json(text)


def test_a_missing_or_binary_policy_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.json", "binary.json"):
        with pytest.raises(PolicyError, match=name):
            read_policy(tmp_path / name)
