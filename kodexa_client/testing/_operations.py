"""Carries out the operations of the document: on resources that are kept, or by example."""

from __future__ import annotations

import re
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, cast

from ._answers import Answers, problem
from ._described import is_json, path_parameters
from ._faults import Fault
from ._json import parse_json
from ._representations import Representations
from ._resources import Resources, merge_patch
from ._samples import Samples

if TYPE_CHECKING:
    from collections.abc import Hashable

    from starlette.responses import Response

    from ._described import Operation
    from ._document import Call, Document
    from ._json import JsonValue
    from ._origins import Origins
    from ._resources import Resource

_IDENTITIES = ("id", "uuid")
_INSTANTS = ("createdOn", "updatedOn")
_SEQUENCE = "changeSequence"


class _Collection(NamedTuple):
    """A path that takes new resources, and what can be done with each of them.

    Attributes:
        template: The path as the document writes it.
        item: The path of one resource; None if the document has none.
    """

    template: str
    item: str | None


class Operations:
    """Carries out operations. Threads may share it: a resource changes in one step."""

    def __init__(self, document: Document, origins: Origins) -> None:
        """Start with no resources."""
        self._document = document
        self._origins = origins
        self._answers = Answers(document, Samples(origins))
        self._representations = Representations(self._answers)
        self._resources = Resources()
        self._lock = threading.Lock()
        # Without the slash at their ends, which a collection has in some documents.
        self._templates = {template.rstrip("/"): template for template in document.templates}

    def carry_out(self, operation: Operation, call: Call, body: JsonValue) -> Response:
        """Carry out an operation.

        Args:
            operation: The operation.
            call: A call of it, which fits the document.
            body: Its body, if that is JSON.

        Returns:
            The answer, which fits the document; or 404 if there is no such resource, or 501
            if no answer is known that fits.
        """
        found = self._on_resource(operation, call, body) or self._answers.success(operation, call)
        return found or problem(
            Fault(
                status=501,
                detail=(
                    f"No answer to {operation.id} is known that fits openapi.yaml: "
                    f"its answer of success needs an example there."
                ),
            )
        )

    def refuse(self, operation: Operation, call: Call, fault: Fault) -> Response:
        """Answer a call that does not fit the document."""
        return self._answers.refusal(operation, call, fault)

    def keep(self, operation: Operation, call: Call, resource: Resource) -> None:
        """Keep a resource that was created elsewhere, by a call of an operation."""
        with self._lock:
            self._resources.add(_key(operation.template, operation, call), resource)

    def _on_resource(self, operation: Operation, call: Call, body: JsonValue) -> Response | None:
        """Create, list, read, change or delete; None for any other operation."""
        collection = self._collection(operation.template)
        if collection is not None:
            key = _key(collection.template, operation, call)
            if operation.method == "POST" and isinstance(body, dict):
                return self._create(operation, call, body, key, collection)
            if operation.method == "GET":
                return self._list(operation, call, key)
            return None
        parent = operation.template.rstrip("/").rpartition("/")[0]
        collection = self._collection(self._templates.get(parent, ""))
        if collection is None or not _names_one(operation.template):
            return None
        if operation.method not in {"GET", "PUT", "PATCH", "DELETE"} or (
            operation.method in {"PUT", "PATCH"} and not isinstance(body, dict)
        ):
            return None
        return self._item(operation, call, body, _key(collection.template, operation, call))

    def _collection(self, template: str) -> _Collection | None:
        """Return the collection at a path; None if it is none."""
        post = self._document.operation_at(template, "POST")
        item = next(
            (
                other
                for stripped, other in self._templates.items()
                if stripped.rpartition("/")[0] == template.rstrip("/") and _names_one(other)
            ),
            None,
        )
        if post is None or not (item or self._document.operation_at(template, "GET")):
            return None
        takes_objects = any(
            content.schema is not None and content.schema.kind() == "object"
            for media_type, content in self._document.description(post).bodies.items()
            if is_json(media_type)
        )
        return _Collection(template, item) if takes_objects else None

    def _create(
        self,
        operation: Operation,
        call: Call,
        body: Resource,
        key: Hashable,
        collection: _Collection,
    ) -> Response | None:
        with self._lock:
            resource = {**body, **self._own_values(operation, body, collection)}
            response = self._answers.success(
                operation,
                call,
                make=lambda content: self._representations.of_one(content, resource),
                creating=True,
            )
            if response is not None:
                # As the client has seen it, with what it was not shown.
                self._resources.add(key, {**resource, **_object(response)})
            return response

    def _own_values(
        self, operation: Operation, body: Resource, collection: _Collection
    ) -> Resource:
        """Make what the platform itself says of a new resource."""
        schema = self._answers.schema(operation, creating=True)
        reading = self._document.operation_at(collection.item or "", "GET")
        if schema is None and reading is not None:
            schema = self._answers.schema(reading)
        properties = {} if schema is None else schema.properties()
        named = reading.names[-1] if reading is not None else "id"
        names = [*_IDENTITIES, *([] if named in body or named in _IDENTITIES else [named])]
        wanted: dict[str, list[JsonValue]] = {
            **{name: self._origins.identities() for name in names if name in properties},
            **{name: self._origins.instants() for name in _INSTANTS if name in properties},
            **({_SEQUENCE: [0]} if _SEQUENCE in properties else {}),
        }
        return {
            name: value
            for name, values in wanted.items()
            for value in [value for value in values if properties[name].allows(value)][:1]
        }

    def _list(self, operation: Operation, call: Call, key: Hashable) -> Response | None:
        with self._lock:
            resources = self._resources.all(key)
            return self._answers.success(
                operation,
                call,
                make=lambda content: self._representations.of_all(content, resources),
            )

    def _item(
        self, operation: Operation, call: Call, body: JsonValue, key: Hashable
    ) -> Response | None:
        name = operation.names[-1]
        value = (operation.parameters(call.path) or {})[name]
        with self._lock:
            old = self._resources.find(key, name, value)
            if old is None:
                fault = Fault(status=HTTPStatus.NOT_FOUND, detail="There is no such resource.")
                return self._answers.refusal(operation, call, fault)
            if operation.method == "DELETE":
                response = self._answers.success(operation, call)
                if response is not None:
                    self._resources.remove(key, old)
                return response
            new = old
            if operation.method != "GET":
                changed = body if operation.method == "PUT" else merge_patch(old, body)
                new = self._changed(old, cast("Resource", changed), name)
            response = self._answers.success(
                operation, call, make=lambda content: self._representations.of_one(content, new)
            )
            if response is not None:
                # What was added to it stays with it.
                self._resources.replace(key, old, {**_object(response), **new})
            return response

    def _changed(self, old: Resource, new: Resource, name: str) -> Resource:
        """Say of a resource's next state what the platform itself says of it."""
        kept = {
            one: old[one]
            for one in (name, *_IDENTITIES, "createdOn", "updatedOn", _SEQUENCE)
            if one in old
        }
        if "updatedOn" in kept:
            shape = _shape(kept["updatedOn"])
            for instant in self._origins.instants():
                if _shape(instant) == shape:
                    kept["updatedOn"] = instant
        sequence = kept.get(_SEQUENCE)
        if isinstance(sequence, int):
            kept[_SEQUENCE] = sequence + 1
        return {**new, **kept}


def _key(template: str, operation: Operation, call: Call) -> Hashable:
    """Tell a collection from those under other parents."""
    values = operation.parameters(call.path) or {}
    return (template, *(values[name] for name in path_parameters(template)))


def _names_one(template: str) -> bool:
    """Say whether a path ends in a parameter alone, and not in `{id}:run` for example."""
    return re.fullmatch(r"\{[^{}]*\}", template.rstrip("/").rpartition("/")[2]) is not None


def _shape(instant: JsonValue) -> tuple[type, bool]:
    """Tell a date from a time, and both from a number."""
    return type(instant), "T" in str(instant)


def _object(response: Response) -> Resource:
    """Return the object that an answer holds; an empty one if it holds none."""
    if not is_json(response.headers.get("content-type", "")):
        return {}
    value = parse_json(bytes(response.body))
    return value if isinstance(value, dict) else {}
