"""What our own code makes, without a model. A thing is one function here, under the family that its row names."""

from collections.abc import Callable, Mapping, Sequence

from generation.contract import Outcome, Progress, Request, Result, Stopped, Watch, Weights
from generation.engines.builtin.enlarging import enlarge
from generation.errors import EngineFailed

MAKERS: Mapping[str, Callable[[Request], Result]] = {"lanczos": enlarge}


class Builtin:
    def load(self, weights: Weights) -> None:
        """There is nothing to read."""

    def warm(self) -> Mapping[str, int]:
        return {}

    def generate(self, requests: Sequence[Request], watch: Watch) -> Sequence[Outcome]:
        return [_made(request, watch) for request in requests]


def _made(request: Request, watch: Watch) -> Outcome:
    if watch.stopped(request.job):
        return Stopped(0, 1)
    watch.progress(request.job, Progress(0, 1))
    try:
        return MAKERS[request.weights.family](request)
    except EngineFailed as failed:
        return failed
