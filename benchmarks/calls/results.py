"""What was measured: figures by scenario, client and round, and the ratios of a round."""

from __future__ import annotations

import statistics
from typing import Any

from attrs import Factory, frozen

__all__ = ["Figures", "Results"]

# What was told of one client in one round of one scenario.
Figures = dict[str, Any]


@frozen
class Results:
    """All that was measured.

    Attributes:
        rounds: The figures of each round, by scenario and client. None stands for a client
            that did not answer.
        unavailable: Why a client was left out, by its name.
    """

    rounds: dict[str, dict[str, list[Figures | None]]] = Factory(dict)
    unavailable: dict[str, str] = Factory(dict)

    def add(self, scenario: str, client: str, figures: Figures | None) -> None:
        """Add what came of a round."""
        self.rounds.setdefault(scenario, {}).setdefault(client, []).append(figures)

    def of(self, scenario: str, client: str) -> list[Figures]:
        """Return the figures of every round that a client has answered in."""
        rounds = self.rounds.get(scenario, {}).get(client, [])
        return [figures for figures in rounds if figures is not None]

    def values(self, scenario: str, client: str, figure: str) -> list[float]:
        """Return one figure of every round that has it."""
        found = [figures.get(figure) for figures in self.of(scenario, client)]
        return [value for value in found if value is not None]

    def median(self, scenario: str, client: str, figure: str) -> float | None:
        """Return one figure's median, for orientation: it depends on the machine."""
        values = self.values(scenario, client, figure)
        return statistics.median(values) if values else None

    def ratios(self, figure: str, one: tuple[str, str], other: tuple[str, str]) -> list[float]:
        """Return how many times greater one figure is than another, in each round.

        Args:
            figure: Its name.
            one: The scenario and the client of what is divided.
            other: Those of what it is divided by.
        """
        pairs = zip(self._every(*one), self._every(*other), strict=False)
        return [
            first[figure] / second[figure]
            for first, second in pairs
            if first and second and first.get(figure) is not None and second.get(figure)
        ]

    def _every(self, scenario: str, client: str) -> list[Figures | None]:
        return self.rounds.get(scenario, {}).get(client, [])

    def failures(self, scenario: str, client: str) -> list[float]:
        """Return how many calls of each round failed, or were not done in time.

        No answer at all counts as one.
        """
        return [
            1.0
            if figures is None
            else sum(figures["errors"].values()) + figures.get("unfinished", 0)
            for figures in self._every(scenario, client)
        ]
