"""The model Problem."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import as_mapping, null_or_unset
from .._model import OpenModel, model_dict
from ..types import UNSET, Unset
from .problem_errors import ProblemErrors

__all__ = ["Problem"]

_DECLARED: frozenset[str] = frozenset(
    (
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "errors",
    )
)


@_define(kw_only=True, repr=False)
class Problem(OpenModel[Any]):
    """Why a request failed: the members of RFC 9457 (problem details for HTTP APIs) from newer
    servers, `errors` from older ones.

    Attributes:
        type_: Identifies the kind of problem (RFC 9457, 3.1.1).
        title: Short summary of the kind of problem (RFC 9457, 3.1.3).
        status: The HTTP status code (RFC 9457, 3.1.2).
        detail: What went wrong this time (RFC 9457, 3.1.4).
        instance: Identifies this occurrence of the problem (RFC 9457, 3.1.5).
        errors: A message for each field that was refused.
    """

    type_: str | Unset = UNSET
    title: str | Unset = UNSET
    status: int | Unset = UNSET
    detail: str | Unset = UNSET
    instance: str | Unset = UNSET
    errors: ProblemErrors | Unset = UNSET

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON.

        Raises:
            ValueError: A value is not what the document promises.
            KeyError: A required property is missing.
        """
        source = src_dict if isinstance(src_dict, dict) else as_mapping(src_dict, "Problem")
        get = source.get
        self = cls.__new__(cls)
        self.type_ = get("type", UNSET)
        self.title = get("title", UNSET)
        self.status = get("status", UNSET)
        self.detail = get("detail", UNSET)
        self.instance = get("instance", UNSET)
        self.errors = (
            ProblemErrors.from_dict(value)
            if isinstance(value := get("errors", UNSET), dict)
            else null_or_unset(value, "a JSON object for errors")
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
        if (value := self.type_) is not UNSET:
            result["type"] = value
        if (value := self.title) is not UNSET:
            result["title"] = value
        if (value := self.status) is not UNSET:
            result["status"] = value
        if (value := self.detail) is not UNSET:
            result["detail"] = value
        if (value := self.instance) is not UNSET:
            result["instance"] = value
        if (value := self.errors) is not UNSET:
            result["errors"] = None if value is None else model_dict(value, "errors")
        return result
