"""Jobs, asked for as a person would, and the ends that they come to."""

from typing import Any

from accounts.models import User
from generation import submission
from generation.models import Event, Job
from generation.submission import Terms


def ask(user: User, prompt: str = "a red boat", tool: str = "text_to_image", **params: Any) -> Job:
    lane = params.pop("lane", "interactive")
    wish = submission.settle(user, tool, {"prompt": prompt, **params})
    return submission.submit(user, wish, Terms(lane=lane))


def again(job: Job) -> Job:
    return Job.objects.select_related("user", "project").get(pk=job.pk)


def told(job: Job) -> list[str]:
    """Every status that its person was told, in order."""
    return [
        message["job"]["status"]
        for message in Event.objects.filter(job=job).order_by("seq").values_list("message", flat=True)
    ]
