"""The model UserStorage."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import null_or_unset
from .._model import OpenModel, complete, make, model_dict, without_declared
from ..types import UNSET, Unset
from .favorite_link import FavoriteLink

__all__ = ["UserStorage"]

_DECLARED: dict[str, Any] = {
    "favoriteLinks": UNSET,
}


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
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 1
            else complete(src_dict, "UserStorage", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                raw_favorite_links = source["favoriteLinks"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "UserStorage", _DECLARED)
        self.favorite_links = (
            [
                _favorite_link_from_dict(item)
                if isinstance(item, dict)
                else null_or_unset(item, "a JSON object for favoriteLinks")
                for item in raw_favorite_links
            ]
            if isinstance(raw_favorite_links, list)
            else null_or_unset(raw_favorite_links, "a JSON array for favoriteLinks")
        )
        self._additional_properties = (
            None if len(source) == 1 else without_declared(source, _DECLARED)
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON-ready data, without the properties that are UNSET.

        Raises:
            TypeError: A value is of another type than its attribute.
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
                    None
                    if item is None
                    else item.to_dict()
                    if isinstance(item, FavoriteLink)
                    else model_dict(item, "favorite_links")
                    for item in value
                ]
            )
        return result


_favorite_link_from_dict = FavoriteLink.from_dict
