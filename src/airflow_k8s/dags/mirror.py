"""Keep a copy of the site's repository and hand out the files of its commits. What the Deployment runs."""

import argparse
import asyncio
import sys
from pathlib import Path

from aiohttp import web

from airflow_k8s.dags.repository import Repository
from airflow_k8s.errors import UserError

PORT = 8000
PROBLEM = "problem"
"""The file that says why the last look at the repository failed; the readiness probe shows it."""

PACKED = 20
"""Commits whose files are kept packed."""


class Mirror:
    """The server.

    Args:
        repository: what it serves.
        scratch: a folder for what is made anew at each start.
    """

    def __init__(self, repository: Repository, scratch: Path) -> None:
        self.repository, self.scratch = repository, scratch
        self._packing = asyncio.Lock()

    def application(self) -> web.Application:
        """The pages."""
        app = web.Application()
        app.router.add_get("/health", self._health)
        app.router.add_get("/head", self._head)
        app.router.add_get("/commits/{commit:[0-9a-f]{40,64}}", self._commit)
        return app

    async def look(self) -> None:
        """Fetch what is new, and say what became of it."""
        before = await asyncio.to_thread(self.repository.served)
        problem = self.scratch / PROBLEM
        try:
            now = await asyncio.to_thread(self.repository.fetch)
        except UserError as error:
            problem.write_text(f"{error}\n")
            print(f"{error} What is served: {before}.", flush=True)  # noqa: T201
            return
        problem.unlink(missing_ok=True)
        if now != before:
            print(f"The DAGs are those of commit {now} now.", flush=True)  # noqa: T201

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _head(self, _: web.Request) -> web.Response:
        head = await asyncio.to_thread(self.repository.served)
        if head is None:
            raise web.HTTPServiceUnavailable(text=(self.scratch / PROBLEM).read_text())
        return web.Response(text=head)

    async def _commit(self, request: web.Request) -> web.FileResponse:
        commit = request.match_info["commit"]
        file = self.scratch / f"{commit}.tar.gz"
        async with self._packing:
            if not file.exists():
                await self._packed(commit, file)
        return web.FileResponse(file)

    async def _packed(self, commit: str, file: Path) -> None:
        """Have it packed; what stands in the way, such as a full disk, is for whoever asked."""
        try:
            await asyncio.to_thread(self._pack, commit, file)
        except (UserError, OSError) as problem:
            raise web.HTTPServiceUnavailable(text=str(problem)) from problem

    def _pack(self, commit: str, file: Path) -> None:
        if not self.repository.has(commit):
            raise web.HTTPNotFound(text=f"The site's repository has commit {commit} no more, or no DAGs in it.")
        part = file.with_suffix(".part")
        self.repository.pack(commit, part)
        part.rename(file)
        packed = sorted(self.scratch.glob("*.tar.gz"), key=lambda one: one.stat().st_mtime)
        for old in packed[:-PACKED]:
            old.unlink()


def options() -> argparse.ArgumentParser:
    """What it is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the repository is")
    parser.add_argument("--branch", required=True, help="branch or tag")
    parser.add_argument("--subfolder", default="", help="folder that has the DAGs")
    parser.add_argument("--interval", type=float, required=True, help="seconds between two looks")
    parser.add_argument("--copy", type=Path, required=True, help="where to keep the copy")
    parser.add_argument("--secret", type=Path, required=True, help="folder with the credentials")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for what need not stay")
    return parser


async def serve(told: argparse.Namespace) -> None:
    """Run until killed."""
    repository = Repository(told.url, told.branch, told.subfolder.strip("/"), told.copy, told.secret, told.scratch)
    (told.scratch / PROBLEM).write_text("The repository is being fetched for the first time.\n")
    repository.open()
    mirror = Mirror(repository, told.scratch)
    runner = web.AppRunner(mirror.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=PORT).start()
    while True:
        await mirror.look()
        await asyncio.sleep(told.interval)


if __name__ == "__main__":
    try:
        asyncio.run(serve(options().parse_args()))
    except UserError as error:
        sys.exit(str(error))
