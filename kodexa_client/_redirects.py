"""Redirects: where one leads, and the request that follows it."""

from __future__ import annotations

import httpx
from attrs import frozen

from ._auth import origin_of

__all__ = ["MAX_REDIRECTS", "Redirect", "read_redirect"]

# Beyond a few it is a loop.
MAX_REDIRECTS = 5

# RFC 9110 15.4. The others of the 3xx ask for nothing that could be followed.
_FOLLOWED_STATUSES = frozenset({301, 302, 303, 307, 308})
_UNCHANGED = frozenset({307, 308})
_OF_THE_BODY = (b"content-", b"transfer-encoding")


@frozen
class Redirect:
    """An answer that says to look elsewhere.

    Attributes:
        to: Where, or None if it does not say so in a way that can be read.
        is_same_origin: Whether the key may go there.
        request: The request that follows it, or None if it can't be followed.
    """

    to: httpx.URL | None = None
    is_same_origin: bool = False
    request: httpx.Request | None = None


def read_redirect(
    request: httpx.Request, status_code: int | None, headers: httpx.Headers
) -> Redirect | None:
    """Return where an answer redirects to, or None if it is no redirect.

    Args:
        request: The request, without the key.
        status_code: The status of the answer, or None if none came.
        headers: The header fields of the answer.
    """
    if status_code is None or not httpx.codes.is_redirect(status_code):
        return None
    locations = headers.get_list("location")
    if status_code not in _FOLLOWED_STATUSES or len(locations) != 1:
        return Redirect()
    try:
        url = request.url.join(locations[0])
    except (httpx.InvalidURL, ValueError, TypeError):
        return Redirect()
    if not url.host:
        return Redirect()
    # RFC 9110 4.2.4: user information in a URL from elsewhere hides where that leads.
    if url.userinfo or origin_of(url) != origin_of(request.url):
        return Redirect(url)
    return Redirect(url, is_same_origin=True, request=_following(request, status_code, url))


def _following(request: httpx.Request, status_code: int, url: httpx.URL) -> httpx.Request:
    if status_code in _UNCHANGED:
        return httpx.Request(
            request.method, url, headers=request.headers.raw, stream=request.stream
        )
    headers = [
        field for field in request.headers.raw if not field[0].lower().startswith(_OF_THE_BODY)
    ]
    method = "HEAD" if request.method == "HEAD" else "GET"
    return httpx.Request(method, url, headers=headers)
