"""The model User."""

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
from .user_preferences import UserPreferences
from .user_roles import UserRoles
from .user_storage import UserStorage

__all__ = ["User"]

_DECLARED: frozenset[str] = frozenset(
    (
        "active",
        "bio",
        "businessGroup",
        "changeSequence",
        "createdOn",
        "email",
        "firstName",
        "groupsJson",
        "id",
        "image",
        "isExternallyManaged",
        "lastName",
        "preferences",
        "roles",
        "rolesJson",
        "searchText",
        "showDeveloperTools",
        "title",
        "updatedOn",
        "userStorage",
        "userType",
        "uuid",
    )
)


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
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "User")
        get = source.get
        self = cls.__new__(cls)
        self.active = get("active", UNSET)
        self.bio = get("bio", UNSET)
        self.business_group = get("businessGroup", UNSET)
        self.change_sequence = get("changeSequence", UNSET)
        self.created_on = (
            parse_datetime(value)
            if isinstance(value := get("createdOn", UNSET), str)
            else null_or_unset(value, "an RFC 3339 date-time for createdOn")
        )
        self.email = get("email", UNSET)
        self.first_name = get("firstName", UNSET)
        self.groups_json = get("groupsJson", UNSET)
        self.id = get("id", UNSET)
        self.image = get("image", UNSET)
        self.is_externally_managed = get("isExternallyManaged", UNSET)
        self.last_name = get("lastName", UNSET)
        self.preferences = (
            UserPreferences.from_dict(value)
            if isinstance(value := get("preferences", UNSET), dict)
            else null_or_unset(value, "a JSON object for preferences")
        )
        self.roles = (
            UserRoles.from_dict(value)
            if isinstance(value := get("roles", UNSET), dict)
            else null_or_unset(value, "a JSON object for roles")
        )
        self.roles_json = get("rolesJson", UNSET)
        self.search_text = get("searchText", UNSET)
        self.show_developer_tools = get("showDeveloperTools", UNSET)
        self.title = get("title", UNSET)
        self.updated_on = (
            parse_datetime(value)
            if isinstance(value := get("updatedOn", UNSET), str)
            else null_or_unset(value, "an RFC 3339 date-time for updatedOn")
        )
        self.user_storage = (
            UserStorage.from_dict(value)
            if isinstance(value := get("userStorage", UNSET), dict)
            else null_or_unset(value, "a JSON object for userStorage")
        )
        self.user_type = get("userType", UNSET)
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
            result["preferences"] = None if value is None else model_dict(value, "preferences")
        if (value := self.roles) is not UNSET:
            result["roles"] = None if value is None else model_dict(value, "roles")
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
            result["userStorage"] = None if value is None else model_dict(value, "user_storage")
        if (value := self.user_type) is not UNSET:
            result["userType"] = value
        if (value := self.uuid) is not UNSET:
            result["uuid"] = value
        return result
