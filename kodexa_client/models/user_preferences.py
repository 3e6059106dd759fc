"""The model UserPreferences."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._model import OpenModel, complete, make, without_declared
from ..types import UNSET, Unset

__all__ = ["UserPreferences"]

_DECLARED: dict[str, Any] = {
    "showOnboarding": UNSET,
    "showScrollbars": UNSET,
    "showWelcomeMessage": UNSET,
}


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
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 3
            else complete(src_dict, "UserPreferences", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                self.show_onboarding = source["showOnboarding"]
                self.show_scrollbars = source["showScrollbars"]
                self.show_welcome_message = source["showWelcomeMessage"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "UserPreferences", _DECLARED)
        self._additional_properties = (
            None if len(source) == 3 else without_declared(source, _DECLARED)
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
        if (value := self.show_onboarding) is not UNSET:
            result["showOnboarding"] = value
        if (value := self.show_scrollbars) is not UNSET:
            result["showScrollbars"] = value
        if (value := self.show_welcome_message) is not UNSET:
            result["showWelcomeMessage"] = value
        return result
