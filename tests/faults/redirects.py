"""The table of redirects: what the home server answers, and where that may lead.

Every text is a format string: ``{port}`` and ``{tls}`` are the home server's ports, without
TLS and with it, ``{port6}`` that of its IPv6 address, ``{other}`` and ``{other_tls}`` the
foreign server's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["BASE", "NAMES", "PATH", "SAFE_STATUSES", "STATUSES", "TABLE", "Hop", "Row"]

BASE = "http://home.test:{port}/base"
PATH = "/api/access-tokens"
OVER_TLS = "https://home.test:{tls}/base"
STATUSES = (301, 302, 303, 307, 308)
# After these a creation was not carried out.
SAFE_STATUSES = frozenset({307, 308})

# They have a server behind them. Any other name does not exist.
NAMES = frozenset(
    {
        "home.test",
        "home.test.",
        "sub.home.test",
        "foreign.test",
        "home.test.foreign.test",
        "localhost",
        "xn--bcher-kva.test",
        "xn--bcher-eva.test",
        "xn--hme-sed.test",
    }
)


@dataclass(frozen=True)
class Hop:
    """One redirect.

    Attributes:
        locations: The values of its Location fields.
        to: Where it leads, as an error shows it. None if that can't be read.
        query: The query of that.
        status: Its status, instead of each in turn.
    """

    locations: tuple[str | bytes, ...]
    to: str | None
    query: str = ""
    status: int | None = None


@dataclass(frozen=True)
class Row:
    """A call whose request is redirected.

    Attributes:
        name: What it is about.
        hops: The redirects, one after the other.
        leaves: Whether the last one is not followed in any case.
        base: The client's base URL.
        leaks: Whether httpx itself sends the key on to the foreign server.
        refused_by_httpx: Whether ``httpx.Client.send()``, which reads each Location, raises
            at the last answer, also where it is not to follow.
        refused_by_h11: Whether that answer is a broken one for every client.
        read_by_aiohttp: Whether it is none for aiohttp, whose parser of header fields is another.
    """

    name: str
    hops: tuple[Hop, ...]
    leaves: bool = False
    base: str = BASE
    leaks: bool = False
    refused_by_httpx: bool = False
    refused_by_h11: bool = False
    read_by_aiohttp: bool = False

    def __str__(self) -> str:
        return self.name


def followed(
    name: str,
    location: str | bytes,
    path: str,
    query: str = "",
    *,
    base: str = BASE,
    refused_by_httpx: bool = False,
) -> Row:
    """Return a row with a redirect within the origin."""
    return Row(
        name,
        (Hop((location,), _origin(base) + path, query),),
        base=base,
        refused_by_httpx=refused_by_httpx,
    )


def elsewhere(
    name: str, location: str | bytes, to: str, *, base: str = BASE, leaks: bool = False
) -> Row:
    """Return a row with a redirect that leaves the origin."""
    return Row(name, (Hop((location,), to),), leaves=True, base=base, leaks=leaks)


def unreadable(
    name: str,
    *locations: str | bytes,
    refused_by_httpx: bool = False,
    refused_by_h11: bool = False,
    read_by_aiohttp: bool = False,
) -> Row:
    """Return a row with an answer that does not say in a readable way where to go."""
    return Row(
        name,
        (Hop(locations, None),),
        leaves=True,
        refused_by_httpx=refused_by_httpx,
        refused_by_h11=refused_by_h11,
        read_by_aiohttp=read_by_aiohttp,
    )


def _origin(base: str) -> str:
    return base.removesuffix("/base")


def _within(*, paths: int, times: int) -> tuple[Hop, ...]:
    return tuple(
        Hop((f"/hop-{number % paths}",), f"http://home.test:{{port}}/hop-{number % paths}")
        for number in range(times)
    )


_START = f"/base{PATH}"
_AWAY = Hop(("http://foreign.test:{other}/moved",), "http://foreign.test:{other}/moved")
_MOVED = Hop(("/moved",), "http://home.test:{port}/moved")
_BACK = Hop(("/back",), "http://home.test:{port}/back")

# What leads home, however it is written.
_FOLLOWED = (
    followed("same origin", "http://home.test:{port}/moved", "/moved"),
    followed(
        "query and fragment", "http://home.test:{port}/moved?canary=1#canary", "/moved", "canary=1"
    ),
    followed("no path", "http://home.test:{port}", ""),
    followed("no path but a query", "http://home.test:{port}?canary", "", "canary"),
    followed("upper-case host", "HTTP://HOME.TEST:{port}/Moved", "/Moved"),
    Row(
        "upper-case host of the base URL",
        (Hop(("http://home.test:{port}/moved",), "http://home.test:{port}/moved"),),
        base="http://HOME.test:{port}/base",
    ),
    followed("port with a zero before it", "http://home.test:0{port}/moved", "/moved"),
    followed("home by //", "//home.test:{port}/moved", "/moved"),
    followed("over TLS", "https://home.test:{tls}/moved", "/moved", base=OVER_TLS),
    followed("over TLS, by //", "//home.test:{tls}/moved", "/moved", base=OVER_TLS),
    followed("IPv4", "//127.0.0.1:{port}/moved", "/moved", base="http://127.0.0.1:{port}/base"),
    followed("IPv6", "//[::1]:{port6}/moved", "/moved", base="http://[::1]:{port6}/base"),
    followed("default port", "http://home.test:80/moved", "/moved", base="http://home.test/base"),
    followed("empty port", "http://home.test:/moved", "/moved", base="http://home.test/base"),
    Row(
        "default port of the base URL",
        (Hop(("http://home.test/moved",), "http://home.test/moved"),),
        base="http://home.test:80/base",
    ),
    followed(
        "default port of TLS",
        "https://home.test:443/moved",
        "/moved",
        base="https://home.test/base",
    ),
    Row(
        "default port of TLS of the base URL",
        (Hop(("//home.test/moved",), "https://home.test/moved"),),
        base="https://home.test:443/base",
    ),
    Row(
        "IDN: unicode to unicode",
        (Hop(("http://bücher.test:{port}/ä",), "http://xn--bcher-kva.test:{port}/%C3%A4"),),
        base="http://bücher.test:{port}/base",
    ),
    Row(
        "IDN: unicode to punycode",
        (Hop(("http://xn--bcher-kva.test:{port}/",), "http://xn--bcher-kva.test:{port}/"),),
        base="http://bücher.test:{port}/base",
    ),
    followed(
        "IDN: punycode to unicode",
        "http://bücher.test:{port}/moved",
        "/moved",
        base="http://xn--bcher-kva.test:{port}/base",
    ),
    followed(
        "IDN: punycode to upper-case unicode, in Latin-1",
        "http://BÜCHER.test:{port}/moved".encode("latin-1"),
        "/moved",
        base="http://xn--bcher-kva.test:{port}/base",
    ),
    followed("full stop of another script", "http://home。test:{port}/moved", "/moved"),
    followed("absolute path", "/moved", "/moved"),
    followed("relative path", "moved", "/base/api/moved"),
    followed("relative path with a dot", "./moved", "/base/api/moved"),
    followed("parent", "../moved", "/base/moved"),
    followed("beyond the root", "../../../../moved", "/moved"),
    followed("query alone", "?canary", _START, "canary"),
    followed("fragment alone", "#canary", _START),
    followed("empty", "", _START),
    followed("slashes alone", "//", _START),
    followed("scheme alone", "http://", _START),
    followed("three slashes", "///foreign.test:{other}/", "/foreign.test:{other}/"),
    followed("one slash", "http:/foreign.test:{other}/", "/foreign.test:{other}/"),
    followed("no slash", "http:foreign.test/", "/base/api/foreign.test/", refused_by_httpx=True),
    followed("empty host", "http:///foreign.test:{other}/", "/foreign.test:{other}/"),
    followed("slash and backslash", "/\\foreign.test:{other}/", "/\\foreign.test:{other}/"),
    followed("two backslashes", "\\\\foreign.test/", "/base/api/\\\\foreign.test/"),
    followed(
        "scheme and two backslashes",
        "http:\\\\foreign.test/",
        "/base/api/\\\\foreign.test/",
        refused_by_httpx=True,
    ),
    followed("space in the path", "/a b", "/a%20b"),
    followed("spaces around it", "  /moved  ", "/moved"),
    followed("control characters, escaped", "/%0d%0ax-a:%20b", "/%0d%0ax-a:%20b"),
    followed("line separator", "/\u2028", "/%E2%80%A8"),
    followed(
        "foreign URL behind a comma",
        "http://home.test:{port}/, http://foreign.test:{other}/",
        "/,%20http://foreign.test:{other}/",
    ),
    followed("foreign host in the path", "/@foreign.test:{other}/", "/@foreign.test:{other}/"),
    followed(
        "foreign host in the query", "http://home.test:{port}/?@foreign.test", "/", "@foreign.test"
    ),
    followed("foreign host in the fragment", "http://home.test:{port}/#@foreign.test", "/"),
    Row("five hops", _within(times=5, paths=5)),
)

# What leads away from home, or seems to come home in a way that hides where it leads.
_ELSEWHERE = (
    elsewhere("other port", "http://home.test:{other}/x", "http://home.test:{other}/x", leaks=True),
    elsewhere(
        "other host",
        "http://foreign.test:{other}/x?canary#canary",
        "http://foreign.test:{other}/x",
        leaks=True,
    ),
    elsewhere(
        "other host at the same port", "http://foreign.test:{port}/", "http://foreign.test:{port}/"
    ),
    elsewhere(
        "other host by //", "//foreign.test:{other}/", "http://foreign.test:{other}/", leaks=True
    ),
    elsewhere(
        "subdomain", "http://sub.home.test:{other}/", "http://sub.home.test:{other}/", leaks=True
    ),
    elsewhere(
        "subdomain at the same port", "http://sub.home.test:{port}/", "http://sub.home.test:{port}/"
    ),
    elsewhere(
        "parent domain",
        "http://home.test:{port}/",
        "http://home.test:{port}/",
        base="http://sub.home.test:{port}/base",
    ),
    elsewhere(
        "domain that begins like it",
        "http://home.test.foreign.test:{other}/",
        "http://home.test.foreign.test:{other}/",
        leaks=True,
    ),
    elsewhere(
        "https to http",
        "http://home.test:{other}/",
        "http://home.test:{other}/",
        base=OVER_TLS,
        leaks=True,
    ),
    elsewhere(
        "https to http at the same port",
        "http://home.test:{tls}/",
        "http://home.test:{tls}/",
        base=OVER_TLS,
    ),
    elsewhere(
        "https to http at the default ports",
        "http://home.test/",
        "http://home.test/",
        base="https://home.test/base",
    ),
    elsewhere(
        "https to http at the port of https",
        "http://home.test:443/",
        "http://home.test:443/",
        base="https://home.test/base",
    ),
    elsewhere(
        "http to https",
        "https://home.test:{other_tls}/",
        "https://home.test:{other_tls}/",
        leaks=True,
    ),
    elsewhere("http to https at home", "https://home.test:{tls}/", "https://home.test:{tls}/"),
    elsewhere(
        "http to https at the same port", "https://home.test:{port}/", "https://home.test:{port}/"
    ),
    elsewhere(
        "http to https at the default ports",
        "https://home.test/",
        "https://home.test/",
        base="http://home.test/base",
    ),
    elsewhere(
        "other host over TLS",
        "//foreign.test:{other_tls}/",
        "https://foreign.test:{other_tls}/",
        base=OVER_TLS,
        leaks=True,
    ),
    elsewhere(
        "user info at home", "http://canary:canary@home.test:{port}/", "http://home.test:{port}/"
    ),
    elsewhere(
        "user without a password", "http://canary@home.test:{port}/", "http://home.test:{port}/"
    ),
    elsewhere("empty user and password", "http://:@home.test:{port}/", "http://home.test:{port}/"),
    elsewhere(
        "home as a user",
        "http://home.test@foreign.test:{other}/",
        "http://foreign.test:{other}/",
        leaks=True,
    ),
    elsewhere(
        "home and its port as a user",
        "http://home.test:{port}@foreign.test:{other}/",
        "http://foreign.test:{other}/",
        leaks=True,
    ),
    elsewhere(
        "home as a user, and a backslash",
        "http://home.test:{port}\\@foreign.test:{other}/",
        "http://foreign.test:{other}/",
        leaks=True,
    ),
    elsewhere(
        "foreign host as a user, and a backslash",
        "http://foreign.test:{other}\\@home.test:{port}/",
        "http://home.test:{port}/",
    ),
    elsewhere(
        "home in the fragment",
        "http://foreign.test:{other}#@home.test:{port}/",
        "http://foreign.test:{other}",
        leaks=True,
    ),
    elsewhere(
        "home in the query",
        "http://foreign.test:{other}?@home.test:{port}/",
        "http://foreign.test:{other}",
        leaks=True,
    ),
    elsewhere(
        "IDN: another one",
        "http://bûcher.test:{other}/",
        "http://xn--bcher-eva.test:{other}/",
        base="http://bücher.test:{port}/base",
        leaks=True,
    ),
    elsewhere(
        "IDN: without its accent",
        "http://bucher.test:{port}/",
        "http://bucher.test:{port}/",
        base="http://bücher.test:{port}/base",
    ),
    elsewhere(
        "IDN: letter that looks the same",
        "http://h\u043eme.test:{other}/",
        "http://xn--hme-sed.test:{other}/",
        leaks=True,
    ),
    elsewhere("trailing dot", "http://home.test.:{port}/", "http://home.test.:{port}/"),
    elsewhere(
        "trailing dot of the base URL",
        "http://home.test:{port}/",
        "http://home.test:{port}/",
        base="http://home.test.:{port}/base",
    ),
    elsewhere("percent-encoded host", "http://hom%65.test:{port}/", "http://hom%65.test:{port}/"),
    elsewhere(
        "percent-encoded slash in the host",
        "http://home.test%2f:{port}/",
        "http://home.test%2f:{port}/",
    ),
    elsewhere("space in the host", "http://home.test :{port}/", "http://home.test%20:{port}/"),
    elsewhere("address of the name", "http://127.0.0.1:{port}/", "http://127.0.0.1:{port}/"),
    elsewhere(
        "name of the address",
        "http://localhost:{port}/",
        "http://localhost:{port}/",
        base="http://127.0.0.1:{port}/base",
    ),
    elsewhere(
        "IPv4 in another spelling",
        "http://127.1:{port}/",
        "http://127.1:{port}/",
        base="http://127.0.0.1:{port}/base",
    ),
    elsewhere(
        "IPv6 in another spelling",
        "http://[0:0:0:0:0:0:0:1]:{port6}/",
        "http://[0:0:0:0:0:0:0:1]:{port6}/",
        base="http://[::1]:{port6}/base",
    ),
    elsewhere(
        "IPv6 to IPv4",
        "http://127.0.0.1:{other}/",
        "http://127.0.0.1:{other}/",
        base="http://[::1]:{port6}/base",
        leaks=True,
    ),
    elsewhere(
        "IPv4 in IPv6",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        base="http://127.0.0.1:{port}/base",
    ),
    elsewhere("no port", "http://home.test/", "http://home.test/"),
    elsewhere("port that is empty", "http://home.test:/", "http://home.test/"),
    elsewhere("port 0", "http://home.test:0/", "http://home.test:0/"),
    elsewhere("port too large", "http://home.test:99999/", "http://home.test:99999/"),
    elsewhere("ws:", "ws://home.test:{port}/", "ws://home.test:{port}/"),
    elsewhere("ftp:", "ftp://home.test:{port}/", "ftp://home.test:{port}/"),
    elsewhere("file: with a host", "file://home.test/x", "file://home.test/x"),
)

_UNREADABLE = (
    unreadable("no Location"),
    unreadable("two Locations", "/moved", "/moved"),
    unreadable("two Locations, one of them foreign", "/moved", "http://foreign.test:{other}/"),
    unreadable(
        "two URLs in one",
        "http://home.test:{port},http://foreign.test:{other}/",
        refused_by_httpx=True,
    ),
    unreadable("javascript:", "javascript:alert(1)", refused_by_httpx=True),
    unreadable("data:", "data:text/plain,canary", refused_by_httpx=True),
    unreadable("file:", "file:///moved"),
    unreadable("mailto:", "mailto:canary@foreign.test", refused_by_httpx=True),
    unreadable("other scheme, no host", "https:/moved"),
    unreadable("four slashes", "////foreign.test:{other}/", refused_by_httpx=True),
    unreadable("host of a port alone", "http://:{port}/"),
    unreadable("port that is none", "http://home.test:{port}.foreign.test/", refused_by_httpx=True),
    unreadable(
        "port with a user info, escaped",
        "http://home.test:{port}%40foreign.test/",
        refused_by_httpx=True,
    ),
    unreadable(
        "IDN: character that there is not", "http://\uff48ome.test:{port}/", refused_by_httpx=True
    ),
    unreadable("IDN: soft hyphen", "http://ho\u00adme.test:{port}/", refused_by_httpx=True),
    unreadable("tab", "/a\tb", refused_by_httpx=True),
    unreadable("control character", "/a\x01b", refused_by_httpx=True),
    unreadable(
        "control character before it", "\x01http://foreign.test:{other}/", refused_by_httpx=True
    ),
    unreadable(
        "control character in the host", "http://home.test\x7f:{port}/", refused_by_httpx=True
    ),
    unreadable("longer than a URL can be", "/" + "a" * 70_000, refused_by_httpx=True),
    unreadable("null character", "/a\x00b", refused_by_h11=True),
    # Either way it leads nowhere.
    unreadable("line feed", b"/a\x0bb", refused_by_h11=True, read_by_aiohttp=True),
)

_CHAINS = (
    Row("six hops", _within(times=6, paths=6), leaves=True),
    Row("a loop", _within(times=6, paths=2), leaves=True),
    Row("a loop of one", _within(times=6, paths=1), leaves=True),
    Row("home, then elsewhere", (_MOVED, _AWAY), leaves=True, leaks=True),
    Row("303 home, then elsewhere", (replace(_MOVED, status=303), _AWAY), leaves=True, leaks=True),
    Row("307 home, then elsewhere", (replace(_MOVED, status=307), _AWAY), leaves=True, leaks=True),
    Row(
        "home, then unreadable",
        (_MOVED, Hop(("javascript:alert(1)",), None)),
        leaves=True,
        refused_by_httpx=True,
    ),
    Row(
        "home, then over TLS",
        (_MOVED, Hop(("https://home.test:{tls}/",), "https://home.test:{tls}/")),
        leaves=True,
    ),
    Row("home by 303, then home", (replace(_MOVED, status=303), _BACK)),
    Row("home by 308, then home", (replace(_MOVED, status=308), _BACK)),
)

TABLE = (*_FOLLOWED, *_ELSEWHERE, *_UNREADABLE, *_CHAINS)
