"""Reads from openapi.yaml what the contract tests send, and what has to come back."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

ROOT = Path(__file__).resolve().parents[2]
Json: TypeAlias = Any
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# What a range is tried with: every registered status, and the range's last number, which
# is not registered. Answers of 204 and 205 have no content (RFC 9110 15.3.5 and 15.3.6),
# whatever the range promises.
STATUSES = sorted({*map(int, HTTPStatus), 299, 399, 499, 599} - {204, 205})


@frozen
class Case:
    """One request, and the documented answer that Prism is asked for."""

    tag: str
    operation: str
    request_example: str | None
    body_model: str | None
    body: Json
    status: int
    # None: what the SDK says that it accepts decides.
    media_type: str | None
    response_example: str | None
    expected: Json

    @property
    def resource(self) -> str:
        """The client's attribute."""
        return "_".join(words(self.tag))

    @property
    def method(self) -> str:
        """The operation's name, less its tag's words."""
        tag = {form for word in words(self.tag) for form in (word, word.removesuffix("s"))}
        return "_".join(word for word in words(self.operation) if word not in tag)

    @property
    def headers(self) -> dict[str, str]:
        """What makes Prism give this answer."""
        prefer = f"code={self.status}"
        if self.response_example is not None:
            prefer += f", example={self.response_example}"
        return {"Prefer": prefer} | ({"Accept": self.media_type} if self.media_type else {})

    def __str__(self) -> str:
        """Identify the case."""
        answer = (self.operation, self.request_example, self.status, self.media_type)
        return "-".join(str(part) for part in (*answer, self.response_example) if part is not None)


def words(name: str) -> list[str]:
    """Split `createAccessToken` and `access-tokens` into their words."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)]


def statuses(key: str, documented: Container[str]) -> list[int]:
    """Return the statuses that a key of `responses` stands for.

    A range or `default` stands for each of STATUSES that no closer key stands for.
    """
    if key.isdigit():
        return [int(key)]

    def closest(status: int) -> str | None:
        keys = (str(status), f"{status // 100}XX", "default")
        return next((candidate for candidate in keys if candidate in documented), None)

    # `default` is for what failed; a success has a key of its own.
    lowest = HTTPStatus.BAD_REQUEST if key == "default" else HTTPStatus.OK
    return [status for status in STATUSES if status >= lowest and closest(status) == key]


class Document:
    """openapi.yaml, with its references followed."""

    def __init__(self) -> None:
        """Read the file."""
        self._root: dict[str, Json] = YAML(typ="safe", pure=True).load(ROOT / "openapi.yaml")

    def follow(self, node: Json) -> Json:
        """Return the node, or what it refers to."""
        while isinstance(node, dict) and "$ref" in node:
            target: Json = self._root
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operations(self) -> Iterator[Json]:
        """Give every operation."""
        for path in self._root["paths"].values():
            item = self.follow(path)
            yield from (item[method] for method in METHODS if method in item)

    def examples(self, media: Json) -> list[tuple[str | None, Json]]:
        """Return the named examples of a media type's content, or one None."""
        named = [
            (name, self.follow(example)["value"])
            for name, example in media.get("examples", {}).items()
        ]
        return named or [(None, media.get("example"))]

    def requests(self, operation: Json) -> Iterator[tuple[str | None, str | None, Json]]:
        """Give the example's name, the model's name and the body of each request."""
        if "requestBody" not in operation:
            yield None, None, None
            return
        for media in self.follow(operation["requestBody"])["content"].values():
            model = media["schema"]["$ref"].rpartition("/")[2]
            for name, value in self.examples(media):
                yield name, model, {} if value is None else value

    def responses(self, operation: Json) -> Iterator[tuple[int, str | None, str | None, Json]]:
        """Give status, media type, the example's name and the body of each answer."""
        for key, response in operation["responses"].items():
            content = self.follow(response).get("content", {})
            for status in statuses(key, operation["responses"]):
                yield status, None, None, None
                for media_type, media in content.items():
                    for name, value in self.examples(media):
                        yield status, media_type, name, value

    def cases(self) -> list[Case]:
        """Return every documented request with every documented answer."""
        return [
            Case(
                tag=operation["tags"][0],
                operation=operation["operationId"],
                request_example=request_example,
                body_model=body_model,
                body=body,
                status=status,
                media_type=media_type,
                response_example=response_example,
                expected=expected,
            )
            for operation in self.operations()
            for request_example, body_model, body in self.requests(operation)
            for status, media_type, response_example, expected in self.responses(operation)
        ]
