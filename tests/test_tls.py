"""The settings of TLS, and the options `verify` and `proxy`, against real servers."""

from __future__ import annotations

import os
import pickle
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trustme

from kodexa_client import APIConnectionError, ConfigurationError, OutcomeUnknownError, _tls
from kodexa_client._tls import tls_context

from .conftest import BASE_URL, EVERY_KIND, FastKodexaClient, close, of_two_kinds
from .faults import API_KEY, connected, secrets_in
from .faults import scripts as s
from .faults.proxy import Proxy
from .faults.server import FaultServer, until

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

HOST = "127.0.0.1"
TLS = ssl.create_default_context()
REFUSED = r"verify is not a file of certificates in PEM that can be read \(\w+\)\.$"


@pytest.fixture(params=EVERY_KIND.values(), ids=[*EVERY_KIND])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def other_authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return the file of an authority's certificate."""
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.cert_pem.bytes())
    return path


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[FaultServer]:
    """Return a server whose certificate the authority has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    with FaultServer(s.OK, ssl_context=context) as server:
        yield server


def names_in(context: ssl.SSLContext) -> set[str]:
    """Return the serial numbers of the authorities that a context trusts."""
    return {str(certificate["serialNumber"]) for certificate in context.get_ca_certs()}


def test_equal_settings_are_made_once(file: Path) -> None:
    context = tls_context(file)()

    assert tls_context(str(file))() is context
    assert tls_context(file.parent / "." / file.name)() is context
    assert tls_context(None)() is tls_context(None)()
    assert tls_context(None)() is not context


# That of the engine aiohttp is in test_aiohttp.
@of_two_kinds
def test_a_client_reads_the_usual_authorities_when_a_connection_needs_them(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def make(folder: Any) -> ssl.SSLContext:
        made.append(folder)
        return TLS

    monkeypatch.setattr(_tls, "_usual_context", make)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", "authorities")
    client = client_class(api_key=API_KEY, base_url=BASE_URL)
    client._closed = True
    monkeypatch.delenv("SSL_CERT_DIR")

    before = [*made]
    client._transport._connector.connection(httpx.URL("http://127.0.0.1"))
    without_tls = [*made]
    for _ in range(2):
        client._transport._connector.connection(httpx.URL(BASE_URL))

    assert (before, without_tls) == ([], [])
    assert [folder.name for folder in made] == ["authorities"]


async def test_a_file_of_the_environments_that_is_none_is_told_of_by_the_call(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "nowhere.pem")

    async with connected(client_class, BASE_URL) as either:
        with pytest.raises(ConfigurationError, match=r"was not sent\. SSL_CERT_FILE is not a file"):
            await either.create(name="ci")


def test_a_file_of_the_environments_is_found_from_where_the_client_was_made(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", file.name)
    monkeypatch.chdir(file.parent)
    context = tls_context(None)

    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    assert names_in(context()) == names_in(tls_context(file)())


def test_a_folder_of_authorities_is_trusted_instead_of_the_usual_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert tls_context(None)().get_ca_certs() == []


def test_certifis_are_the_usual_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)

    assert len(names_in(tls_context(None)())) > 50


def test_a_file_is_trusted_instead_of_the_usual_authorities(file: Path) -> None:
    context = tls_context(file)()

    assert len(context.get_ca_certs()) == 1
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_context_is_used_as_it_is() -> None:
    context = ssl.create_default_context()

    assert tls_context(context)() is context


def test_a_file_that_was_written_again_is_another_one(
    file: Path, other_authority: trustme.CA
) -> None:
    before = tls_context(file)()

    file.write_bytes(other_authority.cert_pem.bytes() * 2)

    assert names_in(tls_context(file)()) != names_in(before)


def test_a_file_that_was_replaced_is_another_one_however_alike(
    file: Path, other_authority: trustme.CA
) -> None:
    before, status = tls_context(file)(), file.stat()
    new = file.with_name("new.pem")
    content = other_authority.cert_pem.bytes()
    new.write_bytes(content.ljust(status.st_size, b"\n"))
    file.write_bytes(file.read_bytes().ljust(new.stat().st_size, b"\n"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
    padded = tls_context(file)()

    new.replace(file)

    assert names_in(tls_context(file)()) != names_in(padded) == names_in(before)


def test_other_files_of_the_environment_have_settings_of_their_own(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    before = tls_context(None)()

    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    assert tls_context(None)() is not before
    assert names_in(tls_context(None)()) == names_in(tls_context(file)())


@pytest.mark.parametrize("verify", [True, False, 0, 1, b"authority.pem", ["authority.pem"], object])
def test_what_is_no_file_and_no_context_is_refused(client_class: Any, verify: Any) -> None:
    with pytest.raises(ConfigurationError, match="Only a context can switch verification off"):
        client_class(api_key=API_KEY, verify=verify)


class BytesPath:
    """A path of bytes, as the entries of a folder may be."""

    def __fspath__(self) -> bytes:
        return b"canary.pem"

    def __repr__(self) -> str:
        return "BytesPath()"


@pytest.mark.parametrize(
    "verify", ["", "canary.pem", Path("canary.pem"), "canary\0", "\udc80", BytesPath()], ids=repr
)
def test_a_file_that_is_not_there_is_refused(client_class: Any, verify: Any) -> None:
    with pytest.raises(ConfigurationError, match=REFUSED) as caught:
        client_class(api_key=API_KEY, verify=verify)

    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"canary",
        b"-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n",
        b"\x30\x82\x00",
    ],
)
def test_a_file_without_certificates_is_refused(
    client_class: Any, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "authority.pem"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=REFUSED) as caught:
        client_class(api_key=API_KEY, verify=path)

    assert caught.value.__context__ is None


def test_a_private_key_alone_and_a_folder_are_refused(
    client_class: Any, tmp_path: Path, authority: trustme.CA
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(authority.private_key_pem.bytes())

    for verify in (path, tmp_path):
        with pytest.raises(ConfigurationError, match=REFUSED):
            client_class(api_key=API_KEY, verify=verify)


@pytest.mark.parametrize("kind", ["path", "text", "context"])
async def test_a_server_is_trusted_whose_authority_is_given(
    client_class: Any, server: FaultServer, file: Path, kind: str
) -> None:
    given = {"path": file, "text": str(file), "context": ssl.create_default_context(cafile=file)}

    async with connected(client_class, server.url, verify=given[kind]) as either:
        token = await either.create(name="ci")

    await until(server.is_deserted, what="the connections' end")
    assert [token.id] == [made.id for made in server.executed]


@pytest.mark.parametrize("is_given", [True, False], ids=["another authority", "none"])
async def test_a_server_of_another_authority_gets_nothing(
    client_class: Any,
    server: FaultServer,
    tmp_path: Path,
    other_authority: trustme.CA,
    is_given: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    path = tmp_path / "other.pem"
    path.write_bytes(other_authority.cert_pem.bytes())

    async with connected(client_class, server.url, verify=path if is_given else None) as either:
        with pytest.raises(APIConnectionError, match=r"(?i)certificate") as caught:
            await either.create(name="ci")

    await until(server.is_deserted, what="the connections' end")
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert (caught.value.sent, len(caught.value.attempts)) == (False, 1)
    assert server.received == []


async def test_a_copy_trusts_whom_the_original_trusts(
    client_class: Any, server: FaultServer, file: Path
) -> None:
    async with connected(client_class, BASE_URL, verify=file) as either:
        copy = either.client.with_options(base_url=server.url, api_key=API_KEY)
        token = await type(either)(copy).create(name="ci")

    await until(server.is_deserted, what="the connections' end")
    assert [token.id] == [made.id for made in server.executed]


class Recorded:
    """Keeps what is read from a stream."""

    def __init__(self, reader: asyncio.StreamReader, seen: bytearray) -> None:
        self._reader = reader
        self._seen = seen

    async def read(self, most: int) -> bytes:
        data = await self._reader.read(most)
        self._seen += data
        return data


class Tunnels(Proxy):
    """An HTTP proxy that makes a tunnel to its one port, whatever it is asked for.

    Attributes:
        heads: What it was asked.
        seen: What clients sent after that.
    """

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.heads: list[bytes] = []
        self.seen = bytearray()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        recorded: Any = Recorded(reader, self.seen)
        await super()._carry(recorded, writer)


@pytest.mark.parametrize("kind", ["text", "URL", "Proxy"])
async def test_a_proxy_makes_a_tunnel_and_sees_no_key(
    client_class: Any, server: FaultServer, file: Path, kind: str
) -> None:
    with Tunnels(server.port) as proxy:
        url = proxy.url.replace("http://", "http://user:word@")
        given = {"text": url, "URL": httpx.URL(url), "Proxy": httpx.Proxy(url)}
        async with connected(
            client_class, server.url, verify=file, proxy=given[kind], default_headers={"x-a": "b"}
        ) as either:
            ids = [(await either.create(name="ci")).id for _ in range(2)]
            shown = either.client.config.proxy
        await until(server.is_deserted, what="the connections' end")

    assert ids == [made.id for made in server.executed]
    assert shown == proxy.url
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {HOST}:{server.port} HTTP/1.1\r\n".encode())
    assert b"\r\nproxy-authorization: basic dxnlcjp3b3jk\r\n" in head.lower()
    for secret in (API_KEY.encode(), b"x-api-key", b"x-a:"):
        assert secret not in head.lower()
        assert secret not in proxy.seen
    # A record of a handshake (RFC 8446 5.1).
    assert proxy.seen[:2] == b"\x16\x03"


async def test_a_proxy_that_is_given_is_used_in_spite_of_the_environment(
    client_class: Any, server: FaultServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")

    with Tunnels(server.port) as proxy:
        async with connected(client_class, server.url, verify=file, proxy=proxy.url) as either:
            await either.create(name="ci")
        await until(server.is_deserted, what="the connections' end")

    assert len(proxy.heads) == 1


async def test_a_server_behind_a_proxy_has_to_be_trusted_too(
    client_class: Any, server: FaultServer
) -> None:
    with Tunnels(server.port) as proxy:
        async with connected(client_class, server.url, proxy=proxy.url) as either:
            with pytest.raises(APIConnectionError, match=r"(?i)certificate") as caught:
                await either.create(name="ci")
        await until(server.is_deserted, what="the connections' end")

    assert caught.value.sent is False
    assert secrets_in(caught.value) == []
    assert server.received == []


def test_a_proxy_would_read_an_http_request(client_class: Any) -> None:
    settings = {"api_key": API_KEY, "proxy": "http://user:canary@proxy.test"}

    with pytest.raises(ConfigurationError, match="proxy would be sent the key in clear") as caught:
        client_class(base_url="http://127.0.0.1", **settings)

    assert "canary" not in str(caught.value)


async def test_a_proxy_reads_an_http_request_if_that_is_allowed(client_class: Any) -> None:
    with FaultServer(s.OK) as server:
        async with connected(
            client_class, "http://kodexa.test", proxy=server.url, allow_insecure_http=True
        ) as either:
            await either.create(name="ci")
            assert either.client.config.proxy == server.url
        await until(server.is_deserted, what="the connections' end")

    (request,) = server.received
    assert request.head.startswith(b"POST http://kodexa.test/api/access-tokens HTTP/1.1\r\n")


async def test_a_copy_does_not_send_its_key_to_a_proxy_in_clear(client_class: Any) -> None:
    async with connected(client_class, BASE_URL, proxy="http://proxy.test") as either:
        with pytest.raises(ConfigurationError, match="proxy would be sent the key in clear"):
            either.client.with_options(base_url="http://127.0.0.1", api_key=API_KEY)


@pytest.mark.parametrize(
    "setting", [{"proxy": "http://proxy.test"}, {"verify": ssl.create_default_context()}]
)
@of_two_kinds
def test_settings_of_connections_are_refused_beside_connections(
    client_class: Any, http_client_class: Any, setting: Any
) -> None:
    http_client = http_client_class(transport=httpx.MockTransport(lambda _: httpx.Response(200)))

    with pytest.raises(ConfigurationError, match="settings of the http_client that is given"):
        client_class(api_key=API_KEY, http_client=http_client, **setting)


@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "canary",
        "canary.test:3128",
        "ftp://user:canary@proxy.test",
        "http://canary:x",
        "http://proxy.test:canary",
        "http://canary\x01",
        "http://user:canary@",
        "http:canary",
        "http:///canary",
        httpx.URL("canary"),
        httpx.URL("ftp://canary.test"),
        httpx.Proxy("http://user:canary@"),
        42,
        True,
        b"http://canary.test",
        {"https://": "http://canary.test"},
    ],
    ids=repr,
)
def test_what_is_no_proxy_is_refused_without_quoting_it(client_class: Any, proxy: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^proxy is not a proxy's URL") as caught:
        client_class(api_key=API_KEY, proxy=proxy)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


async def test_the_configuration_shows_a_proxy_without_its_user(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:canary@environment.test:3128")
    monkeypatch.setenv("NO_PROXY", "exempt.test")
    clients = [
        client_class(api_key=API_KEY, base_url=BASE_URL, proxy="https://user:canary@given.test"),
        client_class(api_key=API_KEY, base_url=BASE_URL),
        client_class(api_key=API_KEY, base_url="https://exempt.test"),
        client_class(api_key=API_KEY, base_url="http://127.0.0.1"),
    ]

    assert [client.config.proxy for client in clients] == [
        "https://given.test",
        "http://environment.test:3128",
        None,
        None,
    ]
    for client in clients:
        assert "canary" not in f"{client.config!r}{vars(client)}"
        await close(client)


@of_two_kinds
async def test_the_settings_of_tls_of_a_proxy_are_used(client_class: Any) -> None:
    context = ssl.create_default_context()
    proxy = httpx.Proxy("https://proxy.test", ssl_context=context)

    async with connected(client_class, BASE_URL, proxy=proxy) as either:
        transport: Any = either.client._transport
        transport._connector.connection(httpx.URL(BASE_URL))
        (pool,) = transport._connector._makers.reveal().values()

    assert pool._proxy_ssl_context is context


def test_the_engine_aiohttp_refuses_settings_of_tls_of_a_proxy() -> None:
    proxy = httpx.Proxy("https://proxy.test", ssl_context=ssl.create_default_context())

    with pytest.raises(ConfigurationError, match="no TLS settings of a proxy's own"):
        FastKodexaClient(api_key=API_KEY, base_url=BASE_URL, proxy=proxy)


async def test_the_header_fields_of_a_proxy_are_not_lost_where_it_is_pickled(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", API_KEY)
    proxy = httpx.Proxy("http://proxy.test", headers={"proxy-authorization": "canary"})
    client = client_class(proxy=proxy)
    await close(client)

    with pytest.raises(TypeError, match="can't be pickled: its proxy"):
        pickle.dumps(client)
