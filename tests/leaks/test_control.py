"""The control: the same hunt finds the key and the secret in the generator's own output.

A surface that would find nothing there would prove nothing here.
"""

from __future__ import annotations

import base64
import contextlib
import html
import importlib
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from tests.faults.scripts import http
from tests.servers import serve

from . import caught, created, hunt
from .hunt import KEY_CORE, SECRET_CORE, key, secret
from .hunt import hunt as hunted

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).parents[2]
PACKAGE = "vanilla_for_the_hunt"

PRINTED = {
    "repr",
    "str",
    "format",
    "f-string",
    "pprint",
    "json",
    "rich pretty",
    "IPython pretty",
    "logging",
    "structlog",
    "loguru",
    "holder",
    "copy",
    "pickled copy",
}
TRACEBACKS = {
    "traceback locals",
    "rich traceback",
    "IPython traceback",
    "pytest traceback",
    "sentry",
    "structlog exception",
    "frames",
}


@pytest.fixture(scope="module")
def vanilla(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    """Generate a package with the generator's own templates, and import it."""
    folder = tmp_path_factory.mktemp("vanilla")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        ROOT / "openapi.yaml",
        "utf-8",
        overwrite=False,
        output_path=folder / PACKAGE,
    )
    with contextlib.redirect_stdout(io.StringIO()):
        complaints = generate(config=config)
    assert not complaints
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))


def client_of(vanilla: Any, base_url: str) -> Any:
    return vanilla.AuthenticatedClient(
        base_url=base_url, token=ascii_key(), auth_header_name="x-api-key", prefix=""
    )


def ascii_key() -> str:
    """Return the key as far as vanilla output can send it."""
    return key().encode("ascii", "ignore").decode()


def create(client: Any) -> Any:
    called = importlib.import_module(f"{PACKAGE}.api.access_tokens.create_access_token")
    models = importlib.import_module(f"{PACKAGE}.models")
    return called.sync_detailed(client=client, body=models.AccessToken(name="ci"))


class Careless(Exception):  # noqa: N818 - any object of an application's
    """Prints what it was given, and is raised where that is local."""

    def __init__(self, held: str) -> None:
        super().__init__(held)
        self.held = held


def test_the_hunt_finds_what_is_there_on_every_surface() -> None:
    def fail(local: str) -> None:
        raise Careless(local)

    with pytest.raises(Careless) as raised:
        fail(secret())

    told, surfaces = hunted(raised.value), {name for name, _ in hunt.surfaces(raised.value)}
    assert surfaces == told[SECRET_CORE]


@pytest.mark.parametrize(
    "write",
    [
        str,
        repr,
        ascii,
        lambda text: repr(text.encode("utf-8")),
        lambda text: repr(repr(text.encode("latin-1"))),
        json.dumps,
        lambda text: json.dumps(json.dumps([text])),
        html.escape,
        lambda text: quote(text, safe=""),
        lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
        lambda text: "".join(f"\\u{ord(character):04X}" for character in text),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(b"a" + text.encode()).decode(),
        lambda text: base64.b64encode(b"ab" + text.encode()).decode(),
        lambda text: text.encode().hex(),
        # Consoles break lines.
        lambda text: f"{text[:7]}\n   {text[7:]}",
    ],
    ids=range(16),
)
def test_the_hunt_finds_a_canary_however_it_is_written(write: Any) -> None:
    assert hunt.cores_in(f"before {write(key())} after") == {KEY_CORE}
    assert hunt.cores_in(f"before {write('nothing of it')} after") == set()


def test_a_vanilla_client_shows_its_key_everywhere(vanilla: Any) -> None:
    found = hunted(client_of(vanilla, "http://127.0.0.1:1"))

    assert found[KEY_CORE] >= PRINTED | {"dump", "rich inspect", "pickle", "asdict dump"}


def test_a_vanilla_result_shows_the_secret_everywhere(vanilla: Any) -> None:
    with serve(http(200, created())) as server:
        response = create(client_of(vanilla, server.url))

    assert response.parsed["token"] == secret()
    for value in (response, response.parsed):
        assert hunted(value)[SECRET_CORE] >= PRINTED | hunt.DATA


async def test_a_vanilla_failure_shows_the_key_in_every_traceback(vanilla: Any) -> None:
    client = client_of(vanilla, "http://127.0.0.1:1")

    error = await caught(lambda: create(client))

    found = hunted(error)
    # loguru cuts the text of a vanilla client before it comes to the key.
    assert found[KEY_CORE] >= TRACEBACKS


async def test_a_vanilla_answer_that_cannot_be_read_shows_the_secret(vanilla: Any) -> None:
    with serve(http(200, created()[:-1])) as server:
        client = client_of(vanilla, server.url)

        error = await caught(lambda: create(client))

    assert isinstance(error, ValueError)
    # The standard library's exception keeps the text.
    assert hunted(error)[SECRET_CORE] >= (TRACEBACKS - {"pytest traceback"}) | {"dump"}
