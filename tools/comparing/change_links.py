"""Ties what has changed in a document to what has changed in the package made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen
from openapi_python_client.strings import snake_case

from tools.naming import method_name

from .api_changes import Change, Verdict
from .operation_view import operations_of, references_in, schema_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.document import Document

    from .python_changes import PythonChange

__all__ = ["link"]

# What the type of a body or of a result follows from.
_WHOLE = {"media type", "request body", "response", "schema"}


def link(
    changes: Iterable[Change],
    effects: Iterable[PythonChange],
    documents: Iterable[Document],
) -> list[Change]:
    """Return the changes with their effects on the package, the worst first.

    An effect that the names of both do not tie to any change is a change of its own, so
    that none is passed over.

    Args:
        changes: What has changed between the documents.
        effects: What has changed between the packages that were made of them.
        documents: The older and the newer one.
    """
    names = _Names()
    for document in documents:
        names.learn(document)
    effects = list(effects)
    linked: list[Change] = []
    explained: set[PythonChange] = set()
    for change in changes:
        caused = [effect for effect in effects if names.connect(change, effect)]
        explained.update(caused)
        linked.append(_with_effects(change, caused))
    linked += [
        _with_effects(Change(what="package", action="changed", place=effect.path), [effect])
        for effect in effects
        if effect not in explained
    ]
    return sorted(linked, key=lambda change: -max(change.wire, change.python))


def _with_effects(change: Change, effects: list[PythonChange]) -> Change:
    verdicts = (
        Verdict.BREAKING if effect.is_breaking else Verdict.COMPATIBLE for effect in effects
    )
    return evolve(
        change,
        python=max(verdicts, default=Verdict.NONE),
        effects=tuple(effect.text for effect in effects),
    )


@frozen
class _Names:
    """What documents name, so written that a name of the package's is found again.

    Attributes:
        operations: The tag, the module and the method of each operation. One that is
            renamed has two of them.
        schemas: The schemas that have a name.
        users: The schemas that a property or a parameter of some name refers to.
    """

    operations: dict[str, set[tuple[str, str, str]]] = field(factory=dict)
    schemas: set[str] = field(factory=set)
    users: dict[str, set[str]] = field(factory=dict)

    def learn(self, document: Document) -> None:
        """Take in the names of a document."""
        for key, view in operations_of(document).items():
            method = method_name(snake_case(view.name), snake_case(view.tag))
            names = (_flat(view.tag), _flat(view.name), _flat(method))
            self.operations.setdefault(key, set()).add(names)
        for name in (document.content.get("components") or {}).get("schemas") or {}:
            self.schemas.update(_classes(name))
        for name, node in _named(document.content):
            used = self.users.setdefault(_flat(name), set())
            used.update(schema_name(reference) for reference in references_in(node))

    def connect(self, change: Change, effect: PythonChange) -> bool:
        """Tell whether an effect follows from a change."""
        folder, *path = effect.path.split(".")
        return (
            self._is_model(change, path, effect)
            if folder == "models"
            else self._is_operation(change, [_flat(step) for step in path], effect)
        )

    def _is_operation(self, change: Change, path: list[str], effect: PythonChange) -> bool:
        """Compare with ``tag[.module[.function]]``, ``tag.Class.method``, ``Resources.tag``."""
        if not any(
            tag in (path[0], path[-1])
            and (
                len(path) == 1
                or path[-1] in (tag, method, f"{method}detailed")
                or path[1] == module
            )
            for key in change.operations
            for tag, module, method in self.operations[key]
        ):
            return False
        if effect.parameter not in ("", "body"):
            return self._is_named(change, effect.parameter, effect)
        if effect.parameter or effect.detail.startswith("returns"):
            return change.what in _WHOLE and not change.member
        return change.what == "operation"

    def _is_model(self, change: Change, path: list[str], effect: PythonChange) -> bool:
        """Compare with ``Class``, ``module``, ``module.Class[.attribute]``."""
        model, *members = [_flat(path[0]), *path[2:]]
        is_own = any(model in _classes(owner) for owner in change.owners)
        # A schema that stands where it is used is called after that place.
        is_inline = model not in self.schemas
        if members:
            if not (is_own or is_inline):
                return self._is_used(change, members[0], effect)
            return self._is_named(change, members[0], effect)
        return (is_own and not change.member) or (
            is_inline and any(origin in model for origin in self._origins(change))
        )

    def _is_named(self, change: Change, name: str, effect: PythonChange) -> bool:
        if change.renamed:
            return _flat(name) in (_flat(change.member), _flat(change.renamed))
        if change.member:
            # What is added to one model may be removed from another, under the same name.
            is_same = _flat(change.member) == _flat(name.removeprefix("field_"))
            return _action(effect) == change.action and (is_same or change.member == effect.value)
        return self._is_used(change, name, effect)

    def _is_used(self, change: Change, name: str, effect: PythonChange) -> bool:
        """Tell whether the type of something follows from a schema that has a name."""
        used = self.users.get(_flat(name), set())
        return effect.detail.startswith("type") and not change.member and bool(used & change.owners)

    def _origins(self, change: Change) -> Iterator[str]:
        if change.member:
            yield _flat(change.member)
        else:
            yield from map(_flat, change.owners)
            for key in change.operations if change.what in {"operation", *_WHOLE} else ():
                yield from (module for _, module, _ in self.operations[key])


def _action(effect: PythonChange) -> str:
    return next((word for word in ("added", "removed") if word in effect.detail), "changed")


def _flat(name: str) -> str:
    """Return what a name keeps in every style: ``createdOn`` and ``created_on`` are one."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _classes(schema: str) -> set[str]:
    # A name that the package needs itself gets `Model` behind it: naming.RESERVED_CLASSES.
    return {_flat(schema), f"{_flat(schema)}model"}


def _named(node: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any part of a document
    """Yield the properties and the parameters of a part of a document."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from properties.items()
        if "in" in node and isinstance(node.get("name"), str):
            yield node["name"], node.get("schema")
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from _named(child)
