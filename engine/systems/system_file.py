"""The weight file of a system that names emotions: networks, z-scores, temperatures and scales by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from torch import nn

from engine import weights
from engine.systems.branch import MEMBERS, Standardiser
from engine.systems.stored_network import filled
from engine.verdict.scale import ReferenceScale
from engine.weights import WeightsFile

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class SystemFile:
    """One loaded file, read part by part.

    Attributes
    ----------
    file : WeightsFile
    """

    file: WeightsFile

    @classmethod
    def load(cls, name: str) -> Self:
        """Load the shipped file of that name.

        Raises
        ------
        WeightsError
            If it is missing or damaged.
        """
        return cls(weights.load(name))

    @property
    def version(self) -> str:
        """Changes with the file."""
        return self.file.version

    def by_branch(self, name: str) -> Mapping[str, float]:
        """A number for each branch, such as its trust; empty where the file has none of that name."""
        found: Mapping[str, float] = json.loads(self.file.metadata.get(name, "{}"))
        return found

    @property
    def temperatures(self) -> Mapping[str, float]:
        """By branch, fitted on people and dialogues that were not learned from."""
        return self.by_branch("temperatures")

    @property
    def correlation(self) -> float:
        """Of voice and face standings on the normal scale."""
        return float(self.file.metadata["correlation"])

    def network(self, network: Network, prefix: str) -> Network:
        """The network whose arrays stand behind ``prefix``, ready to answer."""
        return filled(network, self.file.arrays, prefix)

    def members(self, make: Callable[[], Network], prefix: str) -> tuple[Network, ...]:
        """The five networks of a cross-fitted branch; ``prefix`` is followed by their number."""
        return tuple(self.network(make(), f"{prefix}{index}.") for index in range(MEMBERS))

    def standardisers(self, prefix: str) -> tuple[Standardiser, ...]:
        """The z-scores of the five members."""
        arrays = self.file.arrays
        return tuple(
            Standardiser(
                arrays[f"{prefix}{index}.mean"].astype(np.float32),
                arrays[f"{prefix}{index}.spread"].astype(np.float32),
            )
            for index in range(MEMBERS)
        )

    def scales(self, parts: Iterable[str]) -> dict[str, ReferenceScale]:
        """The reference scale of each branch's arousal."""
        return {part: ReferenceScale(self.file.arrays[f"scale.{part}"]) for part in parts}
