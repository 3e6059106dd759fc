"""Circles of imports are found, so that they can be broken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tools.cycles import circles

nodes = st.sampled_from("abcdefg")


def reachable(graph: dict[str, list[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for target in graph.get(waiting.pop(), []):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


@given(st.dictionaries(nodes, st.lists(nodes)))
def test_two_nodes_are_in_a_circle_if_each_reaches_the_other(graph: dict[str, list[str]]) -> None:
    for targets in list(graph.values()):
        for target in targets:
            graph.setdefault(target, [])

    numbers = circles(graph)

    for one in graph:
        for other in graph:
            together = other in reachable(graph, one) and one in reachable(graph, other)
            assert (numbers[one] == numbers[other]) is together


def test_a_long_chain_is_no_trouble() -> None:
    graph = {str(number): [str(number + 1)] for number in range(5_000)} | {"5000": ["0"]}

    assert len(set(circles(graph).values())) == 1
