"""Policies as plain, versioned, readable JSON: what is put in force can be read and argued about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from engine.errors import PolicyError
from engine.verdict.fixed import FIXED_KIND, FixedPolicy
from engine.verdict.learned import LEARNED_KIND
from engine.verdict.learned_file import learned_from_dict
from engine.verdict.policy import POLICY_FORMAT, POLICY_FORMAT_VERSION, Policy

_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Policy]]] = {
    FIXED_KIND: FixedPolicy.from_dict,
    LEARNED_KIND: learned_from_dict,
}


def policy_to_json(policy: Policy) -> str:
    """The policy's JSON, indented, numbers unrounded, ending in a newline."""
    return json.dumps(policy.to_dict(), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def policy_from_json(text: str) -> Policy:
    """Read a policy from JSON.

    Raises
    ------
    PolicyError
        If the text is no JSON, of another format, of a newer format version, or incomplete.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"The policy is not readable JSON: {error}.") from error
    if not isinstance(content, dict) or content.get("format") != POLICY_FORMAT:
        raise PolicyError(f'This is no threshold policy: it lacks "format": "{POLICY_FORMAT}".')
    if content.get("format_version") != POLICY_FORMAT_VERSION:
        raise PolicyError(
            f"The policy has format version {content.get('format_version')!r}; "
            f"this version of Dailies reads {POLICY_FORMAT_VERSION}. Update Dailies or fit the policy again."
        )
    kind = str(content.get("kind"))
    if kind not in _READERS:
        raise PolicyError(f"The policy is of kind {kind!r}; known kinds are {', '.join(_READERS)}.")
    return _READERS[kind](content)


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises
    ------
    PolicyError
        If the file cannot be read or holds no policy.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(
            f"The policy file {path.name} cannot be read; give a JSON file of a policy."
        ) from error
    return policy_from_json(text)


def write_policy(policy: Policy, path: Path) -> None:
    """Write a policy file; a reader never meets half of one.

    Raises
    ------
    PolicyError
        If the file cannot be written.
    """
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(policy_to_json(policy), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise PolicyError(f"The policy cannot be written to {path}: {error.strerror}.") from error
