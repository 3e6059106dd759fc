"""The model UserStorage."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import as_mapping, null_or_unset
from .._model import OpenModel, model_dict
from ..types import UNSET, Unset
from .favorite_link import FavoriteLink

__all__ = ["UserStorage"]

_DECLARED: frozenset[str] = frozenset(("favoriteLinks",))


@_define(kw_only=True, repr=False)
class UserStorage(OpenModel[Any]):
    """What the platform keeps for a user.

    Attributes:
        favorite_links: list[FavoriteLink].
    """

    favorite_links: list[FavoriteLink] | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "UserStorage")
        get = source.get
        self = cls.__new__(cls)
        self.favorite_links = (
            [
                FavoriteLink.from_dict(item)
                if isinstance(item, dict)
                else null_or_unset(item, "a JSON object for favoriteLinks")
                for item in value
            ]
            if isinstance(value := get("favoriteLinks", UNSET), list)
            else null_or_unset(value, "a JSON array for favoriteLinks")
        )
        self._additional_properties = (
            None
            if source.keys() <= _DECLARED
            else {key: item for key, item in source.items() if key not in _DECLARED}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON-ready data, without the properties that are UNSET.

        Raises:
            ValueError: A date-time has no time zone.
        """
        result: dict[str, Any] = (
            dict(self._additional_properties) if self._additional_properties else {}
        )
        value: Any
        if (value := self.favorite_links) is not UNSET:
            result["favoriteLinks"] = (
                None
                if value is None
                else [
                    None if item is None else model_dict(item, "favorite_links") for item in value
                ]
            )
        return result
