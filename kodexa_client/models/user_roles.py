"""The model UserRoles."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import null_or_unset
from .._model import OpenModel, complete, make, without_declared
from ..types import UNSET, Unset

__all__ = ["UserRoles"]

_DECLARED: dict[str, Any] = {
    "roles": UNSET,
}


@_define(kw_only=True, repr=False)
class UserRoles(OpenModel[Any]):
    """The roles of a user.

    Attributes:
        roles: list[str].
    """

    roles: list[str] | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 1
            else complete(src_dict, "UserRoles", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                raw_roles = source["roles"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "UserRoles", _DECLARED)
        self.roles = (
            raw_roles
            if isinstance(raw_roles, list)
            else null_or_unset(raw_roles, "a JSON array for roles")
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
        if (value := self.roles) is not UNSET:
            result["roles"] = value
        return result
