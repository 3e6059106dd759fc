"""The model ProblemErrors."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import as_mapping
from .._model import OpenModel, make

__all__ = ["ProblemErrors"]


@_define(kw_only=True, repr=False)
class ProblemErrors(OpenModel[str]):
    """A message for each field that was refused."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: What should be an object, an array or a text in a format is none.
        """
        self = make(cls)
        self._additional_properties = as_mapping(src_dict, "ProblemErrors")
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
        return result
