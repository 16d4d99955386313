"""The warm worker: RQ's SimpleWorker in this very process, because CUDA does not survive a fork."""

import os
from typing import Any

import django_rq
from django.conf import settings
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from generation import catalogue, execution, tasks, tools, watching
from generation.engines import registry


class Warm(SimpleWorker):
    max_connection_wait_time = 5.0

    def request_stop(self, signum: int, frame: Any) -> None:
        watching.drain()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def serve(pool: str) -> None:
    if "WORKER_PIPE" in os.environ:
        watching.keep_ticking(int(os.environ["WORKER_PIPE"]))
    # The one before us may have fallen while nobody could note it.
    execution.give_back()
    warm_up(pool)
    queue = django_rq.get_queue(tasks.QUEUES[pool])
    worker = Warm([queue], connection=queue.connection, serializer=JSONSerializer)
    tasks.ring(pool)
    try:
        worker.work(logging_level="WARNING", with_scheduler=False)
    finally:
        watching.drain()


def warm_up(pool: str) -> None:
    """Before the first job: imports cost eight seconds, a model its reading."""
    if not settings.WORKER_WARMS_UP:
        return
    defaults = [catalogue.default_for(tool.name) for tool in tools.every().values() if tool.pool == pool]
    model = next((found for found in defaults if found is not None and found.engine == "local"), None)
    if model is not None:
        engine = registry.local(model.engine)
        engine.load(catalogue.weights(model))
        watching.report(model.engine, engine.warm())
