"""Who may ask, and how much: the host, the origin, the method, the size and the token are checked before anything is read."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from detente.app.state import LONGEST

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # with none, a form of our own would come from nowhere
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
COOKIE: Final = "detente"
MOST_HEADERS: Final = 32_768
"""Bytes of all headers."""
MOST_BODY: Final = 65_536
"""Bytes of a form that is sent to be saved."""
WRITES: Final = re.compile(r"/[^/]+/saved(/delete)?")
"""Addresses that a form may be sent to; all others are only read."""
FORM: Final = "application/x-www-form-urlencoded"


class Guard:
    """Middleware that refuses what no reader of the page sends; a form to be saved must come from a page of this server.

    Parameters
    ----------
    app : ASGI application
    hosts : frozenset of str
        Values of the Host header that are answered; empty for any, which wants a token.
    token : str
        What the first address must carry, kept in a cookie from then on; empty for none.

    Raises
    ------
    ValueError
        For any host without a token.
    """

    def __init__(self, app: App, hosts: frozenset[str], token: str = "") -> None:
        if not hosts and not token:
            raise ValueError("any host may ask only with a token")
        self.app, self.hosts, self.token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing else is spoken here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        status, words, more = self._judge(scope, headers)
        if status:
            await _say(send, status, words, more)
            return

        async def send_safely(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = [pair for pair in message.get("headers", ()) if pair[0] != b"content-security-policy"]
                own = [pair for pair in message.get("headers", ()) if pair[0] == b"content-security-policy"]
                message["headers"] = [*given, *(HEADERS[1:] if own else HEADERS), *own]
            await send(message)

        await self.app(scope, receive, send_safely)

    def _judge(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, list[tuple[bytes, bytes]]]:
        """Status, words and headers of a refusal; a status of 0 for none."""
        host = headers.get("host", "")
        query = scope.get("query_string", b"")
        writes = scope["method"] == "POST" and WRITES.fullmatch(scope.get("path", "")) is not None
        if scope["method"] not in ("GET", "HEAD") and not writes:
            return 405, "only GET and HEAD: nothing is changed here", [(b"allow", b"GET, HEAD")]
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADERS:
            return 431, "the headers are too long", []
        if self.hosts and host.lower() not in self.hosts:
            return 400, "this address is not served under that name", []
        if len(query) > 3 * LONGEST or len(scope.get("raw_path") or b"") > 1000:
            return 414, f"the address is too long: {LONGEST} characters at most", []
        if writes:
            if refusal := _judge_form(headers, host):
                return *refusal, []
        elif headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return 413, "a request has no body here", []
        origin = headers.get("origin")
        if origin is not None and urlsplit_safely(origin) != host.lower():
            return 403, "requests from other sites are not answered", []
        cross = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if cross and headers.get("sec-fetch-mode") != "navigate":
            return 403, "requests from other sites are not answered", []
        return self._judge_token(scope, headers, query)

    def _judge_token(
        self, scope: Scope, headers: dict[str, str], query: bytes
    ) -> tuple[int, str, list[tuple[bytes, bytes]]]:
        if not self.token:
            return 0, "", []
        cookies = dict(
            part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";") if "=" in part
        )
        if hmac.compare_digest(cookies.get(COOKIE, "").encode(), self.token.encode()):
            return 0, "", []
        try:
            pairs = parse_qsl(query.decode("latin-1"), max_num_fields=1000)
        except ValueError:
            pairs = []
        given = dict(pairs).get("token", "")
        if hmac.compare_digest(given.encode(), self.token.encode()):
            cookie = f"{COOKIE}={self.token}; Path=/; HttpOnly; SameSite=Strict"
            return 303, "", [(b"location", b"/"), (b"set-cookie", cookie.encode())]
        return 401, "the token is missing: open the address that was printed at the start", []


def _judge_form(headers: dict[str, str], host: str) -> tuple[int, str] | None:
    """Status and words of a refusal of a form: it must be small, and come from a page of this server, which says so."""
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not length.isascii() or not length.isdigit():
        return 411, "a form says how long it is"
    if len(length) > 9 or int(length) > MOST_BODY:
        return 413, f"a form has {MOST_BODY} bytes at most"
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return 415, "only forms are taken"
    origin = headers.get("origin")
    if origin is None and headers.get("sec-fetch-site") != "same-origin":
        return 403, "a form must say that it comes from this page"
    if origin is not None and urlsplit_safely(origin) != host.lower():
        return 403, "requests from other sites are not answered"
    return None


def urlsplit_safely(origin: str) -> str:
    """Host and port of an origin; nothing for one that is none.

    Examples
    --------
    >>> urlsplit_safely("http://127.0.0.1:8000"), urlsplit_safely("null"), urlsplit_safely("http://[")
    ('127.0.0.1:8000', '', '')
    """
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


async def _say(send: Send, status: int, words: str, more: list[tuple[bytes, bytes]]) -> None:
    body = f"{words}\n".encode()
    start = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*start, *HEADERS]})
    await send({"type": "http.response.body", "body": body})
