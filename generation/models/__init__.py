from generation.models.call import Call
from generation.models.catalogue import Model
from generation.models.job import ENDED, LIVE, REMOTE, Job, Lane, Status
from generation.models.preset import Preset
from generation.models.stream import Event, Stream
from generation.models.tiding import Tiding
from generation.models.turn import Turn
from generation.models.worker import Worker

__all__ = [
    "ENDED",
    "LIVE",
    "REMOTE",
    "Call",
    "Event",
    "Job",
    "Lane",
    "Model",
    "Preset",
    "Status",
    "Stream",
    "Tiding",
    "Turn",
    "Worker",
]
