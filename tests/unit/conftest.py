"""Servers that listen while a test runs, each in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from aiohttp import web

Serve = Callable[[web.Application], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server; returns its URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runners: list[web.AppRunner] = []

    async def start(app: web.Application) -> int:
        runners.append(web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return int(runners[-1].addresses[0][1])

    yield lambda app: f"http://127.0.0.1:{asyncio.run_coroutine_threadsafe(start(app), loop).result()}"
    for runner in runners:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
