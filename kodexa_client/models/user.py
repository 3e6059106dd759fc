"""The model User."""

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
from .user_preferences import UserPreferences
from .user_roles import UserRoles
from .user_storage import UserStorage

__all__ = ["User"]

_DECLARED: dict[str, Any] = {
    "active": UNSET,
    "bio": UNSET,
    "businessGroup": UNSET,
    "changeSequence": UNSET,
    "createdOn": UNSET,
    "email": UNSET,
    "firstName": UNSET,
    "groupsJson": UNSET,
    "id": UNSET,
    "image": UNSET,
    "isExternallyManaged": UNSET,
    "lastName": UNSET,
    "preferences": UNSET,
    "roles": UNSET,
    "rolesJson": UNSET,
    "searchText": UNSET,
    "showDeveloperTools": UNSET,
    "title": UNSET,
    "updatedOn": UNSET,
    "userStorage": UNSET,
    "userType": UNSET,
    "uuid": UNSET,
}


@_define(kw_only=True, repr=False)
class User(OpenModel[Any]):
    """The user whom an access token belongs to.

    Attributes:
        active: bool.
        bio: str.
        business_group: str.
        change_sequence: int.
        created_on: datetime.datetime.
        email: str.
        first_name: str.
        groups_json: str.
        id: str.
        image: str.
        is_externally_managed: bool.
        last_name: str.
        preferences: What a user has chosen to see.
        roles: The roles of a user.
        roles_json: str.
        search_text: str.
        show_developer_tools: bool.
        title: str.
        updated_on: datetime.datetime.
        user_storage: What the platform keeps for a user.
        user_type: str.
        uuid: str.
    """

    active: bool | Unset = UNSET
    bio: str | Unset = UNSET
    business_group: str | Unset = UNSET
    change_sequence: int | Unset = UNSET
    created_on: datetime.datetime | Unset = UNSET
    email: str | Unset = UNSET
    first_name: str | Unset = UNSET
    groups_json: str | Unset = UNSET
    id: str | Unset = UNSET
    image: str | Unset = UNSET
    is_externally_managed: bool | Unset = UNSET
    last_name: str | Unset = UNSET
    preferences: UserPreferences | Unset = UNSET
    roles: UserRoles | Unset = UNSET
    roles_json: str | Unset = UNSET
    search_text: str | Unset = UNSET
    show_developer_tools: bool | Unset = UNSET
    title: str | Unset = UNSET
    updated_on: datetime.datetime | Unset = UNSET
    user_storage: UserStorage | Unset = UNSET
    user_type: str | Unset = UNSET
    uuid: str | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 22
            else complete(src_dict, "User", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                self.active = source["active"]
                self.bio = source["bio"]
                self.business_group = source["businessGroup"]
                self.change_sequence = source["changeSequence"]
                raw_created_on = source["createdOn"]
                self.email = source["email"]
                self.first_name = source["firstName"]
                self.groups_json = source["groupsJson"]
                self.id = source["id"]
                self.image = source["image"]
                self.is_externally_managed = source["isExternallyManaged"]
                self.last_name = source["lastName"]
                raw_preferences = source["preferences"]
                raw_roles = source["roles"]
                self.roles_json = source["rolesJson"]
                self.search_text = source["searchText"]
                self.show_developer_tools = source["showDeveloperTools"]
                self.title = source["title"]
                raw_updated_on = source["updatedOn"]
                raw_user_storage = source["userStorage"]
                self.user_type = source["userType"]
                self.uuid = source["uuid"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "User", _DECLARED)
        self.created_on = (
            parse_datetime(raw_created_on)
            if isinstance(raw_created_on, str)
            else null_or_unset(raw_created_on, "an RFC 3339 date-time for createdOn")
        )
        self.preferences = (
            _user_preferences_from_dict(raw_preferences)
            if isinstance(raw_preferences, dict)
            else null_or_unset(raw_preferences, "a JSON object for preferences")
        )
        self.roles = (
            _user_roles_from_dict(raw_roles)
            if isinstance(raw_roles, dict)
            else null_or_unset(raw_roles, "a JSON object for roles")
        )
        self.updated_on = (
            parse_datetime(raw_updated_on)
            if isinstance(raw_updated_on, str)
            else null_or_unset(raw_updated_on, "an RFC 3339 date-time for updatedOn")
        )
        self.user_storage = (
            _user_storage_from_dict(raw_user_storage)
            if isinstance(raw_user_storage, dict)
            else null_or_unset(raw_user_storage, "a JSON object for userStorage")
        )
        self._additional_properties = (
            None if len(source) == 22 else without_declared(source, _DECLARED)
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
        if (value := self.active) is not UNSET:
            result["active"] = value
        if (value := self.bio) is not UNSET:
            result["bio"] = value
        if (value := self.business_group) is not UNSET:
            result["businessGroup"] = value
        if (value := self.change_sequence) is not UNSET:
            result["changeSequence"] = value
        if (value := self.created_on) is not UNSET:
            result["createdOn"] = None if value is None else format_datetime(value, "created_on")
        if (value := self.email) is not UNSET:
            result["email"] = value
        if (value := self.first_name) is not UNSET:
            result["firstName"] = value
        if (value := self.groups_json) is not UNSET:
            result["groupsJson"] = value
        if (value := self.id) is not UNSET:
            result["id"] = value
        if (value := self.image) is not UNSET:
            result["image"] = value
        if (value := self.is_externally_managed) is not UNSET:
            result["isExternallyManaged"] = value
        if (value := self.last_name) is not UNSET:
            result["lastName"] = value
        if (value := self.preferences) is not UNSET:
            result["preferences"] = (
                None
                if value is None
                else value.to_dict()
                if isinstance(value, UserPreferences)
                else model_dict(value, "preferences")
            )
        if (value := self.roles) is not UNSET:
            result["roles"] = (
                None
                if value is None
                else value.to_dict()
                if isinstance(value, UserRoles)
                else model_dict(value, "roles")
            )
        if (value := self.roles_json) is not UNSET:
            result["rolesJson"] = value
        if (value := self.search_text) is not UNSET:
            result["searchText"] = value
        if (value := self.show_developer_tools) is not UNSET:
            result["showDeveloperTools"] = value
        if (value := self.title) is not UNSET:
            result["title"] = value
        if (value := self.updated_on) is not UNSET:
            result["updatedOn"] = None if value is None else format_datetime(value, "updated_on")
        if (value := self.user_storage) is not UNSET:
            result["userStorage"] = (
                None
                if value is None
                else value.to_dict()
                if isinstance(value, UserStorage)
                else model_dict(value, "user_storage")
            )
        if (value := self.user_type) is not UNSET:
            result["userType"] = value
        if (value := self.uuid) is not UNSET:
            result["uuid"] = value
        return result


_user_preferences_from_dict = UserPreferences.from_dict
_user_roles_from_dict = UserRoles.from_dict
_user_storage_from_dict = UserStorage.from_dict
