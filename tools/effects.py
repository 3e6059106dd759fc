"""What the wrapper is told of an operation: whether it may be repeated, and whose answer it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi_python_client.parser.bodies import BodyType
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.string import StringProperty

from .properties import properties_of
from .restoring import double_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from .operations import Answer

__all__ = ["is_unsafe", "operation_arguments", "takes_retry_unclear"]

# RFC 9110 9.2. The package has these too, and can't be imported while it is generated.
_EFFECTS = {
    "GET": "SAFE",
    "HEAD": "SAFE",
    "OPTIONS": "SAFE",
    "TRACE": "SAFE",
    "PUT": "IDEMPOTENT",
    "DELETE": "IDEMPOTENT",
}
# What a resource is known by, as far as a document can tell.
_IDENTITY = ("id", "uuid")
# What a caller chooses, and an answer repeats.
_ECHOED = ("name",)
# They come without what was created (RFC 9110 15.3), unless the document names them.
_WITHOUT_RESULT = frozenset({"202", "204", "205", "206"})


def is_unsafe(endpoint: Endpoint) -> bool:
    """Tell whether an operation that is sent twice may do a thing twice."""
    return _effect(endpoint) == "UNSAFE"


def _effect(endpoint: Endpoint) -> str:
    return _EFFECTS.get(endpoint.method.upper(), "UNSAFE")


def takes_retry_unclear(endpoint: Endpoint) -> bool:
    """Tell whether a function has the argument ``retry_unclear``.

    A parameter of that name in the document takes its place.
    """
    names = {str(one.python_name) for one in endpoint.list_all_parameters()}
    return is_unsafe(endpoint) and "retry_unclear" not in names


def operation_arguments(endpoint: Endpoint, operation_id: str, answers: Sequence[Answer]) -> str:
    """Return the arguments of an operation's ``Operation``, as code.

    Args:
        endpoint: The operation.
        operation_id: Its id in the document.
        answers: Its answers of success.
    """
    parts = [
        f'id="{double_quoted(operation_id)}"',
        f"effect=Effect.{_effect(endpoint)}",
    ]
    if is_unsafe(endpoint) and endpoint.method.upper() == "POST":
        answered = [_properties(answer.prop) for answer in answers if answer.source != "nothing"]
        identity = [name for name in _IDENTITY if answered and all(name in one for one in answered)]
        asked = _body_properties(endpoint)
        echoed = [
            name
            for name in _ECHOED
            if isinstance(asked.get(name), StringProperty)
            and answered
            and all(isinstance(one.get(name), StringProperty) for one in answered)
        ]
        named = {response.status_code.pattern for response in endpoint.responses} & _WITHOUT_RESULT
        parts += [f"identity={tuple(identity)!r}"] if identity else []
        parts += [f"echoed={tuple(echoed)!r}"] if echoed else []
        parts += (
            [f"answers=frozenset({{{', '.join(sorted(named))}}})"] if identity and named else []
        )
    return ", ".join(parts)


def _body_properties(endpoint: Endpoint) -> dict[str, PropertyProtocol]:
    bodies = [body for body in endpoint.bodies if body.body_type == BodyType.JSON]
    return _properties(bodies[0].prop) if len(bodies) == len(endpoint.bodies) == 1 else {}


def _properties(prop: PropertyProtocol) -> dict[str, PropertyProtocol]:
    """Return a model's properties by their names, as far as JSON and Python agree on those."""
    if not isinstance(prop, ModelProperty):
        return {}
    return {
        str(one.python_name): one
        for one in properties_of(prop)
        if one.name.get_untrusted_value() == str(one.python_name)
    }
