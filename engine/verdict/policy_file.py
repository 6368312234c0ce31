"""Policies as plain, versioned, readable JSON: what is put in force can be read and argued about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from engine.errors import PolicyError
from engine.verdict.fixed import FIXED_KIND, FixedPolicy
from engine.verdict.gate_report import GateReport
from engine.verdict.learned import LEARNED_KIND
from engine.verdict.learned_file import learned_from_dict
from engine.verdict.policy import POLICY_FORMAT, POLICY_FORMAT_VERSION, Policy
from engine.vocabulary import QUOTED_CHARACTERS, quoted

POLICY_IN_FORCE: Final = "in_force_policy"
"""Where a file keeps the policy that judges while its candidate waits behind a shut gate."""

_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Policy]]] = {
    FIXED_KIND: FixedPolicy.from_dict,
    LEARNED_KIND: learned_from_dict,
}


def policy_to_json(policy: Policy) -> str:
    """The policy's JSON, indented, numbers unrounded, ending in a newline."""
    return _to_json(policy.to_dict())


def policy_from_json(text: str) -> Policy:
    """Read a policy from JSON.

    Raises
    ------
    PolicyError
        If the text is no JSON, of another format, of a newer format version, or incomplete.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"The policy is not readable JSON: {error}.") from error
    if not isinstance(content, dict) or content.get("format") != POLICY_FORMAT:
        raise PolicyError(f'This is no threshold policy: it lacks "format": "{POLICY_FORMAT}".')
    if content.get("format_version") != POLICY_FORMAT_VERSION:
        raise PolicyError(
            f"The policy has format version {str(content.get('format_version'))[:QUOTED_CHARACTERS]}; "
            f"this version of Dailies reads {POLICY_FORMAT_VERSION}. Update Dailies or fit the policy again."
        )
    kind = str(content.get("kind"))
    if kind not in _READERS:
        raise PolicyError(f"The policy is of kind {quoted(kind)}; known kinds are {', '.join(_READERS)}.")
    return _READERS[kind](content)


def read_policy(path: Path) -> Policy:
    """Read a policy file; of one that a gate wrote the candidate, whether it passed or not.

    Raises
    ------
    PolicyError
        If the file cannot be read or holds no policy.
    """
    return policy_from_json(_text(path))


def read_policy_in_force(path: Path) -> Policy:
    """Read the policy that the gate lets in force from a policy file; the policy itself where no gate was.

    Raises
    ------
    PolicyError
        If the file cannot be read or holds no policy.
    """
    policy = policy_from_json(_text(path))
    held = json.loads(_text(path)).get(POLICY_IN_FORCE)
    return policy if held is None else policy_from_json(json.dumps(held))


def write_gated_policy(report: GateReport, path: Path) -> None:
    """Write a gate's candidate with the gate's findings and, where it stayed shut, what judges meanwhile.

    Raises
    ------
    PolicyError
        If the file cannot be written.
    """
    content = {"in_force": report.in_force, "gate": report.to_dict(), **report.candidate.to_dict()}
    if report.held is not None:
        content[POLICY_IN_FORCE] = report.held.to_dict()
    _write(_to_json(content), path)


def write_policy(policy: Policy, path: Path) -> None:
    """Write a policy file; a reader never meets half of one.

    Raises
    ------
    PolicyError
        If the file cannot be written.
    """
    _write(policy_to_json(policy), path)


def _to_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(
            f"The policy file {path.name} cannot be read; give a JSON file of a policy."
        ) from error


def _write(text: str, path: Path) -> None:
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise PolicyError(f"The policy cannot be written to {path}: {error.strerror}.") from error
