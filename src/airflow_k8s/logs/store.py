"""The log store: follows task pods, keeps what they print for some days, hands it out. What the StatefulSet runs."""

import argparse
import asyncio
import os
from pathlib import Path

from aiohttp import web

from airflow_k8s.logs import folder
from airflow_k8s.logs.cluster import Cluster
from airflow_k8s.logs.follow import Follower, say
from airflow_k8s.logs.server import application
from airflow_k8s.tasks import quantities

PORT = 8793
"""That of Airflow's own log servers."""

SWEEP = 300.0
"""Seconds between two looks for what is too old or too much."""

FULL = 0.9
"""The part of the volume that logs may take: what comes between two looks needs room as well."""


def options() -> argparse.ArgumentParser:
    """What it is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to keep logs")
    parser.add_argument("--size", type=quantities.disk, required=True, help="how much the folder may hold, as 5Gi")
    parser.add_argument("--days", type=float, required=True, help="how long a log stays")
    parser.add_argument("--selector", required=True, help="labels of the task pods of this release")
    parser.add_argument("--namespace", action="append", required=True, help="where task pods run; may be repeated")
    return parser


def main() -> None:
    """Run until killed: what is written stays, and what running pods print meanwhile is read at the next start."""
    asyncio.run(_serve(options().parse_args()))


async def _serve(told: argparse.Namespace) -> None:
    runner = web.AppRunner(application(told.folder, os.environ["AIRFLOW__API__SECRET_KEY"]), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=PORT).start()
    async with Cluster.around() as cluster, asyncio.TaskGroup() as group:
        follower = Follower(cluster, told.folder)
        for namespace in told.namespace:
            group.create_task(follower.run(namespace, told.selector))
        group.create_task(_sweep(told.folder, told.days, int(told.size * FULL)))


async def _sweep(root: Path, days: float, most: int) -> None:
    while True:
        try:
            await asyncio.to_thread(folder.sweep, root, days, most)
        except OSError as problem:  # a file that went meanwhile
            say("Old logs are looked for again", problem)
        await asyncio.sleep(SWEEP)


if __name__ == "__main__":
    main()
