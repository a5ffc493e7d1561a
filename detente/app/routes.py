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

from detente.app.batches import Batches, Busy, Overtaken
from detente.app.controls import state_of_form
from detente.app.darkness import with_dark
from detente.app.drawing import as_svg, standalone
from detente.app.guard import App, Guard
from detente.app.jobs import Job, Unfinished
from detente.app.links import Links
from detente.app.page import STATIC, cases_page, failure_page, page
from detente.app.setting import as_file, file_name
from detente.app.state import PageState, pairs_of, read_state
from detente.app.views import View, bars_of, view_called
from detente.core import DetenteError, InputError, LabelError, suggestion
from detente.show.figures import NARROW, WIDE, figure_png, figure_svg

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer

ENDINGS: Final = ("csv", "json", "svg", "narrow.svg", "png", "html", "yaml")
HTML: Final = "text/html; charset=utf-8"
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "narrow.svg": "image/svg+xml",
    "png": "image/png",
    "html": HTML,
    "yaml": "application/yaml; charset=utf-8",
}
EXPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
ADDRESS: Final = "x-detente-address"
LONGEST_WAIT: Final = 120.0
"""Seconds that a file waits for its table."""
EACH: Final = 0.25
"""Seconds between two looks at a long job."""
MOST_STREAMS: Final = 32
"""Pages that are told of their jobs at once."""
ACTS: Final = ("start", "stop", "progress")
UNKEPT: Final = {"cache-control": "no-store"}
OPENS: Final = "countries"
"""View that a case opens with."""


class Explorer:
    """What answers the addresses.

    Parameters
    ----------
    laboratory : Laboratory
    """

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
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
            name, ending = _ending(name)
            view = view_called(name)
            state, moved = await self._state(request, case)
            if moved and not ending and request.headers.get("x-detente-part") != "answer":
                return RedirectResponse(Links(state, view.name).to(), 303)
            reader = _reader(request)
            answer = await self.batches.answer(state, reader)
            short = self.laboratory.short(state)
            if ending:
                await self._wait(request, view, answer)
                return await self.batches.work(lambda: self._file(view, answer, short, ending))
            part = "answer" if request.headers.get("x-detente-part") == "answer" else "page"

            is_folded = part == "answer" and request.headers.get("x-detente-table") == "folded"

            def made_page() -> str:
                with self.laboratory.jobs.asking(reader):
                    return page(self.laboratory, view, answer, short, part=part, is_folded=is_folded)

            text = await self.batches.work(made_page)
            headers = {ADDRESS: Links(short, view.name).to()}
            return Response(text, media_type=HTML, headers=headers)
        except Overtaken:
            return Response("overtaken by a later position\n", 409, media_type="text/plain")
        except Busy:
            return _busy()
        except DetenteError as error:
            return self._failure(request, error, case)

    async def _state(self, request: Request, case: str) -> tuple[PageState, bool]:
        """The state of an address; whether the address is another than the state's own."""
        query = request.url.query
        pairs = pairs_of(query)

        def read() -> tuple[PageState, bool]:
            if any(key == "form" for key, _ in pairs):
                if len(query) > 3 * 16_000:
                    raise InputError("the form is too long", where="address", hint="reload the page")
                return state_of_form(self.laboratory, case, pairs), True
            state = read_state(case, query)
            short = self.laboratory.short(self.laboratory.filled(state))
            return short, short.query != query

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
            state, _ = await self._state(request, case)
            answer = await self.batches.answer(state)
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

    def _file(self, view: View, answer: PageAnswer, short: PageState, ending: str) -> Response:
        headers, table = {}, None
        if ending == "yaml":
            name = file_name(answer.scenario)
            body: str | bytes = as_file(answer.scenario)
            headers["content-disposition"] = f'attachment; filename="{name}"'
        elif ending == "html":
            body = page(self.laboratory, view, answer, short, part="export")
            name = f"{short.case}-{view.name}.html"
            headers = {
                "content-disposition": f'attachment; filename="{name}"',
                "content-security-policy": EXPORT_POLICY,
            }
        else:
            table = view.make(answer, self.laboratory)
            if ending in ("csv", "json"):
                body = table.to_csv() if ending == "csv" else table.to_json()
            elif view.figure:
                body = self._picture(view, answer, ending)
            else:
                bars = bars_of(view, table)
                if bars is None:
                    raise _undrawn(view, ending)
                svg = as_svg(bars, f"{answer.scenario.title}; {answer.dossier.title}, {answer.dossier.asof}")
                body = with_dark(svg) if ending == "svg" else _png(svg)
            if ending in ("svg", "narrow.svg"):
                headers["content-security-policy"] = EXPORT_POLICY  # its own style, and nothing else
        return Response(body, media_type=TYPES[ending], headers=headers)

    def _picture(self, view: View, answer: PageAnswer, ending: str) -> str | bytes:
        """The picture of a view that shows one of the briefing's, wide or for a phone."""
        assert view.figure is not None
        figure = view.figure(answer, self.laboratory)
        if figure is None:
            raise _undrawn(view, ending)
        width = NARROW if ending == "narrow.svg" else WIDE
        key = ("picture", view.name, answer.state.alone, answer.dossier.asof, width)
        svg = str(self.laboratory.made.get_or(key, lambda: figure_svg(figure, width)))
        return figure_png(figure) if ending == "png" else with_dark(standalone(svg))

    def _failure(self, request: Request, error: DetenteError, case: str) -> Response:
        """What is wrong, in the form that was asked for."""
        status = 404 if isinstance(error, LabelError) and error.where == "address" else 400
        path = request.url.path
        if request.headers.get("x-detente-part") == "answer" or path.rsplit(".", 1)[-1] in ENDINGS:
            return Response(f"{error}\n", status, media_type="text/plain")
        return Response(failure_page(self.laboratory, error, case, path), status, media_type=HTML)

    async def missing(self, request: Request, _: Exception) -> Response:
        """An address that nothing answers."""
        error = LabelError("there is no such page", where="address", hint="start from a case")
        return self._failure(request, error, "")


def _undrawn(view: View, ending: str) -> InputError:
    return InputError(
        f"nothing is drawn of the view `{view.name}`",
        where=f".{ending}",
        hint="its table is there as .csv and .json",
    )


def _reader(request: Request) -> str:
    """Which open page asks; empty for one without scripts."""
    return request.headers.get("x-detente-reader", "")[:40]


def _busy() -> Response:
    return Response("too many readers at once: try again in a moment\n", 429, {"retry-after": "1"})


def _ending(name: str) -> tuple[str, str]:
    """Name of a view and the ending of a file; none for the page."""
    stem, dot, ending = name.partition(".")
    if not dot:
        return name, ""
    if ending not in ENDINGS:
        raise LabelError(
            f"no file of kind `{ending[:20]}`", where="address", hint=suggestion(ending[:20], ENDINGS)
        )
    return stem, ending


def _png(svg: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=2))


def explorer(laboratory: Laboratory, hosts: frozenset[str] = frozenset(), token: str = "") -> App:
    """Make the application that answers a reader.

    Parameters
    ----------
    laboratory : Laboratory
    hosts : frozenset of str
        Values of the Host header that are answered; empty for any, which wants a token.
    token : str
        Empty for none.

    Returns
    -------
    ASGI application

    Raises
    ------
    ValueError
        For any host without a token.
    """
    answers = Explorer(laboratory)

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
        Route("/{case}/{view}", answers.view),
        Route("/{case}/{view}/{act}", answers.act),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: answers.missing})
    return Guard(app, hosts, token)
