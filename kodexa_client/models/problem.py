"""The model Problem."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _define

from .._mismatch import null_or_unset
from .._model import OpenModel, complete, make, model_dict, without_declared
from ..types import UNSET, Unset
from .problem_errors import ProblemErrors

__all__ = ["Problem"]

_DECLARED: dict[str, Any] = {
    "type": UNSET,
    "title": UNSET,
    "status": UNSET,
    "detail": UNSET,
    "instance": UNSET,
    "errors": UNSET,
}


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
            ValueError: What should be an object, an array or a text in a format is none.
        """
        source = (
            src_dict
            if type(src_dict) is dict and len(src_dict) >= 6
            else complete(src_dict, "Problem", _DECLARED)
        )
        self = make(cls)
        while True:
            try:
                self.type_ = source["type"]
                self.title = source["title"]
                self.status = source["status"]
                self.detail = source["detail"]
                self.instance = source["instance"]
                raw_errors = source["errors"]
                break
            except KeyError:
                # As many properties as are declared, but not those.
                source = complete(source, "Problem", _DECLARED)
        self.errors = (
            _problem_errors_from_dict(raw_errors)
            if isinstance(raw_errors, dict)
            else null_or_unset(raw_errors, "a JSON object for errors")
        )
        self._additional_properties = (
            None if len(source) == 6 else without_declared(source, _DECLARED)
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
            result["errors"] = (
                None
                if value is None
                else value.to_dict()
                if isinstance(value, ProblemErrors)
                else model_dict(value, "errors")
            )
        return result


_problem_errors_from_dict = ProblemErrors.from_dict
