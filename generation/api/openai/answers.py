"""What their client expects to read."""

import base64
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson
from rest_framework.request import Request

from accounts.errors import Refused
from generation.api.openai import waiting
from generation.api.openai.bodies import Images
from generation.aside import aside
from generation.models import Job
from media import storage
from media.conversion import convert
from media.models import Asset

# Nothing here is counted in tokens.
USAGE = {
    "input_tokens": 0, "output_tokens": 0, "total_tokens": 0,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
}  # fmt: skip


def whole(request: Request, wanted: Images, job: Job) -> dict[str, Any]:
    return {
        "created": int(job.created_at.timestamp()),
        "data": [_image(request, wanted, asset) for asset in _pictures(job)],
        **_facts(wanted, job),
    }


async def pieces(wanted: Images, job: Job, kind: str) -> AsyncIterator[bytes]:
    """As server-sent events: some previews, then each picture. A failure comes as an event too."""
    told = 0
    async for preview in waiting.previews(job):
        if preview is None:
            yield b": still here\n\n"
        elif told < (wanted.partial_images or 0) and _due(preview, told, wanted.partial_images or 0):
            content = await aside(_converted)(preview["image"], wanted.format)
            yield _event(f"{kind}.partial_image", job, wanted, content, partial_image_index=told)
            told += 1
    try:
        contents = await aside(_contents)(wanted, job)
    except Refused as refused:
        yield _line("error", {"error": {"message": refused.message, "type": "server_error", "param": None,
                                        "code": refused.code}})  # fmt: skip
        return
    for content in contents:
        yield _event(f"{kind}.completed", job, wanted, content, usage=USAGE)


def _image(request: Request, wanted: Images, asset: Asset) -> dict[str, Any]:
    """Who does not say which form they like gets both."""
    found = {}
    if wanted.response_format != "b64_json":
        query = f"?format={wanted.output_format}" if wanted.output_format else ""
        found["url"] = request.build_absolute_uri(f"/api/v1/assets/{asset.public_id}/content{query}")
    if wanted.response_format != "url":
        found["b64_json"] = _content(wanted, asset)
    return found


def _contents(wanted: Images, job: Job) -> Sequence[str]:
    return [_content(wanted, asset) for asset in _pictures(waiting.checked(waiting.again(job)))]


def _content(wanted: Images, asset: Asset) -> str:
    with storage.open_at(asset.path) as file:
        if asset.mime == f"image/{wanted.format}":
            return base64.b64encode(file.read()).decode()
        recipe = asset.recipe if asset.user.recipe_in_files else None
        return base64.b64encode(convert(file, wanted.format, recipe)).decode()


def _converted(picture: str, format: str) -> str:
    content = base64.b64decode(picture.partition(",")[2])
    return base64.b64encode(convert(io.BytesIO(content), format, None)).decode()


def _pictures(job: Job) -> Sequence[Asset]:
    return list(
        Asset.objects.of(job.user).select_related("user").filter(origin=job.reference, ready=True).order_by("pk")
    )


def _due(preview: Mapping[str, Any], told: int, all: int) -> bool:
    """Spread over the steps."""
    return bool(preview["step"] * (all + 1) >= preview["steps"] * (told + 1))


def _facts(wanted: Images, job: Job) -> dict[str, Any]:
    return {
        "background": "opaque",
        "output_format": wanted.format,
        "quality": wanted.quality or "auto",
        "size": f"{job.params['width']}x{job.params['height']}",
    }


def _event(kind: str, job: Job, wanted: Images, content: str, **more: Any) -> bytes:
    said = {"type": kind, "b64_json": content, "created_at": int(job.created_at.timestamp())}
    return _line(kind, said | _facts(wanted, job) | more)


def _line(event: str, said: Mapping[str, Any]) -> bytes:
    return f"event: {event}\ndata: ".encode() + orjson.dumps(said) + b"\n\n"
