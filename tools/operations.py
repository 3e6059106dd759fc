"""What the templates ask about an operation: its parameters, its body, its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from openapi_python_client.parser.bodies import BodyType
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.strings import PythonIdentifier

from . import effects
from .properties import properties_of
from .wording import property_docstring

if TYPE_CHECKING:
    from openapi_python_client.parser.bodies import Body
    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.protocol import PropertyProtocol
    from openapi_python_client.parser.responses import Response

    from .document import Document

__all__ = ["Answer", "Operations"]


@frozen
class Answer:
    """An answer of success.

    Attributes:
        condition: The test of the status, as code; empty for the last one.
        prop: What its body is read as.
        source: Where the body is: ``json``, ``text``, ``content`` or ``nothing``.
    """

    condition: str
    prop: PropertyProtocol
    source: str

    @property
    def type(self) -> str:
        """Return the type that is returned for it."""
        if self.source == "nothing":
            return "None"
        return self.prop.get_type_string().as_unembedded_code()


_SOURCES = {
    "response.json()": "json",
    "response.text": "text",
    "response.content": "content",
    "None": "nothing",
}


class Operations:
    """The operations of a document, with what the generator does not keep of them."""

    def __init__(self, document: Document, prefix: str) -> None:
        """Find each operation by the name that its module gets."""
        self._document = document
        self._by_name: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}
        for (_, path, method), operation in document.operations():
            name = str(PythonIdentifier(str(operation["operationId"]), prefix))
            item = document.content["paths"][path]
            self._by_name[name, str(method)] = (item, operation)

    def is_deprecated(self, endpoint: Endpoint) -> bool:
        """Tell whether the document deprecates an operation."""
        return bool(self._raw(endpoint)[1].get("deprecated"))

    def argument_docstring(self, endpoint: Endpoint, prop: PropertyProtocol) -> str:
        """Return the lines of a docstring that describe a parameter.

        The generator knows the description of its schema alone.
        """
        (location,) = (
            str(where.value) for where, one in endpoint.iter_all_parameters() if one is prop
        )
        raw = self._parameter(endpoint, location, prop.name.get_untrusted_value())
        return property_docstring(prop, str(raw.get("description") or ""))

    def style(self, endpoint: Endpoint, location: str, prop: PropertyProtocol) -> str:
        """Return the arguments that say how a parameter is written, as code.

        They are empty for a scalar, and for what the style's default is.
        """
        raw = self._parameter(endpoint, location, prop.name.get_untrusted_value())
        default = "form" if location in {"query", "cookie"} else "simple"
        style = raw.get("style", default)
        explode = raw.get("explode", style == "form")
        arguments = []
        if style != default:
            arguments.append(f'style="{style}"')
        if explode != (default == "form"):
            arguments.append(f"explode={bool(explode)}")
        return "".join(f", {argument}" for argument in arguments)

    def arguments(self, endpoint: Endpoint) -> str:
        """Return what the wrapper is told of an operation, as code."""
        return effects.operation_arguments(
            endpoint, str(self._raw(endpoint)[1]["operationId"]), answers(endpoint)
        )

    def _raw(self, endpoint: Endpoint) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._by_name[str(endpoint.name), endpoint.method]

    def _parameter(self, endpoint: Endpoint, location: str, name: str) -> dict[str, Any]:
        item, operation = self._raw(endpoint)
        parameters = map(
            self._document.resolve, [*operation.get("parameters", []), *item.get("parameters", [])]
        )
        return next(one for one in parameters if (one["in"], one["name"]) == (location, name))


def positional_parameters(endpoint: Endpoint) -> list[PropertyProtocol]:
    """Return the parameters that may be given by position: those of the path."""
    return [one for one in endpoint.path_parameters if one.default is None]


def keyword_parameters(endpoint: Endpoint) -> list[PropertyProtocol]:
    """Return the parameters that are given by keyword, the required ones first.

    Those of the path are among them that have a default: none without could follow.
    """
    parameters: list[PropertyProtocol] = [
        *(one for one in endpoint.path_parameters if one.default is not None),
        *endpoint.query_parameters,
        *endpoint.header_parameters,
        *endpoint.cookie_parameters,
    ]
    return sorted(parameters, key=lambda one: not one.required or one.default is not None)


def body_properties(endpoint: Endpoint) -> list[PropertyProtocol]:
    """Return the properties of a JSON body that is a model, or none.

    They stand beside the parameters as arguments of a method, so there are none if one
    has the name of a parameter, or of an argument that every method has.
    """
    if len(endpoint.bodies) != 1 or endpoint.bodies[0].body_type != BodyType.JSON:
        return []
    model = endpoint.bodies[0].prop
    if not isinstance(model, ModelProperty):
        return []
    properties = properties_of(model)
    own = {"self", "body", "retry_unclear"}
    taken = {str(one.python_name) for one in endpoint.list_all_parameters()} | own
    return [] if taken & {str(one.python_name) for one in properties} else properties


def body_type(endpoint: Endpoint) -> str:
    """Return the type of a request's body."""
    types = [body.prop.get_type_string(no_optional=True) for body in endpoint.bodies]
    return " | ".join(dict.fromkeys(kind.as_unembedded_code() for kind in types))


def body_is_required(endpoint: Endpoint) -> bool:
    """Tell whether a request has to have a body."""
    return all(body.prop.required for body in endpoint.bodies)


def bodies_by_class(endpoint: Endpoint) -> list[tuple[str, Body]]:
    """Return each body with the class that tells it from the others.

    Where two media types have the same class, the first one is sent.
    """
    found: dict[str, Body] = {}
    for body in endpoint.bodies:
        kind = (
            "list" if isinstance(body.prop, ListProperty) else body.prop.get_instance_type_string()
        )
        code = kind if isinstance(kind, str) else kind.as_unembedded_code()
        found.setdefault(code.partition("[")[0], body)
    return list(found.items())


def method_imports(endpoint: Endpoint) -> set[str]:
    """Return the imports that a resource's method may need; unused ones are removed later."""
    imports = set(endpoint.relative_imports)
    for prop in body_properties(endpoint):
        imports |= prop.get_imports(prefix="...") | prop.get_lazy_imports(prefix="...")
    return imports


def answers(endpoint: Endpoint) -> list[Answer]:
    """Return the answers of success, the last of which stands for every other 2xx too."""
    found = [
        Answer(_condition(response), response.prop, _SOURCES[response.source["attribute"]])
        for response in endpoint.responses
        if response.status_code.pattern.startswith("2")
    ]
    if not found and endpoint.responses.default is not None:
        default = endpoint.responses.default
        found = [Answer("", default.prop, _SOURCES[default.source["attribute"]])]
    distinct: list[Answer] = []
    for answer in found:
        if not any((one.type, one.source) == (answer.type, answer.source) for one in distinct):
            distinct.append(answer)
    if len(distinct) < 2:  # noqa: PLR2004 - nothing to tell apart
        return distinct
    return found


def answer_type(endpoint: Endpoint) -> str:
    """Return the type that an operation returns."""
    return " | ".join(dict.fromkeys(answer.type for answer in answers(endpoint))) or "None"


def _condition(response: Response) -> str:
    first, last = response.status_code.range or (0, 0)
    if first == last:
        return f"answer.status_code == {first}"
    return f"{first} <= answer.status_code <= {last}"
