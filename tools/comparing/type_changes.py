"""Tells whether a type, as an annotation writes it, has become narrower or wider."""

from __future__ import annotations

import ast

__all__ = ["accepts", "names_in"]

# What a type checker takes a value of one type for (PEP 484, the numeric tower).
_PROMOTED = {"int": {"float", "complex"}, "float": {"complex"}}


def accepts(wide: str, narrow: str) -> bool:
    """Tell whether each value of one type is a value of another.

    Unions and literals are taken apart, and ``Response``, which is covariant. Of other
    generic types, ``list[str]`` say, only the same is taken: a list that may hold more is
    another list for whoever fills it.

    Args:
        wide: The annotation that has to take the values.
        narrow: The annotation of the values.
    """
    takes, given = (
        _members(ast.parse(wide, mode="eval").body),
        _members(ast.parse(narrow, mode="eval").body),
    )
    return "Any" in takes or all(
        member in takes or bool(_PROMOTED.get(member, set()) & takes) for member in given
    )


def names_in(annotation: str) -> set[str]:
    """Return the names in an annotation."""
    return {
        node.id
        for node in ast.walk(ast.parse(annotation, mode="eval"))
        if isinstance(node, ast.Name)
    }


def _members(node: ast.expr) -> set[str]:
    match node:
        case ast.BinOp(left=left, right=right):
            return _members(left) | _members(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=values):
            literals = values.elts if isinstance(values, ast.Tuple) else [values]
            return {f"Literal[{ast.unparse(value)}]" for value in literals}
        case ast.Subscript(value=ast.Name(id="Response"), slice=parsed):
            return {f"Response[{member}]" for member in _members(parsed)}
        case _:
            return {ast.unparse(node)}
