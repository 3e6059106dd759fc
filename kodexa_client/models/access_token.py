"""The model AccessToken."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._dates import format_datetime, parse_datetime
from .._mismatch import as_mapping, null_or_unset
from .._model import OpenModel, model_dict
from ..types import UNSET, Unset
from .user import User

__all__ = ["AccessToken"]

_DECLARED: frozenset[str] = frozenset(
    (
        "changeSequence",
        "createdOn",
        "expiresAt",
        "id",
        "name",
        "updatedOn",
        "user",
        "userId",
        "uuid",
    )
)


@_define(kw_only=True, repr=False)
class AccessToken(OpenModel[Any]):
    """An access token provides programmatic API authentication for a user.

    Attributes:
        change_sequence: Optimistic locking version number.
        created_on: Timestamp when the access token was created.
        expires_at: Timestamp when the access token expires.
        id: Unique identifier (UUID) for the access token.
        name: Name of the access token.
        updated_on: Timestamp when the access token was last updated.
        user: The user whom an access token belongs to.
        user_id: Identifier of the user whom the access token belongs to.
        uuid: Secondary UUID identifier.
    """

    change_sequence: int | Unset = UNSET
    created_on: datetime.datetime | Unset = UNSET
    expires_at: datetime.datetime | Unset | None = UNSET
    id: str | Unset = UNSET
    name: str | Unset = UNSET
    updated_on: datetime.datetime | Unset = UNSET
    user: User | Unset = UNSET
    user_id: str | Unset | None = UNSET
    uuid: str | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "AccessToken")
        get = source.get
        self = cls.__new__(cls)
        self.change_sequence = get("changeSequence", UNSET)
        self.created_on = (
            parse_datetime(value)
            if isinstance(value := get("createdOn", UNSET), str)
            else null_or_unset(value, "an RFC 3339 date-time for createdOn")
        )
        self.expires_at = (
            parse_datetime(value)
            if isinstance(value := get("expiresAt", UNSET), str)
            else null_or_unset(value, "an RFC 3339 date-time for expiresAt")
        )
        self.id = get("id", UNSET)
        self.name = get("name", UNSET)
        self.updated_on = (
            parse_datetime(value)
            if isinstance(value := get("updatedOn", UNSET), str)
            else null_or_unset(value, "an RFC 3339 date-time for updatedOn")
        )
        self.user = (
            User.from_dict(value)
            if isinstance(value := get("user", UNSET), dict)
            else null_or_unset(value, "a JSON object for user")
        )
        self.user_id = get("userId", UNSET)
        self.uuid = get("uuid", UNSET)
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
        if (value := self.change_sequence) is not UNSET:
            result["changeSequence"] = value
        if (value := self.created_on) is not UNSET:
            result["createdOn"] = None if value is None else format_datetime(value, "created_on")
        if (value := self.expires_at) is not UNSET:
            result["expiresAt"] = None if value is None else format_datetime(value, "expires_at")
        if (value := self.id) is not UNSET:
            result["id"] = value
        if (value := self.name) is not UNSET:
            result["name"] = value
        if (value := self.updated_on) is not UNSET:
            result["updatedOn"] = None if value is None else format_datetime(value, "updated_on")
        if (value := self.user) is not UNSET:
            result["user"] = None if value is None else model_dict(value, "user")
        if (value := self.user_id) is not UNSET:
            result["userId"] = value
        if (value := self.uuid) is not UNSET:
            result["uuid"] = value
        return result
