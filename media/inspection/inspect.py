"""The one way in: hand a file to a caged child, get facts about a clean copy, or a refusal that helps."""

import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from media.errors import StorageFailed, TooBig, Unreadable, Unsupported
from media.inspection.cage import Dead, caged
from media.inspection.facts import Facts

_ACCEPTED = _("We take PNG, JPEG, WebP, GIF, AVIF, MP4, MOV, WebM, WAV, MP3, OGG, FLAC and M4A.")
_UNSUPPORTED: dict[str, Any] = {
    "archive": _("This is an archive. Unpack it and upload the pictures, films or sounds inside."),
    "pickle": _("This file holds program objects, not media."),
    "document": _("This is a document, not a picture, film or sound."),
    "playlist": _("This is a playlist. Upload the film or sound itself."),
    "svg": _("SVG drawings can hold programs. Export it as PNG and upload that."),
    "page": _("This is a web page, not a picture, film or sound."),
    "program": _("This is a program, not a picture, film or sound."),
    "picture_format": _("This picture format is not supported. Save it as PNG, JPEG or WebP."),
    "heic": _("HEIC is not supported yet. Save the photo as JPEG."),
    "matroska": _("MKV is not supported. Save the film as MP4 or WebM."),
    "animated_avif": _("Animated AVIF is not supported. Save it as WebP, GIF or MP4."),
    "polyglot": _("This file is two things at once. Save the picture anew and upload the copy."),
    "codec": _("This film or sound uses a codec we do not read. Save it as H.264 with AAC."),
    "unknown": _ACCEPTED,
}
_UNREADABLE: dict[str, Any] = {
    "empty": _("The file is empty."),
    "pixels": _("The picture is too large: 40 megapixels are the limit (film: 8192 pixels a side)."),
    "frames": _("The animation is too long: 1000 frames, 400 megapixels in all."),
    "duration": _("The recording is too long: two hours are the limit."),
    "tracks": _("The film has too many tracks."),
    "truncated": _("The file ends too early. Upload it again from the original."),
    "unreadable": _("The file is damaged and cannot be read."),
}


def inspect(source: Path, target: Path) -> Facts:
    """`target`'s folder must be the caller's own and hold `source`: the child sees nothing else."""
    try:
        answer = json.loads(caged("media.inspection.child", target.parent, str(source), str(target)))
    except Dead as dead:
        raise refusal("unreadable", str(dead)) from None
    if "unfit" in answer:
        raise refusal(answer["unfit"], answer["detail"])
    return Facts(**answer)


def refusal(reason: str, detail: str = "") -> Refused:
    log = f"media refused: {reason} {detail}".strip()
    if reason == "bytes":
        return TooBig(str(_("The file is too large.")), log=log)
    if reason == "full":
        return StorageFailed(
            str(_("There is no room for this file right now. Try again later.")), retry_after=60, log=log
        )
    if reason in _UNSUPPORTED:
        return Unsupported(str(_UNSUPPORTED[reason]), details={"file": [reason]}, log=log)
    return Unreadable(str(_UNREADABLE[reason]), details={"file": [reason]}, log=log)
