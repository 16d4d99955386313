"""Real diffusers pipelines, kept warm."""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from generation.contract import Outcome, Progress, Request, Watch, Weights
from generation.engines.local import rounds
from generation.engines.local.residency import Residency
from generation.engines.local.session import Session
from generation.errors import EngineFailed


class Diffusers:
    def __init__(self) -> None:
        self.residency = Residency()
        self.encoders = ThreadPoolExecutor(2, "encode")

    def load(self, weights: Weights) -> None:
        self.residency.take(weights)

    def warm(self) -> Mapping[str, int]:
        return self.residency.sizes()

    def generate(self, requests: Sequence[Request], watch: Watch) -> Sequence[Outcome]:
        weights = requests[0].weights
        if not self.residency.holds(weights):
            for request in requests:
                watch.progress(request.job, Progress(0, request.params["steps"], "loading"))
        try:
            model = self.residency.take(weights)
        except EngineFailed as failed:
            return [failed] * len(requests)
        planned = rounds.plan(model, requests)
        session = Session(model, self.residency, self.encoders, watch, planned)
        session.work(deque(planned))
        return [session.outcome(request) for request in requests]
