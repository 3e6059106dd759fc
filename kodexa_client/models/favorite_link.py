"""The model FavoriteLink."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._model import OpenModel, complete, make, without_declared
from ..types import UNSET, Unset

__all__ = ["FavoriteLink"]

_DECLARED: dict[str, Any] = {
    "link": UNSET,
}


@_define(kw_only=True, repr=False)
class FavoriteLink(OpenModel[Any]):
    """A link that a user has marked as a favourite.

    Attributes:
        link: str.
    """

    link: str | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 1
            else complete(src_dict, "FavoriteLink", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                self.link = source["link"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "FavoriteLink", _DECLARED)
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
        if (value := self.link) is not UNSET:
            result["link"] = value
        return result
