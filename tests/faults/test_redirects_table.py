"""Every row of the table of redirects, over real sockets: what is sent, and where to."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
import httpcore
import httpx
import pytest
import trustme

from kodexa_client import (
    APIConnectionError,
    AsyncKodexaClient,
    KodexaError,
    OutcomeUnknownError,
    UnexpectedRedirectError,
)
from tests.conftest import EVERY_KIND, EitherClient, FastKodexaClient, settle
from tests.faults import API_KEY, connected
from tests.faults import scripts as s
from tests.faults.redirects import NAMES, PATH, SAFE_STATUSES, STATUSES, TABLE, Row
from tests.faults.server import FaultServer, Request, Script

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

NAME = "canary-name-of-the-redirects"
TOKEN = json.dumps({"id": "1", "name": NAME}).encode()
# Ports that a test can't listen at.
DEFAULT_PORTS = {80: "port", 443: "tls"}

CONNECTIONS = ("own", "injected", "injected, following by itself")
WAYS = [
    pytest.param(kind, connections, id=f"{name}-{connections}")
    for name, kind in EVERY_KIND.items()
    for connections in CONNECTIONS
    # Connections that are given are never aiohttp's.
    if kind is not FastKodexaClient or connections == "own"
]


class Server6(FaultServer):
    """A server at the IPv6 address of this machine."""

    def __init__(self, *scripts: Script) -> None:
        super().__init__(*scripts)
        self._socket.close()
        self._socket = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.port = self._socket.getsockname()[1]


class World:
    """Home and foreign, each with TLS and without, and what was asked of the network.

    Attributes:
        ports: The servers' ports, by what the table calls them.
        home: The servers at home, by their ports.
        foreign: Those that nothing may come to.
        resolved: The names that were looked up.
        dialled: The hosts and ports that were connected to.
        context: Trusts the servers.
    """

    def __init__(self, home: dict[str, FaultServer], foreign: dict[str, FaultServer]) -> None:
        self.ports = {name: server.port for name, server in {**home, **foreign}.items()}
        self.home = {server.port: server for server in home.values()}
        self.foreign = [*foreign.values()]
        self.resolved: set[str] = set()
        self.dialled: set[tuple[str, int]] = set()
        self.context = ssl.create_default_context()

    def reached(self, port: int) -> FaultServer:
        """Return the server at home that is behind a port."""
        name = DEFAULT_PORTS.get(port)
        return self.home[port if name is None else self.ports[name]]

    def forget_requests(self) -> None:
        """Forget what was received, so that the next call is seen alone."""
        for server in [*self.home.values(), *self.foreign]:
            server.received.clear()


@pytest.fixture(scope="module")
def servers() -> Generator[World]:
    """Return servers for all rows: none of them keeps anything of one row for the next."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("home.test", "foreign.test").configure_cert(context)
    found = s.not_created("found", s.http(200, TOKEN))
    with contextlib.ExitStack() as running:

        def run(server: FaultServer) -> FaultServer:
            return running.enter_context(server)

        home = {
            "port": run(FaultServer(found)),
            "tls": run(FaultServer(found, ssl_context=context)),
        }
        with contextlib.suppress(OSError):
            home["port6"] = run(Server6(found))
        foreign = {
            "other": run(FaultServer(found)),
            "other_tls": run(FaultServer(found, ssl_context=context)),
        }
        world = World(home, foreign)
        authority.configure_trust(world.context)
        yield world


@pytest.fixture
def world(servers: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return the servers behind the table's names and behind the default ports."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode("ascii") if isinstance(host, bytes) else host
        if _is_address(name):
            return look_up(name, *arguments, **options)
        servers.resolved.add(name)
        if name not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "it is not in the table")
        return look_up("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    # anyio connects to the port that it was asked for, whatever was looked up.
    backends: list[Any] = [httpcore.SyncBackend, httpcore.AnyIOBackend]
    for backend in backends:
        monkeypatch.setattr(backend, "connect_tcp", _dialling(servers, backend.connect_tcp))
    resolve: Any = aiohttp.TCPConnector._resolve_host
    monkeypatch.setattr(aiohttp.TCPConnector, "_resolve_host", _resolving(servers, resolve))
    servers.forget_requests()
    servers.resolved.clear()
    servers.dialled.clear()
    return servers


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _dialling(servers: World, connect: Any) -> Any:
    def connect_tcp(self: object, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        servers.dialled.add((host, port))
        real = servers.ports[DEFAULT_PORTS[port]] if port in DEFAULT_PORTS else port
        return connect(self, host, real, *arguments, **options)

    return connect_tcp


def _resolving(servers: World, resolve: Any) -> Any:
    # aiohttp connects to what this returns.
    async def resolve_host(self: object, host: str, port: int, traces: Any = None) -> Any:
        servers.dialled.add((host, port))
        real = servers.ports[DEFAULT_PORTS[port]] if port in DEFAULT_PORTS else port
        return [{**one, "port": real} for one in await resolve(self, host, port, traces)]

    return resolve_host


@contextlib.asynccontextmanager
async def http_client(
    client_class: Any, connections: str, world: World
) -> AsyncGenerator[dict[str, Any]]:
    """Return the settings of a client that sends in one of the ways that there are."""
    if connections == "own":
        yield {"verify": world.context}
        return
    kind = httpx.AsyncClient if client_class is AsyncKodexaClient else httpx.Client
    follows = connections != "injected"
    injected: Any = kind(verify=world.context, follow_redirects=follows)
    try:
        yield {"http_client": injected}
    finally:
        await settle(injected.aclose() if kind is httpx.AsyncClient else injected.close())


class Case:
    """A row with one of the statuses, for a client that follows redirects or does not."""

    def __init__(
        self,
        row: Row,
        world: World,
        status: int,
        *,
        follows: bool,
        through_httpx: bool,
        through_aiohttp: bool = False,
    ) -> None:
        self.row = row
        self.ports = world.ports
        self.base = row.base.format(**self.ports)
        self.start = httpx.URL(self.base + PATH)
        self.server = world.reached(
            self.start.port or {"http": 80, "https": 443}[self.start.scheme]
        )
        self.statuses = [hop.status or status for hop in row.hops]
        is_broken = (row.refused_by_h11 and not (row.read_by_aiohttp and through_aiohttp)) or (
            row.refused_by_httpx and through_httpx
        )
        # How many redirects are followed, and whether another one ends the call.
        self.followed = (len(row.hops) - (row.leaves or is_broken)) if follows else 0
        self.ends_well = self.followed == len(row.hops)
        self.ends_broken = is_broken and self.followed == len(row.hops) - 1
        self.seen = self.statuses[: self.followed + (not self.ends_well)]
        self.is_unclear = self.ends_broken or any(one not in SAFE_STATUSES for one in self.seen)

    def play(self) -> None:
        """Let the server at home answer as the row says."""
        answers = [
            b"HTTP/1.1 %d X\r\ncontent-length: 0\r\n%b\r\n"
            % (status, b"".join(b"location: %b\r\n" % self.location(one) for one in hop.locations))
            for hop, status in zip(self.row.hops, self.statuses, strict=True)
        ]
        last = s.http(200, TOKEN)
        self.server.play(*[s.not_created("redirect", one) for one in (*answers, last)])

    def location(self, value: str | bytes) -> bytes:
        encoding = "utf-8" if isinstance(value, str) else "latin-1"
        text = value if isinstance(value, str) else value.decode("latin-1")
        return text.format(**self.ports).encode(encoding)

    def to(self, hop: int) -> str | None:
        """Return where a redirect leads."""
        to = self.row.hops[hop].to
        return None if to is None else to.format(**self.ports)

    def expected_requests(self) -> list[tuple[str, str]]:
        """Return methods and targets of the requests that home has to receive."""
        method, requests = "POST", [("POST", self.start.raw_path.decode())]
        for number in range(self.followed):
            if self.statuses[number] not in SAFE_STATUSES:
                method = "GET"
            path = (self.to(number) or "").split("/", 3)[3:]
            query = self.row.hops[number].query
            requests.append((method, f"/{''.join(path)}{f'?{query}' if query else ''}"))
        return requests


@pytest.mark.needs_asyncio(reason="it looks at what Python's sockets connect to", own_loop=True)
@pytest.mark.parametrize(("client_class", "connections"), WAYS)
@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_a_redirect_leads_home_or_nowhere(
    client_class: Any, row: Row, connections: str, world: World
) -> None:
    if "{port6}" in row.base and "port6" not in world.ports:
        pytest.skip("this machine has no IPv6 address of its own")
    reached_before = [server.connections for server in world.foreign]
    through_httpx = connections != "own"
    async with http_client(client_class, connections, world) as settings:
        for follows in (False, True):
            cases = [
                Case(
                    row,
                    world,
                    status,
                    follows=follows,
                    through_httpx=through_httpx,
                    through_aiohttp=client_class is FastKodexaClient,
                )
                for status in STATUSES
            ]
            async with connected(
                client_class,
                cases[0].base,
                follow_redirects=follows,
                allow_insecure_http=True,
                **settings,
            ) as either:
                for case in cases:
                    world.forget_requests()
                    case.play()
                    _check_outcome(case, await _outcome(either))
                    _check_requests(case, world)
    # A connection that is there already is not dialled again.
    home = cases[0].start.raw_host.decode()
    assert [host for host, _ in world.dialled] == [home]
    assert world.resolved <= {home}
    assert [server.connections for server in world.foreign] == reached_before


async def _outcome(either: EitherClient) -> Any:
    try:
        return await either.create_detailed(name=NAME)
    except KodexaError as error:
        return error


def _check_requests(case: Case, world: World) -> None:
    for server in {*world.home.values(), *world.foreign} - {case.server}:
        assert server.received == []
    _check_home(case, case.server.received)


def _check_home(case: Case, received: list[Request]) -> None:
    lines = [tuple(one.head.decode("latin-1").split("\r\n")[0].split(" ")) for one in received]
    assert [(line[0], " ".join(line[1:-1])) for line in lines] == case.expected_requests()
    for request, line in zip(received, lines, strict=True):
        names = [field.partition(b":")[0].lower() for field in request.head.split(b"\r\n")[1:]]
        assert names.count(b"x-api-key") == 1
        assert names.count(b"host") == 1
        assert request.headers["x-api-key"] == API_KEY
        assert request.headers["host"] == case.start.netloc.decode()
        if line[0] == "POST":
            assert request.arguments == {"name": NAME}
            assert request.headers["content-type"] == "application/json"
        else:
            assert request.body == b""
            assert {b"content-type", b"content-length", b"transfer-encoding"}.isdisjoint(names)
    assert len({request.request_id for request in received}) == 1


def _check_outcome(case: Case, outcome: Any) -> None:
    if case.ends_well:
        assert not isinstance(outcome, Exception), repr(outcome)
        assert (outcome.parsed.id, outcome.parsed.name) == ("1", NAME)
        assert [one.status_code for one in outcome.attempts] == [*case.statuses, 200]
        return
    assert isinstance(outcome, KodexaError), repr(outcome)
    assert len(outcome.attempts) == len(case.seen)
    assert isinstance(outcome, OutcomeUnknownError) is case.is_unclear
    assert "canary" not in str(outcome).replace(NAME, "")
    if isinstance(outcome, OutcomeUnknownError):
        assert outcome.executed is None
        assert outcome.name == NAME
    if case.ends_broken:
        assert isinstance(outcome, APIConnectionError)
        return
    assert isinstance(outcome, UnexpectedRedirectError)
    before = case.to(case.followed - 1) if case.followed else str(case.start)
    assert (outcome.from_url, outcome.to_url) == (before, case.to(case.followed))
    assert outcome.status_code == case.seen[-1]


@pytest.mark.parametrize("row", [row for row in TABLE if row.leaks], ids=str)
def test_httpx_alone_takes_the_key_and_the_body_there(row: Row, world: World) -> None:
    """Shows that the foreign server can be reached, so that its silence means something."""
    if "{port6}" in row.base and "port6" not in world.ports:
        pytest.skip("this machine has no IPv6 address of its own")
    case = Case(row, world, 307, follows=True, through_httpx=True)
    case.statuses = [307 for _ in row.hops]
    case.play()

    with httpx.Client(verify=world.context, follow_redirects=True) as client:
        client.post(case.start, headers={"x-api-key": API_KEY}, json={"name": NAME})

    (received,) = [one for server in world.foreign for one in server.received]
    assert received.headers["x-api-key"] == API_KEY
    assert received.arguments == {"name": NAME}
