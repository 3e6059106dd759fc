"""The model ProblemErrors."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import as_mapping
from .._model import OpenModel

__all__ = ["ProblemErrors"]

_DECLARED: frozenset[str] = frozenset(())


@_define(kw_only=True, repr=False)
class ProblemErrors(OpenModel[str]):
    """A message for each field that was refused."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "ProblemErrors")
        self = cls.__new__(cls)
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
        return result
