"""Finds the models that import each other in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["circles"]


def circles(graph: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Number the circles of a directed graph.

    Args:
        graph: What each node points to.

    Returns:
        A number for each node. Two nodes have the same one if each can be reached from
        the other.
    """
    order: list[str] = []
    _visit(graph, graph, order)
    reverse: dict[str, list[str]] = {node: [] for node in graph}
    for node, targets in graph.items():
        for target in targets:
            reverse.setdefault(target, []).append(node)
    numbers: dict[str, int] = {}
    # Kosaraju's algorithm: against the arrows, from the node that was finished last, only
    # its own circle can still be reached.
    for number, node in enumerate(reversed(order)):
        if node not in numbers:
            members: list[str] = []
            _visit(reverse, [node], members, seen=numbers.keys())
            numbers.update(dict.fromkeys(members, number))
    return numbers


def _visit(
    graph: Mapping[str, Iterable[str]],
    starts: Iterable[str],
    finished: list[str],
    seen: Iterable[str] = (),
) -> None:
    """Append every node that can be reached, each after those that it points to."""
    done = set(seen)
    for start in starts:
        stack = [] if start in done else [(start, iter(graph.get(start, ())))]
        done.add(start)
        while stack:
            node, targets = stack[-1]
            target = next((one for one in targets if one not in done), None)
            if target is None:
                finished.append(node)
                stack.pop()
            else:
                done.add(target)
                stack.append((target, iter(graph.get(target, ()))))
