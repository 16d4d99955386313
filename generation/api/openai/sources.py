"""What is edited: the pictures that come with the form."""

import io
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _
from PIL import Image
from rest_framework.request import Request

from accounts.access import person
from accounts.errors import InvalidRequest
from accounts.models import User
from media.intake import accept_upload
from media.models import Asset
from media.outputs import content_of

FILES = {"image", "image[]", "mask"}


def files(request: Request) -> dict[str, str]:
    """Ids of the pictures, which lie in the library for a day."""
    image = _kept(person(request), _one(request, "image"))
    found = {"image": str(image.public_id)}
    if "mask" in request.FILES:
        mask = _kept(person(request), _one(request, "mask"))
        found["mask"] = str(_turned(person(request), mask).public_id)
    return found


def _one(request: Request, name: str) -> "File[bytes]":
    given: list[File[bytes]] = [*request.FILES.getlist(name), *request.FILES.getlist(f"{name}[]")]
    if len(given) != 1:
        raise _wrong(name, _("Send one picture."))
    return given[0]


def _kept(user: User, file: Any, name: str = "") -> Asset:
    return accept_upload(user, file, getattr(file, "name", None) or name, folder="temp")


def _turned(user: User, mask: Asset) -> Asset:
    """They cut out what is to be made anew; we paint it white."""
    with Image.open(io.BytesIO(content_of(mask)), formats=["PNG", "WEBP", "GIF", "AVIF", "JPEG"]) as picture:
        if not picture.has_transparency_data:
            raise _wrong("mask", _("A mask is transparent where the picture is to be made anew."))
        kept = picture.convert("RGBA").getchannel("A")
    out = io.BytesIO()
    kept.point(lambda alpha: 255 - alpha).save(out, "PNG")
    out.seek(0)
    return _kept(user, out, "mask.png")


def _wrong(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(_("Some of this is not right."), details={field: [message]})
