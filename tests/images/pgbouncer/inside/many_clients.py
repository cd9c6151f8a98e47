"""Many clients at once, through both of Airflow's drivers; prints how many of the database's backends served them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

CLIENTS = 12
WHERE = "airflow@pgbouncer:6432/airflow"
# One statement for all: a backend that has it prepared for one client is asked for it by another.
SUM = text("select pg_backend_pid(), cast(:n as bigint) + 1")


async def ask_without_waiting(engine: AsyncEngine, number: int) -> set[int]:
    backends = set()
    async with engine.connect() as connection:
        for round_ in range(10):
            backend, sum_ = (await connection.execute(SUM, {"n": number + round_})).one()
            await connection.commit()  # the backend goes to whoever waits
            assert sum_ == number + round_ + 1
            backends.add(backend)
    return backends


def ask(number: int) -> set[int]:
    engine = create_engine(f"postgresql+psycopg2://{WHERE}", poolclass=NullPool)
    with engine.connect() as connection:
        backend, sum_ = connection.execute(SUM, {"n": number}).one()
        assert sum_ == number + 1
        return {backend}


async def main() -> None:
    engine = create_async_engine(f"postgresql+asyncpg://{WHERE}", pool_size=CLIENTS)
    found = await asyncio.gather(*(ask_without_waiting(engine, number) for number in range(CLIENTS)))
    await engine.dispose()
    with ThreadPoolExecutor(CLIENTS) as threads:
        found += list(threads.map(ask, range(CLIENTS)))
    print("backends", len(set().union(*found)))


asyncio.run(main())
