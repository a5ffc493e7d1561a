"""Ask an ASGI application without a network, as a browser on this machine would."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


async def ask(app, target, *, method="GET", headers=(), body=b"", host="127.0.0.1:8425"):
    """One request; `target` is path and query as they stand on the wire."""
    path, _, query = target.partition("?")
    given = {"host": host, **dict(headers)}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "root_path": "",
        "query_string": query.encode("utf-8", "surrogateescape"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8425),
    }
    sent, given_all = [], False

    async def receive():
        nonlocal given_all
        if given_all:  # the reader stays, and says nothing more
            await asyncio.Event().wait()
        given_all = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    joined = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Reply(start["status"], names, joined)


class Reader:
    """A reader of one application, on a loop of its own."""

    def __init__(self, app) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()

    def get(self, target, **more) -> Reply:
        return self.loop.run_until_complete(ask(self.app, target, **more))

    def together(self, *targets, **more) -> list[Reply]:
        async def every():
            return await asyncio.gather(*(ask(self.app, target, **more) for target in targets))

        return self.loop.run_until_complete(every())

    def close(self) -> None:
        self.loop.close()
