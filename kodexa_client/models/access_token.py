"""The model AccessToken."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._dates import format_datetime, parse_datetime
from .._mismatch import null_or_unset
from .._model import OpenModel, complete, make, model_dict, without_declared
from ..types import UNSET, Unset
from .user import User

__all__ = ["AccessToken"]

_DECLARED: dict[str, Any] = {
    "changeSequence": UNSET,
    "createdOn": UNSET,
    "expiresAt": UNSET,
    "id": UNSET,
    "name": UNSET,
    "updatedOn": UNSET,
    "user": UNSET,
    "userId": UNSET,
    "uuid": UNSET,
}


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
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 9
            else complete(src_dict, "AccessToken", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                self.change_sequence = source["changeSequence"]
                raw_created_on = source["createdOn"]
                raw_expires_at = source["expiresAt"]
                self.id = source["id"]
                self.name = source["name"]
                raw_updated_on = source["updatedOn"]
                raw_user = source["user"]
                self.user_id = source["userId"]
                self.uuid = source["uuid"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "AccessToken", _DECLARED)
        self.created_on = (
            parse_datetime(raw_created_on)
            if isinstance(raw_created_on, str)
            else null_or_unset(raw_created_on, "an RFC 3339 date-time for createdOn")
        )
        self.expires_at = (
            parse_datetime(raw_expires_at)
            if isinstance(raw_expires_at, str)
            else null_or_unset(raw_expires_at, "an RFC 3339 date-time for expiresAt")
        )
        self.updated_on = (
            parse_datetime(raw_updated_on)
            if isinstance(raw_updated_on, str)
            else null_or_unset(raw_updated_on, "an RFC 3339 date-time for updatedOn")
        )
        self.user = (
            _user_from_dict(raw_user)
            if isinstance(raw_user, dict)
            else null_or_unset(raw_user, "a JSON object for user")
        )
        self._additional_properties = (
            None if len(source) == 9 else without_declared(source, _DECLARED)
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
            result["user"] = (
                None
                if value is None
                else value.to_dict()
                if isinstance(value, User)
                else model_dict(value, "user")
            )
        if (value := self.user_id) is not UNSET:
            result["userId"] = value
        if (value := self.uuid) is not UNSET:
            result["uuid"] = value
        return result


_user_from_dict = User.from_dict
