"""The resources of one fake platform: what was created, by the collection that it is in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ._json import JsonValue

Resource: TypeAlias = "dict[str, JsonValue]"


class Resources:
    """Keeps resources in the order of their creation.

    A kept resource is never changed, but replaced by another one. Threads that share this
    have to take turns.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._collections: dict[Hashable, list[Resource]] = {}

    def all(self, collection: Hashable) -> list[Resource]:
        """Return the resources of a collection, oldest first."""
        return [*self._collections.get(collection, ())]

    def add(self, collection: Hashable, resource: Resource) -> None:
        """Add a resource to a collection."""
        self._collections.setdefault(collection, []).append(resource)

    def find(self, collection: Hashable, name: str, value: str) -> Resource | None:
        """Find a resource by a parameter of a path.

        Args:
            collection: The collection that it is in.
            name: The parameter's name: that of the property that it stands for, or else
                it stands for `id`.
            value: The parameter's value.
        """
        for resource in self._collections.get(collection, ()):
            own = resource[name] if name in resource else resource.get("id")
            # What has no identity is not the resource named "null".
            if own is not None and _text(own) == value:
                return resource
        return None

    def replace(self, collection: Hashable, old: Resource, new: Resource) -> None:
        """Put another resource in the place of one."""
        kept = self._collections[collection]
        kept[kept.index(old)] = new

    def remove(self, collection: Hashable, resource: Resource) -> None:
        """Remove a resource."""
        self._collections[collection].remove(resource)


def merge_patch(target: JsonValue, patch: JsonValue) -> JsonValue:
    """Apply a JSON merge patch (RFC 7396) to a value, which stays as it is."""
    if not isinstance(patch, dict):
        return patch
    merged = {**target} if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)
