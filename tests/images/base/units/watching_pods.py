"""A watch over pods learns from the documentation of an API call what the call returns: the scheduler has one."""

import asyncio

from kubernetes import client, watch
from kubernetes_asyncio import client as async_client
from kubernetes_asyncio import watch as async_watch

assert watch.Watch().get_return_type(client.CoreV1Api().list_namespaced_pod) == "V1Pod"


async def returned() -> str:
    return async_watch.Watch().get_return_type(async_client.CoreV1Api.list_namespaced_pod)


assert asyncio.run(returned()) == "V1Pod"
