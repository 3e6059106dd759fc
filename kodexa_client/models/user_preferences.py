"""The model UserPreferences."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import as_mapping
from .._model import OpenModel
from ..types import UNSET, Unset

__all__ = ["UserPreferences"]

_DECLARED: frozenset[str] = frozenset(
    (
        "showOnboarding",
        "showScrollbars",
        "showWelcomeMessage",
    )
)


@_define(kw_only=True, repr=False)
class UserPreferences(OpenModel[Any]):
    """What a user has chosen to see.

    Attributes:
        show_onboarding: bool.
        show_scrollbars: bool.
        show_welcome_message: bool.
    """

    show_onboarding: bool | Unset = UNSET
    show_scrollbars: bool | Unset = UNSET
    show_welcome_message: bool | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "UserPreferences")
        get = source.get
        self = cls.__new__(cls)
        self.show_onboarding = get("showOnboarding", UNSET)
        self.show_scrollbars = get("showScrollbars", UNSET)
        self.show_welcome_message = get("showWelcomeMessage", UNSET)
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
        if (value := self.show_onboarding) is not UNSET:
            result["showOnboarding"] = value
        if (value := self.show_scrollbars) is not UNSET:
            result["showScrollbars"] = value
        if (value := self.show_welcome_message) is not UNSET:
            result["showWelcomeMessage"] = value
        return result
