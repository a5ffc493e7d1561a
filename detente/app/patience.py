"""How long the server waits for a slow reader: a request's head has its time, and so has the whole of an answer."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
"""For the head of a request, from the connection or from its first byte on a connection that was kept."""
ANSWER_SECONDS: Final = 300.0
"""For an answer, until its last byte has left; events of a long job are asked for anew."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes on whoever sends its head, or takes its answer, too slowly.

    uvicorn waits for both for ever, and each of them holds one of a bounded number of connections.
    """

    _deadline: asyncio.TimerHandle | None = None
    _waits_for: Literal["", "head", "answer", "rest"] = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head."""
        super().connection_made(transport)
        self._wait("head")

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that is whole has its answer to wait for."""
        super().data_received(data)
        self._wait("answer" if self._answers() else "head")

    def on_response_complete(self) -> None:
        """An answer was given: wait until the last of it has left, or for the next one that was asked for already."""
        self._wait("rest")
        super().on_response_complete()
        if self._answers():
            self._wait("answer")

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody to wait for."""
        self._wait("")
        super().connection_lost(exc)

    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self, what: Literal["", "head", "answer", "rest"]) -> None:
        """Wait for something; what is waited for already is given no more time."""
        if what == self._waits_for:
            return
        self._waits_for = what
        if self._deadline is not None:
            self._deadline.cancel()
        seconds = HEAD_SECONDS if what == "head" else ANSWER_SECONDS
        self._deadline = self.loop.call_later(seconds, self._give_up) if what else None

    def _give_up(self) -> None:
        transport: Any = self.transport
        transport.abort()
