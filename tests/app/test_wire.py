"""The server on a real socket: slow readers, readers that leave, and what is no request; everybody else is answered."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time

import pytest

from detente.app import patience
from detente.app.serving import Serving

pytest.importorskip("uvicorn")
PAGE = "/busan-2025/countries.csv"


@pytest.fixture(scope="module")
def server(laboratory):
    server = Serving(laboratory, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    while not server.server.started:
        time.sleep(0.005)
    yield server
    server.stop()
    thread.join(10)


@pytest.fixture
def connect(server):
    """A connection that sent something already."""
    port = int(server.url.rstrip("/").rsplit(":", 1)[1])
    with contextlib.ExitStack() as stack:

        def made(sent: str = "") -> socket.socket:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            connection.sendall(sent.replace("HOST", f"127.0.0.1:{port}").encode())
            return connection

        yield made


def request(target=PAGE, more="", method="GET"):
    return f"{method} {target} HTTP/1.1\r\nHost: HOST\r\n{more}\r\n"


def said(connection):
    """One answer, or everything until the server closes."""
    text = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            text += part
            head, _, body = text.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            if length and len(body) >= int(length[1]):
                break
    return text.decode("utf-8", "replace")


def test_who_sends_its_head_slowly_is_left_and_others_are_answered(connect, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.25)
    silent, half, dripping = connect(), connect("GET / HTTP/1.1\r\nHost"), connect("G")
    again = connect(request())  # kept open after an answer, then slow
    assert said(again).startswith("HTTP/1.1 200")
    again.sendall(b"GET")
    began = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - began < 5:
            dripping.sendall(b"E")  # a byte now and then buys no time
            time.sleep(0.02)
    assert time.monotonic() - began < 2
    for connection in (silent, half, again):
        assert said(connection) == ""
    assert said(connect(request())).startswith("HTTP/1.1 200")


def test_who_does_not_take_its_answer_is_left(connect, server, monkeypatch):
    monkeypatch.setattr(patience, "ANSWER_SECONDS", 0.25)
    connection = connect()
    connection.settimeout(0.5)
    port = server.url.rstrip("/").rsplit(":", 1)[1]
    many = (
        request("/static/explorer.css").replace("HOST", f"127.0.0.1:{port}") * 3000
    )  # more than a socket takes
    with contextlib.suppress(OSError):  # the server stops listening when nothing is taken
        connection.sendall(many.encode())
    ended = time.monotonic() + 5
    while server.server.server_state.connections and time.monotonic() < ended:
        time.sleep(0.01)
    assert not server.server.server_state.connections


def test_readers_that_leave_leave_nothing_behind(connect, server):
    query = "?base=standing&set.usa-2025-fentanyl-china=0.{n}"
    for n in range(31, 39):
        connect(request(PAGE + query.format(n=n))).close()
    connect(request("/busan-2025/why/progress", "Accept: text/event-stream\r\n")).close()
    assert said(connect(request())).startswith("HTTP/1.1 200")
    ended = time.monotonic() + 10
    while server.server.server_state.tasks and time.monotonic() < ended:
        time.sleep(0.01)
    assert not server.server.server_state.tasks


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request(more="Content-Length: 1000000000\r\n"), "413"),
        (request(more="Transfer-Encoding: chunked\r\n"), "413"),
        (request(more="X: " + "a" * 50_000 + "\r\n"), "431"),
        (request("/" + "a" * 50_000), "414"),
        (request(method="POST"), "405"),
        (request(more="Upgrade: websocket\r\nConnection: Upgrade\r\n"), "200"),
        ("\x16\x03\x01 no words of HTTP\r\n\r\n", "400"),
        (request().replace("HOST", "evil.example"), "400"),
        (request().replace("Host: HOST", "X: y"), "400"),
    ],
)
def test_what_is_no_request_is_refused(connect, sent, status):
    connection = connect(sent)
    assert said(connection).startswith(f"HTTP/1.1 {status}")
