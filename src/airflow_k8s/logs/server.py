"""Hand out logs, and take those of the triggerer, from whoever signs with Airflow's API secret.

What Airflow's own log servers do (``airflow.utils.serve_logs``), without the 150 MB of Airflow.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from airflow_k8s.logs import folder, tokens

CHUNK = 2**18


def application(root: Path, secret: str) -> web.Application:
    """The server.

    Args:
        root: the folder with all logs.
        secret: Airflow's API secret.
    """
    app = web.Application(middlewares=[_signed(secret)])
    app.router.add_get("/health", _health)
    app.router.add_get("/log/{log:.+}", _handler(root, _read))
    app.router.add_put("/log/{log:.+}", _handler(root, _write))
    return app


def _signed(secret: str) -> Any:
    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
        log = request.match_info.get("log")
        if log and not tokens.allows(request.headers.get("Authorization", ""), log, secret):
            raise web.HTTPForbidden(text="This needs a token for this log, signed with Airflow's API secret.")
        answer: web.StreamResponse = await handler(request)
        return answer

    return middleware


def _handler(root: Path, handle: Callable[..., Any]) -> Callable[[web.Request], Any]:
    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            folder.place(root, request.match_info["log"])
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        answer: web.StreamResponse = await handle(request, root, request.match_info["log"])
        return answer

    return handler


async def _health(_: web.Request) -> web.Response:
    return web.Response()


async def _read(request: web.Request, root: Path, log: str) -> web.StreamResponse:
    found = folder.files(root, log)
    if not found:
        raise web.HTTPNotFound(text="There is no such log, or none any more.")
    answer = web.StreamResponse(headers={"Content-Type": "text/plain; charset=utf-8"})
    await answer.prepare(request)
    for file in found:
        with file.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                await answer.write(chunk)
    return answer


async def _write(request: web.Request, root: Path, log: str) -> web.Response:
    file = folder.place(root, log)
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as opened:
        async for chunk in request.content.iter_any():
            opened.write(chunk)
    new.rename(file)
    return web.Response(status=201)
