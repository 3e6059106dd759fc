"""The model UserRoles."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import as_mapping, null_or_unset
from .._model import OpenModel
from ..types import UNSET, Unset

__all__ = ["UserRoles"]

_DECLARED: frozenset[str] = frozenset(("roles",))


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
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "UserRoles")
        get = source.get
        self = cls.__new__(cls)
        self.roles = (
            value
            if isinstance(value := get("roles", UNSET), list)
            else null_or_unset(value, "a JSON array for roles")
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
        if (value := self.roles) is not UNSET:
            result["roles"] = value
        return result
