"""The addresses of the explorer: a page for every view of every case, and the same as files."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from detente.app.batches import Batches, Busy
from detente.app.controls import state_of_form
from detente.app.files import ENDINGS, HTML, as_response, ending_of
from detente.app.guard import MOST_BODY, App, Guard
from detente.app.jobs import Job, Unfinished
from detente.app.links import Links
from detente.app.page import STATIC, cases_page, failure_page, first_part, page, saved_page
from detente.app.ranges import SAID, told_intervals
from detente.app.shelf import Shelf
from detente.app.state import PageState, pairs_of, read_state
from detente.app.versions import as_far_as_known, message, with_made, without_made
from detente.app.views import View, view_called
from detente.app.worker import Overtaken
from detente.core import DetenteError, InputError, LabelError, suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from detente.app.laboratory import Laboratory, PageAnswer

ADDRESS: Final = "x-detente-address"
LONGEST_WAIT: Final = 120.0
"""Seconds that a file waits for its table."""
EACH: Final = 0.25
"""Seconds between two looks at a long job."""
MOST_STREAMS: Final = 32
"""Pages that are told of their jobs at once."""
ACTS: Final = ("start", "stop", "progress", "numbers")
UNKEPT: Final = {"cache-control": "no-store"}
OPENS: Final = "countries"
"""View that a case opens with."""


class Explorer:
    """What answers the addresses.

    Parameters
    ----------
    laboratory : Laboratory
    shelf : Shelf
        Where settings are saved.
    """

    def __init__(self, laboratory: Laboratory, shelf: Shelf) -> None:
        self.laboratory, self.shelf = laboratory, shelf
        self.batches = Batches(laboratory)
        self._streams = 0

    async def cases(self, request: Request) -> Response:
        """The cases that are served; the only one at once."""
        names = list(self.laboratory.cases)
        if len(names) == 1:
            return RedirectResponse(f"/{names[0]}/{OPENS}", 303)
        text = await self.batches.work(lambda: cases_page(self.laboratory))
        return Response(text, media_type=HTML)

    async def opening(self, request: Request) -> Response:
        """A case without a view: its first."""
        case = request.path_params["case"]
        try:
            self.laboratory.source(case)
        except DetenteError as error:
            return self._failure(request, error, case)
        query = request.url.query
        return RedirectResponse(f"/{case}/{OPENS}" + (f"?{query}" if query else ""), 303)

    async def view(self, request: Request) -> Response:
        """A view of a state: as a page, as a part of it, or as a file."""
        case, name = request.path_params["case"], request.path_params["view"]
        try:
            self.laboratory.source(case)
            name, ending = ending_of(name)
            view = view_called(name)
            state, moved, dropped = await self._state(request, case)
            origin = without_made(request.url.query)[1]
            part = request.headers.get("x-detente-part", "")
            part = part if part in ("answer", "first") and not ending else "page"
            if moved and not ending and part == "page":
                return RedirectResponse(with_made(Links(state, view.name).to(), origin), 303)
            reader = _reader(request)
            answer = await self.batches.answer(state, reader, first=part == "first")
            short = self.laboratory.short(state)
            if part == "first":
                text = await self.batches.work(lambda: first_part(self.laboratory, view, answer, short))
                return Response(text, media_type=HTML)
            if ending:
                await self._wait(request, view, answer)
                return await self.batches.work(
                    lambda: as_response(self.laboratory, view, answer, short, ending)
                )
            is_folded = part == "answer" and request.headers.get("x-detente-table") == "folded"

            def made_page() -> str:
                with self.laboratory.jobs.asking(reader):
                    told = message(origin, answer, self.laboratory, dropped) if part == "page" else None
                    return page(
                        self.laboratory, view, answer, short, part=part, is_folded=is_folded, told=told
                    )

            text = await self.batches.work(made_page)
            headers = {ADDRESS: Links(short, view.name).to()}
            return Response(text, media_type=HTML, headers=headers)
        except Overtaken:
            return Response("overtaken by a later position\n", 409, media_type="text/plain")
        except Busy:
            return _busy()
        except DetenteError as error:
            return self._failure(request, error, case)

    async def _state(self, request: Request, case: str) -> tuple[PageState, bool, tuple[str, ...]]:
        """The state of an address; whether the address is another than the state's own; what of it is unknown here.

        Only an address that says it was origin by another version is read as far as it goes: what is wrong with any other is
        told.
        """
        query, origin = without_made(request.url.query)
        pairs = pairs_of(query)

        def read() -> tuple[PageState, bool, tuple[str, ...]]:
            if any(key == "form" for key, _ in pairs):
                if len(query) > 3 * 16_000:
                    raise InputError("the form is too long", where="address", hint="reload the page")
                return state_of_form(self.laboratory, case, pairs), True, ()
            try:
                state = read_state(case, query)
                filled = self.laboratory.filled(state)
                short = self.laboratory.short(filled)
                if origin:
                    self.laboratory.scenario(filled)  # whether it can be asked at all
            except DetenteError:
                if not origin:
                    raise
                short, dropped = as_far_as_known(self.laboratory, case, query)
                return short, False, dropped
            return short, short.query != query, ()

        return await self.batches.work(read)

    async def act(self, request: Request) -> Response:
        """Begin or stop the long job of a view, or tell how far it is."""
        case, name, act = (request.path_params[key] for key in ("case", "view", "act"))
        try:
            self.laboratory.source(case)
            view = view_called(name)
            if act not in ACTS:
                raise LabelError(f"no act `{act[:20]}`", where="address", hint=suggestion(act[:20], ACTS))
            if act != "progress" and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
                return Response("only the page itself begins and stops\n", 403, media_type="text/plain")
            state, _, _ = await self._state(request, case)
            answer = await self.batches.answer(state)
            if act == "numbers":
                return await self._numbers(request, answer)
            job = await self._job(view, answer, begin=act == "start")
            if act == "progress":
                return await self._progress(request, view, answer, job)
            if act == "stop" and job is not None:
                self.laboratory.jobs.stop(job)
            return RedirectResponse(Links(self.laboratory.short(state), view.name).to(), 303)
        except Busy:
            return _busy()
        except DetenteError as error:
            return self._failure(request, error, case)

    async def saved(self, request: Request) -> Response:
        """The settings that were saved, and the form that saves one; a form that was sent is obeyed."""
        case = request.path_params["case"]
        try:
            self.laboratory.source(case)
            if request.method == "POST":
                return await self._obey(request, case)
            state, _, _ = await self._state(request, case)

            def made_page() -> str:
                return saved_page(self.laboratory, self.shelf, state)

            return Response(await self.batches.work(made_page), media_type=HTML, headers=UNKEPT)
        except DetenteError as error:
            return self._failure(request, error, case)

    async def _obey(self, request: Request, case: str) -> Response:
        """Save or delete what a form says, and show what is saved then."""
        sent = bytearray()
        async for part in request.stream():
            sent += part
            if len(sent) > MOST_BODY:
                raise InputError("the form is too long", where="address", hint="fewer measures")
        form = dict(pairs_of(sent.decode("utf-8", "replace")))
        asked = read_state(case, form.get("query", "")).alone
        deletes = request.url.path.endswith("/delete")

        def obey() -> tuple[PageState, str]:
            state = self.laboratory.filled(asked)
            short = self.laboratory.named(state)
            if deletes:
                self.shelf.delete(form.get("slug", ""))
                return short, ""
            return short, self.shelf.save(short, self.laboratory.scenario(state), form.get("name", ""))

        short, slug = await self.batches.work(obey)
        return RedirectResponse(Links(short, "saved").to() + (f"#{slug}" if slug else ""), 303)

    async def _numbers(self, request: Request, answer: PageAnswer) -> Response:
        """Intervals of the large numbers as JSON, or how far they are; asking begins them."""

        def ask() -> dict[str, object]:
            try:
                with self.laboratory.jobs.asking(_reader(request)):
                    return {"intervals": told_intervals(answer, self.laboratory), "said": SAID}
            except Unfinished as unfinished:
                return unfinished.job.told()

        return JSONResponse(await self.batches.work(ask), headers=UNKEPT)

    async def _job(self, view: View, answer: PageAnswer, *, begin: bool | None = None) -> Job | None:
        """The job behind a view; None where there is none, or it is finished."""

        def ask() -> Job | None:
            try:
                with self.laboratory.jobs.asking(begin=begin):
                    view.make(answer, self.laboratory)
            except Unfinished as unfinished:
                return unfinished.job
            return None

        return await self.batches.work(ask)

    async def _progress(self, request: Request, view: View, answer: PageAnswer, job: Job | None) -> Response:
        """How far a job is: once, or as events until it ends."""
        if "text/event-stream" not in request.headers.get("accept", ""):
            return JSONResponse(job.told() if job else {"standing": "finished"}, headers=UNKEPT)
        if self._streams >= MOST_STREAMS:
            return _busy()

        async def events() -> AsyncIterator[str]:
            self._streams += 1
            try:
                now = job
                while now is not None and now.goes_on:
                    yield f"data: {json.dumps(now.told())}\n\n"
                    await asyncio.sleep(EACH)
                    try:
                        now = await self._job(view, answer, begin=False)
                    except DetenteError:
                        break  # the page says which
                yield "event: ended\ndata: {}\n\n"
            finally:
                self._streams -= 1

        return StreamingResponse(events(), media_type="text/event-stream", headers=UNKEPT)

    async def _wait(self, request: Request, view: View, answer: PageAnswer) -> None:
        """Wait, in a file's stead, for a table that takes longer than a moment."""
        for _ in range(int(LONGEST_WAIT / EACH)):
            if await self._job(view, answer, begin=True) is None:
                return
            await asyncio.sleep(EACH)
            if await request.is_disconnected():
                break
        raise InputError("it takes too long", where=view.name, hint="ask again in a minute")

    def _failure(self, request: Request, error: DetenteError, case: str) -> Response:
        """What is wrong, in the form that was asked for."""
        status = 404 if isinstance(error, LabelError) and error.where == "address" else 400
        path = request.url.path
        if request.headers.get("x-detente-part") in ("answer", "first") or path.rsplit(".", 1)[-1] in ENDINGS:
            return Response(f"{error}\n", status, media_type="text/plain")
        return Response(failure_page(self.laboratory, error, case, path), status, media_type=HTML)

    async def missing(self, request: Request, _: Exception) -> Response:
        """An address that nothing answers."""
        error = LabelError("there is no such page", where="address", hint="start from a case")
        return self._failure(request, error, "")


def _reader(request: Request) -> str:
    """Which open page asks; empty for one without scripts."""
    return request.headers.get("x-detente-reader", "")[:40]


def _busy() -> Response:
    return Response("too many readers at once: try again in a moment\n", 429, {"retry-after": "1"})


def explorer(
    laboratory: Laboratory,
    hosts: frozenset[str] = frozenset(),
    token: str = "",
    settings: Path | None = None,
) -> App:
    """Make the application that answers a reader.

    Parameters
    ----------
    laboratory : Laboratory
    hosts : frozenset of str
        Values of the Host header that are answered; empty for any, which wants a token.
    token : str
        Empty for none.
    settings : Path, optional
        Folder in which settings are saved; nothing is written anywhere without one.

    Returns
    -------
    ASGI application

    Raises
    ------
    ValueError
        For any host without a token.
    """
    answers = Explorer(laboratory, Shelf(settings))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        answers.batches.close()
        laboratory.close()

    routes = [
        Route("/", answers.cases),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/{case}", answers.opening),
        Route("/{case}/", answers.opening),
        Route("/{case}/saved", answers.saved, methods=["GET", "POST"]),
        Route("/{case}/saved/delete", answers.saved, methods=["POST"]),
        Route("/{case}/{view}", answers.view),
        Route("/{case}/{view}/{act}", answers.act),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: answers.missing})
    return Guard(app, hosts, token)
